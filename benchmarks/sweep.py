"""A stored sweep beside the bare engine on the same runs: runs/s, memory and bytes.

``python benchmarks/sweep.py`` sweeps 10,000 points of a Latin hypercube over all levers; ``--points`` takes fewer.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from dualcirc.engine import Engine, Overrides
from dualcirc.engine.settings import available_cores
from dualcirc.files.experiment import read_experiment
from dualcirc.files.registry import read_registry
from dualcirc.sweep.api import sweep
from dualcirc.sweep.jobs import prepare
from dualcirc.sweep.model import load_model

EXPERIMENT = """
name: benchmark
title: {{en: "All levers", zh: "全部政策工具"}}
scenarios: [baseline]
design:
  kind: latin_hypercube
  points: {points}
  factors:
    - {{lever: all, to: high}}
outputs: [GDP, household consumption, government consumption, investment, exports, imports, FDI inflow, Population,
          Technology, disposable income per head]
times: {{start: 2025, end: 2050}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000)
    points = parser.parse_args().points
    cores = available_cores()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "experiment.yaml"
        file.write_text(EXPERIMENT.format(points=points), encoding="utf-8")
        job = prepare(read_experiment(file, read_registry()), read_registry(), load_model(), "").job
        engine = Engine(load_model(), job.outputs, threads=cores)
        overrides = list(job.runs(range(min(points, 1024))))
        before = bare_rate(engine, overrides)
        steady = stored(file, Path(folder) / "out", points)
        after = bare_rate(engine, overrides)
        print(f"engine alone, {cores} threads, overrides made: {before:,.0f} runs/s before, {after:,.0f} after")
        print(f"  the sweep makes {2 * steady / (before + after):.0%} of their mean")


def bare_rate(engine: Engine, overrides: Sequence[Overrides]) -> float:
    """Runs in a second of the engine alone, nothing kept but the last outputs; the middle one of five."""
    engine.run(overrides[: engine.block])
    rates = []
    for _ in range(5):
        started = time.perf_counter()
        engine.run(overrides)
        rates.append(len(overrides) / (time.perf_counter() - started))
    return sorted(rates)[2]


def stored(file: Path, out: Path, points: int) -> float:
    """Sweep, and say how quick it was from its first block to its last, and from its start."""
    marks: list[tuple[float, int]] = []
    peak = Peak()
    started = time.perf_counter()
    with peak:
        sweep(file, out, progress=lambda done, _: marks.append((time.perf_counter(), done)))
    whole = points / (marks[-1][0] - started)
    first = marks[len(marks) // 2]  # in the first half workers still start and load the program
    steady = (marks[-1][1] - first[1]) / (marks[-1][0] - first[0])
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"sweep, {available_cores()} processes: {steady:,.0f} runs/s with storage")
    print(f"  from its start, programs loaded: {whole:,.0f} runs/s, {marks[-1][0] - started:.1f} s in all")
    print(f"  peak memory, shared pages counted in each process: {peak.bytes / 2**20:,.0f} MiB")
    print(f"  {size / points:,.0f} bytes a run on disk")
    return steady


class Peak:
    """Largest memory of this process and those it started, looked at twice a second."""

    def __init__(self) -> None:
        self.bytes = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        own = psutil.Process(os.getpid())
        while not self._over.wait(0.5):
            total = 0
            for process in [own, *own.children(recursive=True)]:
                try:
                    total += process.memory_info().rss  # the proportional share would stop the process to count
                except psutil.Error:
                    continue
            self.bytes = max(self.bytes, total)


if __name__ == "__main__":
    main()
