"""The picture of one sector: what stands where. SVG and the sketch of the model file are drawn from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dualcirc.reference.arrange import arrange, short_edges, within_pages
from dualcirc.reference.blocks import Block, Part, all_causes, blocks_of
from dualcirc.reference.graph import Graph
from dualcirc.reference.layered import Point
from dualcirc.reference.ordering import Edge
from dualcirc.reference.shapes import Kind, Label, Mark, Pipe, Shape, entry_key, plain_shape, stock_shape, text_width


@dataclass(frozen=True)
class Arrow:
    """An arrow from cause to use along some points."""

    cause: str
    use: str
    points: tuple[Point, ...]
    within: bool = False
    """Whether both ends stand in one block, so that the arrow runs above it."""
    steep: bool = False
    """Whether it ends at a valve or stock, from above."""
    sign: str = ""
    """Sign of the effect, in a causal-loop picture."""


@dataclass(frozen=True)
class Listing:
    """A cause in the list under the variable that reads it."""

    mark: Mark
    use: str
    part: Part
    sign: str = ""


@dataclass(frozen=True)
class View:
    """Picture of a sector, in points from its top left corner."""

    sector: str
    width: float
    height: float
    marks: Mapping[str, Mark]
    """Own variables that are not in a list, by name."""
    listings: tuple[Listing, ...]
    pipes: tuple[Pipe, ...]
    arrows: tuple[Arrow, ...]


def stock_and_flow(graph: Graph, sector: str, label: Label = str) -> View:
    """
    Stock-and-flow picture of a sector.

    Parameters
    ----------
    graph
        The model.
    sector
        Group of the model file.
    label
        Text for the name of a variable: the name itself by default.
    """
    blocks = blocks_of(graph, sector)
    home = {name: at for at, block in enumerate(blocks) for name in block.names}
    edges = short_edges(blocks, home)
    edges = within_pages(_shapes(graph, sector, blocks, home, edges, label), edges)
    shapes = _shapes(graph, sector, blocks, home, edges, label)
    corners, routes = arrange(shapes, sorted(edges))
    return _assembled(sector, blocks, home, shapes, corners, routes)


def _shapes(
    graph: Graph, sector: str, blocks: Sequence[Block], home: Mapping[str, int], edges: set[Edge], label: Label
) -> list[Shape]:
    """Shapes with the lists of all causes from which no arrow is drawn."""
    listed_before: set[str] = set(home)
    shapes = []
    for at, block in enumerate(blocks):
        causes: dict[str, list[Mark]] = {}
        for part in block.parts:
            marks = []
            for cause in part.causes:
                if cause in home and (home[cause] == at or (home[cause], at) in edges):
                    continue
                marks.append(_listed(graph, sector, cause, cause in listed_before, label))
                listed_before.add(cause)
            causes[entry_key(part)] = marks
        first = block.parts[0]
        if first.role == "stock":
            acts = any((at, home[use]) in edges for use in graph.uses[first.name] if use in home)
            shapes.append(stock_shape(block, causes, label, acts=acts))
        else:
            shapes.append(plain_shape(first, _kind(graph, first.name), causes[first.name], label))
    return shapes


def _listed(graph: Graph, sector: str, name: str, seen: bool, label: Label) -> Mark:
    foreign = graph.sector(name) != sector
    kind: Kind = "shadow" if foreign or all_causes(graph, name) else _kind(graph, name)
    text = f"<{label(name)}>" if foreign or seen else label(name)
    return Mark(name, kind, 0.0, 0.0, text_width(text) / 2, 6.0, (text,), foreign or seen)


def _kind(graph: Graph, name: str) -> Kind:
    variable = graph.model.variables[name]
    if variable.kind == "data":
        return "data"
    if variable.kind in ("constant", "control"):
        return "constant"
    return "delay" if graph.states(name) else "plain"


def _assembled(
    sector: str,
    blocks: Sequence[Block],
    home: Mapping[str, int],
    shapes: Sequence[Shape],
    corners: Sequence[Point],
    routes: Mapping[Edge, tuple[Point, ...]],
) -> View:
    """Marks, lists, pipes and arrows of all blocks, moved to their places."""
    marks: dict[str, Mark] = {}
    listings: list[Listing] = []
    pipes: list[Pipe] = []
    for shape, (x, y) in zip(shapes, corners, strict=True):
        marks |= {name: replace(mark, x=mark.x + x, y=mark.y + y) for name, mark in shape.marks.items()}
        for mark, part in shape.listed:
            listings.append(Listing(replace(mark, x=mark.x + x, y=mark.y + y), part.name, part))
        pipes += [
            replace(
                pipe, valve=_moved(pipe.valve, x, y), cloud=_moved(pipe.cloud, x, y), stock=_moved(pipe.stock, x, y)
            )
            for pipe in shape.pipes
        ]
    arrows = tuple(_arrows(blocks, home, shapes, corners, routes))
    width, height = extent(shapes, corners, arrows)
    return View(sector, width, height, marks, tuple(listings), tuple(pipes), arrows)


def extent(shapes: Sequence[Shape], corners: Sequence[Point], arrows: Sequence[Arrow]) -> Point:
    """Width and height that blocks and arrows take."""
    ends = [(x + shape.size.width, y + shape.size.height) for shape, (x, y) in zip(shapes, corners, strict=True)]
    ends += [point for arrow in arrows for point in arrow.points]
    return max((x for x, _ in ends), default=0.0), max((y for _, y in ends), default=0.0)


def _arrows(
    blocks: Sequence[Block],
    home: Mapping[str, int],
    shapes: Sequence[Shape],
    corners: Sequence[Point],
    routes: Mapping[Edge, tuple[Point, ...]],
) -> Iterator[Arrow]:
    for at, block in enumerate(blocks):
        for part in block.parts:
            end = _moved(shapes[at].entries[entry_key(part)], *corners[at])
            for cause in part.causes:
                source = home.get(cause)
                if source == at:
                    start = _moved(_start_within(shapes[at], cause, part), *corners[at])
                    yield Arrow(cause, part.name, (start, end), within=True)
                elif source is not None and (source, at) in routes:
                    start = _moved(shapes[source].exits[cause], *corners[source])
                    steep = part.role in ("inflow", "outflow", "net") or (part.role == "stock" and len(block.parts) > 1)
                    level, *route = routes[source, at]
                    way = [(level[0], start[1]), *route]
                    if steep:  # through the gap between the columns to just above the valve
                        detour = shapes[at].detour if part.role == "outflow" else ()
                        above = detour[0][1] + corners[at][1] if detour else end[1] - 10.0
                        way += [(corners[at][0], above), *(_moved(point, *corners[at]) for point in detour)]
                    yield Arrow(cause, part.name, (start, *way, end), steep=steep)


def _start_within(shape: Shape, cause: str, part: Part) -> Point:
    """Where an arrow within a block begins: at the stock beside the pipe of the flow, or above another flow."""
    pipe = next((pipe for pipe in shape.pipes if pipe.flow_name == (part.name if part.role != "net" else "")), None)
    if pipe is not None and cause == pipe.stock_name:
        return pipe.stock[0], pipe.stock[1] - 9.0
    mark = shape.marks[cause]
    return mark.x, mark.y - mark.half_height


def _moved(point: Point, x: float, y: float) -> Point:
    return point[0] + x, point[1] + y
