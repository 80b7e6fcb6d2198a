"""Read the tables named by GET DIRECT CONSTANTS and GET DIRECT DATA.

Cells are found by position, as Vensim and PySD do (``pysd/py_backend/external.py``).
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from dualcirc.translate.expressions import RefusedError
from dualcirc.translate.ir import FloatArray

_CELL = re.compile(r"([A-Za-z]{1,3})([1-9]\d*)(\*?)")
_COLUMN = re.compile(r"[A-Za-z]{1,3}")


@dataclass
class Tables:
    """Tables below the model's folder; each is read once."""

    folder: Path
    read: dict[Path, list[list[str]]] = field(default_factory=dict)

    def constants(self, file: str, separator: str, cell: str, shape: tuple[int, ...]) -> FloatArray:
        """
        Values of GET DIRECT CONSTANTS, (*dims).

        Notes
        -----
        A vector runs along the row from ``cell``, and down the column where the cell is marked ``*``. The first
        dimension of a matrix runs down, and along the row where it is marked.
        """
        row, column, transposed = _cell(cell)
        if len(shape) > 2:
            told = f"GET DIRECT CONSTANTS gives at most 2 dimensions, {len(shape)} are asked for"
            raise RefusedError(told, "Write one equation for each element of one dimension, each with its own cell.")
        down, along = {0: (1, 1), 1: (1, shape[0] if shape else 1)}.get(len(shape), shape)
        if transposed:
            down, along = along, down
        block = self._block(file, separator, range(row, row + down), range(column, column + along))
        return (block.T if transposed else block).reshape(shape)

    def series(
        self, file: str, separator: str, time_column: str, cell: str, shape: tuple[int, ...]
    ) -> tuple[FloatArray, FloatArray]:
        """
        Times and values of GET DIRECT DATA, (time,) and (time, *dims).

        Notes
        -----
        Rows run from ``cell`` to the end of the table; times must rise.
        """
        if not _COLUMN.fullmatch(time_column):
            raise RefusedError(f"times of '{file}' must stand in a column, '{time_column}' is none")
        if len(shape) > 1:  # as PySD reads it
            raise RefusedError(f"GET DIRECT DATA gives at most 1 dimension, {len(shape)} are asked for")
        row, column, _ = _cell(cell)
        rows = range(row, len(self._rows(file, separator)))
        if len(rows) < 2:  # PySD fails on a single row
            told = f"table '{file}' has {'one row' if rows else 'no row'} from {cell}, two are needed"
            raise RefusedError(told, "A value that holds throughout stands at the first and the last time.")
        start = _column_number(time_column)
        times = self._block(file, separator, rows, range(start, start + 1))[:, 0]
        if np.any(np.diff(times) <= 0):
            at = row + 1 + int(np.argmax(np.diff(times) <= 0)) + 1
            raise RefusedError(f"times of table '{file}' do not rise at row {at}")
        values = self._block(file, separator, rows, range(column, column + math.prod(shape)))
        return times, values.reshape(len(times), *shape)

    def _block(self, file: str, separator: str, rows: range, columns: range) -> FloatArray:
        """Numbers of a rectangle of cells."""
        table = self._rows(file, separator)
        numbers = [[_number(table, file, row, column) for column in columns] for row in rows]
        return np.array(numbers, dtype=float).reshape(len(rows), len(columns))

    def _rows(self, file: str, separator: str) -> list[list[str]]:
        """Cells of a table as texts."""
        path = (self.folder / file).resolve()
        if not path.is_relative_to(self.folder.resolve()):
            raise RefusedError(f"table '{file}' lies outside the model's folder")
        if path not in self.read:
            if not path.is_file():
                raise RefusedError(f"table '{file}' not found", f"It is looked for in {self.folder}.")
            with path.open(encoding="utf-8-sig", newline="") as text:
                rows = list(csv.reader(text, delimiter=separator or ","))
            while rows and not any(rows[-1]):
                rows.pop()
            if [] in rows:
                # PySD skips blank lines, which would shift every later row.
                raise RefusedError(f"table '{file}' has a blank line at row {rows.index([]) + 1}")
            self.read[path] = rows
        return self.read[path]


def _number(table: Sequence[Sequence[str]], file: str, row: int, column: int) -> float:
    """Number in one cell."""
    place = f"cell {_column_name(column)}{row + 1} of table '{file}'"
    if row >= len(table) or column >= len(table[row]) or not table[row][column].strip():
        raise RefusedError(f"{place} is blank")
    try:
        value = float(table[row][column])
    except ValueError:
        raise RefusedError(f"{place} is not a number: '{table[row][column]}'") from None
    if not math.isfinite(value):
        raise RefusedError(f"{place} is not a finite number: '{table[row][column]}'")
    return value


def _cell(cell: str) -> tuple[int, int, bool]:
    """Row and column, the first being 0, and whether the cell is marked as transposed."""
    match = _CELL.fullmatch(cell.strip())
    if match is None:
        raise RefusedError(f"'{cell}' is no cell; write for example 'B2' or 'B2*'")
    return int(match[2]) - 1, _column_number(match[1]), match[3] == "*"


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _column_name(number: int) -> str:
    name = ""
    while number >= 0:
        name = chr(ord("A") + number % 26) + name
        number = number // 26 - 1
    return name
