"""Excel: a sheet for each set of dims, and sheets that explain variables, elements and provenance."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from dualcirc.errors import OutputError, Problem
from dualcirc.export.tables import TidyTable, elements_table, tidy_tables, variables_table

ROWS, COLUMNS = 1_048_576, 16_384
"""Size of a sheet, its heading included."""
NAME = 31
"""Longest name of a sheet."""
WIDE = 60
"""Widest column of the explaining sheets, in letters."""


def write_excel(dataset: xr.Dataset, out: Path, origin: Mapping[str, str]) -> list[Path]:
    """Write a workbook; a result that does not fit a sheet is refused before anything is written."""
    tables = tidy_tables(dataset)
    _refuse_too_large(tables, out)
    book = Workbook(write_only=True)
    _sheet(book, "variables", variables_table(dataset), wide=True)
    for table in tables:
        _sheet(book, table.name, table.frame())
    _sheet(book, "elements", elements_table(dataset), wide=True)
    _sheet(book, "provenance", pd.DataFrame(list(origin.items()), columns=["name", "value"]), wide=True)
    book.save(out)
    return [out]


def _refuse_too_large(tables: Iterable[TidyTable], out: Path) -> None:
    mend = "Choose variables with --variables, keep the central draw with --central, or export to parquet."
    problems = [
        Problem(
            f"table '{table.name}' has {table.rows:,} rows and {len(table.keys) + len(table.variables):,} columns",
            str(out),
            expected=f"at most {ROWS - 1:,} rows and {COLUMNS:,} columns, as an Excel sheet holds",
            mend=mend,
        )
        for table in tables
        if table.rows >= ROWS or len(table.keys) + len(table.variables) > COLUMNS
    ]
    if problems:
        raise OutputError(problems)


def _sheet(book: Workbook, name: str, frame: pd.DataFrame, *, wide: bool = False) -> None:
    sheet = book.create_sheet(name[:NAME])
    sheet.freeze_panes = "A2"
    for place, column in enumerate(frame.columns, 1):
        longest = max([len(str(column)), *frame[column].astype(str).str.len()]) if wide else len(str(column))
        sheet.column_dimensions[get_column_letter(place)].width = min(max(longest, 8), WIDE) + 2
    sheet.append([_heading(sheet, str(column)) for column in frame.columns])
    for row in frame.itertuples(index=False):
        sheet.append(list(_cells(sheet, row)))


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, value=text)
    cell.font = Font(bold=True)
    return cell


def _cells(sheet: Any, row: Iterable[object]) -> Iterator[object]:
    """Numbers as they are; what is not finite stays empty; a text is never read as a formula."""
    for value in row:
        if isinstance(value, str):
            cell = WriteOnlyCell(sheet, value=value)
            cell.data_type = "s"
            yield cell
        else:
            yield None if pd.isna(value) else value  # type: ignore[call-overload]
