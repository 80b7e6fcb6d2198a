"""Where a sweep is kept: a folder of its own, a place for its arrays, and one process that writes them."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from dualcirc.errors import OutputError, Problem
from dualcirc.files.experiment import Experiment
from dualcirc.results.io import MANIFEST, not_written, ready_folder, save_text, sha256
from dualcirc.results.sweep_store import (
    DIGEST,
    JOURNAL,
    Journal,
    create_arrays,
    read_sweep_manifest,
    save_sweep_manifest,
    store_url,
    stored_keys,
)
from dualcirc.results.sweep_verify import LOCK
from dualcirc.sweep.jobs import Prepared

EXPERIMENT = "experiment.yaml"
ARRAYS = "data.zarr"
_SPARE_BYTES = 64 * 2**20
"""Left free on the disk for what is written beside the arrays."""


def place_of_arrays(folder: Path, asked: str | None, resumed: bool) -> tuple[str, str]:
    """
    Place of the arrays of a sweep, and how the manifest names it.

    Parameters
    ----------
    folder
        Folder of the sweep.
    asked
        Path or URL that the user names, if any; a path is meant from the working folder.
    resumed
        Whether the folder holds the sweep already.

    Raises
    ------
    OutputError
        The arrays of the sweep in the folder stand elsewhere than asked.
    """
    named = ARRAYS if asked is None else _named(asked)
    if not resumed:
        return store_url(folder, {"store": named}), named
    before = read_sweep_manifest(folder)
    url = store_url(folder, before)
    if asked is not None and store_url(folder, {"store": named}) != url:
        what = f"got the store '{asked}', and the arrays of this sweep are in '{url}'"
        raise OutputError(Problem(what, str(folder), mend="Leave out --store, or name another folder."))
    return url, str(before["store"])


def _named(asked: str) -> str:
    """Whole path of what the user names, or its URL; one of this machine's files is a path as well."""
    if asked.startswith("file://"):
        return url2pathname(urlsplit(asked).path)
    return asked if "://" in asked else str(Path(asked).resolve())


def check_folder(folder: Path, experiment: Experiment, resumed: bool) -> None:
    """Refuse a folder that holds anything but what this sweep may have left there."""
    if resumed:
        return
    if (folder / MANIFEST).exists():
        mend = "Add --resume to go on with it, or name another folder."
        raise OutputError(Problem("the folder holds a result already", str(folder), mend=mend))
    held = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    own = {LOCK, ARRAYS, JOURNAL, EXPERIMENT, DIGEST, *(path.name for path in experiment.companions)}
    others = sorted(name for name in held - own if not (name.startswith(".") and name.endswith(".part")))
    # A sweep that was lost at its very beginning has left its lock: any other file is someone else's.
    if held and (others or LOCK not in held):
        what = f"the folder holds other files, as {(others or sorted(held))[0]}"
        raise OutputError(Problem(what, str(folder), expected="a new or empty folder", mend="Name another folder."))


def begin(
    folder: Path, experiment: Experiment, prepared: Prepared, manifest: Mapping[str, Any], named_store: str
) -> None:
    """Make the store and the manifest; the folder must be held."""
    url = prepared.job.url
    check_folder(folder, experiment, resumed=False)  # another process may have been quicker
    _check_space(folder, url, prepared.job.layout.rows * prepared.job.layout.row_bytes + _SPARE_BYTES)
    _check_store(url, prepared)
    try:
        metadata = create_arrays(url, prepared.job.layout, prepared.fixed)
    except OSError as fault:
        raise not_written(url, fault) from None
    Journal(folder).path.unlink(missing_ok=True)
    files = {EXPERIMENT: save_text(experiment.document.text, folder / EXPERIMENT)}
    for path in experiment.companions:
        shutil.copyfile(path, folder / path.name)
        files[path.name] = sha256(folder / path.name)
    save_sweep_manifest({**manifest, "store": named_store, "metadata": metadata, "files": files}, folder)


def _check_space(folder: Path, url: str, needed: int) -> None:
    """Refuse a sweep that may not fit the disk; of a URL nothing is known."""
    if "://" in url:
        return
    free = shutil.disk_usage(next(path for path in (Path(url), *Path(url).parents) if path.is_dir())).free
    if needed > free:
        what = f"the sweep may need {needed:,} bytes, and {free:,} are free"
        mend = "Name a folder on a larger disk, keep fewer outputs or times, or reduce the draws to quantiles."
        raise OutputError(Problem(what, str(folder), mend=mend))


def _check_store(url: str, prepared: Prepared) -> None:
    """Refuse a place that holds anything but arrays that this sweep has begun: making them empties the place."""
    layout = prepared.job.layout
    arrays = {"zarr.json", *layout.chunk_names(0), *prepared.fixed}
    found = stored_keys(url)
    others = sorted(key for key in found if key.split("/")[0] not in arrays)
    if others:
        what = f"the place of the arrays holds something else, as {others[0]}"
        raise OutputError(Problem(what, url, expected="a new or empty place", mend="Name another one with --store."))
    grown = sorted(key for key in found if "/c/" in key and key.split("/")[0] in layout.chunk_names(0))
    if grown:
        mend = "Name another one with --store, or remove it if it is not wanted."
        raise OutputError(Problem("the place of the arrays holds those of another sweep", url, mend=mend))


def check_same(manifest: Mapping[str, Any], folder: Path) -> None:
    """Refuse to mix results of two experiments, models or tables."""
    before = read_sweep_manifest(folder)
    differing = [key for key, value in manifest["identity"].items() if before["identity"].get(key) != value]
    if differing:
        what = f"the sweep in the folder was made with another {', another '.join(differing)}"
        raise OutputError(Problem(what, str(folder), mend="Name another folder, or restore what has changed."))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Make the folder and hold it: a second writer is refused."""
    ready_folder(folder)
    with (folder / LOCK).open("a") as handle:
        _lock(handle, folder)
        yield


def _lock(handle: IO[str], folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        what = "another process is writing this sweep"
        raise OutputError(Problem(what, str(folder), mend="Wait until it has ended, or name another folder.")) from None
