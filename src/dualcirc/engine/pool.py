"""Many runs in worker processes: for machines of many cores, where one process's threads share Python's lock."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice

import numpy as np

from dualcirc.engine.engine import Engine
from dualcirc.engine.inputs import Overrides
from dualcirc.engine.results import RunOutputs
from dualcirc.translate.ir import Model

_BLOCKS_AHEAD = 2
"""Blocks that wait for each worker, so that none is idle."""
_ENGINE: list[Engine] = []


def blocks_of_workers(
    model: Model,
    runs: Iterable[Overrides],
    outputs: Sequence[str] | None = None,
    *,
    workers: int,
    block: int = 16,
    time_step: float | None = None,
) -> Iterator[tuple[slice, RunOutputs]]:
    """
    Outputs of many runs, block by block and in their order, computed by processes of one thread each.

    Parameters
    ----------
    model, outputs, block, time_step
        As of ``Engine``.
    runs
        For each run the inputs that it replaces; taken as they are needed.
    workers
        Number of processes. Each compiles the model, or finds it compiled in the user's cache folder.

    Yields
    ------
    tuple of slice and RunOutputs
        Numbers of the runs of a block, and their outputs: bit for bit those of ``Engine.run``.

    Notes
    -----
    Processes start afresh (``spawn``), so a script that calls this keeps its work under ``if __name__ == "__main__"``.
    """
    waiting: deque[tuple[slice, Future[RunOutputs]]] = deque()
    source = iter(runs)
    start = 0
    arguments = (model, outputs, time_step, block)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=arguments) as pool:
        while batch := list(islice(source, block)):
            waiting.append((slice(start, start + len(batch)), pool.submit(_compute, batch, start)))
            start += len(batch)
            if len(waiting) > _BLOCKS_AHEAD * workers:
                places, done = waiting.popleft()
                yield places, done.result()
        for places, done in waiting:
            yield places, done.result()


def _begin(model: Model, outputs: Sequence[str] | None, time_step: float | None, block: int) -> None:
    """Make the engine of a worker."""
    _ENGINE.append(Engine(model, outputs, time_step, block, threads=1))


def _compute(runs: Sequence[Overrides], first: int) -> RunOutputs:
    """Runs of one block in a worker."""
    engine = _ENGINE[0]
    engine.check(runs, first)
    return engine.batch(runs, np.zeros(len(runs), dtype=np.int64))
