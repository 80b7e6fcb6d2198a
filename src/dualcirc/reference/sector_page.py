"""Page of one sector: pictures, equations, numbers, levers, and what it takes from and gives to other sectors."""

from __future__ import annotations

from collections.abc import Sequence

from dualcirc.files.registry import Lever
from dualcirc.reference.card import Card, Cards, Neighbour
from dualcirc.reference.citations import Citation
from dualcirc.reference.markdown import anchor, code, plain, table

STOCK_FLOW_NOTE = (
    "*Boxes are stocks, dashed boxes smoothed or delayed variables; pipes with a valve are flows. A variable without "
    "an arrow of its own is listed under what it acts on: parameters in grey, paths and levers in blue, others in "
    "brown; angle brackets mark what stands elsewhere.*"
)
CAUSAL_NOTE = (
    "*Blue arrows with a plus: the use rises with its cause; red with a minus: it falls; a question mark: the form of "
    "the equation leaves it open. Signs hold where variables are not negative. Parameters are left out.*"
)


def slug(sector: str) -> str:
    """Name of a sector in names of files."""
    return "_".join(sector.lower().split())


def sector_page(cards: Cards, sector: str, pictures: Sequence[tuple[str, str]]) -> str:
    """
    Page of a sector in Markdown.

    Parameters
    ----------
    cards
        The model with its registers.
    sector
        Group of the model file.
    pictures
        Heading and path of every picture, relative to the page.
    """
    graph = cards.graph
    own = [cards.card(name) for name in graph.sectors[sector]]
    notes = {"Stocks and flows": STOCK_FLOW_NOTE, "Causal loops": CAUSAL_NOTE}
    parts = [f"# {sector}", "[All sectors](index.md)", plain(graph.text.groups.get(sector, ""))]
    for heading, path in pictures:
        parts += [f"## {heading}", f"![{heading} of {sector}]({path})", notes[heading]]
    sections = [
        ("Variables", _variables(own)),
        ("Equations", _equations(own)),
        ("Parameters", parameters([card for card in own if card.parameter])),
        ("Tables it reads", _tables(own)),
        ("Levers", levers(cards, _entering(cards, own))),
        ("From other sectors", _inputs(own, sector)),
        ("To other sectors", _outputs(own, sector)),
        ("Sources", sources([source for card in own for source in card.sources])),
    ]
    for heading, text in sections:
        parts += [f"## {heading}", text]
    headings = [*(heading for heading, _ in pictures), *(heading for heading, _ in sections)]
    parts.insert(3, " \N{MIDDLE DOT} ".join(f"[{heading}](#{anchor(heading)})" for heading in headings))
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def parameters(found: Sequence[Card]) -> str:
    """Parameters with value, range, status, source keys and note."""
    rows = []
    for card in found:
        row = card.parameter
        assert row is not None
        span = "" if row.low is None else "fixed" if row.low == row.high else f"{row.low:g} to {row.high:g}"
        cells = [code(card.name), plain(card.label_en), f"{row.value:g}", span, plain(row.unit), row.status]
        rows.append([*cells, plain(row.source.replace(";", ", ")), plain(row.note)])
    return table(["parameter", "what it is", "value", "range", "unit", "status", "source", "note"], rows)


def levers(cards: Cards, found: Sequence[Lever]) -> str:
    """Levers with the variables that read them, their ranges and costs."""
    rows = []
    for lever in found:
        readers = ", ".join(map(code, cards.graph.uses[lever.variable]))
        carrier = f" ({code(lever.cost_enters)} {lever.cost_direction})" if lever.cost_enters else ""
        label = plain(f"{lever.label_en} {lever.label_zh}".strip())
        cells = [code(lever.id), label, code(lever.variable), plain(lever.unit), f"{lever.low:g} to {lever.high:g}"]
        moved = code(lever.target) if lever.target else ""
        rows.append([*cells, readers, moved, plain(lever.cost) + carrier, plain(lever.evidence.replace(";", ", "))])
    return table(
        ["lever", "what it is", "variable", "unit", "range", "read by", "moves first", "costs", "evidence"], rows
    )


def sources(found: Sequence[Citation]) -> str:
    """Citations, each key once."""
    distinct = {source.key: source for source in found}
    rows = [[code(key), plain(source.text or "no such source")] for key, source in sorted(distinct.items())]
    return table(["key", "source"], rows)


def _variables(own: Sequence[Card]) -> str:
    rows = [
        [
            code(card.name),
            plain(card.label_en),
            plain(card.label_zh),
            plain(card.unit),
            card.kind,
            plain(card.definition),
        ]
        for card in own
    ]
    return table(["variable", "label", "标签", "unit", "kind", "definition"], rows)


def _equations(own: Sequence[Card]) -> str:
    """Equations of what is computed, each with its unit; numbers and tables have sections of their own."""
    computed = [f"{card.equation}\n    ~ {card.unit}" for card in own if card.causes]
    return "```text\n" + "\n\n".join(computed) + "\n```" if computed else "None: every variable is a number or a table."


def _tables(own: Sequence[Card]) -> str:
    rows = [[code(card.name), plain(f"model/{card.table}"), plain(card.value)] for card in own if card.table]
    return table(["variable", "table", "values"], rows)


def _entering(cards: Cards, own: Sequence[Card]) -> list[Lever]:
    """Levers that are a variable of the sector, that one reads or whose cost one carries, each once."""
    ids = dict.fromkeys(link.id for card in own for link in card.levers)
    return [cards.registry.levers[key] for key in ids]


def _inputs(own: Sequence[Card], sector: str) -> str:
    readers: dict[str, list[str]] = {}
    found: dict[str, Neighbour] = {}
    for card in own:
        for cause in card.causes:
            if cause.sector != sector:
                found[cause.name] = cause
                readers.setdefault(cause.name, []).append(card.name)
    order = sorted(found.values(), key=lambda one: (one.sector, one.name.casefold()))
    rows = [
        [_link(one.sector), code(one.name), plain(one.unit), ", ".join(map(code, readers[one.name]))] for one in order
    ]
    return table(["from", "variable", "unit", "read by"], rows)


def _outputs(own: Sequence[Card], sector: str) -> str:
    rows = []
    for card in own:
        users = [use for use in card.uses if use.sector != sector]
        if users:
            where = ", ".join(f"{code(use.name)} ({use.sector})" for use in users)
            rows.append([code(card.name), plain(card.unit), where])
    return table(["variable", "unit", "read by"], rows)


def _link(sector: str) -> str:
    return f"[{sector}]({slug(sector)}.md)"
