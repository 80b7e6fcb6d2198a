"""The manifest of a study: read with every fault named, for it is a file that anyone can edit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from dualcirc.errors import OutputError, Problem
from dualcirc.files.strict import told
from dualcirc.results.io import MANIFEST, sha256
from dualcirc.study import KIND

Words = dict[str, str]
"""Text by language."""


class _Part(BaseModel):
    model_config = ConfigDict(strict=True)


class _File(_Part):
    file: str
    sha256: str


class _Table(_File):
    caption: Words
    across: str | None = None


class _Figure(_Part):
    caption: Words
    en: list[_File]
    zh: list[_File] = []


class _Change(_Part):
    what: str
    unit: str
    values: str
    where: str
    why: str


class _Scenario(_Part):
    name: str
    title: Words
    source: str
    changes: list[_Change]


class _Factor(_Part):
    name: str


class _Parameter(_Part):
    name: str
    value: str
    low: str
    high: str
    unit: str
    status: str
    source: str
    note: str


class _Manifest(_Part):
    """What every manifest of a study has."""

    title: Words
    question: Words
    caveats: list[str]
    hashes: dict[str, str]
    runs: dict[str, int]
    scenarios: list[_Scenario]
    factors: list[_Factor]
    parameters: list[_Parameter]
    labels: dict[str, Words]
    findings: list[Words]
    tables: dict[str, _Table]
    figures: dict[str, _Figure]


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
    problems = list(_misshapen(found, str(path))) or list(_changed(found, folder))
    if problems:
        raise OutputError(problems)
    return found


def _misshapen(manifest: dict[str, Any], path: str) -> Iterator[Problem]:
    """Keys that are missing, or hold something else."""
    try:
        _Manifest.model_validate(manifest)
    except ValidationError as fault:
        details = fault.errors(include_url=False)
        lacks = [".".join(map(str, one["loc"])) for one in details if one["type"] == "missing"]
        if lacks:
            what = f"the manifest of the study lacks {', '.join(lacks)}"
            yield Problem(what, path, expected="what a study's run.py writes", mend="Run it again.")
        for one in details:
            if one["type"] != "missing":
                what = f"'{'.'.join(map(str, one['loc']))}': got {told(one['input'])}"
                yield Problem(what, path, expected="what a study's run.py writes", mend="Run it again.")


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
