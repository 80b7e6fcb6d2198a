"""Link scores: how much of the change of each quantity every one of its causes explains.

The method is "Loops that Matter" (schoenberg2020, with the links into stocks of schoenberg2023).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import jax.numpy as jnp
import numpy as np
from jax import Array

from dualcirc.engine.blocks import Value
from dualcirc.engine.trace import Moments, Trace
from dualcirc.translate.ir import Expression, FloatArray, Level, Reference, State, walk
from dualcirc.translate.order import state_parts, varying

ROUNDING = 1e-11
"""Change of a quantity, relative to the quantity, below which it is rounding."""


@dataclass(frozen=True, order=True)
class Node:
    """A variable, or one compartment of a state."""

    name: str
    """Exact name of a variable; name of a state."""
    compartment: int = -1
    """-1 for a variable."""

    @property
    def is_state(self) -> bool:
        """Whether it accumulates."""
        return self.compartment >= 0


Link = tuple[Node, Node]
"""Cause and effect."""


@dataclass(frozen=True)
class LinkScores:
    """Shares of change, at each pair of moments."""

    share: Mapping[Link, FloatArray]
    """(pair): part of the change of the effect, or of its rate if it is a state, that the cause explains."""
    accord: Mapping[Node, FloatArray]
    """(pair): 1 where a state and its rate change in the same direction, -1 where not, 0 where one does not change."""


def structure(trace: Trace) -> Mapping[Node, tuple[Node, ...]]:
    """Causes of every variable that moves and of every state, as the equations have them."""
    model = trace.model
    moving = varying(model)
    causes: dict[Node, tuple[Node, ...]] = {}
    for name in trace.names:
        expression = model.variables[name].expression
        if name in moving and expression is not None:
            causes[Node(name)] = tuple(_causes([expression], moving))
    for state in trace.states:
        outside = set(_causes(state_parts(state), moving))
        for k in range(state.order):
            # A compartment loses its own content to the next one, and the first one alone is fed from outside.
            own = {Node(state.name, i) for i in (k - 1, k) if i >= 0} if state.function != "INTEG" else set()
            timing = set(_causes([state.time], moving)) if state.time is not None else set()
            causes[Node(state.name, k)] = tuple(sorted((outside if k == 0 else timing) | own))
    return causes


def link_scores(trace: Trace, links: Mapping[Node, tuple[Node, ...]], first: Moments, second: Moments) -> LinkScores:
    """
    Scores of the links into every node given, from one moment of each pair to the other.

    Parameters
    ----------
    trace
        The model.
    links
        Causes of each node.
    first, second
        The two moments of each pair, in the same number: before and after a step, or two runs at the same time.

    Notes
    -----
    One cause is taken from the second moment, all else stays at the first. With one element the share is that partial
    change over the whole change: the link score of LTM but for the sign, which comes with ``accord``. With several
    elements it is the least-squares share of the vector of changes, so that elements which cancel (relative prices)
    leave no small divisor.
    """
    share: dict[Link, FloatArray] = {}
    accord: dict[Node, FloatArray] = {}
    for node, causes in links.items():
        before, after = _effect(trace, node, first), _effect(trace, node, second)
        change = after - before
        moves = _size(change) > ROUNDING * (_size(before) + _size(after))
        over = jnp.where(moves, _along(change, change), 1.0)
        for cause in causes:
            part = _effect(trace, node, _moved(first, second, cause)) - before
            share[cause, node] = np.asarray(jnp.where(moves, _along(part, change) / over, 0.0))
        if node.is_state:
            went = second.levels[node.name][node.compartment] - first.levels[node.name][node.compartment]
            accord[node] = np.asarray(jnp.where(moves, jnp.sign(_along(went, change)), 0.0))
    return LinkScores(share, accord)


def _causes(parts: list[Expression], moving: frozenset[str]) -> Iterator[Node]:
    """Moving variables and compartments that expressions read, each once, in order."""
    found: dict[Node, None] = {}
    for part in parts:
        for inner in walk(part):
            if isinstance(inner, Reference) and inner.name in moving:
                found[Node(inner.name)] = None
            elif isinstance(inner, Level):
                found[Node(inner.state, inner.compartment)] = None
    yield from found


def _effect(trace: Trace, node: Node, moments: Moments) -> Array:
    """(*dims, step): value of a variable, rate of change of a state."""
    if not node.is_state:
        return trace.value(node.name, moments)
    state: State = trace.model.states[node.name]
    return trace.rate(state, moments)[node.compartment]


def _moved(first: Moments, second: Moments, cause: Node) -> Moments:
    """First moments with one cause taken from the second."""
    if not cause.is_state:
        value: Value = second.known[cause.name]
        return replace(first, known={**first.known, cause.name: value})
    level = first.levels[cause.name].at[cause.compartment].set(second.levels[cause.name][cause.compartment])
    return replace(first, levels={**first.levels, cause.name: level})


def _along(left: Array, right: Array) -> Array:
    """(step): inner product over all elements."""
    return jnp.sum(left * right, axis=tuple(range(left.ndim - 1)))


def _size(array: Array) -> Array:
    return jnp.sqrt(_along(array, array))
