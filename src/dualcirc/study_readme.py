"""Results of a study in its README: the tables and pictures that its run has marked, between two comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dualcirc.errors import OutputError, Problem
from dualcirc.reference.markdown import plain, table
from dualcirc.results.io import save_text

BEGIN, END = "<!-- results: written by run.py -->", "<!-- end of results -->"
_DIGITS = 3
"""Significant digits: what is shown is read, not computed with."""


def with_results(readme: str, manifest: Mapping[str, Any], out: Path) -> str:
    """Text of a README with its results put in anew.

    Parameters
    ----------
    readme
        Text that holds the two comments.
    manifest
        Tables and figures of the study.
    out
        Folder of its results.

    Raises
    ------
    OutputError
        A comment is missing.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise OutputError(Problem("the README of the study has no place for results", expected=f"{BEGIN} and {END}"))
    parts = "\n".join(_parts(manifest, out))
    return f"{before}{BEGIN}\n\n{parts}\n{END}{after}"


def write_results(readme: Path, manifest: Mapping[str, Any], out: Path) -> None:
    """Put the results of a study into its README."""
    save_text(with_results(readme.read_text(encoding="utf-8"), manifest, out), readme)


def _parts(manifest: Mapping[str, Any], out: Path) -> Iterator[str]:
    for entry in manifest["tables"].values():
        if entry.get("readme"):
            frame = pd.read_csv(out / entry["file"], keep_default_na=False, na_values=[""])
            rows = ([_cell(value) for value in row] for row in frame.itertuples(index=False))
            yield f"{plain(entry['caption']['en'])}:\n\n{table([plain(str(c)) for c in frame.columns], rows)}"
    for entry in manifest["figures"].values():
        picture = next(file["file"] for file in entry["en"] if file["file"].endswith(".png"))
        yield f"![{plain(entry['caption']['en'])}](../../results/{manifest['name']}/{picture})\n"


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:.{_DIGITS}g}" if abs(value) < 10**_DIGITS else f"{value:,.0f}"
    return plain(str(value))
