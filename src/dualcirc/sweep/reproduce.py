"""Blocks of a stored sweep, computed once more and compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dualcirc.errors import OutputError, Problem
from dualcirc.files.experiment import read_experiment
from dualcirc.files.registry import read_registry
from dualcirc.results.sweep_store import Journal, read_chunks, read_sweep_manifest, store_url
from dualcirc.sweep.folder import EXPERIMENT, check_same
from dualcirc.sweep.jobs import Job, prepare
from dualcirc.sweep.model import load_model
from dualcirc.sweep.provenance import platform_of_bits, provenance
from dualcirc.sweep.work import compute

TOLERANCE = 1e-12
"""Between two compilers or instruction sets, relative to the largest value of a variable in the block."""


@dataclass(frozen=True)
class Reproduced:
    """What came of a comparison."""

    blocks: tuple[int, ...]
    rows: int
    bits_are_promised: bool
    """Whether compiler and instruction set are those of the stored sweep."""
    equal: bool
    """Whether every bit is."""
    worst: float
    """Largest difference, relative to the largest value of its variable in the block."""

    @property
    def holds(self) -> bool:
        """Whether what was promised holds."""
        return self.equal if self.bits_are_promised else self.worst <= TOLERANCE


def reproduce(folder: Path, number: int = 3) -> Reproduced:
    """
    Compute some blocks of a stored sweep again and compare them with what is stored.

    Parameters
    ----------
    folder
        Folder that ``dualcirc sweep`` has written.
    number
        Blocks to compare, spread evenly over the finished ones.

    Raises
    ------
    DualcircError
        The folder is no sweep, no block of it is finished, or the model, a parameter, the data or a scenario is not
        that of the sweep.
    """
    manifest = read_sweep_manifest(folder)
    experiment = read_experiment(folder / EXPERIMENT, read_registry())
    prepared = prepare(experiment, read_registry(), load_model(), store_url(folder, manifest))
    check_same(provenance(experiment, prepared, ""), folder)
    finished = sorted(Journal(folder).read())
    if not finished:
        raise OutputError(Problem("no block of the sweep is finished", str(folder), mend="Go on with --resume."))
    chosen = _spread(finished, number)
    differences = [_difference(block, prepared.job) for block in chosen]
    now = platform_of_bits()
    promised = all(manifest["attrs"][key] == now[key] for key in ("jaxlib_version", "machine", "instruction_set"))
    rows = sum(len(prepared.job.layout.members(block)) for block in chosen)
    worst = max(worst for _, worst in differences)
    return Reproduced(tuple(chosen), rows, promised, all(equal for equal, _ in differences), worst)


def _spread(blocks: Sequence[int], number: int) -> list[int]:
    """Some of the blocks, the first and the last among them."""
    places = np.unique(np.linspace(0, len(blocks) - 1, max(1, min(number, len(blocks)))).round().astype(int))
    return [blocks[place] for place in places]


def _difference(block: int, job: Job) -> tuple[bool, float]:
    """Whether every bit of a block is equal, and the largest relative difference."""
    stored = read_chunks(job.url, job.layout, block)
    again, _ = compute(job, block)
    equal = all(stored[name].tobytes() == np.ascontiguousarray(values).tobytes() for name, values in again.items())
    if equal:
        return True, 0.0
    return False, max(_relative(stored[name], np.asarray(values, dtype=float)) for name, values in again.items())


def _relative(stored: NDArray[Any], again: NDArray[Any]) -> float:
    scale = np.nanmax(np.abs(stored), initial=0.0) or 1.0
    missing = np.isnan(stored) != np.isnan(again)
    return float("inf") if missing.any() else float(np.nanmax(np.abs(again - stored), initial=0.0) / scale)
