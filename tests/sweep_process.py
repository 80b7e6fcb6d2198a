"""A sweep in a process of its own, to be killed: ``sweep_process.py real|quick EXPERIMENT FOLDER WORKERS [ADDRESS]``.

``quick`` puts numbers made from the row in the place of the engine: every file, process and message is that of a sweep,
and starting one takes a fraction of the time. Spawned workers import this file too, and so compute the same.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import numpy as np

from dualcirc.results.sweep_store import CODES
from dualcirc.sweep import api, work

SECONDS = 0.03
"""That a block of the quick kind takes, a tenth of one of 256 runs."""


def quick(job: work.Job, block: int) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    time.sleep(SECONDS)
    rows = job.layout.members(block)
    values: dict[str, Any] = {CODES: np.zeros(len(rows), np.int8)}
    for name, (_, sizes, _) in job.layout.arrays.items():
        values[name] = np.stack([np.random.default_rng([row, len(name)]).random(sizes) for row in rows])
    return values, {}


if sys.argv[1] == "quick":
    work.compute = quick

if __name__ == "__main__":
    _, _, experiment, folder, workers, *address = sys.argv
    api.sweep(experiment, folder, resume=True, workers=int(workers), cluster=address[0] if address else None)
