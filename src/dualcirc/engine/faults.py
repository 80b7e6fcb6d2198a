"""Where a run left the numbers: the first variable, its element and its time, found by looking into the run again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dualcirc.engine.inputs import Overrides
from dualcirc.engine.trace import Trace
from dualcirc.translate.ir import Expression, FloatArray, Model, Reference, walk
from dualcirc.translate.order import initial_parts, state_parts, uses

_SMALLEST = 5e-324
"""Stands for zero in a logarithm."""

_MOST_CAUSES = 3
"""Values read that a text names."""


class _Node(NamedTuple):
    """A variable, or a state, at a step."""

    name: str
    is_state: bool
    step: int


class Fault:
    """
    Origin of the first value of a run that is no number.

    Parameters
    ----------
    trace
        The model, with all that the run computes.
    overrides
        The run.
    """

    def __init__(self, trace: Trace, overrides: Overrides) -> None:
        self.model = trace.model
        self.grid = trace.grid
        self.states = {state.name: state for state in trace.states}
        moments = trace.run(overrides)
        known = {
            name: np.asarray(value.array) for name, value in moments.known.items() if name in trace.model.variables
        }
        self.values: dict[str, FloatArray] = known
        self.levels = {name: np.asarray(moments.levels[name]) for name in self.states}
        steps = len(self.grid)
        self.bad = {name: _bad(array, steps) for name, array in known.items()}
        self.bad_levels = {name: _bad(level, steps) for name, level in self.levels.items()}

    def text(self, names: Sequence[str], saved: NDArray[np.int_]) -> str | None:
        """
        Variable, element, value and time of the origin, with the values that it reads.

        Parameters
        ----------
        names
            Outputs of the run.
        saved
            Steps at which outputs are saved.

        Returns
        -------
        str or None
            None if every output and state is a number at all saved steps.
        """
        node = self._seen(names, saved)
        if node is None:
            return None
        while (earlier := next(self._bad_causes(node), None)) is not None:
            node = earlier
        return self._told(node)

    def _seen(self, names: Sequence[str], saved: NDArray[np.int_]) -> _Node | None:
        """Output or state that is the first to be seen at a saved time."""
        found = [_Node(n, False, int(saved[self.bad[n][saved].argmax()])) for n in names if self.bad[n][saved].any()]
        found += [
            _Node(n, True, int(saved[bad[saved].argmax()])) for n, bad in self.bad_levels.items() if bad[saved].any()
        ]
        return min(found, key=lambda node: node.step, default=None)

    def _bad_causes(self, node: _Node) -> Iterator[_Node]:
        """What a value is computed from and is no number either."""
        parts, step = self._parts(node)
        for part in parts:
            names, states = uses(part)
            yield from (_Node(name, False, step) for name in sorted(names) if self.bad[name][step])
            yield from (_Node(name, True, self._since(name)) for name in sorted(states) if self.bad_levels[name][step])

    def _parts(self, node: _Node) -> tuple[list[Expression], int]:
        """Expressions that give a value, and the step at which they are read."""
        if not node.is_state:
            expression = self.model.variables[node.name].expression
            return ([expression] if expression is not None else []), node.step
        state, since = self.states[node.name], self._since(node.name)
        return (initial_parts(state), 0) if since == 0 else (state_parts(state), since - 1)

    def _since(self, state: str) -> int:
        """First step at which a state is no number."""
        return int(self.bad_levels[state].argmax())

    def _told(self, node: _Node) -> str:
        """One line."""
        name = self.states[node.name].owner if node.is_state else node.name
        array = self.levels[node.name] if node.is_state else self.values[node.name]
        step = self._since(node.name) if node.is_state else node.step
        now = array[..., min(step, array.shape[-1] - 1)]
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(now))[0])
        dims = self.states[node.name].dims if node.is_state else self.model.variables[name].dims
        elements = _elements(self.model, dims, place[1:] if node.is_state else place)
        causes = self._read(node, dims, place[1:] if node.is_state else place)
        return f"'{name}'{elements} is {now[place]:g} at {self.grid[step]:.10g}{causes}"

    def _read(self, node: _Node, dims: tuple[str, ...], place: tuple[int, ...]) -> str:
        """Values that the origin reads, the most extreme first: single ones, and those at the same element."""
        parts, step = self._parts(node)
        at = dict(zip(dims, place, strict=True))
        read: dict[str, float] = {}
        for part in (part for whole in parts for part in walk(whole)):
            if isinstance(part, Reference):
                index = [axis if isinstance(axis, int) else at.get(str(axis)) for axis in part.axes]
                if None not in index:
                    fixed = [axis if isinstance(axis, int) else None for axis in part.axes]
                    read[f"'{part.name}'{self._fixed(part.name, fixed)}"] = self._value(part.name, index, step)
        extreme = sorted(read, key=lambda name: -abs(math.log(abs(read[name]) or _SMALLEST)))[:_MOST_CAUSES]
        return "; it reads " + ", ".join(f"{name} = {read[name]:g}" for name in extreme) if extreme else ""

    def _value(self, name: str, index: Sequence[int | None], step: int) -> float:
        """Value of an element at a step."""
        array = self.values[name]
        return float(array[(*index, min(step, array.shape[-1] - 1))])

    def _fixed(self, name: str, places: Sequence[int | None]) -> str:
        """Names of the elements that the equation itself picks, in brackets."""
        dims = self.model.variables[name].dims
        names = [self.model.subscripts[dim][i] for dim, i in zip(dims, places, strict=True) if i is not None]
        return f"[{', '.join(names)}]" if names else ""


def fault_text(trace: Trace, overrides: Overrides, names: Sequence[str], steps_per_save: int) -> str | None:
    """Origin of the first value of a run that is no number; none if there is no such value."""
    return Fault(trace, overrides).text(names, np.arange(0, len(trace.grid), steps_per_save))


def _bad(array: FloatArray, steps: int) -> NDArray[np.bool_]:
    """(step): whether any element is no number."""
    bad = ~np.isfinite(array).all(axis=tuple(range(array.ndim - 1)))
    return np.broadcast_to(bad, (steps,))


def _elements(model: Model, dims: Iterable[str], place: Iterable[int]) -> str:
    """Names of the elements in brackets."""
    names = [model.subscripts[dim.removesuffix("!")][i] for dim, i in zip(dims, place, strict=True)]
    return f"[{', '.join(names)}]" if names else ""
