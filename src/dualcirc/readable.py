"""Tables as they are read: words for names, a value and its band in one cell, the years side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dualcirc.plots.words import Language, say

Labels = Mapping[str, Mapping[str, str]]
"""Words by language, by name."""

YEAR = "year"
_CENTRAL = "central"
_DIGITS, _LARGE, _YEARS = 3, 1e3, 1e4


def as_read(frame: pd.DataFrame, labels: Labels, language: Language, across: str | None = None) -> pd.DataFrame:
    """Table as it is read.

    Parameters
    ----------
    frame
        A tidy table, as a study stores it.
    labels
        Words for the names of variables, scenarios and factors.
    language
        Language of the words.
    across
        Column whose values become columns; ``year`` by default, where there is one.

    Returns
    -------
    pandas.DataFrame
        The table with words for names; where a number has a band beside it, the text ``number (low to high)``.
    """
    frame = frame.drop(columns=[name for name in frame.columns if name == "label" or str(name).endswith("_zh")])
    banded = [str(name) for name in frame.columns if all(end in frame for end in _ends(str(name)))]
    merged = {name: [with_band(row, name) for row in frame.to_dict("records")] for name in banded}
    frame = frame.assign(**merged).drop(columns=[end for name in banded for end in _ends(name)])
    across = across or (YEAR if YEAR in frame else None)
    if across and merged:
        frame = _spread(frame, across, list(merged))
    words = {name: told(entry, language) for name, entry in labels.items()}
    return frame.map(lambda value: words.get(value, value) if isinstance(value, str) else value).rename(columns=words)


def stored_table(
    folder: Path, manifest: Mapping[str, Any], entry: Mapping[str, Any], language: Language
) -> pd.DataFrame:
    """Table of a study, one entry of its manifest, as it is read."""
    stored = pd.read_csv(folder / entry["file"], keep_default_na=False, na_values=[""])
    return as_read(stored, _labels_of(manifest), language, entry.get("across"))


def told(words: Mapping[str, Any], language: Language) -> str:
    """Text in the language, else in English, else in whichever there is."""
    return str(words.get(language) or words.get("en") or next(iter(words.values()), ""))


def _labels_of(manifest: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    """Words of a study for the names in its tables."""
    factors = {
        one["name"]: {"en": one.get("label", one["name"]), "zh": one.get("label_zh", "")} for one in manifest["factors"]
    }
    return {**manifest["labels"], **factors}


def with_band(row: Mapping[Any, float], value: str = _CENTRAL) -> str:
    """A number of a row with its band, ``number (low to high)``; without where the band has no width."""
    central, low, high = (row[name] for name in (value, *_ends(value)))
    if math.isnan(central):
        return ""
    if low == high:
        return number(central)
    return say("{value} ({low} to {high})", value=number(central), low=number(low), high=number(high))


def number(value: float) -> str:
    """A number as one reads it: three digits, thousands in groups, a year without; empty where it is missing."""
    if math.isnan(value):
        return ""
    if value.is_integer() and abs(value) < _YEARS:
        text = f"{value:.0f}"
    else:
        text = f"{value:,.0f}" if abs(value) >= _LARGE else f"{value:#.{_DIGITS}g}".rstrip(".")
    return text.replace("-", "\N{MINUS SIGN}")


def _ends(value: str) -> tuple[str, str]:
    """Columns with the ends of the band of a value."""
    return ("low", "high") if value == _CENTRAL else (f"{value}_low", f"{value}_high")


def _spread(frame: pd.DataFrame, across: str, values: list[str]) -> pd.DataFrame:
    """Table with the values of one column side by side; of several values those of one stand together."""
    kept = [name for name in frame.columns if name not in (across, *values)]
    if not kept or frame.duplicated([*kept, across]).any():
        return frame
    wide = frame[kept].drop_duplicates().set_index(kept)
    for value in values:
        for step in frame[across].unique():
            cells = frame[frame[across] == step].set_index(kept)[value]
            wide[str(step) if len(values) == 1 else f"{value}, {step}"] = cells
    return wide.reset_index()
