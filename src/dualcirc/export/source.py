"""Stored results of every kind: those of a run, and those of a sweep."""

from __future__ import annotations

from pathlib import Path

import xarray as xr

from dualcirc.errors import OutputError, Problem
from dualcirc.results.io import MANIFEST, open_results, read_manifest
from dualcirc.results.sweep_open import open_sweep

SWEEP = "sweep"
"""Folder of the sweep inside the folder of a study."""


def open_stored(folder: Path) -> xr.Dataset:
    """Read the result of a run, of a sweep, or of the study that holds a sweep.

    Parameters
    ----------
    folder
        What ``dualcirc run --out`` or ``dualcirc sweep --out`` has written, or ``results/<study>``.

    Returns
    -------
    xarray.Dataset
        Dims scenario, draw, time and those of the variables; of a sweep with a design also ``point``.

    Raises
    ------
    OutputError
        The folder holds no result, or what it holds is not as it was written.
    """
    if (folder / SWEEP).is_dir():
        return open_sweep(folder / SWEEP)
    if not (folder / MANIFEST).is_file():
        mend = "Name a folder that 'dualcirc run' or 'dualcirc sweep' has written."
        raise OutputError(Problem("holds no result", str(folder), expected="a stored result", mend=mend))
    return open_results(folder) if is_run(folder) else open_sweep(folder)


def is_run(folder: Path) -> bool:
    """Whether a folder has the manifest of a run."""
    if not (folder / MANIFEST).is_file():
        return False
    try:
        read_manifest(folder)
    except OutputError:
        return False
    return True
