"""Sweeps: an experiment in, a stored result out; whatever was finished when a process is lost stays finished."""

from __future__ import annotations

import fcntl
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import xarray as xr

from dualcirc.errors import DualcircError, OutputError, Problem
from dualcirc.files.experiment import Experiment, read_experiment
from dualcirc.files.paths import shown
from dualcirc.files.registry import read_registry
from dualcirc.results.io import MANIFEST, not_written, ready_folder, save_text, sha256
from dualcirc.results.sweep_open import open_sweep
from dualcirc.results.sweep_store import (
    Journal,
    create_arrays,
    missing_blocks,
    read_sweep_manifest,
    save_sweep_manifest,
)
from dualcirc.results.sweep_verify import LOCK, damaged_blocks
from dualcirc.sweep.jobs import Prepared, prepare
from dualcirc.sweep.model import load_model
from dualcirc.sweep.provenance import provenance
from dualcirc.sweep.work import compute
from dualcirc.sweep.workers import blocks_by_workers

EXPERIMENT = "experiment.yaml"
ARRAYS = "data.zarr"
_SPARE_BYTES = 64 * 2**20
"""Left free on the disk for what is written beside the arrays."""

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
    if resumed:
        store = str(read_sweep_manifest(folder)["store"])
    url = _url(folder, store)
    prepared = prepare(read, read_registry(), load_model(), url)
    with _alone(ready_folder(folder)):
        manifest = provenance(read, prepared, command)
        if resumed:
            check_same(manifest, folder)
        else:
            _begin(folder, read, prepared, manifest, url, store)
        _go_on(folder, prepared, workers, cluster, progress, resumed)
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


def _url(folder: Path, store: str | None) -> str:
    if store is None or store == ARRAYS:
        return str(folder / ARRAYS)
    return store


def _begin(
    folder: Path, experiment: Experiment, prepared: Prepared, manifest: dict[str, Any], url: str, store: str | None
) -> None:
    """Make the store and the manifest; the folder must not hold a result yet."""
    if (folder / MANIFEST).exists():
        what = "the folder holds a result already"
        mend = "Add --resume to go on with it, or name another folder."
        raise OutputError(Problem(what, str(folder), mend=mend))
    needed = prepared.job.layout.rows * prepared.job.layout.row_bytes + _SPARE_BYTES
    free = shutil.disk_usage(folder).free
    if "://" not in url and needed > free:
        what = f"the sweep may need {needed:,} bytes, and {free:,} are free"
        mend = "Name a folder on a larger disk, keep fewer outputs or times, or reduce the draws to quantiles."
        raise OutputError(Problem(what, str(folder), mend=mend))
    try:
        metadata = create_arrays(url, prepared.job.layout, prepared.fixed)
    except OSError as fault:
        raise not_written(Path(url), fault) from None
    Journal(folder).path.unlink(missing_ok=True)
    files = {EXPERIMENT: save_text(experiment.document.text, folder / EXPERIMENT)}
    for path in experiment.companions:
        shutil.copyfile(path, folder / path.name)
        files[path.name] = sha256(folder / path.name)
    save_sweep_manifest(manifest | {"store": store or ARRAYS, "metadata": metadata, "files": files}, folder)


def check_same(manifest: dict[str, Any], folder: Path) -> None:
    """Refuse to mix results of two experiments, models or tables."""
    before = read_sweep_manifest(folder)
    differing = [key for key, value in manifest["identity"].items() if before["identity"].get(key) != value]
    if differing:
        what = f"the sweep in the folder was made with another {', another '.join(differing)}"
        raise OutputError(Problem(what, str(folder), mend="Name another folder, or restore what has changed."))


def _go_on(
    folder: Path, prepared: Prepared, workers: int | None, cluster: str | None, progress: Progress | None, resumed: bool
) -> None:
    """Compute what is missing; every finished block is in the journal before the next is looked at."""
    job, journal = prepared.job, Journal(folder)
    journal.mend()
    finished = journal.read()
    if resumed:
        for block in damaged_blocks(folder):
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


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder: a second writer is refused."""
    with (folder / LOCK).open("a") as handle:
        _lock(handle, folder)
        yield


def _lock(handle: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        what = "another process is writing this sweep"
        raise OutputError(Problem(what, str(folder), mend="Wait until it has ended, or name another folder.")) from None
