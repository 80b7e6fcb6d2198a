"""Integration of a plan over time, for a block of runs at once: Euler's method, as PySD's, or Runge and Kutta's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from numpy.typing import NDArray

from dualcirc.engine.blocks import Value
from dualcirc.engine.draws import Draws
from dualcirc.engine.emit import Emitter
from dualcirc.engine.groups import Arrays, apart, keep_all
from dualcirc.engine.passes import Equation, Plan
from dualcirc.engine.states import CONTINUOUS, Start, begin, follow, rate
from dualcirc.engine.sums import reduced_array
from dualcirc.translate.ir import Interpolation
from dualcirc.translate.order import state_parts, uses

Levels = dict[str, Array]
_NONE: Arrays = MappingProxyType({})
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
    def grid(self) -> NDArray[np.float64]:
        """(step,): times from the initial to the final one."""
        return np.asarray(self.initial + np.arange(self.steps + 1) * self.step, dtype=np.float64)

    @property
    def halves(self) -> NDArray[np.float64]:
        """
        Times of every half step.

        Read from a table, for a compiled program may add to a product before it is rounded: MODULO(Time, 0.5) would
        then miss the half years of a step of 0.1.
        """
        return np.asarray(self.initial + np.arange(2 * self.steps + 3) * (self.step / 2), dtype=np.float64)


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
        run = Run(static, start.held, seeds)

        def interval(levels: Levels, save: Array) -> tuple[Levels, tuple[Levels, Array]]:
            return machine.interval(run, levels, save, data)

        _, (moving, finite) = lax.scan(interval, start.levels, jnp.arange(clock.saves))
        fixed = {name: static[name].array for name in plan.fixed_outputs}
        return Outcome(moving, fixed, finite & machine.finite(fixed), start.faults)

    return simulate


def row_at(data: Arrays, k: Array) -> Levels:
    """Data at a step; after the last one they stay."""
    return {name: lax.dynamic_index_in_dim(rows, k, keepdims=False) for name, rows in data.items()}


class Run(NamedTuple):
    """What holds throughout the runs of a block."""

    static: Mapping[str, Value]
    held: Mapping[str, Array]
    seeds: Array
    scalars: Arrays = _NONE
    """Numbers among what does not move, where they stand in one array."""


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

    def interval(self, run: Run, levels: Levels, save: Array, data: Arrays) -> tuple[Levels, tuple[Levels, Array]]:
        """
        Record at a saved time, then step to the next one.

        The equations of a step are compiled once: the first step of the loop leaves what the record wants of them.
        """
        start = save * self.clock.steps_per_save
        rest, wanted = self._record_beyond_step()

        def at(levels: Levels, k: Array) -> tuple[Emitter, Levels]:
            emitter = self.at(run, levels, k, row_at(data, k), self.plan.step)
            return emitter, {name: emitter.known[name].array for name in wanted}

        def step(number: Array, before: tuple[Levels, Levels]) -> tuple[Levels, Levels]:
            (levels, left), k = before, start + number
            emitter, found = at(levels, k)
            left = lax.cond(number == 0, lambda: found, lambda: left)
            return self.advance(run, emitter, k, row_at(data, k), row_at(data, k + 1)), left

        blank = jax.tree.map(jnp.zeros_like, jax.eval_shape(lambda: at(levels, start)[1]))
        later, left = lax.fori_loop(0, self.clock.steps_per_save, step, (levels, blank))
        known = {name: Value(array, wanted[name]) for name, array in left.items()}
        emitter = self.at(run._replace(static={**run.static, **known}), levels, start, row_at(data, start), rest)
        moving = {name: emitter.known[name].array for name in self.plan.moving_outputs}
        finite = self.finite({**moving, **{state.name: levels[state.name] for state in self.plan.states}})
        return later, (moving, finite)

    def _record_beyond_step(self) -> tuple[tuple[Equation, ...], dict[str, tuple[str, ...]]]:
        """Equations of the record that no step computes, and the axes of what it takes from a step, by name."""
        step = {equation.name: equation.axes for equation in self.plan.step}
        rest = tuple(equation for equation in self.plan.record if equation.name not in step)
        read = set(self.plan.moving_outputs).union(*(uses(equation.expression)[0] for equation in rest))
        return rest, {name: axes for name, axes in step.items() if name in read}

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
        emitter = self._emitter({**run.static, **self._named(row)}, levels, time, draws, run.scalars)
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

    def _emitter(
        self, known: Mapping[str, Value], levels: Levels, time: Array | float, draws: Draws, scalars: Arrays = _NONE
    ) -> Emitter:
        return Emitter(self.sizes, known, levels, time, self.plan.tables, draws, guards=self.guards, scalars=scalars)

    def _named(self, arrays: Arrays) -> dict[str, Value]:
        return {name: Value(array, self.dims[name]) for name, array in arrays.items()}
