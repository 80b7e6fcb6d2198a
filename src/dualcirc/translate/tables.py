"""Values from the tables that a model names: constants, series of points, names of elements.

Cells are found by position or by name, as Vensim and PySD do (``pysd/py_backend/external.py``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from dualcirc.translate.constructs import RefusedError
from dualcirc.translate.ir import FloatArray
from dualcirc.translate.sheets import Cell, Rows, Sheets, cell_place, column_name, column_number

_COLUMN = re.compile(r"[A-Za-z]{1,3}")


class Tables:
    """Tables below the model's folder; each is read once."""

    def __init__(self, folder: Path, aliases: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.sheets = Sheets(folder, aliases or {})

    @property
    def read(self) -> list[Path]:
        """Files read so far."""
        return sorted({*self.sheets.read, *self.sheets.books})

    def constants(self, file: str, tab: str, cell: str, shape: tuple[int, ...]) -> FloatArray:
        """
        Values of GET DIRECT CONSTANTS, (*dims).

        Notes
        -----
        A vector runs along the row from ``cell``, and down the column where the cell is marked ``*``. The first
        dimension of a matrix runs down, and along the row where it is marked. Dimensions of one element do not count.
        """
        place, name, transposed = _cell(cell)
        sizes = [size for size in shape if size > 1]
        if len(sizes) > 2:
            told = f"GET DIRECT CONSTANTS gives at most 2 dimensions, {len(sizes)} are asked for"
            raise RefusedError(told, "Write one equation for each element of one dimension, each with its own cell.")
        down, along = (1,) * (2 - len(sizes)) + tuple(sizes)
        if transposed and sizes:
            down, along = along, down
        if place is None:
            rows, columns = self.sheets.named(file, tab, name)
            if (len(rows), len(columns)) != (down, along):
                told = f"cells '{name}' of '{file}' are {len(rows)} x {len(columns)}, {down} x {along} are needed"
                raise RefusedError(told)
        else:
            rows, columns = range(place[0], place[0] + down), range(place[1], place[1] + along)
        block = _block(self.sheets.rows(file, tab), file, rows, columns)
        return (block.T if transposed else block).reshape(shape)

    def series(
        self, file: str, tab: str, across: str, cell: str, shape: tuple[int, ...]
    ) -> tuple[FloatArray, FloatArray]:
        """
        Points of GET DIRECT DATA and GET DIRECT LOOKUPS: times or arguments, (point,), and values, (point, *dims).

        Parameters
        ----------
        file, tab
            Table, its separator or sheet.
        across
            Letters of the column or number of the row of the times, or the name of their cells.
        cell
            First cell of the values, or the name of their cells.
        shape
            Sizes of the dimensions, of which one at most is longer than 1.

        Notes
        -----
        Points run from ``cell`` to the end of the table and come back in rising order, as PySD sorts them; a blank time
        ends or skips, a blank value is NaN (``External._initialize_data``).
        """
        if sum(size > 1 for size in shape) > 1:  # as PySD reads it
            raise RefusedError(f"GET DIRECT DATA gives at most 1 dimension, {len(shape)} are asked for")
        table = self.sheets.rows(file, tab)
        spans = self._spans(file, tab, across, cell, math.prod(shape))
        time_rows, time_columns, rows, columns, along = spans
        times = [_time(table, file, row, column) for row in time_rows for column in time_columns]
        kept = _kept(times, file)
        values = np.array([[_value(table, file, r, c, True) for c in columns] for r in rows], dtype=float)
        values = (values.reshape(len(rows), len(columns)).T if along else values.reshape(len(rows), len(columns)))[kept]
        x = np.array([times[place] for place in kept], dtype=float)
        order = np.argsort(x, kind="stable")
        if np.any(np.diff(x[order]) == 0):
            twice = x[order][1:][np.diff(x[order]) == 0][0]
            raise RefusedError(f"{twice:g} stands twice among the times of table '{file}'")
        return x[order], values[order].reshape(len(x), *shape)

    def names(self, file: str, tab: str, first: str, last: str) -> list[str]:
        """Texts of GET DIRECT SUBSCRIPT, row by row, blank cells left out."""
        table = self.sheets.rows(file, tab)
        place = cell_place(first)
        if place is None:
            rows, columns = self.sheets.named(file, tab, first)
        else:
            end = cell_place(last)
            row = int(last) - 1 if last.isdigit() else end[0] if end else len(table) - 1
            column = (
                column_number(last)
                if _COLUMN.fullmatch(last)
                else end[1]
                if end
                else max(map(len, table), default=1) - 1
            )
            rows, columns = range(place[0], row + 1), range(place[1], column + 1)
        texts = [_text(_at(table, row, column)) for row in rows for column in columns]
        if not any(texts):
            raise RefusedError(f"table '{file}' has no element from {first} on")
        return [text for text in texts if text]

    def _spans(self, file: str, tab: str, across: str, cell: str, size: int) -> tuple[range, range, range, range, bool]:
        """Rows and columns of the times and of the values, and whether points follow each other along a row."""
        place, name, _ = _cell(cell)
        table = self.sheets.rows(file, tab)
        if place is None:
            return self._named_spans(file, tab, across, name, size)
        row, column = place
        if across.strip().isdigit():
            end = max(map(len, table), default=0)
            time_row = int(across) - 1
            _check_points(range(column, end), file, cell, "column")
            return range(time_row, time_row + 1), range(column, end), range(row, row + size), range(column, end), True
        if not _COLUMN.fullmatch(across.strip()):
            raise RefusedError(f"times of '{file}' must stand in a column or row, '{across}' is none")
        start = column_number(across.strip())
        rows = range(row, len(table))
        _check_points(rows, file, cell, "row")
        return rows, range(start, start + 1), rows, range(column, column + size), False

    def _named_spans(
        self, file: str, tab: str, across: str, name: str, size: int
    ) -> tuple[range, range, range, range, bool]:
        time_rows, time_columns = self.sheets.named(file, tab, across)
        rows, columns = self.sheets.named(file, tab, name)
        along = len(time_columns) > 1
        points, width = (len(columns), len(rows)) if along else (len(rows), len(columns))
        if min(len(time_rows), len(time_columns)) > 1:
            raise RefusedError(f"cells '{across}' of '{file}' are no single row or column")
        if points != max(len(time_rows), len(time_columns)) or width != size:
            raise RefusedError(f"cells '{name}' of '{file}' do not fit the times '{across}' and the subscripts")
        return time_rows, time_columns, rows, columns, along


def _check_points(points: range, file: str, cell: str, what: str) -> None:
    """PySD fails on a single row or column."""
    if len(points) < 2:
        told = f"table '{file}' has {f'one {what}' if points else f'no {what}'} from {cell}, two are needed"
        raise RefusedError(told, "A value that holds throughout stands at the first and the last time.")


def _kept(times: list[Cell], file: str) -> list[int]:
    """Places of the times that are numbers; blank ones are skipped, notes may stand after the last one."""
    kept = [place for place, time in enumerate(times) if isinstance(time, float)]
    for place, time in enumerate(times[: kept[-1]] if kept else times):
        if isinstance(time, str):
            raise RefusedError(f"time {place + 1} of table '{file}' is not a number: '{time}'")
    if not kept:
        raise RefusedError(f"table '{file}' has no times")
    return kept


def _block(table: Rows, file: str, rows: range, columns: range) -> FloatArray:
    """Numbers of a rectangle of cells."""
    numbers = [[_value(table, file, row, column, False) for column in columns] for row in rows]
    return np.array(numbers, dtype=float).reshape(len(rows), len(columns))


def _value(table: Rows, file: str, row: int, column: int, blank: bool) -> float:
    """Number in one cell; not a number where it may be blank."""
    place = f"cell {column_name(column)}{row + 1} of table '{file}'"
    value = _at(table, row, column)
    if not _text(value):
        if blank:
            return math.nan
        raise RefusedError(f"{place} is blank")
    try:
        number = float(value or 0.0)
    except ValueError:
        raise RefusedError(f"{place} is not a number: '{value}'") from None
    if not math.isfinite(number):
        raise RefusedError(f"{place} is not a finite number: '{value}'")
    return number


def _time(table: Rows, file: str, row: int, column: int) -> Cell:
    """Time in one cell: a number, a text that is none, or nothing."""
    value = _at(table, row, column)
    try:
        return _value(table, file, row, column, False) if _text(value) else None
    except RefusedError:
        return str(value)


def _at(table: Rows, row: int, column: int) -> Cell:
    return table[row][column] if 0 <= row < len(table) and 0 <= column < len(table[row]) else None


def _text(value: Cell) -> str:
    """Text of a cell; a whole number without its decimal point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _cell(cell: str) -> tuple[tuple[int, int] | None, str, bool]:
    """Row and column if it is a cell, its name, and whether it is marked as transposed."""
    name = cell.strip().removesuffix("*")
    return cell_place(name), name, cell.strip().endswith("*")
