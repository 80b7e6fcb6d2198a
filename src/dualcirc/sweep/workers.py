"""Blocks computed by this process, by processes of this machine, or by the workers of a Dask scheduler."""

from __future__ import annotations

import logging
import signal
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dualcirc.engine.settings import available_cores
from dualcirc.errors import DualcircError, Problem
from dualcirc.results.sweep_store import Record, digest_at
from dualcirc.sweep.jobs import Job
from dualcirc.sweep.work import compute_and_write

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 60
"""Seconds that a scheduler may be without workers."""
_FEW = 4
"""So many blocks are not worth starting processes for."""


def blocks_by_workers(job: Job, blocks: Sequence[int], workers: int | None, cluster: str | None) -> Iterator[Record]:
    """
    Finished blocks, in the order in which they end.

    Parameters
    ----------
    job
        What to compute.
    blocks
        Numbers of the blocks.
    workers
        Processes of this machine; one computes in this process, and so do few blocks.
    cluster
        Address of a scheduler, instead.
    """
    count = workers or (1 if len(blocks) <= _FEW else available_cores())
    if not blocks:
        return
    if cluster is None and count == 1:
        for block in blocks:
            yield compute_and_write(job, block)
        return
    with _client(count, cluster) as client:
        yield from _by_client(client, job, blocks)


@contextmanager
def _client(workers: int, cluster: str | None) -> Iterator[Client]:
    """Client of a scheduler, or of a cluster of this machine that lives as long as the context."""
    import dask
    from distributed import Client, LocalCluster

    if cluster is not None:
        try:
            client = Client(cluster, timeout="10s", set_as_default=False)
        except (OSError, ValueError, TimeoutError) as fault:
            what = f"no Dask scheduler answers at '{cluster}': {fault}"
            raise DualcircError(Problem(what, mend="Start one with 'dask scheduler', and name its address.")) from None
        with client:
            yield client
        return
    # Dask would have every array that is let go given back to the system: a block took a fifth longer.
    environment = dask.config.get("distributed.nanny.pre-spawn-environ", {})
    kept = {name: value for name, value in environment.items() if name != "MALLOC_TRIM_THRESHOLD_"}
    with warnings.catch_warnings(), dask.config.set({"distributed.nanny.pre-spawn-environ": kept}):
        warnings.filterwarnings("ignore", "Port .* is already in use")
        try:
            local = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                dashboard_address=None,
                memory_limit=None,
                silence_logs=logging.ERROR,  # a worker that ends slowly is nothing the user can act on
            )
        except RuntimeError as fault:
            mend = "In a script, call it below 'if __name__ == \"__main__\":', for worker processes import the script."
            raise DualcircError(Problem(f"worker processes do not start: {fault}", mend=mend)) from None
    with local, Client(local, set_as_default=False) as client:
        client.run(_leave_interrupts)
        yield client


def _leave_interrupts() -> None:
    """Leave Ctrl-C, which reaches every process of a terminal, to the one that has started the workers."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _by_client(client: Client, job: Job, blocks: Sequence[int]) -> Iterator[Record]:
    """Finished blocks; where every worker that held the job is lost, the rest is asked for once more."""
    todo, checked = dict.fromkeys(blocks), False
    while todo:
        before = len(todo)
        for record in _pass(client, job, list(todo)):
            if not checked:
                _check_reached(job, record)
                checked = True
            del todo[record.block]
            yield record
        if len(todo) == before:
            what = "the scheduler was lost, or all of its workers again and again"
            raise DualcircError(Problem(what, mend="Look at its log, and go on with --resume when it works."))


def _pass(client: Client, job: Job, blocks: Sequence[int]) -> Iterator[Record]:
    """Blocks as they end, until all have ended or what the workers were sent is lost."""
    from distributed import CancelledError, as_completed
    from distributed.scheduler import KilledWorker

    _wait_for_workers(client)
    (sent,) = client.scatter([job], broadcast=True, hash=False)
    # A scheduler takes tasks of the same key for the same task, and another sweep may use it too.
    waiting, token = iter(blocks), uuid4().hex

    def submit(block: int) -> Any:
        return client.submit(compute_and_write, sent, block, key=f"block-{block}-{token}", pure=False, retries=0)

    # The first block goes alone: it compiles the model, which the others then find in the cache.
    running, sent_off = as_completed([submit(next(waiting))], loop=client.loop), 1
    for future in running:
        try:
            record: Record = future.result()
        except KilledWorker as fault:
            what = f"a block lost its worker several times: {fault}"
            raise DualcircError(Problem(what, mend="Give workers more memory, or name a smaller 'block'.")) from None
        except CancelledError:
            return
        future.release()
        yield record
        # One block for each thread of a worker, and the next when it is in the journal: no more is ever computed twice.
        sent_off -= 1
        for following in islice(waiting, max(sum(client.nthreads().values()) - sent_off, 1)):
            running.add(submit(following))
            sent_off += 1


def _wait_for_workers(client: Client) -> None:
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except (OSError, TimeoutError):
        what = f"the scheduler has no worker after {_PATIENCE} seconds"
        raise DualcircError(Problem(what, mend="Start one with 'dask worker' and the scheduler's address.")) from None


def _check_reached(job: Job, record: Record) -> None:
    """Refuse workers that write where this process does not read."""
    if any(digest_at(job.url, key) != record.digests[n] for n, key in job.layout.chunk_names(record.block).items()):
        mend = "Name a place that all machines share: --out on a shared disk, or --store with a URL."
        raise DualcircError(Problem(f"what a worker has written is not found in {job.url}", mend=mend))
