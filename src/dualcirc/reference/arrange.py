"""Which arrows a picture draws, and where its blocks go on the page."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from dualcirc.reference.blocks import Block
from dualcirc.reference.layered import COLUMN_GAP, Placed, Point, place
from dualcirc.reference.ordering import Edge, components, ranks
from dualcirc.reference.shapes import Shape

MAX_SPAN = 2
"""Columns that an arrow may cross; the cause of a longer one is listed under its use."""
PAGE_WIDTH = 1080.0
"""Width at which a chain goes on below; a page across then shows its text at about 7 points."""
_GAP = 30.0


def short_edges(blocks: Sequence[Block], home: Mapping[str, int]) -> set[Edge]:
    """Pairs of blocks between which an arrow is drawn: forward, and over few columns."""
    edges = {
        (home[cause], at)
        for at, block in enumerate(blocks)
        for part in block.parts
        for cause in part.causes
        if home.get(cause, at) != at and not _flows_in(blocks[home[cause]], cause)
    }
    while True:
        layers = ranks(len(blocks), sorted(edges))
        kept = {(one, other) for one, other in edges if 0 < layers[other] - layers[one] <= MAX_SPAN}
        if kept == edges:
            return edges
        edges = kept


def _flows_in(block: Block, name: str) -> bool:
    """Whether a variable is a flow into the stock of a block, which then stands in the way of its arrows."""
    return any(part.name == name and part.role == "inflow" for part in block.parts)


def within_pages(shapes: Sequence[Shape], edges: set[Edge], page: float = PAGE_WIDTH) -> set[Edge]:
    """Arrows within a strip of columns; the strips, each as wide as a page, stand one below the other."""
    layers = ranks(len(shapes), sorted(edges))
    widths = [0.0] * (max(layers, default=0) + 1)
    for shape, layer in zip(shapes, layers, strict=True):
        widths[layer] = max(widths[layer], shape.size.width + COLUMN_GAP)
    strips, strip, used = [], 0, 0.0
    for width in widths:
        if used and used + width > page + COLUMN_GAP:
            strip, used = strip + 1, 0.0
        used += width
        strips.append(strip)
    return {(one, other) for one, other in edges if strips[layers[one]] == strips[layers[other]]}


def arrange(
    shapes: Sequence[Shape], edges: Sequence[Edge], bundles: Mapping[Edge, Hashable] | None = None
) -> tuple[list[Point], dict[Edge, tuple[Point, ...]]]:
    """
    Places of all blocks: what is linked together, the groups and the single blocks in shelves on the page.

    Parameters
    ----------
    shapes
        Of the blocks.
    edges
        Pairs of blocks, the first further left.
    bundles
        What arrows of one block have in common that run together; all run together if not given.

    Returns
    -------
    list, dict
        Top left corner of every block; points of every arrow, of which the first tells how far to the right it runs
        level, at whatever height it starts.
    """
    groups = components(len(shapes), edges)
    placed: list[tuple[list[int], list[Edge], Placed]] = []
    for group in groups:
        inner = {at: number for number, at in enumerate(group)}
        own = [(inner[one], inner[other]) for one, other in edges if one in inner]
        layers = ranks(len(group), own) if own else [0] * len(group)
        shared = {(inner[one], inner[other]): (bundles or {}).get((one, other)) for one, other in edges if one in inner}
        placed.append((group, own, place([shapes[at].size for at in group], own, layers, shared)))
    corners: list[Point] = [(0.0, 0.0)] * len(shapes)
    routes: dict[Edge, tuple[Point, ...]] = {}
    for (group, own, place_), (x, y) in zip(placed, _shelves([p for _, _, p in placed]), strict=True):
        for number, at in enumerate(group):
            corners[at] = (x + place_.corners[number][0], y + place_.corners[number][1])
        for one, other in own:
            points = place_.routes[one, other]
            edge = (x + place_.rights[one], 0.0)
            routes[group[one], group[other]] = (edge, *((x + px, y + py) for px, py in points))
    return corners, routes


def _shelves(boxes: Sequence[Placed]) -> list[Point]:
    """Corners of boxes in rows, the tallest first; each goes where there is room: under another box, or beside all."""
    limit = max([PAGE_WIDTH, *(box.width for box in boxes)])
    corners: list[Point] = [(0.0, 0.0)] * len(boxes)
    shelves: list[_Shelf] = []
    for at in sorted(range(len(boxes)), key=lambda at: (-round(boxes[at].height), at)):
        corner = next(filter(None, (shelf.put(boxes[at], limit) for shelf in shelves)), None)
        if corner is None:
            top = shelves[-1].top + shelves[-1].height + _GAP if shelves else 0.0
            shelves.append(_Shelf(top, boxes[at].height, [_Pile(0.0, boxes[at].width, boxes[at].height)]))
            corner = (0.0, top)
        corners[at] = corner
    return corners


@dataclass
class _Pile:
    """Boxes one below the other: left edge, width, and height in use."""

    left: float
    width: float
    used: float


@dataclass
class _Shelf:
    """Row of piles, none higher than the first."""

    top: float
    height: float
    piles: list[_Pile]

    def put(self, box: Placed, limit: float) -> Point | None:
        """Place a box and return its corner; none where there is no room."""
        for pile in self.piles[1:]:
            below = pile.used + _GAP / 2
            if box.width <= pile.width and below + box.height <= self.height:
                pile.used = below + box.height
                return pile.left, self.top + below
        left = self.piles[-1].left + self.piles[-1].width + COLUMN_GAP
        if left + box.width > limit:
            return None
        self.piles.append(_Pile(left, box.width, box.height))
        return left, self.top
