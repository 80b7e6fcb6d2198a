"""The same run through PySD, the oracle that the engine is measured against.

PySD writes Python code from the model and runs it: the reference is for models that are trusted, the user's own.
Nothing that takes a model from elsewhere comes here.
"""

from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pysd
import xarray as xr
from pysd.py_backend.statefuls import Smooth

from dualcirc.engine.inputs import Overrides
from dualcirc.translate.clock import number_of_steps
from dualcirc.translate.ir import FloatArray, Model
from dualcirc.translate.load import load


def run(
    model_path: Path,
    overrides: Overrides,
    outputs: Sequence[str] | None = None,
    out: Path | None = None,
    time_step: float | None = None,
    final_time: float | None = None,
) -> xr.Dataset:
    """
    One run of a model through PySD.

    Parameters
    ----------
    model_path
        The model file, with its tables below its folder. It must be trusted: PySD runs code made from it.
    overrides
        As for ``Engine.run``.
    outputs
        Names of the variables; all if none are given.
    out
        NetCDF file that PySD writes; a temporary one if none is given.
    time_step, final_time
        Euler step and end of the run, instead of the model's.

    Returns
    -------
    xarray.Dataset
        Variables under the names of the model, (time, *dims), and (*dims) for what does not move.
    """
    model = load(Path(model_path))
    with tempfile.TemporaryDirectory() as folder:
        reference = build(model, Path(folder))
        file = out or Path(folder) / "reference.nc"
        return simulate(reference, model, overrides, outputs, file, time_step, final_time)


def build(model: Model, folder: Path) -> Any:
    """
    PySD model, translated in ``folder``.

    The model and its tables are copied there, for PySD writes its Python code beside the model file.
    """
    source = model.path.parent.resolve()
    for table in model.tables:
        place = folder / table.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(table, place)
    copy = folder / model.path.name
    shutil.copyfile(model.path, copy)
    with _quiet():
        if copy.suffix.lower() != ".mdl":
            return pysd.read_xmile(str(copy))
        return pysd.read_vensim(str(copy), encoding="utf-8")


def simulate(
    reference: Any,
    model: Model,
    overrides: Overrides,
    outputs: Sequence[str] | None,
    out: Path,
    time_step: float | None = None,
    final_time: float | None = None,
) -> xr.Dataset:
    """
    Outputs of one run of a PySD model that has not run before.

    Notes
    -----
    ``time_step`` must be an argument of ``run``: PySD ignores it silently among the parameters. Settings of one run
    persist into the next, so each reference run starts from a newly loaded model.
    """
    with _quiet():
        reference.reload()
    _start_smooths_as_floats(reference)
    parameters = _parameters(model, overrides, time_step or model.time.step)
    columns = list(outputs) if outputs is not None else None
    with _quiet():
        reference.run(
            params=parameters,
            return_columns=columns,
            time_step=time_step,
            final_time=final_time,
            output_file=str(out),
            progress=False,
        )
        with xr.open_dataset(out) as written:
            dataset = written.load()
    names = {row["Py Name"]: row["Real Name"] for _, row in reference.doc.iterrows()}
    kept = {name: names[name] for name in map(str, dataset.data_vars) if name in names}
    return dataset[list(kept)].rename(kept)


def _start_smooths_as_floats(reference: Any) -> None:
    """
    Give every SMOOTHI a state of floats.

    Notes
    -----
    PySD 3.14 keeps the type of the initial value (``statefuls.Smooth.initialize``): with ``SMOOTHI(x, t, 1)`` the state
    is an integer, and the first step truncates its input (``Smooth.ddt``: ``targets[0] = input``).
    """
    for stateful in reference._dynamicstateful_elements:
        if isinstance(stateful, Smooth):
            stateful.init_func = partial(_as_float, stateful.init_func)


def _as_float(function: Callable[[], Any]) -> Any:
    return function() * 1.0


def _parameters(model: Model, overrides: Overrides, step: float) -> dict[str, Any]:
    """Overrides in the form of PySD: data variables as series over the grid, values with dimensions as DataArrays."""
    grid = _accumulated_grid(model, step)
    parameters: dict[str, Any] = {}
    for name, value in overrides.items():
        dims = model.variables[name].dims
        coords = {dim: list(model.subscripts[dim]) for dim in dims}
        if model.variables[name].kind != "data":
            parameters[name] = xr.DataArray(value, coords, dims) if dims else float(value)
        else:
            rows = [xr.DataArray(row, coords, dims) if dims else float(row) for row in value]
            series = pd.Series(index=grid, data=pd.Series(rows, dtype=object).to_numpy() if dims else rows)
            parameters[name] = series
    return parameters


def _accumulated_grid(model: Model, step: float) -> FloatArray:
    """Times as PySD reaches them, by adding the step: its data variables look a time up exactly."""
    times = [model.time.initial]
    for _ in range(number_of_steps(replace(model.time, step=step))):
        times.append(times[-1] + step)
    return np.array(times)


@contextlib.contextmanager
def _quiet() -> Any:
    """Silence PySD's notes; what it does not support has been refused when the model was loaded."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield
