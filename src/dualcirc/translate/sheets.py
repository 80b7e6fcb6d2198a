"""Cells of tables: text files and workbooks below the model's folder, each read once."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from dualcirc.translate.constructs import RefusedError
from dualcirc.translate.safe import VARIABLE_ELEMENTS, table_path, workbook_fault

Cell = str | float | None
Rows = list[list[Cell]]
_WORKBOOKS = (".xlsx", ".xlsm")
_OTHER_WORKBOOKS = (".xls", ".xlsb", ".ods")
"""Read through pandas, as PySD does; their named cells are not known."""
_ZIPPED = (*_WORKBOOKS, ".xlsb", ".ods")
_TEXTS = (".csv", ".txt", ".tab", ".tsv")


@dataclass
class Sheets:
    """Tables below a folder."""

    folder: Path
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Files by the names with a question mark that stand for them."""
    read: dict[Path, dict[str, Rows]] = field(default_factory=dict)
    """Rows by file and separator or sheet."""
    books: dict[Path, Any] = field(default_factory=dict)

    def rows(self, file: str, tab: str) -> Rows:
        """
        Cells of a text file whose separator is ``tab``, or of the sheet of that name.

        Notes
        -----
        A tab that begins with a letter or digit is no separator: then it is a comma in ``.csv`` and a tabulator in
        other text files (PySD ``external.Excels.read``).
        """
        path = self.path(file)
        sheets = self.read.setdefault(path, {})
        if tab not in sheets:
            sheets[tab] = self._read(path, file, tab)
        return sheets[tab]

    def named(self, file: str, tab: str, name: str) -> tuple[range, range]:
        """Rows and columns of a named range of cells."""
        path = self.path(file)
        if not _is_workbook(path):
            raise RefusedError(f"'{name}' is no cell; write for example 'B2' or 'B2*'", "Only workbooks name cells.")
        book = self._book(path, file)
        sheet = _title(book.sheetnames, tab, file)
        found = _defined(book[sheet].defined_names, name) or _defined(book.defined_names, name)
        places = [] if found is None else [place for place in found.destinations if place[0].lower() == sheet.lower()]
        if not places:
            raise RefusedError(f"sheet '{tab}' of '{file}' has no cells named '{name}'")
        first, _, last = places[0][1].replace("$", "").partition(":")
        return _span(first, last or first)

    def path(self, file: str) -> Path:
        """
        Path of a table.

        Raises
        ------
        RefusedError
            If it is not there, or not below the folder.
        """
        path = table_path(self.folder, self.aliases.get(file, file))
        if isinstance(path, str):
            raise RefusedError(path, "Tables stand below the folder of the model, under a plain name.")
        if not path.is_file():
            raise RefusedError(f"table '{file}' not found", f"It is looked for in {self.folder}.")
        known = (*_TEXTS, *_WORKBOOKS, *_OTHER_WORKBOOKS)
        if path.suffix.lower() not in known:
            raise RefusedError(f"table '{file}' is of an unknown kind", f"Known: {', '.join(known)}.")
        return path

    def _read(self, path: Path, file: str, tab: str) -> Rows:
        if path.suffix.lower() in _TEXTS:
            return _text(path, file, tab)
        if path.suffix.lower() in _ZIPPED and (fault := workbook_fault(path)):
            raise RefusedError(f"table '{file}' {fault}")
        values = self._sheet(path, file, tab) if _is_workbook(path) else _other_sheet(path, file, tab)
        rows = [[_cell(value) for value in row] for row in values]
        while rows and not any(value is not None for value in rows[-1]):
            rows.pop()
        return rows

    def _sheet(self, path: Path, file: str, tab: str) -> Any:
        """Rows of a sheet."""
        book = self._book(path, file)
        sheet = book[_title(book.sheetnames, tab, file)]
        if sheet.max_row * sheet.max_column > VARIABLE_ELEMENTS:
            raise RefusedError(f"sheet '{tab}' of '{file}' has {sheet.max_row:,} rows of {sheet.max_column:,} cells")
        return sheet.iter_rows(values_only=True)

    def _book(self, path: Path, file: str) -> Any:
        if path not in self.books:
            if fault := workbook_fault(path):
                raise RefusedError(f"table '{file}' {fault}")
            try:
                self.books[path] = load_workbook(path, data_only=True)
            except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError):
                raise RefusedError(f"table '{file}' cannot be read as a workbook") from None
        return self.books[path]


def file_aliases(text: str) -> dict[str, str]:
    """Files that names such as ``?data`` stand for: in the settings of a Vensim model, ``30:?data=data.xlsx``."""
    return {name: file.strip() for name, file in re.findall(r"^30:(\?[^=\n]+)=([^\n]+)$", text, re.MULTILINE)}


def cell_place(cell: str) -> tuple[int, int] | None:
    """Row and column of a cell such as ``B2``, the first being 0; none for what is no cell."""
    letters = cell.rstrip("0123456789")
    digits = cell[len(letters) :]
    if not (letters.isascii() and letters.isalpha() and len(letters) <= 3 and digits.lstrip("0")):
        return None
    return int(digits) - 1, column_number(letters)


def column_number(letters: str) -> int:
    """Number of a column, the first being 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def column_name(number: int) -> str:
    """Letters of a column."""
    name = ""
    while number >= 0:
        name = chr(ord("A") + number % 26) + name
        number = number // 26 - 1
    return name


def _is_workbook(path: Path) -> bool:
    return path.suffix.lower() in _WORKBOOKS


def _text(path: Path, file: str, tab: str) -> Rows:
    separator = tab if tab.strip() and not tab[0].isalnum() else "," if path.suffix.lower() == ".csv" else "\t"
    separator = "\t" if separator == "\\t" else separator
    if len(separator) != 1:
        raise RefusedError(f"separator '{tab}' of table '{file}' is not one character")
    try:
        with path.open(encoding="utf-8-sig", newline="") as text:
            rows: Rows = [list(row) for row in csv.reader(text, delimiter=separator)]
    except (UnicodeError, csv.Error):
        raise RefusedError(f"table '{file}' is no text in UTF-8") from None
    while rows and not any(rows[-1]):
        rows.pop()
    if [] in rows:
        # PySD skips blank lines, which would shift every later row.
        raise RefusedError(f"table '{file}' has a blank line at row {rows.index([]) + 1}")
    return rows


def _other_sheet(path: Path, file: str, tab: str) -> list[list[Any]]:
    """Cells of a sheet of an older or an open format."""
    try:
        with pd.ExcelFile(path) as book:
            title = _title(list(map(str, book.sheet_names)), tab, file)
            return pd.read_excel(book, sheet_name=title, header=None, dtype=object).to_numpy().tolist()
    except (ValueError, ImportError, BadZipFile, OSError):
        told = f"table '{file}' cannot be read as a workbook"
        raise RefusedError(told, "Save it as .xlsx, or each sheet as .csv.") from None


def _title(titles: Sequence[str], tab: str, file: str) -> str:
    """Exact name of a sheet; Vensim compares without case."""
    for title in titles:
        if title.lower() == tab.lower():
            return title
    raise RefusedError(f"workbook '{file}' has no sheet '{tab}'", f"Sheets: {', '.join(titles)}.")


def _defined(names: Any, name: str) -> Any:
    """Named cells of a book or sheet."""
    return next((entry for known, entry in names.items() if known.lower() == name.lower()), None)


def _span(first: str, last: str) -> tuple[range, range]:
    start, end = cell_place(first), cell_place(last)
    if start is None or end is None:
        raise RefusedError(f"the named cells {first}:{last} are no rectangle")
    return range(start[0], end[0] + 1), range(start[1], end[1] + 1)


def _cell(value: Any) -> Cell:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and math.isnan(value):
        return None
    return float(value) if isinstance(value, int | float) else str(value)
