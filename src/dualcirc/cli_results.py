"""Commands that read a folder of results: ``indicators`` prints the outcomes that every study reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dualcirc.terminal import console

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = 4
"""Scenarios beside each other on the terminal; more go into further tables."""


def indicators_command(
    folder: Annotated[Path, typer.Argument(help="Folder that 'dualcirc run' has written.")],
    out: Annotated[Path | None, typer.Option("--out", help="CSV file: nation, regions and provinces, tidy.")] = None,
    year: Annotated[list[int] | None, typer.Option("--year", help="Calendar year; may be given several times.")] = None,
) -> None:
    """Print national indicators of a folder of results: accounts, inequality, both circulations, risk and debt."""
    from dualcirc.analysis.indicators import headline_table, indicator_table, write_indicators
    from dualcirc.analysis.summary import SUMMARY_YEAR
    from dualcirc.results.io import open_results

    years = list(dict.fromkeys(year or [SUMMARY_YEAR]))
    table = indicator_table(open_results(folder), years)
    for chosen in years:
        _show(headline_table(table, chosen), f"{chosen}: the nation, central run")
    if out is not None:
        write_indicators(table, out)
        console().print(f"Nation, regions and provinces: {escape(str(out))}")


def _show(table: pd.DataFrame, title: str) -> None:
    """Print the first scenario, which is the baseline as a rule, beside the others, a few at a time."""
    first, others = list(table.columns[:1]), list(table.columns[1:])
    for start in range(0, max(len(others), 1), COLUMNS - 1):
        console().print(_block(table[[*first, *others[start : start + COLUMNS - 1]]], title))


def _block(table: pd.DataFrame, title: str) -> Table:
    shown = Table(title=title, title_justify="left")
    shown.add_column("indicator")
    for name in table.columns:
        shown.add_column(str(name).replace("_", " "), justify="right", min_width=9)
    labels, units = (table.index.get_level_values(level) for level in ("label", "unit"))
    for label, unit, row in zip(labels, units, table.to_numpy(), strict=True):
        shown.add_row(escape(str(label) if unit == "1" else f"{label} ({unit})"), *map(_number, row))
    return shown


def _number(value: float) -> str:
    if value != value:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
