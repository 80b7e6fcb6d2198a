"""Time of a value with its gradient beside that of the run alone, one run each.

Example: ``JAX_ENABLE_COMPILATION_CACHE=0 python benchmarks/gradient.py``; the setting leaves the cache out.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp

from dualcirc.engine import Engine
from dualcirc.engine.settings import compiler_options
from dualcirc.files.paths import model_file
from dualcirc.translate import load


def main() -> None:
    options = arguments()
    engine = Engine(load(options.model), [options.output])
    constants = [n for n, v in engine.model.variables.items() if v.kind == "constant" and not v.dims]
    print(f"device: {jax.devices()[0].device_kind} ({jax.default_backend()})")
    started = time.perf_counter()
    run = jax.jit(lambda values: engine.simulate(values)[options.output])
    values = {name: jnp.asarray(engine.constant(name)) for name in constants}
    program = run.lower(values).compile(compiler_options=compiler_options())
    print(f"simulate, compile: {time.perf_counter() - started:.1f} s")
    forward = milliseconds(lambda: jax.block_until_ready(program(values)), options.repeats)
    print(f"simulate: {forward:.1f} ms; run_one: {milliseconds(lambda: engine.run_one({}), options.repeats):.1f} ms")
    for label, names in (("every scalar constant", constants), ("one of them", constants[:1])):
        started = time.perf_counter()
        gradient = engine.value_and_grad(lambda outputs: jnp.sum(outputs[options.output]), names)
        print(f"gradient by {label} ({len(names)}), compile: {time.perf_counter() - started:.1f} s")
        backward = milliseconds(lambda of=gradient: of({}), options.repeats)
        print(f"gradient by {label}: {backward:.1f} ms, {backward / forward:.1f} x simulate")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=model_file(), help="Vensim file")
    parser.add_argument("--output", default="GDP", help="variable whose sum is derived")
    parser.add_argument("--repeats", type=int, default=5, help="the fastest one counts")
    return parser.parse_args()


def milliseconds(work: Callable[[], object], repeats: int) -> float:
    """Wall time of the fastest repetition after a first one."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1e3 * min(times)


if __name__ == "__main__":
    main()
