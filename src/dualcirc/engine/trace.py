"""One run at every step: its states, and every equation at all steps at once, with inputs replaced at will."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import NDArray

from dualcirc.engine.blocks import Value
from dualcirc.engine.draws import Draws
from dualcirc.engine.emit import Emitter
from dualcirc.engine.groups import GROUP, Arrays, Form, form_of
from dualcirc.engine.inputs import Overrides, inputs_of
from dualcirc.engine.integrate import Clock, Levels, Machine, Run
from dualcirc.engine.passes import plan
from dualcirc.engine.settings import compiled, prepare_jax
from dualcirc.engine.sizes import sized
from dualcirc.engine.states import rate
from dualcirc.translate.clock import number_of_steps
from dualcirc.translate.ir import FloatArray, Model, State


class _Followed(NamedTuple):
    """A run at every step, with an axis of one run."""

    static: Levels
    """(*dims, 1) by name of what does not move."""
    levels: Levels
    """(step, compartment, *dims, 1)."""
    record: Levels
    """(step, *dims, 1) by name of an equation."""
    held: Levels


_Follow = Callable[[Arrays, Arrays], _Followed]


@dataclass(frozen=True)
class Moments:
    """A run at a number of steps, which stand where the runs of a block stand in the engine."""

    known: Mapping[str, Value]
    """(*dims, step) by name of a variable; (*dims, 1) for what does not move."""
    levels: Levels
    """(compartment, *dims, step) by name of a state."""
    steps: Array
    """(step): numbers of the steps."""
    held: Arrays
    """What a state holds for the whole run: the number of its compartments."""

    def pick(self, steps: NDArray[np.int_]) -> Moments:
        """Return the same run at some of its steps, given by place."""
        known = {
            name: value if _still(value) else Value(value.array[..., steps], value.axes)
            for name, value in self.known.items()
        }
        return Moments(
            known, {name: level[..., steps] for name, level in self.levels.items()}, self.steps[steps], self.held
        )


class Trace:
    """
    A model whose runs can be looked into.

    Parameters
    ----------
    model
        Model from ``dualcirc.translate.load``.
    names
        Variables to compute, with all that they need; every one if none are given.
    """

    def __init__(self, model: Model, names: Sequence[str] | None = None) -> None:
        prepare_jax()
        self.model = model
        self.seed = jnp.zeros(1, dtype=int)
        everything = [name for name, variable in model.variables.items() if variable.kind not in ("control", "lookup")]
        self.names = tuple(everything if names is None else names)
        clock = Clock(model.time.initial, model.time.step, number_of_steps(model.time), 1)
        sizes = {name: len(elements) for name, elements in model.subscripts.items()}
        dims = {name: variable.dims for name, variable in model.variables.items()}
        self.inputs = inputs_of(model, clock)
        self._follow: _Follow | None = None
        self.machine = sized(Machine(plan(model, self.names), dims, sizes, clock, 1), self.inputs.base)

    @property
    def states(self) -> tuple[State, ...]:
        """What accumulates."""
        return tuple(self.model.states[state.name] for state in self.machine.plan.states)

    @property
    def grid(self) -> FloatArray:
        """(step): times of the integration."""
        return self.machine.clock.grid

    def data_path(self, name: str) -> FloatArray:
        """(step, *dims): base path of a data variable on the grid."""
        return self.inputs.base[name].copy()

    def constant(self, name: str) -> FloatArray:
        """(*dims): base value of a constant."""
        return self.inputs.base[name].copy()

    def run(self, overrides: Overrides) -> Moments:
        """One run at every step, from the values that replace the model's own."""
        self.inputs.check(overrides, 0)
        values = {name: np.asarray(overrides.get(name, base), dtype=float) for name, base in self.inputs.base.items()}
        constants = {name: jnp.asarray(values[name])[..., None] for name in self.machine.plan.constants}
        data = {name: jnp.asarray(values[name])[..., None] for name in self.machine.plan.data}
        if self._follow is None:
            self._follow = compiled(*self._followers(), (constants, data))
        followed = self._follow(constants, data)
        axes = {equation.name: equation.axes for equation in (*self.machine.plan.static, *self.machine.plan.record)}
        axes |= {name: self.model.variables[name].dims for name in values}
        moving = {name: _by_step(array) for name, array in {**data, **followed.record}.items()}
        known = {name: Value(array, axes[name]) for name, array in {**followed.static, **moving}.items()}
        levels = {name: _by_step(array) for name, array in followed.levels.items()}
        return Moments(known, levels, jnp.arange(len(self.grid)), followed.held)

    def value(self, name: str, moments: Moments) -> Array:
        """(*dims, step): right-hand side of a variable, from what it reads at those moments."""
        variable = self.model.variables[name]
        assert variable.expression is not None, "only what has an equation is asked for"
        return self._emitter(moments).spread(variable.expression, variable.dims)

    def rate(self, state: State, moments: Moments) -> Array:
        """(compartment, *dims, step): rate of change of a state, from what its flow reads at those moments."""
        return rate(state, self._emitter(moments), moments.held.get(state.name))

    def _emitter(self, moments: Moments) -> Emitter:
        clock = self.machine.clock
        time = clock.initial + moments.steps * clock.step
        draws = Draws(self.seed, moments.steps)
        return Emitter(self.machine.sizes, moments.known, moments.levels, time, self.machine.plan.tables, draws)

    def _followers(self) -> tuple[_Follow, _Follow]:
        """Simulation in its fastest form, and plain."""
        plain = self._follower(None)
        form = form_of(self.machine.plan.record, self.machine.sizes)
        return self._follower(GROUP) if form is Form.GROUPS else plain, plain

    def _follower(self, group: int | None) -> _Follow:
        """Simulation by equations in groups of a weight, or one by one."""
        machine = replace(self.machine, group=group)

        def follow(constants: Arrays, data: Arrays) -> _Followed:
            static = machine.static(constants)
            start = machine.start(static, {name: rows[0] for name, rows in data.items()}, self.seed)
            run = Run(static, start.held, self.seed)

            def step(levels: Levels, x: tuple[Array, Arrays]) -> tuple[Levels, tuple[Levels, Levels]]:
                k, row = x
                emitter = machine.at(run, levels, k, row, machine.plan.record)
                record = {equation.name: emitter.known[equation.name].array for equation in machine.plan.record}
                return machine.advance(run, emitter, k, row, {}), (levels, record)

            _, moving = lax.scan(step, start.levels, (jnp.arange(len(self.grid)), data))
            return _Followed({name: value.array for name, value in static.items()}, *moving, start.held)

        return follow


def _by_step(array: Array) -> Array:
    """(..., step) from (step, ..., 1)."""
    return jnp.moveaxis(array[..., 0], 0, -1)


def _still(value: Value) -> bool:
    """Whether an array is the same at every step."""
    return value.array.shape[-1] == 1
