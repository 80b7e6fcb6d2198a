"""What each kind of state holds at the start, how fast it moves, and what it holds one step later.

A row of compartments stands at the end of its array: where a run has fewer than the array has places, the first places
are empty, and the last compartment is in the last place for every run. ``py_backend/statefuls.py`` of PySD has the
meaning of each kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import jax.numpy as jnp
from jax import Array, lax

from dualcirc.engine.emit import Emitter
from dualcirc.translate.ir import Number, State

CONTINUOUS = ("INTEG", "SMOOTH", "DELAY", "DELAY N")
"""States that integrate; the others hold over a step and jump at its end."""

NO_ROOM = "a delay time is below one time step"
LONGER_ROW = "a smooth or delay has a higher order than built"
NO_ROW = "the order of a smooth or delay is below 1"
"""What can be wrong with the states of one run, as its status tells it."""

_SMALL = 1e-6


class Start(NamedTuple):
    """States at the initial time."""

    levels: dict[str, Array]
    """Carried from step to step: the levels by name of the state, with what else some states keep."""
    held: dict[str, Array]
    """For the whole run: number of compartments, or steps of a fixed delay, (*dims, run or 1)."""
    faults: dict[str, Array]
    """(run or 1): whether a run has the fault, by its name."""


def begin(state: State, emitter: Emitter, step: float, steps: int) -> Start:
    """
    State at the initial time, from what its initial value reads.

    Notes
    -----
    ``Integ.initialize``, ``Smooth.initialize``: the initial value in every compartment. ``Delay.initialize``: the same
    times the delay time; where the compartments take longer than the shortest delay time, there are as many as fit.
    ``DelayFixed.initialize``: the delay time in steps, at least 1, rounded with a small addition that lifts halves.
    """
    value = emitter.spread(state.initial, state.dims)
    if state.time is None or state.function == "SMOOTH":
        row = _row(state, emitter) if state.count is not None else Start({}, {}, {})
        return row._replace(levels={state.name: jnp.broadcast_to(value, (state.order, *value.shape))})
    time = emitter.spread(state.time, state.dims)
    if state.function == "DELAY FIXED":
        return _begin_pipe(state, value, time, step, steps)
    row = _shortened(state, _row(state, emitter), time, step)
    value = value * time
    levels = {state.name: jnp.broadcast_to(value, (state.order, *value.shape))}
    if state.function == "DELAY N":
        levels[_times(state)] = jnp.broadcast_to(time, (state.order, *time.shape))
    return row._replace(levels=levels)


def rate(state: State, emitter: Emitter, order: Array | None = None) -> Array:
    """
    Rate of change of every compartment, (compartment, *dims, run).

    Parameters
    ----------
    state
        One of ``CONTINUOUS``.
    emitter
        Variables and levels at the moment.
    order
        Number of compartments of each run, (run or 1); all if none is given.

    Notes
    -----
    INTEG: the flow. SMOOTH of order n: ``(before - level) n / time``. DELAY of order n: ``(inflow - level / time) n``;
    the inflow of a compartment is ``level / time`` of the one before it. DELAY N: each with its own time.
    """
    level = emitter.levels[state.name]
    flow = emitter.spread(state.flow, state.dims)
    if state.time is None:
        return flow[None]
    time = emitter.spread(state.time, state.dims)[None]
    if state.function == "DELAY N":
        time = _moved(emitter.levels[_times(state)], time, order)
    out = level if state.function == "SMOOTH" else level / time
    change = _moved(out, flow[None], order) - out
    if order is None:
        change = change * state.order
    else:
        change = jnp.where(_places(level) < state.order - order, 0.0, change * order)
    return change / time if state.function == "SMOOTH" else change


def follow(state: State, emitter: Emitter, k: Array, held: Mapping[str, Array]) -> dict[str, Array]:
    """What a state that jumps, and the times of a DELAY N, hold one step after step ``k``."""
    order = held.get(state.name)
    if state.function == "DELAY N":
        assert state.time is not None
        kept = emitter.levels[_times(state)]
        return {_times(state): _moved(kept, emitter.spread(state.time, state.dims)[None], order)}
    if state.function == "NEXT":
        return {state.name: emitter.spread(state.flow, state.dims)[None]}
    if state.function != "DELAY FIXED":
        return {}
    assert order is not None, "every fixed delay has a length"
    pipe = emitter.levels[_pipe(state)]
    flow = jnp.broadcast_to(emitter.spread(state.flow, state.dims), pipe.shape[1:])
    pipe = lax.dynamic_update_index_in_dim(pipe, flow, k % pipe.shape[0], axis=0)
    place = jnp.broadcast_to((k + 1 - order) % pipe.shape[0], pipe.shape[1:])
    return {_pipe(state): pipe, state.name: jnp.take_along_axis(pipe, place[None], axis=0)}


def _row(state: State, emitter: Emitter) -> Start:
    """Number of compartments that each run asks for, cut to what there is."""
    if state.count is None:
        return Start({}, {state.name: jnp.full((1,), float(state.order))}, {})
    asked = jnp.trunc(emitter.spread(state.count, ()))
    faults = {LONGER_ROW: asked > state.order, NO_ROW: ~(asked >= 1)}
    return Start({}, {state.name: jnp.clip(asked, 1, state.order)}, faults)


def _shortened(state: State, row: Start, time: Array, step: float) -> Start:
    """As many compartments as take no longer than the shortest delay time of the run, one step each."""
    if state.count is None and isinstance(state.time, Number) and state.order * step <= state.time.value:
        return Start({}, {}, {})
    shortest = jnp.min(time, axis=tuple(range(time.ndim - 1)))
    numbers = jnp.arange(1, state.order + 1)[:, None]
    fits = ~(numbers * step > shortest) & (numbers <= row.held[state.name])
    count = jnp.sum(fits, axis=0).astype(float)
    held = {state.name: jnp.maximum(count, 1.0)} if state.order > 1 else {}
    return Start({}, held, {**row.faults, NO_ROOM: count < 1})


def _begin_pipe(state: State, value: Array, time: Array, step: float, steps: int) -> Start:
    """
    Contents of a fixed delay.

    What went in at step k stands in place ``k % places``; what comes out at a step went in ``length`` steps before. A
    delay beyond the end of the run gives its initial value throughout, however long it is.
    """
    length = jnp.rint(jnp.maximum(time / step, 1.0) + _SMALL)
    places = steps + 1
    if isinstance(state.time, Number):
        places = min(places, round(max(state.time.value / step, 1.0) + _SMALL))
    value = jnp.where(jnp.isnan(time), jnp.nan, value)
    whole = jnp.clip(jnp.nan_to_num(length, nan=1.0), 1, places).astype(int)
    pipe = jnp.broadcast_to(value, (places, *value.shape))
    return Start({state.name: value[None], _pipe(state): pipe}, {state.name: whole}, {})


def _moved(row: Array, entering: Array, order: Array | None) -> Array:
    """Row moved on by one place, with what enters it; places before the first of a run stay as they are."""
    entering = jnp.broadcast_to(entering, (1, *row.shape[1:]))
    moved = jnp.concatenate([entering, row[:-1]])
    if order is None or row.shape[0] == 1:
        return moved
    first = row.shape[0] - order
    return jnp.where(_places(row) == first, entering, moved)


def _places(row: Array) -> Array:
    """Numbers of the places, (place, 1, ...)."""
    return jnp.arange(row.shape[0]).reshape(-1, *[1] * (row.ndim - 1))


def _times(state: State) -> str:
    return f"{state.name} times"


def _pipe(state: State) -> str:
    return f"{state.name} pipe"
