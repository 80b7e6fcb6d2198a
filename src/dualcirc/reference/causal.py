"""Causal-loop picture of a sector: what moves over time, and with which sign it acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from dualcirc.reference.arrange import arrange, within_pages
from dualcirc.reference.blocks import Part
from dualcirc.reference.graph import Graph
from dualcirc.reference.layered import Point
from dualcirc.reference.ordering import Edge, ranks
from dualcirc.reference.polarity import Polarity
from dualcirc.reference.shapes import Kind, Label, Mark, Shape, plain_shape, text_width
from dualcirc.reference.view import Arrow, Listing, View, extent
from dualcirc.translate.order import varying

_BETWEEN_HEADS = 9.0
_LETTERS = 15
_WIDTH = 1250.0
"""Width at which a chain goes on below; loops are worth smaller letters."""


@dataclass(frozen=True)
class _Link:
    """An arrow between two boxes of the picture."""

    cause: int
    use: int
    sign: str
    backward: bool

    @property
    def columns(self) -> Edge:
        """Its ends from left to right."""
        return (self.use, self.cause) if self.backward else (self.cause, self.use)


def causal_loops(graph: Graph, sector: str, label: Label = str) -> View:
    """
    Causal-loop picture of a sector: constants left out, every arrow with its sign, loops closed.

    What moves by itself (paths, levers) and what comes from other sectors is listed under its reader.
    """
    moving = varying(graph.model)
    names = [name for name in graph.sectors[sector] if name in moving and any(c in moving for c in graph.causes[name])]
    number = {name: at for at, name in enumerate(names)}
    picture = _Picture(graph, sector, moving, number, Polarity(graph), label)
    links = picture.links(names)
    edges = {link.columns for link in links}
    kept = within_pages([picture.shape(name, edges) for name in names], edges, _WIDTH)
    shapes = [picture.shape(name, kept) for name in names]
    links = [link for link in links if link.columns in kept]
    bundles = {link.columns: (link.sign, link.backward) for link in links}
    corners, routes = arrange(shapes, sorted(bundles), bundles)
    marks = {
        name: replace(mark, x=mark.x + corners[at][0], y=mark.y + corners[at][1])
        for at, name in enumerate(names)
        for mark in [shapes[at].marks[name]]
    }
    listings = tuple(
        Listing(replace(mark, x=mark.x + corners[at][0], y=mark.y + corners[at][1]), names[at], part, mark.lines[0][0])
        for at, shape in enumerate(shapes)
        for mark, part in shape.listed
    )
    arrows = tuple(_spread([_arrow(link, names, marks, routes) for link in links]))
    width, height = extent(shapes, corners, arrows)
    return View(sector, width, height, marks, listings, (), arrows)


@dataclass(frozen=True)
class _Picture:
    """What a picture is drawn of."""

    graph: Graph
    sector: str
    moving: frozenset[str]
    number: Mapping[str, int]
    polarity: Polarity
    label: Label

    def shape(self, name: str, edges: set[Edge]) -> Shape:
        """A variable with the list of what acts on it without an arrow."""
        at = self.number[name]
        linked = {one for edge in edges if at in edge for one in edge}
        causes = [cause for cause in self.graph.causes[name] if cause in self.moving]
        marks = [self._listed(cause, name) for cause in causes if self.number.get(cause) not in linked]
        kind: Kind = "stock" if self.graph.model.variables[name].kind == "stock" else "plain"
        heads = sum(at == right for _, right in edges) if kind == "stock" else 0
        return plain_shape(Part(name, "plain", ()), kind, marks, self.label, _LETTERS, heads * _BETWEEN_HEADS)

    def _listed(self, name: str, use: str) -> Mark:
        sign = _typeset(self.polarity.of(name, use))
        elsewhere = self.graph.sector(name) != self.sector or name in self.number
        text = f"{sign} <{self.label(name)}>" if elsewhere else f"{sign} {self.label(name)}"
        kind: Kind = "shadow" if elsewhere else "data"
        return Mark(name, kind, 0.0, 0.0, text_width(text) / 2, 6.0, (text,), elsewhere)

    def links(self, names: Sequence[str]) -> list[_Link]:
        """Arrows between the variables of the picture; those against the order of the columns run backwards."""
        number = self.number
        pairs = [
            (number[cause], number[name]) for name in names for cause in self.graph.causes[name] if cause in number
        ]
        layers = ranks(len(names), pairs)
        return [
            _Link(cause, use, _typeset(self.polarity.of(names[cause], names[use])), layers[cause] >= layers[use])
            for cause, use in pairs
        ]


def _arrow(
    link: _Link, names: Sequence[str], marks: Mapping[str, Mark], routes: Mapping[Edge, tuple[Point, ...]]
) -> Arrow:
    """Arrow from the right of its cause to the left of its use; a backward one from left to right."""
    cause, use = marks[names[link.cause]], marks[names[link.use]]
    left, right = (use, cause) if link.backward else (cause, use)
    level, *route = routes[link.columns]
    start = (left.x + left.half_width, left.y)
    points = (start, (level[0], left.y), *route, (right.x - right.half_width, right.y))
    return Arrow(cause.name, use.name, points[::-1] if link.backward else points, sign=link.sign)


def _spread(arrows: Sequence[Arrow]) -> list[Arrow]:
    """Arrows with their ends one below the other where several meet on one side of a variable."""
    ends: dict[tuple[str, bool], list[tuple[float, int, bool]]] = {}
    for at, arrow in enumerate(arrows):
        rightward = arrow.points[-1][0] > arrow.points[0][0]
        ends.setdefault((arrow.use, rightward), []).append((_bend(arrow, rightward), at, False))
        if not rightward:
            ends.setdefault((arrow.cause, True), []).append((arrow.points[1][1], at, True))
    for at, arrow in enumerate(arrows):  # all arrows to the right leave a variable at one place, between those that end
        found = ends.get((arrow.cause, False), [])
        if arrow.points[-1][0] > arrow.points[0][0] and all(at >= 0 for _, at, _ in found) and found:
            found.append((arrow.points[0][1], -1, True))
    shifted = list(arrows)
    for found in ends.values():
        ordered = sorted(found)
        own = next((place for place, (_, at, _) in enumerate(ordered) if at < 0), (len(found) - 1) / 2)
        for place, (_, at, at_start) in enumerate(ordered):
            if at >= 0:
                shifted[at] = _moved(shifted[at], (place - own) * _BETWEEN_HEADS, at_start)
    return shifted


def _bend(arrow: Arrow, rightward: bool) -> float:
    """Height from which an arrow comes to its end; one that runs back ends with a level run."""
    return arrow.points[-2][1] if rightward else arrow.points[-3][1]


def _moved(arrow: Arrow, shift: float, at_start: bool) -> Arrow:
    """Arrow with one end moved up or down; a backward one keeps its level run beside the variable it ends at."""
    points = list(arrow.points)
    ends = [0] if at_start else [-1]
    if not at_start and points[-1][0] < points[0][0]:
        ends.append(-2)
    for end in ends:
        points[end] = (points[end][0], points[end][1] + shift)
    return replace(arrow, points=tuple(points))


def _typeset(sign: str) -> str:
    return "\N{MINUS SIGN}" if sign == "-" else sign
