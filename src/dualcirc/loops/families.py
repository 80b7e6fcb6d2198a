"""Feedback loops through one stock, their scores, and their sums over parallel pathways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import islice

import networkx as nx
import numpy as np

from dualcirc.errors import DualcircError, Problem, did_you_mean
from dualcirc.loops.links import Link, LinkScores, Node
from dualcirc.translate.ir import FloatArray, Model

MOST_LOOPS = 100_000
"""More loops than this are not listed; the weakest links are left out until there are fewer."""

WEAKEST = (0.0, 0.001, 0.003, 0.004, 0.005, 0.006, 0.008, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.3)
"""Mean share of a change that a link must exceed: the first limit that leaves few enough loops holds."""


@dataclass(frozen=True)
class Loop:
    """A closed chain of causes, from the chosen stock round to itself."""

    nodes: tuple[Node, ...]

    @property
    def stocks(self) -> tuple[Node, ...]:
        """States in causal order."""
        return tuple(node for node in self.nodes if node.is_state)


@dataclass(frozen=True)
class Found:
    """The loops through a stock."""

    loops: tuple[Loop, ...]
    weakest: float
    """Links that on average explain no larger share of a change are left out."""


@dataclass(frozen=True)
class Family:
    """All loops through the same stocks in the same order: parallel pathways, which may offset each other."""

    stocks: tuple[Node, ...]
    strongest: Loop
    """Member with the largest median score."""
    members: int
    score: FloatArray
    """(pair): signed sum of the loop scores; positive is reinforcing."""


def stock_node(model: Model, causes: Mapping[Node, tuple[Node, ...]], name: str) -> Node:
    """
    Node of the state that a variable holds.

    Raises
    ------
    DualcircError
        If no variable of that name is a state on a loop with other quantities.
    """
    owners = {model.states[node.name].owner: node for node in sorted(causes) if node.is_state}
    if name not in owners:
        expected = f"a stock, smooth or delay on a loop: {', '.join(owners) or 'the model has none'}"
        raise DualcircError(Problem(f"got stock '{name}'", str(model.path), None, expected, did_you_mean(name, owners)))
    return owners[name]


def find_loops(scores: LinkScores, stock: Node, most: int = MOST_LOOPS) -> Found:
    """
    Elementary loops through a stock over all links that are active.

    Notes
    -----
    Every loop is listed (Johnson's algorithm) as long as there are at most ``most``; else the weakest links are left
    out, as the heuristic of eberlein2020 follows the strongest.
    """
    # A share can be far above 1 where causes offset each other; that it does so once makes no link strong.
    strength = {link: float(np.minimum(np.abs(share), 1.0).mean()) for link, share in scores.share.items()}
    for weakest in WEAKEST:
        cycles = list(islice(_cycles([link for link, mean in strength.items() if mean > weakest], stock), most + 1))
        if len(cycles) <= most:
            return Found(tuple(Loop(_from(cycle, stock)) for cycle in cycles if stock in cycle), weakest)
    raise DualcircError(Problem(f"more than {most:,} loops are left even of the strongest links"))


def families(loops: Iterable[Loop], scores: LinkScores, stock: Node, *, published: bool = False) -> list[Family]:
    """
    Sums of the loop scores over loops with the same stocks in the same order, as the loops come.

    Parameters
    ----------
    loops, scores
        Loops through one stock, and what they are made of.
    stock
        The stock.
    published
        Scores as published, which grow without limit where a loop leads through a quick adjustment; else every other
        stock passes on its share of the push from outside itself.

    Notes
    -----
    A stock that follows its goal closely moves at a nearly constant rate: both the push of the goal and the pull of the
    stock itself are then many times the change of the rate, and so is every loop that leads through it, however little
    it carries. Divided by what its own loop leaves, ``1 - own share``, the shares of the other causes sum to 1.
    """
    own = {} if published else own_shares(scores)
    total: dict[tuple[Node, ...], FloatArray] = {}
    best: dict[tuple[Node, ...], tuple[float, Loop]] = {}
    members: dict[tuple[Node, ...], int] = {}
    for loop in loops:
        score = loop_score(loop, scores)
        size = float(np.median(np.abs(score)))
        key = loop.stocks
        total[key] = total[key] + score if key in total else score
        members[key] = members.get(key, 0) + 1
        if key not in best or size > best[key][0]:
            best[key] = (size, loop)
    for key in total:
        for other in key:
            if other != stock and other in own:
                left = np.abs(1.0 - own[other])
                total[key] = np.divide(total[key], left, out=np.zeros_like(total[key]), where=left > 0)
    return [Family(key, best[key][1], members[key], total[key]) for key in total]


def own_shares(scores: LinkScores) -> dict[Node, FloatArray]:
    """Part of the change of the rate of each state that its own change explains, through all pathways, (pair)."""
    causes: dict[Node, list[Node]] = {}
    for cause, effect in scores.share:
        causes.setdefault(effect, []).append(cause)
    algebra = {node: [c for c in found if not c.is_state] for node, found in causes.items() if not node.is_state}
    order = [node for node in TopologicalSorter(algebra).static_order() if node in algebra]
    result: dict[Node, FloatArray] = {}
    for state in sorted(node for node in causes if node.is_state):
        reached: dict[Node, FloatArray] = {state: np.ones(len(scores.accord[state]))}
        for node in [*order, state]:
            parts = [scores.share[cause, node] * reached[cause] for cause in causes[node] if cause in reached]
            if parts:
                reached[node] = np.sum(parts, axis=0)
            elif node == state:
                reached[node] = np.zeros(len(scores.accord[state]))
        result[state] = reached[state]
    return result


def loop_score(loop: Loop, scores: LinkScores) -> FloatArray:
    """(pair): product of the shares round the loop as published, positive where the loop reinforces."""
    score: FloatArray = np.ones(1)
    for cause, effect in zip(loop.nodes, (*loop.nodes[1:], loop.nodes[0]), strict=True):
        score = score * scores.share[cause, effect]
    for stock in loop.stocks:
        score = score * scores.accord[stock]
    return score


def relative(families: Sequence[Family]) -> FloatArray:
    """(family, pair): score over the sum of the absolute scores; 0 where nothing changes."""
    scores = np.array([family.score for family in families])
    total = np.abs(scores).sum(axis=0)
    shares: FloatArray = np.divide(scores, total, out=np.zeros_like(scores), where=total > 0)
    return shares


def on_loops(causes: Mapping[Node, tuple[Node, ...]]) -> Mapping[Node, tuple[Node, ...]]:
    """Causes of the nodes that stand on a loop, those on the same loop alone."""
    graph = _graph((cause, node) for node, found in causes.items() for cause in found)
    part = {node: k for k, nodes in enumerate(nx.strongly_connected_components(graph)) for node in nodes}
    kept = {node: tuple(cause for cause in found if part[cause] == part[node]) for node, found in causes.items()}
    return {node: found for node, found in kept.items() if found}


def _graph(links: Iterable[Link]) -> nx.DiGraph[Node]:
    graph: nx.DiGraph[Node] = nx.DiGraph()
    graph.add_edges_from(sorted(links))
    return graph


def _cycles(links: Sequence[Link], stock: Node) -> Iterator[list[Node]]:
    """Cycles of the part of the graph around the stock; numbers make the order the same every time."""
    graph = _graph(links)
    if stock not in graph:
        return
    part = sorted(next(nodes for nodes in nx.strongly_connected_components(graph) if stock in nodes))
    number = {node: place for place, node in enumerate(part)}
    numbered: nx.DiGraph[int] = nx.DiGraph()
    numbered.add_edges_from((number[a], number[b]) for a, b in graph.edges if a in number and b in number)
    yield from ([part[place] for place in cycle] for cycle in nx.simple_cycles(numbered))


def _from(cycle: Sequence[Node], stock: Node) -> tuple[Node, ...]:
    """Cycle that starts at the stock."""
    start = cycle.index(stock) if stock in cycle else 0
    return (*cycle[start:], *cycle[:start])
