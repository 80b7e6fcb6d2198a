"""One run as a pure function, and the gradient of what is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from dualcirc.engine.groups import Arrays
from dualcirc.engine.integrate import Levels, Machine, Run
from dualcirc.engine.packed import packed
from dualcirc.engine.settings import compiler_options, return_freed_memory
from dualcirc.translate.ir import FloatArray

Outputs = dict[str, Array]
Loss = Callable[[Outputs], Array]
"""From outputs, (saved time, *dims) by name, to one number, in functions of ``jax.numpy``."""

Gradient = Callable[[Mapping[str, FloatArray]], tuple[float, dict[str, FloatArray]]]
"""From values of inputs by name to the loss and its derivative with respect to each of them, in their shapes."""


def trajectory(machine: Machine, constants: Arrays, data: Arrays, seeds: Array) -> Outputs:
    """
    Outputs of one run, (saved time, *dims).

    Parameters
    ----------
    machine
        Plan for one run, guarded.
    constants, data
        (*dims, 1), and (step, *dims, 1) from the initial to the final time.
    seeds
        (1): seed of the random draws.

    Notes
    -----
    Stored at every step are the states; going backwards each step is computed again. The outputs are computed from the
    stored states at all saved times at once, which stand where the runs of a block stand in the engine.
    """
    clock, plan = machine.clock, machine.plan
    static = machine.static(constants)
    start = machine.start(static, {name: rows[0] for name, rows in data.items()}, seeds)
    numbers = {name: value.array for name, value in static.items() if not value.axes and value.array.dtype == float}
    run = Run(static, start.held, seeds)
    loop = run._replace(scalars=packed(numbers)) if numbers else run

    def step(levels: Levels, x: tuple[Array, Arrays, Arrays]) -> tuple[Levels, Levels]:
        k, row, after = x
        return machine.advance(loop, machine.at(loop, levels, k, row, plan.step), k, row, after), levels

    later = {name: rows[1:] for name, rows in data.items()} if machine.rk4 else {}
    moments = (jnp.arange(clock.steps), {name: rows[: clock.steps] for name, rows in data.items()}, later)
    last, before = lax.scan(jax.checkpoint(step, prevent_cse=False), start.levels, moments)
    levels = {name: _saved(jnp.concatenate([before[name], last[name][None]]), clock.steps_per_save) for name in last}
    rows = {name: _saved(rows, clock.steps_per_save) for name, rows in data.items()}
    steps = jnp.arange(clock.saves) * clock.steps_per_save
    known = replace(machine, group=None).at(run, levels, steps, rows, plan.record).known
    outputs = {name: known[name].array for name in (*plan.moving_outputs, *plan.fixed_outputs)}
    return {
        name: jnp.moveaxis(jnp.broadcast_to(array, (*array.shape[:-1], clock.saves)), -1, 0)
        for name, array in outputs.items()
    }


def compiled_gradient(
    simulate: Callable[[Mapping[str, Array]], Outputs], loss: Loss, base: Mapping[str, FloatArray]
) -> Callable[..., Any]:
    """Compiled value and gradient of the loss, a function of values by name."""

    def value(values: Mapping[str, Array]) -> Array:
        return loss(simulate(values))

    program = jax.jit(jax.value_and_grad(value)).lower(dict(base))
    compiled = program.compile(compiler_options=compiler_options())
    return_freed_memory()
    return compiled


def to_numpy(value: Array, gradient: Mapping[str, Array]) -> tuple[float, dict[str, FloatArray]]:
    """Value and gradient outside JAX."""
    number, arrays = jax.device_get((value, dict(gradient)))
    return float(number), arrays


def _saved(rows: Array, steps_per_save: int) -> Array:
    """(..., saved time) from (step, ..., 1)."""
    return jnp.moveaxis(rows[::steps_per_save, ..., 0], 0, -1)
