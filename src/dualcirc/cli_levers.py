"""The command that shows what a scenario may move."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from dualcirc.files.calendar import NEVER, POLICY_START
from dualcirc.terminal import console as make_console

if TYPE_CHECKING:
    import pandas as pd

VALUES = "range, unit, by"
SHORT = ("id", VALUES, "paper")
"""Columns that are never broken; the others share what is left."""


def levers_command(
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable: every column of the registry.")] = False,
) -> None:
    """Show what policy can move, in which range, and what it costs; then what moves from outside."""
    from dualcirc.files.lever_table import drivers, levers
    from dualcirc.files.registry import read_registry

    if as_json:
        rows = [vars(row) for row in read_registry().levers.values()]
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    console = make_console()
    console.print(lever_table(levers()))
    console.print(
        "Drivers and parameters are named with 'variable:' instead of 'lever:'; "
        "all stand in model/drivers.csv and model/parameters.csv."
    )
    console.print(driver_table(drivers()))


def lever_table(table: pd.DataFrame) -> Table:
    """One row for each lever, readable at 100 columns."""
    shown = _table("Levers: what a scenario may move", "id", "variable", VALUES, "default", "costs", "paper")
    for name, row in table.iterrows():
        low, high = _range(row)
        variable = f"{row['variable']}\n{row['label_zh']}"
        values = f"{low} to {high}\n{row['unit']}\n{row['dimension'].lower() or 'nation'}"
        # A section to a line: the column is as narrow as one of them.
        cells = (str(name), variable, values, row["business_as_usual"], row["cost"], row["paper_section"])
        shown.add_row(*(escape(cell) for cell in cells[:-1]), escape("\n".join(cells[-1].split())))
    return shown


def driver_table(table: pd.DataFrame) -> Table:
    """One row for each external driver."""
    shown = _table("External drivers", "variable", "what it is", VALUES)
    for name, row in table.iterrows():
        values = f"{row['low']:g} to {row['high']:g}\n{row['unit']}, {row['dimension'].lower() or 'nation'}"
        shown.add_row(escape(str(name)), escape(f"{row['label_en']}\n{row['label_zh']}"), escape(values))
    return shown


def _table(title: str, *headings: str) -> Table:
    shown = Table(title=title, title_justify="left", show_lines=True, box=box.SIMPLE, padding=(0, 1), pad_edge=False)
    for heading in headings:
        shown.add_column(heading, overflow="fold", no_wrap=heading in SHORT)
    return shown


def _range(row: pd.Series) -> tuple[str, str]:
    """Bounds as a scenario may use them: a date is bounded by what is past, unless the scenario is a counterfactual."""
    low, high = row["low"], row["high"]
    if row["unit"] == "year" and high >= POLICY_START:
        return f"{max(row['start_year'], POLICY_START):g}", "never" if high >= NEVER else f"{high:g}"
    return f"{low:g}", f"{high:g}"
