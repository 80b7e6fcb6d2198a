"""Integration of a plan over time, for a block of runs at once: Euler's method, as PySD's, or Runge and Kutta's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import NDArray

from dualcirc.engine.blocks import Value
from dualcirc.engine.draws import Draws
from dualcirc.engine.emit import Emitter
from dualcirc.engine.groups import apart, keep_all
from dualcirc.engine.passes import Equation, Plan
from dualcirc.engine.states import CONTINUOUS, Start, begin, follow, rate
from dualcirc.engine.sums import reduced_array
from dualcirc.translate.ir import Interpolation
from dualcirc.translate.order import state_parts

Arrays = Mapping[str, Array]
Levels = dict[str, Array]
Integrator = Literal["euler", "rk4"]


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
    def halves(self) -> NDArray[np.float64]:
        """
        Times of every half step.

        Read from a table, for a compiled program may add to a product before it is rounded: MODULO(Time, 0.5) would
        then miss the half years of a step of 0.1.
        """
        return np.asarray(self.initial + np.arange(2 * self.rows + 2) * (self.step / 2), dtype=np.float64)

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
    faults: dict[str, Array]
    """(run): whether a run has a fault from its start, by the name of the fault."""


Simulate = Callable[[Arrays, Arrays, Array], Outcome]


def simulator(machine: Machine) -> Simulate:
    """
    Pure function that simulates a block of runs.

    Parameters
    ----------
    machine
        What to compute.

    Returns
    -------
    Simulate
        From constants (*dims, run or 1), data (row, *dims, run or 1) and seeds (run) to the outcome.
    """
    clock, plan = machine.clock, machine.plan

    def simulate(constants: Arrays, data: Arrays, seeds: Array) -> Outcome:
        static = machine.static(constants)
        start = machine.start(static, {name: rows[0] for name, rows in data.items()}, seeds)
        starts = jnp.arange(clock.saves) * clock.steps_per_save
        rows = _by_interval(clock, data)
        later = _by_interval(clock, {name: next_rows(rows) for name, rows in data.items()} if machine.rk4 else {})

        def interval(levels: Levels, x: tuple[Array, Arrays, Arrays]) -> tuple[Levels, tuple[Levels, Array]]:
            return machine.interval(Run(static, start.held, seeds), levels, *x)

        _, (moving, finite) = lax.scan(interval, start.levels, (starts, rows, later))
        fixed = {name: static[name].array for name in plan.fixed_outputs}
        return Outcome(moving, fixed, finite & machine.finite(fixed), start.faults)

    return simulate


def _by_interval(clock: Clock, data: Arrays) -> Arrays:
    """Rows by saved time and step after it."""
    return {name: rows.reshape(clock.saves, clock.steps_per_save, *rows.shape[1:]) for name, rows in data.items()}


def next_rows(rows: Array) -> Array:
    """Row one step later; the last one stays."""
    return jnp.concatenate([rows[1:], rows[-1:]])


class Run(NamedTuple):
    """What holds throughout the runs of a block."""

    static: Mapping[str, Value]
    held: Mapping[str, Array]
    seeds: Array


@dataclass(frozen=True)
class Machine:
    """Plan bound to its sizes and times."""

    plan: Plan
    dims: Mapping[str, tuple[str, ...]]
    """Dimensions of every constant and data variable."""
    sizes: Mapping[str, int]
    """Number of elements of every subscript range."""
    clock: Clock
    runs: int
    """Number of runs in a block."""
    integrator: Integrator = "euler"
    interpolations: Mapping[str, Interpolation] = field(default_factory=dict)
    """How every data variable moves between two rows."""
    guards: bool = False
    """Whether every derivative stays finite where a value does not (``guarded``); only gradients need it."""
    group: int | None = None
    """Weight up to which equations become a function of their own; None for no such functions."""

    @property
    def rk4(self) -> bool:
        """Whether a step looks at moments between its ends."""
        return self.integrator == "rk4"

    def static(self, constants: Arrays) -> dict[str, Value]:
        """Everything that does not move; guarded, for it may belong to a branch that is not taken."""
        emitter = Emitter(self.sizes, self._named(constants), {}, self.clock.initial, self.plan.tables)
        for equation in self.plan.static:
            emitter.keep(equation, guarded=True)
        return emitter.known

    def start(self, static: Mapping[str, Value], row: Arrays, seeds: Array) -> Start:
        """States at the initial time."""
        draws = Draws(seeds, jnp.zeros(1, dtype=int))
        emitter = self._emitter({**static, **self._named(row)}, {}, self.clock.initial, draws)
        levels: Levels = {}
        held: Levels = {}
        faults: Levels = {}
        for entry in self.plan.initial:
            if isinstance(entry, Equation):
                emitter.keep(entry)
                continue
            one = begin(entry, emitter, self.clock.step, self.clock.steps)
            new = {name: jnp.broadcast_to(array, (*array.shape[:-1], self.runs)) for name, array in one.levels.items()}
            emitter.levels.update(new)
            levels.update(new)
            held.update(one.held)
            for fault, has in one.faults.items():
                faults[fault] = jnp.broadcast_to(faults.get(fault, False) | has, (self.runs,))
        return Start(levels, held, faults)

    def interval(
        self, run: Run, levels: Levels, start: Array, data: Arrays, later: Arrays
    ) -> tuple[Levels, tuple[Levels, Array]]:
        """Record at a saved time, then step to the next one."""
        first, after = ({name: rows[0] for name, rows in some.items()} for some in (data, later))
        emitter = self.at(run, levels, start, first, self.plan.record)
        moving = {name: emitter.known[name].array for name in self.plan.moving_outputs}
        finite = self.finite({**moving, **{state.name: levels[state.name] for state in self.plan.states}})
        levels = self.advance(run, emitter, start, first, after)
        if self.clock.steps_per_save > 1:

            def step(levels: Levels, x: tuple[Array, Arrays, Arrays]) -> tuple[Levels, None]:
                k, row, after = x
                return self.advance(run, self.at(run, levels, k, row, self.plan.step), k, row, after), None

            steps = start + jnp.arange(1, self.clock.steps_per_save)
            rest, rest_later = ({name: rows[1:] for name, rows in some.items()} for some in (data, later))
            levels, _ = lax.scan(step, levels, (steps, rest, rest_later))
        return levels, (moving, finite)

    def finite(self, arrays: Arrays) -> Array:
        """(run): whether all values are numbers."""
        result = jnp.ones(self.runs, dtype=bool)
        for array in arrays.values():
            # By pairs is quicker, but hundreds of outputs would take minutes to compile.
            axes = tuple(range(array.ndim - 1))
            good = jnp.isfinite(array)
            result &= jnp.all(good, axis=axes) if self.group else reduced_array(good, len(axes), jnp.logical_and)
        return result

    def at(
        self,
        run: Run,
        levels: Levels,
        k: Array,
        row: Arrays,
        equations: tuple[Equation, ...],
        share: float = 0.0,
    ) -> Emitter:
        """Emitter with the equations computed at step ``k``, or a share of a step later; draws hold over the step."""
        time = jnp.asarray(self.clock.halves)[2 * k + round(2 * share)]
        draws = Draws(run.seeds, jnp.atleast_1d(k))
        emitter = self._emitter({**run.static, **self._named(row)}, levels, time, draws)
        keep_all(emitter, equations, self.group)
        return emitter

    def advance(self, run: Run, emitter: Emitter, k: Array, row: Arrays, after: Arrays) -> Levels:
        """
        Levels one step later.

        Parameters
        ----------
        run
            What holds throughout.
        emitter
            Everything at step ``k``.
        row, after
            Data at step ``k`` and, for Runge and Kutta's method, one step later.
        """
        if self.group and not self.rk4:
            parts = [part for state in self.plan.states for part in state_parts(state)]

            def advanced(inner: Emitter, x: tuple[Array, Mapping[str, Array]]) -> Levels:
                k, held = x
                return self._advanced(Run({}, held, run.seeds), inner, k, row, after)

            return apart(emitter, advanced, parts, (k, run.held), all_levels=True)
        return self._advanced(run, emitter, k, row, after)

    def _advanced(self, run: Run, emitter: Emitter, k: Array, row: Arrays, after: Arrays) -> Levels:
        slopes = self._slopes(run, emitter)
        if self.rk4:
            slopes = self._weighted(run, emitter, slopes, k, row, after)
        levels = dict(emitter.levels)
        for state in self.plan.states:
            levels.update(follow(state, emitter, k, run.held))
        levels.update(self._moved(emitter.levels, slopes, self.clock.step))
        for state in self.plan.states:
            if state.non_negative:
                levels[state.name] = jnp.maximum(levels[state.name], 0.0)
        return {name: jnp.broadcast_to(level, emitter.levels[name].shape) for name, level in levels.items()}

    def _slopes(self, run: Run, emitter: Emitter) -> Levels:
        """Rate of change of every state that integrates."""
        states = (state for state in self.plan.states if state.function in CONTINUOUS)
        return {state.name: rate(state, emitter, run.held.get(state.name)) for state in states}

    def _moved(self, levels: Arrays, slopes: Arrays, span: float) -> Levels:
        return {name: levels[name] + slope * span for name, slope in slopes.items()}

    def _weighted(self, run: Run, emitter: Emitter, first: Levels, k: Array, row: Arrays, after: Arrays) -> Levels:
        """Mean slope of the classical method of fourth order; what jumps holds over the step."""
        step, start = self.clock.step, emitter.levels
        middle = self._between(row, after)

        def slopes(before: Levels, share: float, data: Arrays) -> Levels:
            levels = {**start, **self._spread(start, self._moved(start, before, share * step))}
            return self._slopes(run, self.at(run, levels, k, data, self.plan.step, share))

        second = slopes(first, 0.5, middle)
        third = slopes(second, 0.5, middle)
        fourth = slopes(third, 1.0, after)
        return {name: (first[name] + 2 * (second[name] + third[name]) + fourth[name]) / 6 for name in first}

    def _spread(self, like: Arrays, levels: Levels) -> Levels:
        return {name: jnp.broadcast_to(level, like[name].shape) for name, level in levels.items()}

    def _between(self, row: Arrays, after: Arrays) -> Levels:
        """Data half a step later, by the interpolation of each variable."""
        shares = {"linear": 0.5, "hold": 0.0, "forward": 1.0}
        return {name: here + shares[self.interpolations[name]] * (after[name] - here) for name, here in row.items()}

    def _emitter(self, known: Mapping[str, Value], levels: Levels, time: Array | float, draws: Draws) -> Emitter:
        return Emitter(self.sizes, known, levels, time, self.plan.tables, draws, guards=self.guards)

    def _named(self, arrays: Arrays) -> dict[str, Value]:
        return {name: Value(array, self.dims[name]) for name, array in arrays.items()}
