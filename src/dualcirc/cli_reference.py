"""Commands that show what the model says: ``explain`` one variable, ``reference`` all, ``export-model`` to tools."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dualcirc.files.paths import model_file
from dualcirc.terminal import console

if TYPE_CHECKING:
    from dualcirc.files.registry import Parameter
    from dualcirc.reference.card import Card, Neighbour

_CITATION = 200
"""Letters of a citation on the screen; ``--json`` gives it in full."""
_WITHIN_NAME, _HARD_BLANK = re.compile(r"(?<=\w) (?=\w)"), "\N{NO-BREAK SPACE}"


def explain_command(
    variable: Annotated[str, typer.Argument(help="Name in the model file or in a result, or the id of a lever.")],
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable, with citations in full.")] = False,
) -> None:
    """Show equation, unit, value, source, causes and uses of one variable."""
    from dualcirc.files.registry import read_registry
    from dualcirc.reference.card import as_record, cards_of
    from dualcirc.reference.names import find_variable
    from dualcirc.translate import load

    model, registry = load(model_file()), read_registry()
    card = cards_of(model, registry).card(find_variable(variable, model, registry))
    if as_json:
        typer.echo(json.dumps(as_record(card), indent=2, ensure_ascii=False))
    else:
        _show(card)


def export_model_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.mdl", help="The file to write.")],
) -> None:
    """Write the model as one Vensim file with every table in it, for tools that read no CSV."""
    from dualcirc.reference.export import export_model
    from dualcirc.translate import load

    export_model(load(model_file()), file)
    console().print(f"Written: {escape(str(file))}")


_NO_FONT = (
    "Chinese labels need a Chinese font where the pictures are shown or converted (Noto Sans CJK SC, "
    "Source Han Sans SC, Microsoft YaHei); none is in the files."
)


class Labels(StrEnum):
    """What pictures call a variable."""

    names = "names"
    en = "en"
    zh = "zh"


def reference_command(
    out: Annotated[Path, typer.Option("--out", help="Folder for the pages and pictures.")],
    labels: Annotated[
        Labels,
        typer.Option("--labels", help="What pictures call a variable: its name, or its label (zh: no font included)."),
    ] = Labels.names,
) -> None:
    """Write the reference of the model: a page with pictures, equations and sources for each sector."""
    from dualcirc.files.registry import read_registry
    from dualcirc.reference.card import cards_of
    from dualcirc.reference.pages import write_reference
    from dualcirc.translate import load

    written = write_reference(cards_of(load(model_file()), read_registry()), out, labels.value)
    console().print(f"Written: {len(written)} files, the first {escape(str(written[0]))}")
    if labels is Labels.zh:
        console().print(_NO_FONT)


def _show(card: Card) -> None:
    screen = console()
    by = f" by {', '.join(card.dims)}" if card.dims else ""
    label = f"{card.label_en}  {card.label_zh}".strip()
    screen.print(f"[bold]{escape(card.name)}[/bold]  {escape(label)}")
    screen.print(escape(f"{card.kind} of sector {card.sector}{by}, in {card.unit}; in results: {card.dataset_name}"))
    screen.print(f"{escape(card.definition)}\n")
    screen.print(f"{escape(_equation(card, screen.width))}\n", highlight=False)
    rows = Table.grid(padding=(0, 2))
    rows.add_column(no_wrap=True, style="bold")
    rows.add_column(overflow="fold")
    for heading, text in _rows(card):
        rows.add_row(heading, escape(text))
    screen.print(rows)


def _equation(card: Card, width: int) -> str:
    """Equation set in, its long lines broken between names where they can be."""
    lines = [
        textwrap.fill(
            _WITHIN_NAME.sub(_HARD_BLANK, line),
            width,
            initial_indent="  ",
            subsequent_indent="        ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in card.equation.splitlines()
    ]
    return "\n".join(lines).replace(_HARD_BLANK, " ")


def _rows(card: Card) -> Iterator[tuple[str, str]]:
    """Headings and texts of what stands below the equation."""
    if card.parameter is not None:
        yield "value", _parameter(card.parameter)
        if card.parameter.note:
            yield "note", card.parameter.note
    elif card.value:
        yield "value", card.value
    for source in card.sources:
        yield (
            "source",
            f"{source.key}: {textwrap.shorten(source.text or 'no such source', _CITATION, placeholder=' ...')}",
        )
    if card.table:
        yield "table", f"model/{card.table}"
    for lever in card.levers:
        yield "lever", f"{lever.role}: {lever.id}, {lever.label_en} {lever.label_zh}; costs {lever.cost}"
    yield "causes", _neighbours(card, card.causes)
    yield "uses", _neighbours(card, card.uses)
    if card.line is not None:
        yield "where", f"model/{model_file().name}, line {card.line}"


def _parameter(row: Parameter) -> str:
    span = f", range {row.low:g} to {row.high:g}" if row.low is not None else ", no range"
    prior = f" ({row.prior})" if row.prior else ""
    unit = "" if row.unit == "1" else f" {row.unit}"
    return f"{row.value:g}{unit}{span}{prior}; {row.status}"


def _neighbours(card: Card, found: tuple[Neighbour, ...]) -> str:
    """Names with units; the sector of those of another one, and who acts at the start alone."""
    return "; ".join(_neighbour(card, one) for one in found) or "none"


def _neighbour(card: Card, one: Neighbour) -> str:
    parts = [one.unit, one.sector if one.sector != card.sector else "", "at the start" if one.at_start else ""]
    return f"{one.name} ({', '.join(part for part in parts if part)})"
