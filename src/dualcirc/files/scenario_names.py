"""Names of scenarios: those of the project, the nearest to a misspelt one, and whether a file may bear its name.

A name labels files and figures, so that it must tell one scenario from every other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from dualcirc.errors import Problem, nearest
from dualcirc.files.paths import scenarios_dir
from dualcirc.files.scenario_schema import NAME_PATTERN
from dualcirc.files.yaml_reader import Document

SIMILAR = 0.75
"""Least similarity of a file that is suggested for a missing one: short names are easily half alike."""


def scenario_names() -> list[str]:
    """Return the names of the scenarios that come with the project."""
    return sorted(path.stem for path in scenarios_dir().glob("*.yaml"))


def nearest_scenario(got: str, folder: Path, *, as_path: bool) -> str:
    """Suggest a scenario of the project or of a folder for a name that is missing, and list the project's.

    Parameters
    ----------
    got
        Name without folder and ending: what all paths share says nothing.
    folder
        Where the user looked for it.
    as_path
        Suggest what lies in the folder by its path, not by its name.
    """
    names: Mapping[str, str] = {path.stem: str(path) if as_path else path.stem for path in folder.glob("*.yaml")}
    names = {**names, **{name: name for name in scenario_names()}}
    near = nearest(got, names, SIMILAR)
    hint = f"Did you mean '{names[near]}'? " if near is not None else ""
    return f"{hint}Scenarios of the project: {', '.join(scenario_names())}."


def name_problems(document: Document) -> Iterator[Problem]:
    """Whether the name is that of the file, and no other scenario's; a name of wrong form is told by the schema."""
    name, path, line = document.data.get("name"), document.path, document.line(("name",))
    if not isinstance(name, str) or not _is_name(name):
        return
    if _is_outside(document) and name in scenario_names():
        what = f"'name': got '{name}', which is a scenario of the project"
        mend = f"Choose another; the project's own is run as '{name}', without folder and .yaml."
        yield Problem(what, document.file, line, "a name of its own, which the file bears too", mend)
    elif path and path.stem != name:
        expected = f"'{path.stem}', as the file is called"
        yield Problem(f"'name': got '{name}'", document.file, line, expected, _same_name(name, path.stem, document))


def _same_name(name: str, stem: str, document: Document) -> str:
    """Tell how file and scenario come by one name."""
    is_free = _is_name(stem) and not (_is_outside(document) and stem in scenario_names())
    return f"Write 'name: {stem}', or call the file {name}.yaml." if is_free else f"Call the file {name}.yaml."


def _is_name(text: str) -> bool:
    return re.fullmatch(NAME_PATTERN, text) is not None


def _is_outside(document: Document) -> bool:
    """Whether a scenario is the user's: a mapping, or a file that is not beside the project's own."""
    return document.path is None or document.path.resolve().parent != scenarios_dir().resolve()
