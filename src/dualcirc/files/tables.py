"""CSV tables whose columns are the fields of a frozen dataclass, read with the place of every fault."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from types import UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from dualcirc.errors import Problem, RegistryError, did_you_mean
from dualcirc.files.paths import shown

T = TypeVar("T")


@dataclass(frozen=True)
class Row(Generic[T]):
    """One line of a table with its place."""

    record: T
    file: str
    line: int


def read_table(path: Path, record: type[T], required: Sequence[str] = ()) -> list[Row[T]]:
    """Rows of a CSV table as frozen dataclasses; every fault of the table is reported at once.

    Parameters
    ----------
    path
        The table; its header names exactly the fields of ``record``.
    record
        Dataclass with fields of type ``str``, ``float``, ``float | None``, ``bool`` (yes or no) or ``Literal``.
    required
        Text columns that must not be empty.
    """
    lines = list(_lines(path))
    _check_header(path, lines, [field.name for field in fields(record)])  # type: ignore[arg-type]
    types = get_type_hints(record)
    rows, problems = [], []
    for number, cells in lines[1:]:
        values, faults = _values(cells, lines[0][1], types, required)
        problems += [Problem(what, shown(path), number, expected, mend) for what, expected, mend in faults]
        if not faults:
            rows.append(Row(record(**values), shown(path), number))
    if problems:
        raise RegistryError(problems)
    return rows


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every line that is not blank."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle, strict=True)
            for cells in reader:
                if any(cells):
                    yield reader.line_num, cells
    except FileNotFoundError:
        raise RegistryError(Problem("the table is missing", shown(path), expected="a CSV file")) from None
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise RegistryError(Problem(f"cannot be read: {fault}", shown(path), expected="CSV text in UTF-8")) from None


def _check_header(path: Path, lines: Sequence[tuple[int, list[str]]], expected: Sequence[str]) -> None:
    if not lines:
        raise RegistryError(Problem("the table is empty", shown(path), 1, expected=f"columns {', '.join(expected)}"))
    header, columns = lines[0][1], f"columns {', '.join(expected)}"
    missing = [name for name in expected if name not in header]
    problems = [
        Problem(f"unknown column '{name}'", shown(path), 1, columns, did_you_mean(name, missing))
        for name in header
        if name not in expected
    ]
    problems += [Problem(f"column '{name}' is missing", shown(path), 1, columns) for name in missing]
    twice = [name for name in expected if header.count(name) > 1]
    problems += [Problem(f"column '{name}' stands twice", shown(path), 1, "every column once") for name in twice]
    if problems:
        raise RegistryError(problems)


def _values(
    cells: Sequence[str], header: Sequence[str], types: Mapping[str, Any], required: Sequence[str]
) -> tuple[dict[str, Any], list[tuple[str, str, str]]]:
    """Typed values of one line, and its faults as (what, expected, mend)."""
    if len(cells) != len(header):
        return {}, [(f"got {len(cells)} cells", f"{len(header)} cells, one for every column", "")]
    values, faults = {}, []
    for name, cell in zip(header, cells, strict=True):
        text = cell.strip()
        try:
            values[name] = _convert(text, types[name])
            if not text and name in required:
                raise ValueError("some text")
        except ValueError as expected:
            choices = get_args(types[name]) if get_origin(types[name]) is Literal else ()
            faults.append((f"column '{name}': got '{text}'", str(expected), did_you_mean(text, choices)))
    return values, faults


def _convert(text: str, kind: Any) -> Any:
    """Value of a cell; a ``ValueError`` tells what was expected."""
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            raise ValueError("one of " + ", ".join(choice or "(empty)" for choice in get_args(kind)))
        return text
    if kind is bool:
        if text not in ("yes", "no"):
            raise ValueError("yes or no")
        return text == "yes"
    if get_origin(kind) in (Union, UnionType):
        return _number(text) if text else None
    return _number(text) if kind is float else text


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("a number")
    return value
