"""The reference of the model: a page for each sector and an index, as Markdown and as HTML."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from dualcirc.errors import OutputError, Problem
from dualcirc.files.paths import shown
from dualcirc.reference.card import Card, Cards
from dualcirc.reference.causal import causal_loops
from dualcirc.reference.markdown import code, html_page, plain, table
from dualcirc.reference.sector_page import levers, parameters, sector_page, slug, sources
from dualcirc.reference.svg import causal_loop_svg, stock_and_flow_svg
from dualcirc.reference.view import stock_and_flow

Labels = Literal["names", "en", "zh"]
_STATUSES = ("literature", "estimated", "calibrated", "assumed")


def write_reference(cards: Cards, folder: Path, labels: Labels = "names") -> list[Path]:
    """
    Write the reference of a model into a folder.

    Parameters
    ----------
    cards
        The model with its registers.
    folder
        Made if it is not there; files of the same names are replaced.
    labels
        What pictures call a variable: its name in the model file, or its label in English or Chinese.

    Returns
    -------
    list of Path
        What was written, the index first.
    """
    files = _files(cards, labels)
    try:
        (folder / "pictures").mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as fault:
        raise OutputError(Problem(f"the reference cannot be written: {fault}", shown(folder))) from fault
    return [folder / name for name in files]


def _files(cards: Cards, labels: Labels) -> dict[str, str]:
    """Texts of all files by their names."""
    pages = {"index": ("Reference of the model", _index(cards))}
    pictures: dict[str, str] = {}
    for sector in cards.graph.sectors:
        drawn = _pictures(cards, sector, labels)
        pictures |= {path: text for _, path, text in drawn}
        pages[slug(sector)] = (sector, sector_page(cards, sector, [(heading, path) for heading, path, _ in drawn]))
    files = {f"{name}.html": html_page(text, title) for name, (title, text) in pages.items()}
    return files | {f"{name}.md": text for name, (_, text) in pages.items()} | pictures


def _pictures(cards: Cards, sector: str, labels: Labels) -> list[tuple[str, str, str]]:
    """Heading, path and text of the pictures of a sector."""

    def label(name: str) -> str:
        row = cards.registry.variables.get(name)
        chosen = {"names": "", "en": row.label_en, "zh": row.label_zh}[labels] if row else ""
        return chosen or name

    stocks, loops = stock_and_flow(cards.graph, sector, label), causal_loops(cards.graph, sector, label)
    found = []
    if stocks.marks:
        heading = "Stocks and flows"
        text = stock_and_flow_svg(stocks, f"{heading} of {sector}")
        found.append((heading, f"pictures/{slug(sector)}_stocks_and_flows.svg", text))
    if loops.marks:
        heading = "Causal loops"
        text = causal_loop_svg(loops, f"{heading} of {sector}")
        found.append((heading, f"pictures/{slug(sector)}_causal_loops.svg", text))
    return found


def _index(cards: Cards) -> str:
    graph = cards.graph
    all_cards = [cards.card(name) for name in graph.model.variables]
    with_values = [card for card in all_cards if card.parameter]
    parts = [
        "# Reference of the model",
        f"{len(all_cards)} variables in {len(graph.sectors)} sectors; generated from the model file and its registers.",
        "## Sectors",
        _sectors(cards),
        "## Who reads whom",
        "Arrows from the variables of a row to those of a column.",
        _matrix(cards),
        "## Levers",
        levers(cards, list(cards.registry.levers.values())),
        "## Parameters by status",
    ]
    for status in _STATUSES:
        found = [card for card in with_values if card.parameter and card.parameter.status == status]
        parts += [f"### {status.capitalize()} ({len(found)})", parameters(found)]
    parts += ["## Sources", sources([source for card in all_cards for source in card.sources])]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _sectors(cards: Cards) -> str:
    rows = []
    for sector, names in cards.graph.sectors.items():
        own: list[Card] = [cards.card(name) for name in names]
        stocks = sum(card.kind == "stock" for card in own)
        numbers = [str(len(own)), str(stocks), str(sum(card.parameter is not None for card in own))]
        rows.append([f"[{sector}]({slug(sector)}.md)", plain(cards.graph.text.groups.get(sector, "")), *numbers])
    return table(["sector", "what it holds", "variables", "stocks", "parameters"], rows)


def _matrix(cards: Cards) -> str:
    """Number of arrows between sectors."""
    graph = cards.graph
    count: dict[tuple[str, str], int] = {}
    for name in graph.model.variables:
        for use in graph.uses[name]:
            pair = (graph.sector(name), graph.sector(use))
            count[pair] = count.get(pair, 0) + 1
    rows = [[code(one), *(str(count.get((one, other), "")) for other in graph.sectors)] for one in graph.sectors]
    return table(["from", *graph.sectors], rows)
