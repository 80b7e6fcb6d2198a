"""Source keys of the registers -> the text of the citation."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dualcirc.files.paths import data_dir

Cells = Mapping[str, str]

_RANGE = re.compile(r"([A-Za-z]+)(\d+)\s*-\s*([A-Za-z]+)(\d+)")
_KEY = re.compile(r"\b[A-Z]{1,2}\d{2,3}[a-z]?\b")


@dataclass(frozen=True)
class Citation:
    """A source with the key under which the registers name it."""

    key: str
    text: str
    table: str
    """Table of ``model/data`` in which it stands; empty where the key is unknown."""


def _joined(*parts: str) -> str:
    return ". ".join(part.rstrip(". ") for part in parts if part)


def _evidence(row: Cells) -> str:
    found = f"{row['outcome']}: {row['estimate']}" + (f" {row['unit']}" if row["unit"] != "sign" else "")
    return _joined(row["citation"], f"{row['mechanism']}; {found}", row["url"])


def _judged(row: Cells) -> str:
    span = f"{row['low']} to {row['high']}, central {row['central']} ({row['unit']})"
    origin = f"From {row['evidence'].replace(';', ', ')}" if row["evidence"] else ""
    return _joined(f"Judged range of '{row['mechanism']}': {span}", origin)


def _source(row: Cells) -> str:
    return _joined(f"{row['publisher']}, {row['official_series']}", row["vintage"], row["where_read"])


def _policy(row: Cells) -> str:
    return _joined(
        f"{row['province']}, {row['event']} {row['date']}: {row['detail']}", row["source_title"], row["source_url"]
    )


_TABLES: Mapping[str, tuple[str, Callable[[Cells], str]]] = {
    "evidence.csv": ("id", _evidence),
    "judged_ranges.csv": ("id", _judged),
    "ftz_policy_history.csv": ("id", _policy),
    "sources.csv": ("source_id", _source),
}


def read_citations(folder: Path | None = None) -> dict[str, Citation]:
    """Every source of ``model/data`` by its key, tables of observations by their file names."""
    folder = folder or data_dir()
    found: dict[str, Citation] = {}
    for table, (key, form) in _TABLES.items():
        with (folder / table).open(encoding="utf-8-sig", newline="") as handle:
            for row in csv.DictReader(handle):
                found.setdefault(row[key], Citation(row[key], form(row), table))
    for path in sorted(folder.glob("*.csv")):
        text = f"Table model/data/{path.name}, each row with its source"
        found.setdefault(path.name, Citation(path.name, text, path.name))
        for name in _series(path):
            found.setdefault(name, Citation(name, f"Series '{name}' of model/data/{path.name}", path.name))
    return found


def _series(path: Path) -> list[str]:
    """Names of the series in a table of observations."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        rows = csv.DictReader(handle)
        column = next((name for name in ("series", "variable") if name in (rows.fieldnames or ())), None)
        return list(dict.fromkeys(row[column] for row in rows)) if column else []


def resolve(text: str, known: Mapping[str, Citation]) -> list[Citation]:
    """
    Sources that a cell of a register names: keys between semicolons, and ranges as ``P001-P025``.

    A range is one citation, from the first to the last of its keys. What is no key but words, as the section of a
    paper, cites itself; an unknown key has no text.
    """
    found = []
    for key in (part.strip() for part in text.split(";")):
        ends = _RANGE.fullmatch(key)
        first, last = (known.get(f"{ends[1]}{ends[2]}"), known.get(f"{ends[3]}{ends[4]}")) if ends else (None, None)
        if first is not None and last is not None:
            found.append(Citation(key, f"Table model/data/{first.table}, rows {first.key} to {last.key}", first.table))
        elif key:
            found.append(known.get(key, Citation(key, key if " " in key else "", "")))
    return found


def mentioned(text: str, known: Mapping[str, Citation]) -> list[Citation]:
    """Sources whose keys stand in running text."""
    return [known[key] for key in dict.fromkeys(_KEY.findall(text)) if key in known]
