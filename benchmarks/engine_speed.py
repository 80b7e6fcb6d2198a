"""Runs per second of the engine beside PySD, on the same model in the same session.

Only the ratio travels between machines. Example: ``python benchmarks/engine_speed.py --runs 512``.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dualcirc.engine import Engine, Overrides, reference
from dualcirc.engine.settings import available_cores
from dualcirc.files.paths import model_file
from dualcirc.translate import load


def main() -> None:
    options = arguments()
    started = time.perf_counter()
    model = load(options.model)
    print(f"model: {len(model.variables)} variables, {len(model.states)} states, {options.model.name}")
    print(f"translate: {time.perf_counter() - started:.1f} s")
    engine = Engine(model, options.outputs or None, block=options.block, threads=options.threads)
    print(f"compile, block of {options.block}: {seconds(lambda: engine.run([{}]), 1):.1f} s (less when cached)")
    print(f"compile, single run: {seconds(lambda: engine.run_one({}), 1):.1f} s (less when cached)")
    runs = draws(engine, options.runs)
    spent = seconds(lambda: engine.run(runs), options.repeats)
    rate = options.runs / spent
    print(f"engine: {rate:.0f} runs/s, {options.runs} runs, {engine.threads} threads, {len(engine.outputs)} outputs")
    print(f"engine, one run: {1e3 * seconds(lambda: engine.run_one(runs[0]), 5):.2f} ms")
    if not options.no_reference:
        slow = reference_seconds(engine, runs[0])
        print(f"PySD: {1 / slow:.3f} runs/s on one core")
        print(f"ratio: {rate * slow:.0f}, per core {rate * slow / engine.threads:.0f}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=model_file(), help="Vensim file")
    parser.add_argument("--runs", type=int, default=256)
    parser.add_argument("--block", type=int, default=16, help="runs computed together")
    parser.add_argument("--threads", type=int, default=available_cores())
    parser.add_argument("--repeats", type=int, default=3, help="the fastest one counts")
    parser.add_argument("--outputs", nargs="*", help="variables to return; all that move by default")
    parser.add_argument("--no-reference", action="store_true", help="leave PySD out")
    return parser.parse_args()


def draws(engine: Engine, count: int) -> list[Overrides]:
    """Runs that differ in every scalar constant, within one per cent."""
    random = np.random.default_rng(0)
    scalars = [
        n for n, v in engine.model.variables.items() if v.kind == "constant" and v.value is not None and not v.dims
    ]
    return [{name: engine.constant(name) * random.uniform(0.99, 1.01) for name in scalars} for _ in range(count)]


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Wall time of the fastest repetition."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def reference_seconds(engine: Engine, overrides: Overrides) -> float:
    """Wall time of one PySD run, its translation left out."""
    with tempfile.TemporaryDirectory() as folder:
        model = reference.build(engine.model, Path(folder))
        out = Path(folder) / "out.nc"
        return seconds(lambda: reference.simulate(model, engine.model, overrides, None, out), 1)


if __name__ == "__main__":
    main()
