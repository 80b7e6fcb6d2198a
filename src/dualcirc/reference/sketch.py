"""The sketch section of a model file: one view for each sector, drawn from the same layout as the pictures.

The lines are those of Vensim's sketch format (10 variable, 11 valve, 12 cloud, 1 arrow or pipe); PySD reads from them
in which view a variable stands (``parsing_grammars/sketch.peg``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from dualcirc.errors import OutputError, Problem
from dualcirc.files.paths import shown
from dualcirc.reference.graph import Graph
from dualcirc.reference.layered import Point
from dualcirc.reference.mdl_text import SKETCH_END, read_mdl_text
from dualcirc.reference.shapes import Mark, Pipe
from dualcirc.reference.view import View, stock_and_flow
from dualcirc.translate.entries import SKETCH
from dualcirc.translate.ir import Model
from dualcirc.translate.load import load

_HEAD = f"""{SKETCH} Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*%s
$192-192-192,0,Arial|8||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0
"""
_ORIGIN = 70.0
_NORMAL, _SHADOW = 3, 2
"""Even for a shadow of a variable that stands elsewhere: Vensim's bits of what an object may do."""
_STOCK, _PLAIN, _AT_VALVE = 3, 8, 40
_LIST_ROOM = 1.2
"""Room of a name in a list, so that it stays on one line in a wider font."""
_HEADED, _HEADLESS = 4, 100
"""Pipe to where the flow goes, and to where it comes from."""


def write_sketch(path: Path) -> bool:
    """Replace the sketch in a model file by that of its equations, and tell whether the file has changed."""
    text = with_sketch(load(path))
    if text == path.read_text(encoding="utf-8"):
        return False
    try:
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as fault:
        raise OutputError(Problem(f"the sketch cannot be written: {fault}", shown(path))) from fault
    return True


def with_sketch(model: Model) -> str:
    """Text of a model file with one view for each sector; every variable stands in one view, as itself once."""
    source = read_mdl_text(model.path)
    graph = Graph(model, source)
    views = "".join(_view(stock_and_flow(graph, sector)) for sector in graph.sectors)
    _, end, settings = source.text[source.sketch_start :].partition(SKETCH_END)
    return f"{source.text[: source.sketch_start]}{views}{SKETCH_END}{settings if end else chr(10)}"


@dataclass
class _Lines:
    """Lines of one view; every object has a number."""

    lines: list[str] = field(default_factory=list)

    def add(self, code: int, text: str) -> int:
        """Add an object and return its number."""
        number = len(self.lines) + 1
        self.lines.append(f"{code},{number},{text}")
        return number


def _view(view: View) -> str:
    lines = _Lines()
    numbers: dict[str, int] = {}
    flows = {pipe.flow_name: pipe for pipe in view.pipes if pipe.flow_name}
    for name, mark in view.marks.items():
        if name not in flows:
            numbers[name] = lines.add(10, _variable(mark, _STOCK if mark.kind == "stock" else _PLAIN))
    for name, pipe in flows.items():
        numbers[name] = _flow(lines, pipe, view.marks[name], numbers[pipe.stock_name])
    for one in view.listings:
        cause = lines.add(10, _variable(one.mark, _PLAIN))
        left = (one.mark.x - one.mark.half_width - 8.0, (one.mark.y + view.marks[one.use].y) / 2)
        lines.add(1, _arrow(cause, numbers[one.use], left, curved=True))
    for arrow in view.arrows:
        if arrow.cause != arrow.use:
            lines.add(1, _arrow(numbers[arrow.cause], numbers[arrow.use], _middle(arrow.points), curved=arrow.within))
    return _HEAD % view.sector + "".join(f"{line}\n" for line in lines.lines)


def _flow(lines: _Lines, pipe: Pipe, mark: Mark, stock: int) -> int:
    """Cloud, pipes, valve and name of a flow; returns the number of the name."""
    cloud = lines.add(12, f"48,{_at(pipe.cloud)},10,8,0,3,0,0,-1,0,0,0")
    valve = len(lines.lines) + 3
    ends = [(stock, pipe.stock), (cloud, pipe.cloud)]
    for (target, (x, y)), shape in zip(ends if pipe.inward else ends[::-1], (_HEADED, _HEADLESS), strict=True):
        middle = ((pipe.valve[0] + x) / 2, y)  # a pipe runs level through its handle, wherever the stock has its centre
        lines.add(1, f"{valve},{target},{shape},0,0,22,0,0,0,-1--1--1,,1|({_at(middle)})|")
    lines.add(11, f"0,{_at(pipe.valve)},6,8,34,3,0,0,1,0,0,0")
    return lines.add(10, _variable(mark, _AT_VALVE))


def _variable(mark: Mark, shape: int) -> str:
    room = _LIST_ROOM if mark.is_listed else 1.0
    size = f"{_whole(room * mark.half_width)},{_whole(mark.half_height)}"
    if mark.is_ghost:
        look = f"{_SHADOW},0,3,-1,0,0,0,128-128-128,0-0-0,|8||128-128-128"
    else:
        look = f"{_NORMAL},0,0,{-1 if shape == _AT_VALVE else 0},0,0,0"
    return f"{mark.name},{_at((mark.x, mark.y))},{size},{shape},{look}"


def _arrow(cause: int, use: int, handle: Point, *, curved: bool) -> str:
    return f"{cause},{use},{int(curved)},0,0,0,0,64,0,-1--1--1,,1|({_at(handle)})|"


def _middle(points: tuple[Point, ...]) -> Point:
    if len(points) % 2:
        return points[len(points) // 2]
    one, other = points[len(points) // 2 - 1 : len(points) // 2 + 1]
    return (one[0] + other[0]) / 2, (one[1] + other[1]) / 2


def _at(point: Point) -> str:
    return f"{_whole(point[0] + _ORIGIN)},{_whole(point[1] + _ORIGIN)}"


def _whole(number: float) -> int:
    """Whole number; a tie that rounding errors could turn either way goes up."""
    return round(number + 0.01)
