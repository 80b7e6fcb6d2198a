"""The manifest of a study: read with every fault named, for it is a file that anyone can edit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from dualcirc.errors import OutputError, Problem
from dualcirc.results.io import MANIFEST, sha256
from dualcirc.study import KIND

_FORMS: dict[str, type] = {
    "title": dict,
    "question": dict,
    "caveats": list,
    "hashes": dict,
    "runs": dict,
    "scenarios": list,
    "factors": list,
    "parameters": list,
    "labels": dict,
    "findings": list,
    "tables": dict,
    "figures": dict,
}
"""Keys that every manifest of a study has, and what stands there."""


def read_study(folder: Path) -> dict[str, Any] | None:
    """Read the manifest of a study; None where the folder has none, or one of something else.

    Raises
    ------
    OutputError
        The manifest is not what :class:`dualcirc.study.Study` writes, or a file that it lists has changed.
    """
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(found, dict) or found.get("kind") != KIND:
        return None
    wrong = [key for key, form in _FORMS.items() if not isinstance(found.get(key), form)]
    if wrong:
        what = f"the manifest of the study lacks {', '.join(wrong)}"
        raise OutputError(Problem(what, str(path), expected="what a study's run.py writes", mend="Run it again."))
    problems = list(_changed(found, folder))
    if problems:
        raise OutputError(problems)
    return found


def _changed(manifest: dict[str, Any], folder: Path) -> Iterator[Problem]:
    """Files that are gone, changed, or lie elsewhere."""
    for name, digest in _files(manifest):
        path = folder / name
        if Path(name).is_absolute() or ".." in Path(name).parts or path.is_symlink():
            yield Problem(f"got the file '{name}', which lies elsewhere", str(folder / MANIFEST))
        elif not path.is_file() or sha256(path) != digest:
            got = "has changed since it was written" if path.is_file() else "is missing"
            yield Problem(f"the file {got}", str(path), mend="Run the study again.")


def _files(manifest: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for entry in [*manifest["tables"].values(), *manifest["figures"].values()]:
        parts = [entry, *(part for value in entry.values() if isinstance(value, list) for part in value)]
        for part in parts:
            if isinstance(part, dict) and isinstance(part.get("file"), str):
                yield part["file"], str(part.get("sha256", ""))
