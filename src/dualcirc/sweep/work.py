"""One block of a sweep, computed and written by a worker."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dualcirc.engine import Engine
from dualcirc.errors import DualcircError, Problem
from dualcirc.files.registry import dataset_name, read_registry
from dualcirc.results.schema import OK, totals_of
from dualcirc.results.sweep_store import CODES, Record, write_block
from dualcirc.sweep.jobs import Job
from dualcirc.sweep.model import load_model

Array = NDArray[np.float64]


def compute_and_write(job: Job, block: int) -> Record:
    """Compute a block and write it; what the journal should say of it."""
    values, failed = compute(job, block)
    return write_block(job.url, job.layout, block, values, failed)


def compute(job: Job, block: int, threads: int = 1) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """
    Values of a block by name in the Dataset, (row, ...), and the status of the rows that did not end well.

    Raises
    ------
    DualcircError
        The worker has another model than the coordinator.
    """
    engine = _engine(job.model, job.outputs, threads)
    rows = job.layout.members(block)
    parts: dict[str, list[NDArray[Any]]] = defaultdict(list)
    status: list[str] = []
    for _, outputs in engine.blocks(job.runs(rows)):
        for name, array in outputs.items():
            parts[dataset_name(name)].append(array[:, list(job.times)])
        parts[CODES].append(outputs.codes)
        status += outputs.status.tolist()
    values = {name: np.concatenate(arrays) for name, arrays in parts.items()}
    if job.quantiles:
        return _reduced(job, values, status, rows)
    return values, {str(row): text for row, text in zip(rows, status, strict=True) if text != OK}


@lru_cache(maxsize=1)
def _engine(model: str, outputs: tuple[str, ...], threads: int) -> Engine:
    """Engine of this process, compiled once."""
    found = load_model()
    if found.digest != model:
        what = "a worker has another model than the process that asks it"
        raise DualcircError(Problem(what, expected=f"digest {model[:12]}", mend="Install the same version everywhere."))
    return Engine(found, outputs, threads=threads)


def _reduced(
    job: Job, values: dict[str, NDArray[Any]], status: list[str], rows: range
) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """Quantiles over the draws that ended well, (row, quantile, ...); a row of which none did has NaN."""
    codes = values.pop(CODES).reshape(len(rows), job.draws)
    reduced = {name: _quantiles(array, codes, job) for name, array in _with_totals(job, values).items()}
    failed: dict[str, str] = {}
    for place, row in enumerate(rows):
        texts = [text for text in status[place * job.draws : (place + 1) * job.draws] if text != OK]
        if texts:
            failed[str(row)] = f"{len(texts)} of {job.draws} draws failed and are left out: {texts[0]}"
    return reduced | {CODES: codes.max(axis=1)}, failed


def _with_totals(job: Job, values: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Values with the national and regional sums of each run: the quantile of a sum is no sum of quantiles."""
    registry = read_registry()
    totals: dict[str, NDArray[Any]] = {}
    for name in job.outputs:
        array = values[dataset_name(name)]
        dims = ("run", *job.layout.arrays[dataset_name(name)][0][1:])
        found = totals_of(xr.Variable(dims, array), registry.variables[name], registry)
        totals |= {key: total.values for key, total in found.items()}
    return {name: (totals | values)[name] for name in job.layout.arrays}


def _quantiles(array: NDArray[Any], codes: NDArray[np.int8], job: Job) -> Array:
    by_row = array.reshape(*codes.shape, *array.shape[1:])
    result = np.full((len(codes), len(job.quantiles), *array.shape[1:]), np.nan)
    for row, good in enumerate(codes == 0):
        if good.any():
            result[row] = np.quantile(by_row[row][good], job.quantiles, axis=0)
    return result
