"""The same plan in numpy, over a batch of runs at once: what the engine has to beat.

An honest rival: it computes the optimised model, every equal part once, what never changes before the time loop, sums
over a matrix by BLAS or ``einsum``, and into arrays that are there already. It knows what the two models of the
benchmark use, and refuses the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy_tape import Tape, Value

from dualcirc.engine import Engine, Overrides
from dualcirc.engine.passes import Equation, optimised, plan
from dualcirc.translate.ir import State

Array = np.ndarray[Any, Any]
Values = dict[str, Array]


class BatchedNumpy:
    """
    Simulation of an engine's model without the engine.

    Parameters
    ----------
    engine
        Gives the model, its outputs and the values of its inputs.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine, self.model = engine, engine.model
        self.plan = plan(optimised(self.model, engine.outputs), engine.outputs)
        self.per_save = round(self.model.time.saveper / self.model.time.step)
        self.inputs = {name: Value(name, self.model.variables[name].dims) for name in self.plan.constants}
        self.static = self._tape("static", self.inputs)
        for equation in self.plan.static:
            self.static.keep(equation)
        self.data = {name: Value(name, self.model.variables[name].dims) for name in self.plan.data}
        self.record, self.slopes_at_saves = self._moving("record", self.plan.record)
        self.step, self.slopes = self._moving("step", self.plan.step)

    def run(self, runs: Sequence[Overrides]) -> Values:
        """Outputs (run, saved time, *dims) of runs computed together."""
        with np.errstate(all="ignore"):  # a branch that is not taken may divide by zero
            return self._run(runs)

    def _run(self, runs: Sequence[Overrides]) -> Values:
        values = {name: lanes(self.engine.constant(name), [run.get(name) for run in runs]) for name in self.inputs}
        rows = {name: lanes(self.engine.data_path(name), [run.get(name) for run in runs]) for name in self.data}
        self.static.play(values)
        grid = self.engine.grid
        values |= {name: row[0] for name, row in rows.items()} | {"time": grid[:1]}
        self._start(values, len(runs))
        saves = len(self.engine.saved_times)
        outputs = {
            name: np.empty((saves, *self.model.shape(name), len(runs)))
            for name in (*self.plan.moving_outputs, *self.plan.fixed_outputs)
        }
        for k, time in enumerate(grid):
            values |= {name: row[k] for name, row in rows.items()} | {"time": np.full(1, time)}
            at_save = k % self.per_save == 0
            (self.record if at_save else self.step).play(values, reuse=k > self.per_save)
            if at_save:
                for name, output in outputs.items():
                    output[k // self.per_save] = values[name]
            self._advance(values, self.slopes_at_saves if at_save else self.slopes)
        return {name: np.moveaxis(output, -1, 0) for name, output in outputs.items()}

    def _tape(self, name: str, known: dict[str, Value]) -> Tape:
        sizes = {range_: len(elements) for range_, elements in self.model.subscripts.items()}
        return Tape(name, sizes, self.plan.tables, known)

    def _moving(self, name: str, equations: Sequence[Equation]) -> tuple[Tape, list[tuple[str, Value, Value | None]]]:
        """Calls of one step; of every state the flow and the time."""
        tape = self._tape(name, {**self.static.known, **self.data})
        for equation in equations:
            tape.keep(equation)
        moves = [
            (s.name, tape.spread(s.flow, s.dims), tape.spread(s.time, s.dims) if s.time is not None else None)
            for s in self.plan.states
        ]
        return tape, moves

    def _start(self, values: Values, runs: int) -> None:
        """States at the initial time."""
        known = {**self.static.known, **self.data}
        for number, entry in enumerate(self.plan.initial):
            tape = self._tape(f"initial {number}", known)
            if isinstance(entry, State):
                level = tape.spread(entry.initial, entry.dims)
                time = tape.spread(entry.time, entry.dims) if entry.function == "DELAY" and entry.time else None
                tape.play(values)
                first = values[level.key] * (values[time.key] if time else 1.0)
                values[entry.name] = np.broadcast_to(first, (entry.order, *first.shape[:-1], runs)).copy()
            else:
                tape.keep(entry)
                tape.play(values)
                known = tape.known

    def _advance(self, values: Values, moves: Sequence[tuple[str, Value, Value | None]]) -> None:
        """Levels one step later."""
        slopes = {}
        for state, (name, flow, time) in zip(self.plan.states, moves, strict=True):
            slopes[name] = slope(state, values[name], values[flow.key], values[time.key] if time else None)
        for name, change in slopes.items():
            values[name] += change * self.model.time.step


def slope(state: State, level: Array, flow: Array, time: Array | None) -> Array:
    """Rate of change of every compartment, (compartment, *dims, run)."""
    if state.function not in ("INTEG", "SMOOTH", "DELAY") or state.count is not None or state.non_negative:
        raise NotImplementedError(f"{state.function} of {state.owner}")
    if time is None:
        return flow[None]
    out = level / time if state.function == "DELAY" else level
    entering = np.broadcast_to(flow, level.shape[1:])[None]
    change = (np.concatenate([entering, out[:-1]]) - out) * state.order
    return change if state.function == "DELAY" else change / time


def lanes(base: Array, given: Sequence[Array | None]) -> Array:
    """Values of an input, (..., run); one lane where no run replaces it."""
    if all(value is None for value in given):
        return base[..., None]
    return np.stack([base if value is None else np.asarray(value, dtype=float) for value in given], axis=-1)
