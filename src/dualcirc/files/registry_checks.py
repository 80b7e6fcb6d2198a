"""Whether the tables of the registry agree with each other; the rows themselves have been read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from dualcirc.errors import Problem, did_you_mean
from dualcirc.files.tables import Row

Tables = Mapping[str, Sequence[Row[Any]]]

PROVINCE: Literal["Province"] = "Province"
REGION = "Region"
"""Ranges that the code knows by name: totals run over provinces, by region."""

NAMED_BY_LEVERS = ("enters", "cost_enters", "target")
"""Columns of levers.csv that name a variable, or are empty."""

LEVELS = ("low", "central", "high")
"""Ambitions of a lever."""

AMBITIONS = tuple(f"ambition_{level}" for level in LEVELS)
"""Columns of levers.csv that hold a value of the lever, one per element, or are empty."""


def faults(tables: Tables, keys: Mapping[str, Callable[[Any], str]]) -> list[Problem]:
    """Every fault of tables whose rows are well formed.

    Parameters
    ----------
    tables
        Rows by the name of the table.
    keys
        What a row is called, by the name of the table.
    """
    problems = [problem for name, rows in tables.items() for problem in _duplicates(rows, keys[name])]
    problems += [*_faulty_ranges(tables), *_faulty_values(tables)]
    problems += [*_unknown_variables(tables), *_unknown_ranges(tables)]
    return [*problems, *_unlabelled(tables["variables"]), *_unknown_packages(tables)]


def _unknown_packages(tables: Tables) -> Iterator[Problem]:
    known = [row.record.id for row in tables["packages"]]
    for row in tables["levers"]:
        if row.record.package not in known:
            what, expected = f"got the lever '{row.record.id}'", f"an id that begins with one of {', '.join(known)}"
            yield Problem(what, row.file, row.line, expected, "Add the package to packages.csv.")


def _duplicates(rows: Sequence[Row[Any]], key: Callable[[Any], str]) -> Iterator[Problem]:
    """Names are compared as the model compares them: without regard to case."""
    first: dict[str, int] = {}
    for row in rows:
        name = key(row.record)
        earlier = first.setdefault(name.casefold(), row.line)
        if earlier != row.line:
            yield Problem(f"'{name}' stands twice", row.file, row.line, f"one row; the first is line {earlier}")


def _faulty_ranges(tables: Tables) -> Iterator[Problem]:
    for row in [*tables["parameters"], *tables["levers"], *tables["drivers"]]:
        low, high = row.record.low, row.record.high
        if (low is None) != (high is None):
            yield Problem(f"got low '{low}' and high '{high}'", row.file, row.line, "both bounds or neither")
        elif low is not None and low > high:
            yield Problem(f"column 'low': got {low:g}", row.file, row.line, f"at most 'high', {high:g}")


def _faulty_values(tables: Tables) -> Iterator[Problem]:
    """A value of a parameter or lever lies in its range."""
    cells = [(row, "value", row.record.value) for row in tables["parameters"]]
    cells += [(row, "strong", row.record.strong) for row in tables["levers"]]
    for row in tables["levers"]:
        for column in AMBITIONS:
            text = getattr(row.record, column)
            try:
                cells += [(row, column, float(value)) for _, value in ambition_parts(text)]
            except ValueError:
                yield Problem(f"column '{column}': got '{text}'", row.file, row.line, "a number, or element:number;...")
    for row, column, value in cells:
        low, high = row.record.low, row.record.high
        if None not in (low, high, value) and low <= high and not low <= value <= high:
            yield Problem(f"column '{column}': got {value:g}", row.file, row.line, f"from {low:g} to {high:g}")


def ambition_parts(text: str) -> list[tuple[str, str]]:
    """Element and value, as written, of every part of an ambition: ``Jilin:2027;Shanxi:2028``.

    One value for all has the element ``""``; an empty cell has no part.
    """
    parts = [part.strip().rpartition(":") for part in text.split(";") if part.strip()]
    return [(element.strip(), value.strip()) for element, _, value in parts]


def _unknown_variables(tables: Tables) -> Iterator[Problem]:
    """What levers and drivers name must be rows of variables.csv."""
    known = {row.record.name for row in tables["variables"]}
    cells = [(row, "variable") for row in [*tables["levers"], *tables["drivers"]]]
    cells += [(row, column) for row in tables["levers"] for column in NAMED_BY_LEVERS if getattr(row.record, column)]
    for row, column in cells:
        name = getattr(row.record, column)
        if name not in known:
            what, mend = f"column '{column}': got '{name}'", did_you_mean(name, known)
            yield Problem(what, row.file, row.line, "a name of variables.csv", mend)


def _unknown_ranges(tables: Tables) -> Iterator[Problem]:
    """The dimension of a lever or driver has elements, and every province lies in a region."""
    rows = [row.record for row in tables["subscripts"]]
    ranges = {"", PROVINCE, *(row.range for row in rows)}
    for row in [*tables["levers"], *tables["drivers"]]:
        if row.record.dimension not in ranges:
            what = f"column 'dimension': got '{row.record.dimension}'"
            yield Problem(what, row.file, row.line, "a range of subscripts.csv")
    regions = [row.element for row in rows if row.range == REGION]
    for row in tables["provinces"]:
        got = row.record.macro_region
        if got not in regions:
            what, expected = f"column 'macro_region': got '{got}'", f"an element of {REGION} in subscripts.csv"
            yield Problem(what, row.file, row.line, expected, did_you_mean(got, regions))


def _unlabelled(rows: Sequence[Row[Any]]) -> Iterator[Problem]:
    """What stands in a Dataset is drawn with labels in both languages."""
    for row in rows:
        if row.record.saved and not row.record.label_zh:
            what = f"column 'label_zh': got '' for '{row.record.name}'"
            yield Problem(what, row.file, row.line, "a Chinese label for every variable that is saved")
