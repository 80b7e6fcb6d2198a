"""Tables on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd

PIPE_WIDTH = 110
"""Columns of a table that goes to a file or a pipe, which have no width of their own."""


def console() -> Console:
    """Console on the output stream, of fixed width where that is no terminal."""
    return Console(width=None if sys.stdout.isatty() else PIPE_WIDTH)


def show(table: pd.DataFrame, title: str, form: Callable[[float], str]) -> None:
    """Print a table with its index first; ``form`` writes the numbers that are not whole."""
    flat = table.reset_index()
    shown = Table(title=title, title_justify="left")
    for column in flat:
        name = "" if column == "index" else str(column).replace("_", " ")
        numbers = flat[column].dtype.kind in "fi"
        shown.add_column(name, justify="right" if numbers else "left", no_wrap=numbers, overflow="fold")
    for row in flat.itertuples(index=False):
        shown.add_row(*(_cell(value, form) for value in row))
    console().print(shown)


def _cell(value: object, form: Callable[[float], str]) -> str:
    if not isinstance(value, float):
        return str(value)
    return "" if value != value else form(value)
