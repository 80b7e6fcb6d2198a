"""Results of a study in its README: the tables and pictures that its run has marked, between two comments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dualcirc.errors import OutputError, Problem
from dualcirc.readable import number, stored_table
from dualcirc.reference.markdown import plain, table
from dualcirc.results.io import save_text

BEGIN, END = "<!-- results: written by run.py -->", "<!-- end of results -->"
_ROWS = 20
"""Rows of a table that are shown; the file holds the rest."""


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
    findings = [f"- {plain(words['en'])}\n" for words in manifest["findings"]]
    if findings:
        yield "".join(findings)
    for entry in manifest["tables"].values():
        if entry.get("readme"):
            frame = stored_table(out, manifest, entry, "en")
            rows = ([_cell(value) for value in row] for row in frame.iloc[:_ROWS].itertuples(index=False))
            headings = [plain(str(name).replace("_", " ")) for name in frame.columns]
            yield f"{plain(entry['caption']['en'])}:\n\n{table(headings, rows)}"
            if len(frame) > _ROWS:
                link = f"../../results/{manifest['name']}/{entry['file']}"
                yield f"{len(frame) - _ROWS} more rows are in [{Path(entry['file']).name}]({link}).\n"
    for entry in manifest["figures"].values():
        picture = next(file["file"] for file in entry["en"] if file["file"].endswith(".png"))
        yield f"![{plain(entry['caption']['en'])}](../../results/{manifest['name']}/{picture})\n"


def _cell(value: object) -> str:
    return number(float(value)) if isinstance(value, int | float) else plain(str(value))
