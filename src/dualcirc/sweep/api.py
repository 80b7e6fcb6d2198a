"""Sweeps: an experiment in, a stored result out; whatever was finished when a process is lost stays finished."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from dualcirc.errors import DualcircError
from dualcirc.files.experiment import read_experiment
from dualcirc.files.paths import shown
from dualcirc.files.registry import read_registry
from dualcirc.results.io import MANIFEST
from dualcirc.results.sweep_open import open_sweep
from dualcirc.results.sweep_store import Journal, drop_unfinished, missing_blocks
from dualcirc.results.sweep_verify import damaged_blocks
from dualcirc.sweep.folder import alone, begin, check_folder, check_same, place_of_arrays
from dualcirc.sweep.jobs import Prepared, prepare
from dualcirc.sweep.model import load_model
from dualcirc.sweep.provenance import provenance
from dualcirc.sweep.work import compute
from dualcirc.sweep.workers import blocks_by_workers

Progress = Callable[[int, int], None]
"""Called with the runs finished so far and their number in all."""


@dataclass(frozen=True)
class Estimate:
    """What a sweep would take."""

    runs: int
    blocks: int
    bytes_stored: int
    """Before compression."""
    runs_per_second: float
    """Of one core, measured on one block."""
    remarks: tuple[str, ...]


def sweep(
    experiment: str | Path,
    out: str | Path,
    *,
    resume: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    store: str | None = None,
    command: str = "dualcirc.sweep",
    progress: Progress | None = None,
) -> xr.Dataset:
    """
    Run an experiment and keep it on disk block by block.

    Parameters
    ----------
    experiment
        Path of an experiment file or its folder, or the name of a study of the project.
    out
        Folder of the result.
    resume
        Go on with what is there: the same experiment, model and data. Blocks that were damaged are computed again.
    workers
        Processes on this machine, one core each; as many as there are cores if none are named. One: no other process.
    cluster
        Address of a Dask scheduler whose workers compute instead; they need this version and reach the store.
    store
        Path or URL (any that fsspec knows) of the arrays; ``data.zarr`` in the folder if none is named.
    command
        What the user typed, for the record.
    progress
        Told how far it is.

    Returns
    -------
    xarray.Dataset
        See :func:`dualcirc.results.sweep_open.open_sweep`.

    Raises
    ------
    DualcircError
        The experiment is wrong, the folder holds another one or cannot be written, or another process writes it.
    """
    read = read_experiment(experiment, read_registry())
    folder = Path(out)
    resumed = resume and (folder / MANIFEST).is_file()
    check_folder(folder, read, resumed)
    url, named_store = place_of_arrays(folder, store, resumed)
    prepared = prepare(read, read_registry(), load_model(), url)
    with alone(folder):
        manifest = provenance(read, prepared, command)
        if resumed:
            check_same(manifest, folder)
        else:
            begin(folder, read, prepared, manifest, named_store)
        _go_on(folder, prepared, workers, cluster, progress)
    return open_sweep(folder)


def estimate(experiment: str | Path) -> Estimate:
    """Say what a sweep would take, after one block; nothing is written."""
    prepared = prepare(read_experiment(experiment, read_registry()), read_registry(), load_model(), "")
    layout = prepared.job.layout
    compute(prepared.job, 0)
    started = time.perf_counter()
    compute(prepared.job, 0)
    rate = len(layout.members(0)) * prepared.job.runs_per_row / (time.perf_counter() - started)
    return Estimate(prepared.runs, layout.blocks, layout.rows * layout.row_bytes, rate, prepared.remarks)


def _go_on(
    folder: Path, prepared: Prepared, workers: int | None, cluster: str | None, progress: Progress | None
) -> None:
    """Compute what is missing; every finished block is in the journal before the next is looked at."""
    job, journal = prepared.job, Journal(folder)
    drop_unfinished(folder, job.url)
    journal.mend()
    finished = journal.read()
    for block in damaged_blocks(job.url, job.layout, finished):
        del finished[block]
    todo = missing_blocks(job.layout, finished)
    done = prepared.runs - sum(len(job.layout.members(block)) for block in todo) * job.runs_per_row
    tell = progress or (lambda *_: None)
    tell(done, prepared.runs)
    try:
        for record in blocks_by_workers(job, todo, workers, cluster):
            journal.add(record)
            done += len(job.layout.members(record.block)) * job.runs_per_row
            tell(done, prepared.runs)
    except (DualcircError, KeyboardInterrupt) as fault:
        kept = len(journal.read())
        fault.add_note(f"{kept} of {job.layout.blocks} blocks are kept in {shown(folder)}; go on with --resume.")
        raise
