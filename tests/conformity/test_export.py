"""The self-contained model in PySD against the original in the engine: every variable, saved time and element."""

from __future__ import annotations

import re
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pysd
import pytest
import xarray as xr

from dualcirc.engine import Engine, reference
from dualcirc.reference.export import export_model
from dualcirc.translate import Model, load
from tests.conformity.compare import assert_conforms

MODELS = sorted((Path(__file__).parents[1] / "models").glob("*/*.mdl"))
TABLES = re.compile(r"GET (?:DIRECT|XLS) (\w+)")
EXPORTED = {"CONSTANTS", "DATA"}
"""Tables that the export writes into the file: the project's model reads no others."""
WITH_TABLES = [
    path for path in MODELS if (found := set(TABLES.findall(path.read_text(encoding="utf-8")))) and found <= EXPORTED
]
LAST = 2011.0
CANCELLED = 1e-14
"""A variable that nowhere exceeds this is a difference of equal numbers; what is left of it is rounding."""


@pytest.mark.parametrize("path", WITH_TABLES, ids=lambda path: path.stem)
def test_exported_construct_runs_as_the_original(path: Path, tmp_path: Path) -> None:
    model = load(path)
    engine = Engine(model, list(model.variables), block=1, threads=1)
    assert_conforms(engine.run([{}]), exported(model, tmp_path), tolerance=1e-12)


@pytest.mark.long
def test_exported_model_runs_as_the_original(model: Model, tmp_path: Path) -> None:
    short = replace(model, time=replace(model.time, final=LAST))
    outputs = Engine(short, list(model.variables)).run([{}])
    del outputs["FINAL TIME"]  # the engine's is that of the file
    for name in [name for name, values in outputs.items() if abs(values).max() < CANCELLED]:
        outputs[name] = 0 * outputs[name]
    run = exported(model, tmp_path, LAST).drop_vars("FINAL TIME")
    assert_conforms(outputs, run.where(abs(run).max() >= CANCELLED, 0.0))


def exported(model: Model, folder: Path, final_time: float | None = None) -> xr.Dataset:
    """Run of the export through PySD, alone in its folder."""
    file = folder / "exported.mdl"
    export_model(model, file)
    # PySD writes lists and lookups into its Python code with the precision at which numpy prints, 8 digits by default.
    with warnings.catch_warnings(), np.printoptions(precision=17, floatmode="unique"):
        warnings.simplefilter("ignore")
        translated = pysd.read_vensim(str(file), encoding="utf-8")
    return reference.simulate(translated, model, {}, None, folder / "out.nc", final_time=final_time)
