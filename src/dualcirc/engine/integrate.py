"""Euler integration of a plan over time, for a block of runs at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array, lax

from dualcirc.engine.blocks import Value
from dualcirc.engine.emit import Emitter
from dualcirc.engine.passes import Equation, Plan
from dualcirc.translate.ir import State

Arrays = Mapping[str, Array]
Levels = dict[str, Array]


@dataclass(frozen=True)
class Clock:
    """Times of a simulation: ``t_k = initial + k * step``, never accumulated."""

    initial: float
    step: float
    steps: int
    """Number of steps from the initial to the final time."""
    steps_per_save: int

    @property
    def saves(self) -> int:
        """Number of saved times, the initial one included."""
        return self.steps // self.steps_per_save + 1

    @property
    def rows(self) -> int:
        """Rows of data that the time loop reads: whole intervals, the last one runs past the final time unseen."""
        return self.saves * self.steps_per_save


class Outcome(NamedTuple):
    """What a block of runs gives."""

    moving: dict[str, Array]
    """(saved time, *dims, run) for every output that moves."""
    fixed: dict[str, Array]
    """(*dims, run) for every output that does not."""
    finite: Array
    """(saved time, run): whether every state and output is a number."""
    short_delay: Array
    """(run): whether a delay time is shorter than its steps, where the reference changes the order of the delay."""


Simulate = Callable[[Arrays, Arrays], Outcome]


def simulator(
    plan: Plan, dims: Mapping[str, tuple[str, ...]], sizes: Mapping[str, int], clock: Clock, runs: int, *, remat: bool
) -> Simulate:
    """
    Pure function that simulates a block of runs.

    Parameters
    ----------
    plan
        Equations in order.
    dims, sizes
        Dimensions of every constant and data variable, and their lengths.
    clock
        Times.
    runs
        Number of runs in a block.
    remat
        Recompute instead of store between saved times, for gradients.

    Returns
    -------
    Simulate
        From constants (*dims, run or 1) and data (row, *dims, run or 1) to the outcome.
    """
    machine = Machine(plan, dims, sizes, clock, runs)

    def simulate(constants: Arrays, data: Arrays) -> Outcome:
        static = machine.static(constants)
        first = {name: rows[0] for name, rows in data.items()}
        levels, short = machine.start(static, first)
        starts = jnp.arange(clock.saves) * clock.steps_per_save
        intervals = {
            name: rows.reshape(clock.saves, clock.steps_per_save, *rows.shape[1:]) for name, rows in data.items()
        }

        def interval(levels: Levels, x: tuple[Array, Arrays]) -> tuple[Levels, tuple[Levels, Array]]:
            return machine.interval(static, levels, *x)

        body = jax.checkpoint(interval) if remat else interval
        _, (moving, finite) = lax.scan(body, levels, (starts, intervals))
        fixed = {name: static[name].array for name in plan.fixed_outputs}
        return Outcome(moving, fixed, finite & machine.finite(fixed), short)

    return simulate


@dataclass(frozen=True)
class Machine:
    """Plan bound to its sizes and times."""

    plan: Plan
    dims: Mapping[str, tuple[str, ...]]
    sizes: Mapping[str, int]
    clock: Clock
    runs: int

    def static(self, constants: Arrays) -> dict[str, Value]:
        """Everything that does not move; guarded, for it may belong to a branch that is not taken."""
        emitter = Emitter(self.sizes, self._named(constants), {}, self.clock.initial, self.plan.tables)
        for equation in self.plan.static:
            emitter.keep(equation, guarded=True)
        return emitter.known

    def start(self, static: Mapping[str, Value], row: Arrays) -> tuple[Levels, Array]:
        """
        Levels at the initial time.

        Notes
        -----
        PySD ``statefuls``: INTEG starts at its initial value, every compartment of SMOOTHI too; every compartment of
        DELAY3I at the initial value times the delay time. Where 3 steps exceed a delay time, PySD lowers the order with
        a warning; here the run is flagged.
        """
        emitter = Emitter(self.sizes, {**static, **self._named(row)}, {}, self.clock.initial, self.plan.tables)
        short = jnp.zeros(self.runs, dtype=bool)
        for entry in self.plan.initial:
            if isinstance(entry, Equation):
                emitter.keep(entry)
                continue
            value = emitter.spread(entry.initial, entry.dims)
            if entry.function == "DELAY" and entry.time is not None:
                time = emitter.spread(entry.time, entry.dims)
                value = value * time
                too_short = entry.order * self.clock.step > time
                short = short | jnp.any(too_short, axis=tuple(range(too_short.ndim - 1)))
            emitter.levels[entry.name] = jnp.broadcast_to(value, self._level_shape(entry))
        return {state.name: emitter.levels[state.name] for state in self.plan.states}, short

    def interval(
        self, static: Mapping[str, Value], levels: Levels, start: Array, data: Arrays
    ) -> tuple[Levels, tuple[Levels, Array]]:
        """Record at a saved time, then step to the next one."""
        emitter = self.at(static, levels, start, {name: rows[0] for name, rows in data.items()}, self.plan.record)
        moving = {name: emitter.known[name].array for name in self.plan.moving_outputs}
        finite = self.finite({**moving, **levels})
        levels = self.advance(emitter)
        if self.clock.steps_per_save > 1:

            def step(levels: Levels, x: tuple[Array, Arrays]) -> tuple[Levels, None]:
                return self.advance(self.at(static, levels, *x, self.plan.step)), None

            steps = start + jnp.arange(1, self.clock.steps_per_save)
            levels, _ = lax.scan(step, levels, (steps, {name: rows[1:] for name, rows in data.items()}))
        return levels, (moving, finite)

    def finite(self, arrays: Arrays) -> Array:
        """(run): whether all values are numbers."""
        result = jnp.ones(self.runs, dtype=bool)
        for array in arrays.values():
            result = result & jnp.all(jnp.isfinite(array), axis=tuple(range(array.ndim - 1)))
        return result

    def at(
        self, static: Mapping[str, Value], levels: Levels, k: Array, row: Arrays, equations: tuple[Equation, ...]
    ) -> Emitter:
        """Emitter with the equations computed at step ``k``."""
        time = self.clock.initial + k * self.clock.step
        emitter = Emitter(self.sizes, {**static, **self._named(row)}, levels, time, self.plan.tables)
        for equation in equations:
            emitter.keep(equation)
        return emitter

    def advance(self, emitter: Emitter) -> Levels:
        """Levels one step later."""
        return {
            state.name: jnp.broadcast_to(
                emitter.levels[state.name] + derivative(state, emitter) * self.clock.step, self._level_shape(state)
            )
            for state in self.plan.states
        }

    def _named(self, arrays: Arrays) -> dict[str, Value]:
        return {name: Value(array, self.dims[name]) for name, array in arrays.items()}

    def _level_shape(self, state: State) -> tuple[int, ...]:
        return (state.order, *(self.sizes[dim] for dim in state.dims), self.runs)


def derivative(state: State, emitter: Emitter) -> Array:
    """
    Rate of change of every compartment, as PySD ``statefuls`` has it.

    Notes
    -----
    INTEG: the flow. SMOOTHI of order n: ``(before - level) n / time``. DELAY3I, n = 3: ``(inflow - level / time) n``;
    the inflow of a compartment is ``level / time`` of the one before it.
    """
    level = emitter.levels[state.name]
    flow = emitter.spread(state.flow, state.dims)
    if state.function == "INTEG" or state.time is None:
        return flow[None]
    time = emitter.spread(state.time, state.dims)[None]
    out = level / time if state.function == "DELAY" else level
    before = jnp.concatenate([jnp.broadcast_to(flow, out.shape[1:])[None], out[:-1]])
    change = (before - out) * state.order
    return change if state.function == "DELAY" else change / time
