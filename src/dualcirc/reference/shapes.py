"""Sizes and inner places of the blocks of a picture."""

from __future__ import annotations

import math
import textwrap
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from dualcirc.reference.blocks import Block, Part
from dualcirc.reference.layered import Point, Size

Kind = Literal["plain", "stock", "delay", "flow", "constant", "data", "shadow"]
Label = Callable[[str], str]

FONT, LINE = 11.0, 13.0
SMALL, SMALL_LINE = 10.0, 12.5
VALVE = 7.0
"""Half the width of a valve."""
_LETTERS = 20
_INDENT = 11.0
_LIST_ROWS = 17
"""Causes of a list one below the other; a longer list has several columns."""
_ROW_GAP = 26.0
_HEADROOM = 16.0
"""Room above a stock for the arrows that run back to its flows."""


@dataclass(frozen=True)
class Mark:
    """A variable in a picture: centre, half sizes and text."""

    name: str
    kind: Kind
    x: float
    y: float
    half_width: float
    half_height: float
    lines: tuple[str, ...]
    is_ghost: bool = False
    """Whether the variable itself stands elsewhere: in another sector, or in another place of this one."""

    @property
    def is_listed(self) -> bool:
        """Whether it stands in the list under its reader."""
        return self.kind in ("constant", "data", "shadow")


@dataclass(frozen=True)
class Pipe:
    """A flow: its valve, its far end in the cloud, and the stock's edge."""

    valve: Point
    cloud: Point
    stock: Point
    inward: bool
    stock_name: str
    flow_name: str
    """Variable at the valve; empty for a net flow without a name."""


@dataclass(frozen=True)
class Shape:
    """One block with the places of its marks, from its top left corner."""

    size: Size
    marks: Mapping[str, Mark]
    """Marks of its own variables by name."""
    listed: Sequence[tuple[Mark, Part]]
    """Causes in the lists under the parts that read them."""
    pipes: Sequence[Pipe]
    entries: Mapping[str, Point]
    """Where arrows end, by name of the variable, or of the stock followed by ``' net'``."""
    exits: Mapping[str, Point]
    detour: tuple[Point, ...] = ()
    """Points above the stock, which arrows to the flows out of it pass."""


def entry_key(part: Part) -> str:
    """Key of a part among the entries of its shape."""
    return f"{part.name} net" if part.role == "net" else part.name


def text_width(text: str, font: float = FONT) -> float:
    """Width of a text in a sans-serif font of that size, rather too wide than too narrow."""
    return sum(_letter_width(letter) for letter in text) * font


def wrapped(text: str, letters: int = _LETTERS) -> tuple[str, ...]:
    """Text in lines of about equal length; Chinese text breaks anywhere."""
    if any(unicodedata.east_asian_width(letter) == "W" for letter in text):
        return tuple(textwrap.wrap(text, max(letters // 2, 1)))
    rows = len(textwrap.wrap(text, letters, break_long_words=False))
    for width in range(max(len(text) // max(rows, 1), 1), letters + 1):
        lines = textwrap.wrap(text, width, break_long_words=False)
        if len(lines) <= rows:
            return tuple(lines)
    return tuple(textwrap.wrap(text, letters, break_long_words=False))


def plain_shape(
    part: Part, kind: Kind, causes: Sequence[Mark], label: Label, letters: int = _LETTERS, least: float = 0.0
) -> Shape:
    """One variable of some least height with the list of its causes below."""
    lines = wrapped(label(part.name), letters)
    width, height = max(text_width(line) for line in lines) + 10.0, max(LINE * len(lines) + 8.0, least)
    mark = Mark(part.name, kind, width / 2, height / 2, width / 2, height / 2, lines)
    listed, bottom, right = _list(causes, part, 0.0, height)
    size = Size(max(width, right), bottom, height / 2)
    ends = {part.name: (0.0, height / 2)}
    return Shape(size, {part.name: mark}, listed, (), ends, {part.name: (width, height / 2)})


def stock_shape(block: Block, causes: Mapping[str, Sequence[Mark]], label: Label, *, acts: bool = False) -> Shape:
    """A stock between the flows into it, on the left, and those out of it, on the right; each with its causes.

    Where it acts on other blocks its box reaches below the flows on the right, so that arrows pass under them.
    """
    stock = block.parts[0]
    left = [part for part in block.parts[1:] if part.role != "outflow"]
    right = [part for part in block.parts[1:] if part.role == "outflow"]
    lines = wrapped(label(stock.name), 16)
    half = max(max(text_width(line) for line in lines) / 2 + 8.0, 38.0)
    lefts = [_flow_row(part, causes[entry_key(part)], label) for part in left]
    rights = [_flow_row(part, causes[entry_key(part)], label) for part in right]
    left_width = max((row.width for row in lefts), default=0.0)
    pipe_y = _HEADROOM + 19.0
    left_ys, left_bottom = _rows(lefts, pipe_y)
    right_ys, right_bottom = _rows(rights, pipe_y)
    box_bottom = max([pipe_y + max(19.0, LINE * len(lines) / 2 + 5.0), *(y + 12.0 for y in (*left_ys, *right_ys))])
    centre = left_width + half
    if acts and rights:
        box_bottom = max(box_bottom, right_bottom + 8.0)
    middle = (_HEADROOM + box_bottom) / 2
    marks = {stock.name: Mark(stock.name, "stock", centre, middle, half, box_bottom - middle, lines)}
    listed, bottom, list_right = _list(causes[stock.name], stock, left_width + 6.0, box_bottom)
    pipes: list[Pipe] = []
    entries: dict[str, Point] = {stock.name: (left_width, middle) if not left else (centre, _HEADROOM)}
    exits: dict[str, Point] = {stock.name: (left_width + 2 * half, middle if not right else box_bottom - 5.0)}
    for row, y in [*zip(lefts, left_ys, strict=True), *zip(rights, right_ys, strict=True)]:
        inward = row.part.role != "outflow"
        start = left_width - row.width if inward else left_width + 2 * half
        valve = (start + row.valve, y)
        cloud = (start + 9.0, y) if inward else (start + row.width - 9.0, y)
        edge = (left_width if inward else start, y)
        flow_name = "" if row.part.role == "net" else row.part.name
        pipes.append(Pipe(valve, cloud, edge, inward, stock.name, flow_name))
        if row.mark is not None:
            marks[flow_name] = replace(row.mark, x=start + row.mark.x, y=y + row.mark.y)
            exits[flow_name] = (start + row.mark.x + row.mark.half_width, y + row.mark.y)
        entries[entry_key(row.part)] = (valve[0], y - VALVE)
        listed += [(replace(mark, x=mark.x + start, y=mark.y + y), row.part) for mark in row.listed]
    width = max(left_width + 2 * half + max((row.width for row in rights), default=0.0), list_right)
    size = Size(width, max(left_bottom, right_bottom, bottom), pipe_y)
    detour = ((left_width - 4.0, 1.0), (left_width + 2 * half, 1.0))
    return Shape(size, marks, listed, pipes, entries, exits, detour)


@dataclass(frozen=True)
class _Row:
    """One flow of a stock, measured from its pipe."""

    part: Part
    mark: Mark | None
    listed: Sequence[Mark]
    width: float
    depth: float
    valve: float


def _flow_row(part: Part, causes: Sequence[Mark], label: Label) -> _Row:
    lines = wrapped(label(part.name), 16) if part.role != "net" else ()
    text = max((text_width(line) for line in lines), default=0.0) + 4.0
    width = max(text + 22.0, 74.0)
    valve = width / 2
    depth = VALVE + 3.0
    mark = None
    if lines:
        half = LINE * len(lines) / 2
        mark = Mark(part.name, "flow", valve, depth + half, text / 2, half, lines)
        depth += 2 * half
    listed, bottom, right = _list(causes, part, max(valve - text / 2, 4.0) if lines else valve - 4.0, depth)
    return _Row(part, mark, [one for one, _ in listed], max(width, right + 6.0), bottom, valve)


def _rows(rows: Sequence[_Row], first: float) -> tuple[list[float], float]:
    """Heights of the pipes of flows one below the other, and where the last ends."""
    places, y = [], first
    for row in rows:
        places.append(y)
        y += row.depth + _ROW_GAP
    return places, y - _ROW_GAP if rows else 0.0


def _list(causes: Sequence[Mark], part: Part, x: float, y: float) -> tuple[list[tuple[Mark, Part]], float, float]:
    """Marks of the causes under their reader, a long list in columns; bottom and right edge of the list."""
    if not causes:
        return [], y, 0.0
    rows = math.ceil(len(causes) / math.ceil(len(causes) / _LIST_ROWS))
    placed, right = [], x - _INDENT / 2
    for first in range(0, len(causes), rows):
        left = right = right + 1.5 * _INDENT
        for number, mark in enumerate(causes[first : first + rows]):
            half = text_width(mark.lines[0], SMALL) / 2
            centre = y + 3.0 + SMALL_LINE * (number + 0.5)
            placed.append((replace(mark, x=left + half, y=centre, half_width=half, half_height=SMALL_LINE / 2), part))
            right = max(right, left + 2 * half)
    return placed, y + 3.0 + SMALL_LINE * rows, right


def _letter_width(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in "iljtfrI.,:;'|!()[]- ":
        return 0.36
    if letter in "mwMW":
        return 0.92
    return 0.72 if letter.isupper() else 0.61
