"""Speed and memory of the engine beside PySD, on the same models in the same session.

Only ratios travel between machines. ``python benchmarks/engine.py`` takes some minutes; ``--skip`` leaves parts out.
"""

from __future__ import annotations

import argparse
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import passes
from batched_numpy import BatchedNumpy

from dualcirc.engine import Engine, Overrides, reference
from dualcirc.engine.settings import available_cores
from dualcirc.files.paths import model_file
from dualcirc.translate import load
from dualcirc.translate.order import varying

STAND_IN = Path(__file__).with_name("prov31.mdl")
OUTPUTS = {
    "prov31": [
        *["output", "Population", "Capital", "Technology", "exports", "imports", "investment", "income"],
        *["in migration", "national output"],
    ],
    "dual_circulation": ["GDP", "Population", "zone share of FDI"],
}
PARTS = ("reference", "numpy", "model", "memory", "runs", "equations", "passes")


def main() -> None:
    options = arguments()
    print(f"{available_cores()} cores; the fastest of {options.repeats} repetitions; wall (and processor) time")
    speed(STAND_IN, options)
    if "memory" not in options.skip:
        memory()
    if "runs" not in options.skip:
        in_runs(options.repeats)
    if "equations" not in options.skip:
        in_equations(options.repeats)
    if "passes" not in options.skip:
        in_passes(options.repeats)
    if "model" not in options.skip:
        speed(model_file(), options)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--skip", nargs="*", choices=PARTS, default=[], help="parts to leave out")
    return parser.parse_args()


def speed(path: Path, options: argparse.Namespace) -> None:
    """Time of translation, of compilation, of one run and of many."""
    started = time.perf_counter()
    model = load(path)
    print(f"\n{path.name}: {len(model.variables)} variables, {len(model.states)} states")
    print(f"translate {time.perf_counter() - started:.1f} s")
    outputs = OUTPUTS[path.stem]
    engine = Engine(model, outputs, threads=1)
    print(f"compile a block of {engine.block}: {took(lambda: engine.run([{}]), 1)} (less when cached)")
    print(f"compile a single run: {took(lambda: engine.run_one({}), 1)} (less when cached)")
    runs = draws(engine, 1024)
    print(f"one run: {took(lambda: engine.run_one(runs[0]), 4 * options.repeats)}")
    cells = moving_elements(engine)
    for count in (64, 1024):
        wall, cpu = times(lambda count=count: engine.run(runs[:count]), options.repeats)  # type: ignore[misc]
        each = 1e9 * cpu / count / cells / len(engine.grid)
        print(
            f"{count:5} runs, one thread: {count / wall:6.0f} runs/s, {count / cpu:.0f} a core, {each:.2f} ns/element"
        )
    every = Engine(model, outputs)
    every.run([{}])
    double, _ = times(lambda: every.run(runs), options.repeats)
    print(f" 1024 runs, {every.threads} threads: {1024 / double:6.0f} runs/s")
    single = Engine(model, outputs, precision="float32")
    single.run([{}])
    wall, _ = times(lambda: single.run(runs), options.repeats)
    print(f" 1024 runs, {single.threads} threads, single precision: {1024 / wall:6.0f} runs/s")
    if "numpy" not in options.skip:
        print(in_numpy(engine, runs, options.repeats))
    if "reference" not in options.skip:
        slow = reference_seconds(engine, runs[0])
        print(f"PySD: {1 / slow:.3f} runs/s on one core; the engine does {slow * 1024 / double:.0f} times as many")


def in_numpy(engine: Engine, runs: Sequence[Overrides], repeats: int) -> str:
    """Speed of the same plan in numpy, at its best size of a batch; refused where its results are not the engine's."""
    rival = BatchedNumpy(engine)
    outputs = engine.run(runs[:16])
    for name, got in rival.run(runs[:16]).items():
        np.testing.assert_allclose(got, outputs[name], rtol=0, atol=1e-9 * np.abs(outputs[name]).max(), err_msg=name)
    speeds = {}
    for size in (16, 64, 1024):
        wall, cpu = times(lambda size=size: rival.run(runs[:size]), repeats)  # type: ignore[misc]
        speeds[size] = size / wall, size / cpu
    best = max(speeds, key=lambda size: speeds[size][0])
    others = ", ".join(f"{speed:.0f} at {size}" for size, (speed, _) in speeds.items())
    return f"numpy in batches of {best}: {speeds[best][0]:6.0f} runs/s, {speeds[best][1]:.0f} a core ({others})"


def in_passes(repeats: int) -> None:
    """Speed without each pass, in one thread."""
    for left_out, engine in passes.engines(load(STAND_IN), OUTPUTS["prov31"]):
        runs = draws(engine, 256)
        compiling = took(lambda: engine.run([{}]), 1)  # noqa: B023
        wall, cpu = times(lambda: engine.run(runs), repeats)  # noqa: B023
        print(f"without {left_out:26} {256 / wall:5.0f} runs/s, {256 / cpu:5.0f} a core, compiled in {compiling}")


def memory() -> None:
    """Growth of the peak memory over runs that are read block by block."""
    engine = Engine(load(STAND_IN), OUTPUTS["prov31"])
    runs = draws(engine, 4096)
    total = sum(float(block["output"].sum()) for _, block in engine.blocks(runs[:64]))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for count in (1024, 4096):
        total += sum(float(block["output"].sum()) for _, block in engine.blocks(runs[:count]))
        now = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"peak memory grows by {(now - peak) / 1024:.0f} MB over {count} runs with ten outputs, read by block")


def in_runs(repeats: int) -> None:
    """Cost by number of runs."""
    engine = Engine(load(STAND_IN), OUTPUTS["prov31"], threads=1)
    runs = draws(engine, 4096)
    engine.run(runs[:64])
    for count in (64, 256, 1024, 4096):
        _, cpu = times(lambda count=count: engine.run(runs[:count]), repeats)  # type: ignore[misc]
        print(f"{count:5} runs: {1e6 * cpu / count:.0f} us a run")


def in_equations(repeats: int) -> None:
    """Cost by number of equations: copies of the stand-in model in one file."""
    for copies in (1, 3, 10):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "copies.mdl"
            path.write_text(copied(STAND_IN.read_text(), copies))
            model = load(path)
            names = [name for name in model.variables if name.split(" copy ")[0] in ("output", "Population")]
            engine = Engine(model, names, threads=1)
            compiling = took(lambda: engine.run([{}]), 1)  # noqa: B023
            runs = draws(engine, 128)
            _, cpu = times(lambda: engine.run(runs), repeats)  # noqa: B023
            print(f"{copies:3} x the equations: {1e6 * cpu / 128:.0f} us a run, compiled in {compiling}")


def copied(text: str, copies: int) -> str:
    """Model file with every equation several times, under other names."""
    head, rest = text.split("alpha capital", 1)
    equations, tail = ("alpha capital" + rest).split("****", 1)
    names = {
        match.strip() for match in re.findall(r"^([a-zA-Z][\w ]*?)\s*(?:\[[^\]]*\])?\s*(?:=|\(\[)", equations, re.M)
    }
    pattern = re.compile(r"\b(" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b")
    more = (pattern.sub(rf"\1 copy {number}", equations) for number in range(1, copies))
    return head + equations + "".join(more) + "****" + tail


def draws(engine: Engine, count: int) -> list[Overrides]:
    """Runs that differ in every scalar constant, within one per cent."""
    random = np.random.default_rng(0)
    scalars = [
        n for n, v in engine.model.variables.items() if v.kind == "constant" and v.value is not None and not v.dims
    ]
    return [{name: engine.constant(name) * random.uniform(0.99, 1.01) for name in scalars} for _ in range(count)]


def moving_elements(engine: Engine) -> int:
    """Elements of all equations that move, which one step computes."""
    shapes = (engine.model.shape(name) for name in varying(engine.model))
    return int(sum(np.prod(shape) for shape in shapes))


def times(work: Callable[[], object], repeats: int) -> tuple[float, float]:
    """Wall and processor time of the fastest repetition."""
    pairs = list(timed(work, repeats))
    return min(wall for wall, _ in pairs), min(cpu for _, cpu in pairs)


def timed(work: Callable[[], object], repeats: int) -> Iterator[tuple[float, float]]:
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        yield time.perf_counter() - wall, time.process_time() - cpu


def took(work: Callable[[], object], repeats: int) -> str:
    """Wall and processor time in words."""
    wall, cpu = times(work, repeats)
    return f"{wall:.1f} s ({cpu:.1f} s)" if wall > 1 else f"{1e3 * wall:.2f} ms ({1e3 * cpu:.2f} ms)"


def reference_seconds(engine: Engine, overrides: Overrides) -> float:
    """Wall time of one PySD run, its translation left out."""
    with tempfile.TemporaryDirectory() as folder:
        model = reference.build(engine.model, Path(folder))
        out = Path(folder) / "out.nc"
        return times(lambda: reference.simulate(model, engine.model, overrides, None, out), 1)[0]


if __name__ == "__main__":
    main()
