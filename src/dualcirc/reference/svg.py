"""Pictures as SVG: text that can be searched, the same bytes for the same model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise

from dualcirc.reference.layered import Point
from dualcirc.reference.shapes import FONT, LINE, SMALL, VALVE, Mark, Pipe
from dualcirc.reference.view import Arrow, Listing, View

MARGIN = 14.0
FONTS = "Helvetica, Arial, 'DejaVu Sans', 'Noto Sans CJK SC', 'Source Han Sans SC', 'Microsoft YaHei', sans-serif"

_TONES = {"+": "rises", "\N{MINUS SIGN}": "falls", "?": "open", "": ""}
_STYLE = f"""
text {{ font-family: {FONTS}; font-size: {FONT:g}px; fill: #111; }}
.small {{ font-size: {SMALL:g}px; }}
.constant {{ fill: #767676; }}
.data {{ fill: #0b5394; font-style: italic; }}
.shadow {{ fill: #8a6d3b; }}
.stock {{ fill: #fff; stroke: #111; stroke-width: 1.4; }}
.delay {{ fill: #fff; stroke: #555; stroke-width: 0.9; stroke-dasharray: 4 2; }}
.pipe {{ fill: none; stroke: #555; stroke-width: 4.2; }}
.bore {{ fill: none; stroke: #fff; stroke-width: 2; }}
.valve {{ fill: #fff; stroke: #555; stroke-width: 1; }}
.arrow {{ fill: none; stroke: #3572b0; stroke-width: 1; }}
.list {{ fill: none; stroke: #b5b5b5; stroke-width: 0.8; }}
.head {{ fill: #3572b0; }}
.listhead {{ fill: #b5b5b5; }}
.pipehead {{ fill: #555; }}
.sign {{ font-size: 9px; font-weight: bold; }}
.ring {{ fill: #fff; stroke: #3572b0; stroke-width: 0.8; }}
.ring.falls {{ stroke: #b3392f; }}
.ring.open {{ stroke: #777; }}
.arrow.falls {{ stroke: #b3392f; }}
.arrow.open {{ stroke: #777; }}
.head.falls, .sign.falls {{ fill: #b3392f; }}
.head.open, .sign.open {{ fill: #777; }}
.sign.rises {{ fill: #3572b0; }}
""".strip()


def stock_and_flow_svg(view: View, title: str) -> str:
    """Stock-and-flow picture: boxes for stocks, pipes for flows, arrows from cause to use."""
    parts = [*map(_arrow, view.arrows), *_lists(view), *map(_pipe, view.pipes), *map(_mark, view.marks.values())]
    parts += [_listed(one.mark) for one in view.listings]
    return document(view.width, view.height, title, parts)


def causal_loop_svg(view: View, title: str) -> str:
    """Causal-loop picture: arrows with signs, blue where the use rises with its cause, red where it falls."""
    parts = [*map(_signed, view.arrows), *_lists(view), *map(_mark, view.marks.values())]
    parts += [_listed(one.mark, f" {_TONES[one.sign]}") for one in view.listings]
    return document(view.width, view.height, title, parts)


def document(width: float, height: float, title: str, parts: Iterable[str]) -> str:
    """Whole SVG file around the parts of a picture."""
    w, h = width + 2 * MARGIN, height + 2 * MARGIN
    box = f'viewBox="{-MARGIN:g} {-MARGIN:g} {w:.1f} {h:.1f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} width="{w:.0f}" height="{h:.0f}" role="img">'
    ground = f'<rect x="{-MARGIN:g}" y="{-MARGIN:g}" width="{w:.1f}" height="{h:.1f}" fill="#fff"/>'
    return "\n".join(
        [head, f"<title>{escape(title)}</title>", f"<style>{_STYLE}</style>", ground, *parts, "</svg>", ""]
    )


def curve(points: tuple[Point, ...], steep_end: bool = False) -> str:
    """Path through points, level at the ends; a steep end comes from above."""
    pieces = [f"M{_at(points[0])}"]
    pairs = list(pairwise(points))
    for number, ((x0, y0), (x1, y1)) in enumerate(pairs):
        reach = (x1 - x0) / 2
        last = steep_end and number == len(pairs) - 1
        bend = (x1, y0) if last else (x1 - reach, y1)
        pieces.append(f"C{_at((x0 + reach, y0))} {_at(bend)} {_at((x1, y1))}")
    return " ".join(pieces)


def head(point: Point, direction: Point, style: str, size: float = 6.0) -> str:
    """Arrow head with its tip at a point; ``direction`` is a unit vector along an axis or any slope."""
    (x, y), (dx, dy) = point, direction
    back = (x - size * dx, y - size * dy)
    left, right = (
        (back[0] - size * 0.45 * dy, back[1] + size * 0.45 * dx),
        (back[0] + size * 0.45 * dy, back[1] - size * 0.45 * dx),
    )
    return f'<path class="{style}" d="M{_at(point)} L{_at(left)} L{_at(right)} Z"/>'


def _arrow(arrow: Arrow) -> str:
    if arrow.within:
        (x0, y0), (x1, y1) = arrow.points
        top = min(y0, y1 - 4.0) - 13.0
        path = f"M{_at((x0, y0))} C{_at((x0 + (x1 - x0) / 4, top))} {_at((x1, top))} {_at((x1, y1 - 4))}"
        return f'<path class="arrow" d="{path}"/>{head((x1, y1), (0.0, 1.0), "head")}'
    steep = arrow.steep
    x, y = arrow.points[-1]
    tip = (x, y - 4.0) if steep else (x - 4.0, y)
    direction = (0.0, 1.0) if steep else (1.0, 0.0)
    path = curve((*arrow.points[:-1], tip), steep)
    return f'<path class="arrow" d="{path}"/>{head((x, y), direction, "head")}'


def _lists(view: View) -> Iterator[str]:
    """For every reader one line along the list of its causes, with a head at the reader."""
    groups: dict[tuple[str, str], list[Listing]] = {}
    for one in view.listings:
        groups.setdefault((one.use, one.part.role), []).append(one)
    for found in groups.values():
        columns: dict[float, list[Listing]] = {}
        for one in found:
            columns.setdefault(round(one.mark.x - one.mark.half_width - 6.0, 1), []).append(one)
        x, top = min(columns), found[0].mark.y - 9.0
        bars = [f"M{_at((left, rows[-1].mark.y))} V{top + 4.0:.1f}" for left, rows in columns.items()]
        ticks = [f"M{_at((left, one.mark.y))} h4.0" for left, rows in columns.items() for one in rows]
        across = f"M{_at((x, top + 4.0))} H{max(columns):.1f}"
        yield f'<path class="list" d="{" ".join([*bars, across, *ticks])}"/>'
        yield head((x, top), (0.0, -1.0), "listhead", 5.0)


def _pipe(pipe: Pipe) -> str:
    start, end = (pipe.cloud, pipe.stock) if pipe.inward else (pipe.stock, pipe.cloud)
    x, y = end
    tip = (x, y) if pipe.inward else (x - 9.0, y)
    run = f"M{_at(start)} H{tip[0] - 7.0:.1f}"
    vx, vy = pipe.valve
    corners = [(-VALVE, -VALVE), (VALVE, VALVE), (VALVE, -VALVE), (-VALVE, VALVE)]
    valve = "M" + " L".join(_at((vx + dx, vy + dy)) for dx, dy in corners) + " Z"
    return (
        f'<path class="pipe" d="{run}"/><path class="bore" d="{run}"/>{head(tip, (1.0, 0.0), "pipehead", 9.0)}'
        f'{_cloud(pipe.cloud)}<path class="valve" d="{valve}"/>'
    )


def _cloud(centre: Point) -> str:
    x, y = centre
    puffs = ((-4.0, 1.5, 4.0), (0.0, -2.0, 4.6), (4.2, 1.2, 3.8), (0.0, 2.5, 4.0))
    outline = "".join(
        f'<circle cx="{x + dx:.1f}" cy="{y + dy:.1f}" r="{r:g}" fill="#fff" stroke="#555"/>' for dx, dy, r in puffs
    )
    inside = "".join(
        f'<circle cx="{x + dx:.1f}" cy="{y + dy:.1f}" r="{r - 0.6:g}" fill="#fff"/>' for dx, dy, r in puffs
    )
    return f"<g>{outline}{inside}</g>"


def _mark(mark: Mark) -> str:
    frame = ""
    if mark.kind in ("stock", "delay"):
        corner = f'x="{mark.x - mark.half_width:.1f}" y="{mark.y - mark.half_height:.1f}"'
        size = f'width="{2 * mark.half_width:.1f}" height="{2 * mark.half_height:.1f}"'
        frame = f'<rect class="{mark.kind}" {corner} {size}/>'
    return frame + _text(mark, mark.lines, mark.kind if mark.kind in ("constant", "data") else "")


def _signed(arrow: Arrow) -> str:
    """Arrow with its sign on the level end before the head."""
    (x0, _), (x, y) = arrow.points[-2:]
    side = 1.0 if x > x0 else -1.0
    tone = _TONES[arrow.sign]
    way = f"{curve((*arrow.points[:-1], (x - 18.0 * side, y)))} L{_at((x - 4.0 * side, y))}"
    line = f'<path class="arrow {tone}" d="{way}"/>'
    middle = x - 12.5 * side
    ground = f'<circle class="ring {tone}" cx="{middle:.1f}" cy="{y:.1f}" r="4.2"/>'
    sign = f'<text class="sign {tone}" text-anchor="middle" x="{middle:.1f}" y="{y + 3.2:.1f}">{arrow.sign}</text>'
    return line + head((x, y), (side, 0.0), f"head {tone}") + ground + sign


def _listed(mark: Mark, tone: str = "") -> str:
    """One line of a list, set from the left."""
    place = f'x="{mark.x - mark.half_width:.1f}" y="{mark.y + 3.4:.1f}"'
    return f'<text class="small {mark.kind}{tone}" {place}>{escape(mark.lines[0])}</text>'


def _text(mark: Mark, lines: Iterable[str], style: str) -> str:
    """Lines of text about the centre of a mark."""
    rows = list(lines)
    first = mark.y - LINE * (len(rows) - 1) / 2 + 3.8
    spans = "".join(
        f'<tspan x="{mark.x:.1f}" y="{first + LINE * number:.1f}">{escape(line)}</tspan>'
        for number, line in enumerate(rows)
    )
    return (
        f'<text class="{style}" text-anchor="middle">{spans}</text>'
        if style
        else f'<text text-anchor="middle">{spans}</text>'
    )


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
