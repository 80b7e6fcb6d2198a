"""A study from the experiment file to the folder of results: sweep, tables, figures, and a manifest of all of them."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.figure import Figure

from dualcirc.errors import OutputError, Problem
from dualcirc.export.source import SWEEP
from dualcirc.files.assumptions import package_record, parameter_records, scenario_record
from dualcirc.files.combinations import ALL, Combination
from dualcirc.files.experiment import Experiment, read_experiment
from dualcirc.files.registry import Registry, read_registry
from dualcirc.files.scenario import load_scenario
from dualcirc.files.scenario_schema import NAME_PATTERN
from dualcirc.plots import style
from dualcirc.plots.words import Language
from dualcirc.results.io import ready_folder, save_manifest, save_text, sha256
from dualcirc.study_readme import write_results
from dualcirc.sweep.api import sweep
from dualcirc.sweep.folder import EXPERIMENT
from dualcirc.sweep.plan import source_hashes
from dualcirc.sweep.provenance import lock_hash

KIND = "study"
"""What the manifest of a study calls itself."""
README, TABLES, FIGURES = "README.md", "tables", "figures"
DIGITS = 6
"""Significant digits of a table: fewer than machines differ by."""

LANGUAGES: tuple[Language, ...] = ("en", "zh")
Caption = str | Mapping[str, str]
UNCERTAINTY = {"priors": "priors of parameters.csv", "estimated": "estimated"}
"""What the manifest says of the parameters that were drawn."""


class Study:
    """One study, used by ``experiments/<study>/run.py``.

    What is drawn between its making and :meth:`finish` has the look of the project's pictures.

    Parameters
    ----------
    folder
        Folder of the study, with ``experiment.yaml``.
    results
        Folder of all results; ``results`` beside ``experiments`` by default. The study writes to ``<results>/<name>``.
    """

    def __init__(self, folder: Path, results: Path | None = None) -> None:
        self.folder = folder
        self.registry: Registry = read_registry()
        self.experiment: Experiment = read_experiment(folder / EXPERIMENT, self.registry)
        self.out = ready_folder((results or folder.resolve().parents[1] / "results") / self.experiment.form.name)
        self._tables: dict[str, dict[str, Any]] = {}
        self._figures: dict[str, dict[str, Any]] = {}
        self._findings: list[dict[str, str]] = []
        self._dataset: xr.Dataset | None = None
        self._look = ExitStack()
        self._look.enter_context(style.styled())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        if kind is None:
            self.finish()
        self._look.close()

    def sweep(self) -> xr.Dataset:
        """Run the experiment, or go on with what is stored of it, and return the whole result.

        Returns
        -------
        xarray.Dataset
            Dims scenario, point (where the experiment has a design), draw or quantile, time and those of the variables.
        """
        self._dataset = sweep(self.folder / EXPERIMENT, self.out / SWEEP, resume=True, command=shlex.join(sys.argv))
        self._look.callback(style.origin.reset, style.origin.set(dict(self._dataset.attrs)))
        return self._dataset

    def table(
        self,
        name: str,
        frame: pd.DataFrame,
        caption: Caption,
        digits: int = DIGITS,
        *,
        readme: bool = False,
        across: str | None = None,
    ) -> Path:
        """Write a table as CSV, numbers rounded to significant digits, and return its path.

        Parameters
        ----------
        name
            Name of the file, without its ending; small letters, digits and underscores.
        frame
            The table; an index with a name becomes the first columns.
        caption
            What it shows, with units; a text, or one for each language as ``{"en": ..., "zh": ...}``.
        digits
            Significant digits.
        readme
            Whether it also stands in the README of the study.
        across
            Column whose values stand side by side where the table is read; ``year`` by default, where there is one.
        """
        path = self._path(TABLES, name, ".csv")
        indexed = any(level is not None for level in frame.index.names)
        text = frame.to_csv(index=indexed, float_format=f"%.{digits}g", lineterminator="\n")
        digest = save_text(text, path)
        self._tables[name] = {"file": f"{TABLES}/{path.name}", "sha256": digest, "caption": _words(caption)}
        if readme:
            self._tables[name]["readme"] = True
        if across:
            self._tables[name]["across"] = across
        return path

    def finding(self, text: Caption) -> None:
        """State a result in a sentence; it comes first in the README and in the report.

        Parameters
        ----------
        text
            One sentence with its numbers; a text, or one for each language.
        """
        self._findings.append(_words(text))

    def figure(self, name: str, figure: Figure | Callable[[], Figure], caption: Caption) -> list[Path]:
        """Write a figure as PNG and SVG, the same bytes for the same figure, and return the paths.

        Parameters
        ----------
        name
            As in :meth:`table`.
        figure
            A figure, or a function that draws it: then it is drawn in English and, as ``<name>_zh``, in Chinese.
        caption
            As in :meth:`table`.
        """
        self._path(FIGURES, name, ".svg")
        entry: dict[str, Any] = {"caption": _words(caption)}
        written: list[Path] = []
        for language in LANGUAGES if callable(figure) else LANGUAGES[:1]:
            with style.styled(language):
                drawn = figure() if callable(figure) else figure
                files = style.save(drawn, self.out / FIGURES, name if language == "en" else f"{name}_{language}")
            entry[language] = [{"file": f"{FIGURES}/{path.name}", "sha256": sha256(path)} for path in files]
            written += files
        self._figures[name] = entry
        return written

    def finish(self) -> Path:
        """Write ``manifest.json``: question, assumptions, hashes of all that went in and came out; return its path."""
        registry = self.registry
        attrs: dict[str, Any] = {} if self._dataset is None else dict(self._dataset.attrs)
        form = self.experiment.form
        manifest: dict[str, Any] = {
            "kind": KIND,
            "name": form.name,
            "title": form.title.model_dump(),
            "question": form.question.model_dump() if form.question else {},
            "source": form.source or "",
            "caveats": list(form.caveats),
            "command": shlex.join(sys.argv),
            "hashes": self._hashes(attrs),
            **{key: attrs[key] for key in ("seed", "design", "design_seed", "time_step") if key in attrs},
            "dualcirc_version": source_hashes()["dualcirc_version"],
            "parameter_uncertainty": self._uncertainty(attrs),
            "runs": _runs(self._dataset),
            "scenarios": list(self._scenarios(registry)),
            "factors": _factors(self._dataset),
            "parameters": parameter_records(_drawn(self._dataset), registry),
            "labels": _labels(self._dataset, registry),
            "findings": self._findings,
            "tables": self._tables,
            "figures": self._figures,
        }
        save_manifest(_plain(manifest), self.out)
        if (self.folder / README).is_file():
            write_results(self.folder / README, manifest, self.out)
        self._look.close()
        return self.out / "manifest.json"

    def _path(self, kind: str, name: str, ending: str) -> Path:
        """Path of a table or figure, its folder made; a name that is no plain word, or is taken, is refused."""
        taken = self._tables if kind == TABLES else self._figures
        if not re.fullmatch(NAME_PATTERN, name) or name in taken:
            what = f"{kind}: got the name '{name}'" + (" twice" if name in taken else "")
            raise OutputError(Problem(what, expected="small letters, digits and underscores, every name once"))
        ready_folder(self.out / kind)
        return self.out / kind / f"{name}{ending}"

    def _hashes(self, attrs: Mapping[str, Any]) -> dict[str, str]:
        """Hashes of what went in; those of the sweep where there is one, for it may be older than the checkout."""
        own = {
            "experiment": sha256(self.folder / EXPERIMENT),
            "script": sha256(self.folder / "run.py") if (self.folder / "run.py").is_file() else "",
            "lock": lock_hash(),
            "parameters": source_hashes()["parameters_hash"],
            "data": source_hashes()["data_hash"],
        }
        stored = {key.removesuffix("_hash"): str(value) for key, value in attrs.items() if key.endswith("_hash")}
        return own | stored

    def _uncertainty(self, attrs: Mapping[str, Any]) -> str:
        if self._dataset is None or ("quantile" not in self._dataset.dims and self._dataset.sizes.get("draw", 1) < 2):
            return "none: central parameters"
        told = str(attrs.get("parameter_uncertainty", "priors"))
        return UNCERTAINTY.get(told, told)

    def _scenarios(self, registry: Registry) -> Iterator[dict[str, object]]:
        """Changes of every scenario of the experiment file."""
        for entry in self.experiment.form.scenarios:
            combination = _packages(entry, registry)
            if combination is not None:
                yield package_record(combination, registry)
            elif isinstance(entry, str) and entry.endswith((".yaml", ".yml")):
                yield scenario_record(load_scenario(self.folder / entry, registry), registry)
            else:
                yield scenario_record(load_scenario(entry, registry), registry)


def _packages(entry: object, registry: Registry) -> Combination | None:
    """Packages that an entry names; all of them where it stands for every combination."""
    if not isinstance(entry, str):
        return None
    if entry.startswith(ALL):
        return Combination(tuple(registry.packages), entry.removeprefix(ALL))
    return Combination.parse(entry)


def _words(caption: Caption) -> dict[str, str]:
    return {"en": caption} if isinstance(caption, str) else dict(caption)


def _labels(dataset: xr.Dataset | None, registry: Registry) -> dict[str, dict[str, str]]:
    """Words for the variables and scenarios of the result, and for the packages."""
    packages = {name: package.label for name, package in registry.packages.items()}
    if dataset is None:
        return packages
    labels = {
        str(name): {"en": values.attrs["long_name"], "zh": values.attrs.get("long_name_zh", "")}
        for name, values in dataset.data_vars.items()
        if "long_name" in values.attrs
    }
    scenarios = np.atleast_1d(dataset["scenario"].values).tolist()
    for language, titles in (("en", "scenario_title"), ("zh", "scenario_title_zh")):
        if titles in dataset.coords:
            for name, title in zip(scenarios, np.atleast_1d(dataset[titles].values), strict=True):
                labels.setdefault(name, {})[language] = str(title)
    return labels | packages


def _runs(dataset: xr.Dataset | None) -> dict[str, int]:
    """Number of runs by how they ended."""
    if dataset is None or "status" not in dataset:
        return {}
    status, counts = np.unique(dataset["status"].values.astype(str), return_counts=True)
    return dict(zip(status.tolist(), counts.tolist(), strict=True))


def _drawn(dataset: xr.Dataset | None) -> list[str]:
    return [] if dataset is None or "parameter" not in dataset.coords else list(map(str, dataset["parameter"].values))


def _factors(dataset: xr.Dataset | None) -> list[dict[str, str]]:
    """Label, unit and range of what a design varies."""
    if dataset is None or "factor" not in dataset.coords:
        return []
    columns = {
        name: dataset[f"factor_{name}"].values
        for name in ("label", "label_zh", "unit", "low", "high", "central")
        if f"factor_{name}" in dataset.coords
    }
    return [
        {"name": str(factor), **{name: _text(values[place]) for name, values in columns.items()}}
        for place, factor in enumerate(dataset["factor"].values)
    ]


def _text(value: object) -> str:
    return f"{float(value):.10g}" if isinstance(value, float | np.floating) else str(value)


def _plain(value: Any) -> Any:
    """The same with plain numbers, as JSON takes them."""
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return value.item() if isinstance(value, np.generic) else value
