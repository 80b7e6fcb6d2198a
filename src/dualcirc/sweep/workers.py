"""Blocks computed by this process, by processes of this machine, or by the workers of a Dask scheduler."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any

from dualcirc.engine.settings import available_cores
from dualcirc.errors import DualcircError, Problem
from dualcirc.results.sweep_store import Record
from dualcirc.sweep.jobs import Job
from dualcirc.sweep.work import compute_and_write

if TYPE_CHECKING:
    from distributed import Client

_AHEAD = 2
"""Blocks that each worker has at hand, so that none is idle."""
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
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Port .* is already in use")
        try:
            local = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None, memory_limit=None)
        except RuntimeError as fault:
            mend = "In a script of your own, call it below 'if __name__ == \"__main__\":', for processes import the script."
            raise DualcircError(Problem(f"worker processes do not start: {fault}", mend=mend)) from None
    with local, Client(local, set_as_default=False) as client:
        yield client


def _by_client(client: Client, job: Job, blocks: Sequence[int]) -> Iterator[Record]:
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    if not client.scheduler_info()["workers"]:
        client.wait_for_workers(1, timeout=60)
    (sent,) = client.scatter([job], broadcast=True, hash=False)
    waiting = iter(blocks)

    def submit(block: int) -> Any:
        return client.submit(compute_and_write, sent, block, key=f"block-{block}", pure=False, retries=0)

    ahead = _AHEAD * max(len(client.scheduler_info()["workers"]), 1)
    running = as_completed([submit(block) for block in islice(waiting, ahead)], loop=client.loop)
    for future in running:
        try:
            record: Record = future.result()
        except KilledWorker as fault:
            what = f"{future.key} lost its worker several times: {fault}"
            raise DualcircError(Problem(what, mend="Give workers more memory, or name a smaller 'block'.")) from None
        future.release()
        yield record
        following = next(waiting, None)
        if following is not None:
            running.add(submit(following))
