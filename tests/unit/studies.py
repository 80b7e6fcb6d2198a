"""A small study and a stand-in for its sweep."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from .synthetic import result

EXPERIMENT = """\
name: my_study
title: {en: "What do zones do?", zh: "自贸试验区有何作用？"}
question: {en: "Who gains from new zones?", zh: "谁从新设试验区中受益？"}
source: "Yang 2023, section 3.1"
caveats: ["A <b>small</b> study."]
scenarios: [baseline, wider_layout, packages_all_central, own.yaml]
outputs: [gdp]
"""
OWN = """\
name: own
extends: baseline
changes:
  - {lever: C1.zone, unit: items, path: {2026: 27, 2030: 15}, why: "shorter <list>"}
"""
FAILED = "nan in gdp at 2031"


def study_folder(tmp_path: Path) -> Path:
    """Folder of a study with its experiment, a scenario of its own and a script."""
    place = tmp_path / "experiments" / "my_study"
    place.mkdir(parents=True)
    (place / "experiment.yaml").write_text(EXPERIMENT, encoding="utf-8")
    (place / "own.yaml").write_text(OWN, encoding="utf-8")
    (place / "run.py").write_text("# the script\n", encoding="utf-8")
    return place


def swept() -> xr.Dataset:
    """A sweep of two points with one factor and three drawn parameters; one of its eight runs has failed."""
    ds = result(2).sel(scenario=["baseline", "wider_layout"]).expand_dims(point=[0, 1])
    status = np.full((2, 2, 2), "ok", dtype=object)
    status[0, 0, 1] = FAILED
    ds["status"] = (("scenario", "point", "draw"), status)
    factor: dict[str, Any] = {
        "factor": ["siphon_share"],
        "factor_label": ("factor", ["Siphon share"]),
        "factor_low": ("factor", [0.0]),
    }
    return ds.assign_coords(**factor, parameter=["stance_leak", "pilot_pool", "siphon_share"]).assign_attrs(
        experiment_hash="e" * 64, lock_hash="f" * 64, seed=7, parameter_uncertainty="priors"
    )


def stand_in_for_the_sweep(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Give every sweep the same result; returns the list to which what was asked for is added."""
    asked: list[Any] = []

    def sweep(experiment: Path, out: Path, *, resume: bool, command: str) -> xr.Dataset:
        assert command
        asked.append((experiment, out, resume))
        return swept()

    monkeypatch.setattr("dualcirc.study.sweep", sweep)
    return asked
