"""What a report shows, whatever folder it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from dualcirc.errors import OutputError, Problem
from dualcirc.export.source import is_run
from dualcirc.plots import style
from dualcirc.plots.words import Language
from dualcirc.report.manifest import read_study

Records = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Picture:
    """A figure with what is written below it."""

    name: str
    caption: str
    svg: bytes


@dataclass(frozen=True)
class Sheet:
    """A table with what is written above it."""

    name: str
    caption: str
    frame: pd.DataFrame


@dataclass(frozen=True)
class Content:
    """Everything that stands on the page, in the language of the page where there is a choice."""

    title: str
    question: str
    source: str
    caveats: Sequence[str]
    findings: Sequence[str]
    pictures: Sequence[Picture]
    sheets: Sequence[Sheet]
    scenarios: Records
    """As :func:`dualcirc.files.assumptions.scenario_record` gives them."""
    parameters: Records
    factors: Records
    runs: Mapping[str, int]
    """Number of runs by how they ended."""
    provenance: Mapping[str, str]
    uncertainty: str
    remarks: Sequence[str] = field(default_factory=list)
    """What a reader must know about the page itself, as a scenario whose file has changed."""


def read_content(folder: Path, language: Language) -> Content:
    """Read what a report shows from the folder of a study or of a run.

    Raises
    ------
    OutputError
        The folder holds neither, or a file is not as it was written.
    """
    from dualcirc.report.run import run_content
    from dualcirc.report.study import study_content

    study = read_study(folder)
    with style.styled(language):
        if study is not None:
            return study_content(folder, study, language)
        if is_run(folder):
            return run_content(folder, language)
    mend = "Name a folder that 'dualcirc run' has written, or results/<study> after its run.py."
    raise OutputError(Problem("holds no run and no study", str(folder), expected="a folder of results", mend=mend))
