"""What an experiment file says about itself: name, title, question, source, caveats, scenarios.

The rest of the file, which says what is run, is checked by the reader of experiments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.yaml_reader import Document, read_yaml

KIND = "study"
"""What the manifest of a study calls itself."""

Words = Mapping[str, str]
"""A text by language: en, zh."""


@dataclass(frozen=True)
class Header:
    """Who asks what, and with which scenarios."""

    name: str
    title: Words
    question: Words
    source: str
    caveats: tuple[str, ...]
    scenarios: tuple[str | dict[str, Any], ...]
    path: Path


def read_header(path: Path) -> Header:
    """Read the head of an experiment file.

    Raises
    ------
    ScenarioError
        The file is missing or no YAML, or has no name or no title in both languages.
    """
    document = read_yaml(path)
    data, problems = document.data, []
    if not isinstance(data.get("name"), str) or not str(data["name"]).isidentifier():
        problems.append(_problem("name", document, "small letters, digits and underscores"))
    title, question = _words(data.get("title")), _words(data.get("question", {}))
    if title is None or not title:
        problems.append(_problem("title", document, 'a title as {en: "...", zh: "..."}'))
    if question is None:
        problems.append(_problem("question", document, 'a question as {en: "...", zh: "..."}'))
    if problems:
        raise ScenarioError(problems)
    caveats = data.get("caveats") or []
    scenarios = data.get("scenarios") or []
    return Header(
        name=str(data["name"]),
        title=title or {},
        question=question or {},
        source=str(data.get("source") or ""),
        caveats=tuple(map(str, caveats)) if isinstance(caveats, list) else (str(caveats),),
        scenarios=tuple(scenarios) if isinstance(scenarios, list) else (),
        path=path,
    )


def _words(value: object) -> Words | None:
    """Texts by language; None where the value is something else."""
    if isinstance(value, Mapping) and set(value) <= {"en", "zh"} and all(isinstance(v, str) for v in value.values()):
        return dict(value)
    return None


def _problem(key: str, document: Document, expected: str) -> Problem:
    got = document.data.get(key)
    what = f"the key '{key}' is missing" if got is None else f"'{key}': got {got!r}"
    return Problem(what, document.file, document.line((key,)), expected)
