"""Columns of boxes and their order in them, by the method of Sugiyama: short arrows, few crossings.

Own code, for igraph's version ends the process at random (``layout_sugiyama`` of 1.0.0, segmentation fault), and the
sketch in the model file needs the same bytes on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Edge = tuple[int, int]

_SWEEPS = 24


def ranks(count: int, edges: Sequence[Edge]) -> list[int]:
    """Column of every box: right of its causes, next to its nearest use; loops broken where few arrows are turned."""
    place = {at: number for number, at in enumerate(_sequence(count, edges))}
    forward = sorted({(one, other) if place[one] < place[other] else (other, one) for one, other in edges})
    before, after = _neighbours(count, forward)
    layers = [0] * count
    in_order = sorted(range(count), key=place.__getitem__)
    for at in in_order:
        layers[at] = max((layers[cause] + 1 for cause in before[at]), default=0)
    for at in reversed(in_order):
        if len(after[at]) > len(before[at]):
            layers[at] = min(layers[use] for use in after[at]) - 1
    return layers


def columns(layers: Sequence[int], edges: Sequence[Edge]) -> list[list[int]]:
    """
    Boxes of every column from top to bottom.

    Parameters
    ----------
    layers
        Column of every box.
    edges
        Pairs of boxes in neighbouring columns.
    """
    order = [[at for at, layer in enumerate(layers) if layer == column] for column in range(max(layers) + 1)]
    before, after = _neighbours(len(layers), edges)
    best, fewest = order, _crossings(order, edges)
    for sweep in range(_SWEEPS):
        leftward = sweep % 2 == 1
        place = {at: float(row) for column in order for row, at in enumerate(column)}
        order = [list(column) for column in order]
        for column in reversed(order) if leftward else order:
            linked = after if leftward else before
            wanted = {at: _mean([place[other] for other in linked[at]], place[at]) for at in column}
            column.sort(key=lambda at: (wanted[at], place[at]))
            place |= {at: float(row) for row, at in enumerate(column)}
        crossings = _crossings(order, edges)
        if crossings < fewest:
            best, fewest = order, crossings
    return best


def components(count: int, edges: Sequence[Edge]) -> list[list[int]]:
    """Boxes that hang together, in groups ordered by their first."""
    leader = list(range(count))
    for one, other in edges:
        low, high = sorted((leader[one], leader[other]))
        leader = [low if lead == high else lead for lead in leader]
    return [[at for at in range(count) if leader[at] == lead] for lead in sorted(set(leader))]


def _sequence(count: int, edges: Sequence[Edge]) -> list[int]:
    """Order in which few arrows point backwards: sinks last, sources first, else what gives most and takes least.

    The heuristic of Eades, Lin and Smyth (1993, Information Processing Letters 47).
    """
    left, first, last = set(range(count)), list[int](), list[int]()
    before, after = _neighbours(count, edges)
    while left:
        sink = next((at for at in sorted(left, reverse=True) if not after[at] & left), None)
        if sink is not None:
            last.append(sink)
            left.remove(sink)
            continue
        chosen = min(left, key=lambda at: (bool(before[at] & left), len(before[at] & left) - len(after[at] & left), at))
        first.append(chosen)
        left.remove(chosen)
    return first + last[::-1]


def _neighbours(count: int, edges: Sequence[Edge]) -> tuple[list[set[int]], list[set[int]]]:
    """Boxes from which arrows come, and to which they go."""
    before: list[set[int]] = [set() for _ in range(count)]
    after: list[set[int]] = [set() for _ in range(count)]
    for one, other in edges:
        before[other].add(one)
        after[one].add(other)
    return before, after


def _crossings(order: Sequence[Sequence[int]], edges: Sequence[Edge]) -> int:
    """Pairs of arrows between the same two columns that cross."""
    place: Mapping[int, tuple[int, int]] = {
        at: (number, row) for number, column in enumerate(order) for row, at in enumerate(column)
    }
    ends = sorted((place[one][0], place[one][1], place[other][1]) for one, other in edges)
    return sum(
        one[0] == other[0] and one[1] < other[1] and one[2] > other[2]
        for number, one in enumerate(ends)
        for other in ends[number + 1 :]
    )


def _mean(values: Sequence[float], default: float) -> float:
    return sum(values) / len(values) if values else default
