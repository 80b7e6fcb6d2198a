"""Results on disk: one netCDF file for each scenario and a manifest; a file is there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from dualcirc.errors import OutputError, Problem
from dualcirc.results.schema import combine

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class ResultFolder:
    """A folder that fills with scenarios; the manifest always lists exactly those that are whole."""

    path: Path
    provenance: Mapping[str, Any]
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Manifest entries by scenario, in the order of writing."""

    def add(self, dataset: xr.Dataset) -> None:
        """Write the Dataset of one scenario, then the manifest."""
        name = str(dataset["scenario"].item())
        digest = save_dataset(dataset, self.path / f"{name}.nc")
        status, counts = np.unique(dataset["status"].values.astype(str), return_counts=True)
        self.entries[name] = {
            "file": f"{name}.nc",
            "sha256": digest,
            "scenario_hash": str(dataset["scenario_hash"].item()),
            "draws": int(dataset.sizes["draw"]) - 1,
            "status": dict(zip(status.tolist(), counts.tolist(), strict=True)),
        }
        save_manifest({**self.provenance, "scenarios": self.entries}, self.path)

    def kept(self) -> list[str]:
        """Scenarios that were written and are still there."""
        return [name for name, entry in self.entries.items() if (self.path / entry["file"]).is_file()]


def ready_folder(folder: Path) -> Path:
    """Create an output folder and prove that it can be written, before anything is run.

    Raises
    ------
    OutputError
        The folder cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace(folder / ".dualcirc-probe", lambda path: path.write_bytes(b""))
        (folder / ".dualcirc-probe").unlink()
    except OSError as fault:
        raise not_written(folder, fault) from None
    return folder


def save_dataset(dataset: xr.Dataset, path: Path) -> str:
    """Write a netCDF file and return its SHA-256; a fault or a lost process leaves no half file under this name."""
    return _write(path, lambda temporary: dataset.to_netcdf(temporary, engine="netcdf4", format="NETCDF4"))


def save_text(text: str, path: Path) -> str:
    """Write a text file in the same way and return its SHA-256."""
    return _write(path, lambda temporary: temporary.write_text(text, encoding="utf-8", newline="\n"))


def save_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write the list of what a folder holds, where it came from, and its hashes."""
    save_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", folder / MANIFEST)


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read what :func:`save_manifest` wrote."""
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        mend = "Name a folder that 'dualcirc run' has written."
        raise OutputError(Problem("got no manifest", str(path), expected="a folder of results", mend=mend)) from None
    except (OSError, ValueError) as fault:
        raise OutputError(Problem(f"the manifest cannot be read: {fault}", str(path))) from None
    scenarios = found.get("scenarios") if isinstance(found, dict) else None
    if not isinstance(scenarios, dict) or not scenarios or not all(map(_is_entry, scenarios.values())):
        raise OutputError(Problem("the manifest names no scenarios", str(path), expected="what 'dualcirc run' writes"))
    return dict(found)


def _is_entry(entry: object) -> bool:
    """Whether a manifest entry names a file of its own folder, and its hash."""
    if not isinstance(entry, dict) or not isinstance(entry.get("sha256"), str):
        return False
    return isinstance(entry.get("file"), str) and Path(entry["file"]).name == entry["file"]


def open_results(folder: Path) -> xr.Dataset:
    """Read the scenarios of a folder as one Dataset; a file that is not as it was written is refused."""
    manifest = read_manifest(folder)
    problems = []
    for name, entry in manifest["scenarios"].items():
        path = folder / entry["file"]
        if not path.is_file() or sha256(path) != entry["sha256"]:
            got = "changed since it was written" if path.is_file() else "missing"
            problems.append(Problem(f"scenario '{name}': the file is {got}", str(path), mend="Run it again."))
    if problems:
        raise OutputError(problems)
    return combine([_read(folder / entry["file"]) for entry in manifest["scenarios"].values()])


def sha256(path: Path) -> str:
    """Digest of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _read(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, engine="netcdf4") as dataset:
        return dataset.load()


def _write(path: Path, write: Callable[[Path], object]) -> str:
    try:
        return _replace(path, write)
    except OSError as fault:
        raise not_written(path, fault) from None


def _replace(path: Path, write: Callable[[Path], object]) -> str:
    """Write beside the file, flush to the disk, then take its name: the three steps that survive a lost process."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(temporary)
        digest = sha256(temporary)
        flush(temporary)
        temporary.replace(path)
        flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)
    return digest


def flush(path: Path) -> None:
    """Bring a file, or the names in a folder, from memory to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def not_written(path: Path | str, fault: OSError) -> OutputError:
    """Error of a place that cannot be written, in the user's words."""
    what = f"got '{path}', which cannot be written: {fault.strerror or fault}"
    mend = "Name another folder, as --out results/my_run."
    return OutputError(Problem(what, expected="a folder that can be made and written", mend=mend))
