"""Sweeps whose processes are killed at random moments: nothing is lost, doubled or changed."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dualcirc.results.sweep_store import JOURNAL, Journal
from dualcirc.results.sweep_verify import verify
from dualcirc.sweep import api

pytestmark = pytest.mark.long

PROCESS = Path(__file__).parents[1] / "sweep_process.py"
TEXT = """name: small
title: {en: "Small", zh: "小"}
scenarios: [baseline]
outputs: [GDP, household consumption]
times: {start: 2030, end: 2050, every: 10}
block: 4
design:
  kind: latin_hypercube
  points: 1200
  factors:
    - {lever: C3, to: high}
    - {variable: siphon share}
"""
MOST_SECONDS = 300
"""That anything in these tests may take on a machine with other work."""


def start(kind: str, folder: Path, workers: int, *address: str) -> subprocess.Popen[bytes]:
    """Begin or resume a sweep; its processes are a group of their own."""
    command = [sys.executable, str(PROCESS), kind, str(folder.parent / "small.yaml"), str(folder), str(workers)]
    return subprocess.Popen([*command, *address], start_new_session=True, stderr=subprocess.DEVNULL)


def finished(folder: Path) -> int:
    path = folder / JOURNAL
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def chunks(folder: Path) -> dict[int, set[tuple[str, int]]]:
    """Chunk files by block, with the moment at which each was written."""
    found: dict[int, set[tuple[str, int]]] = {}
    for path in (folder / "data.zarr").glob("*/c/**/*"):
        if path.is_file() and path.suffix != ".partial":
            name, _, block, *_ = path.relative_to(folder / "data.zarr").parts
            found.setdefault(int(block), set()).add((name, path.stat().st_mtime_ns))
    return found


def members(group: int) -> list[int]:
    """Living processes of a group."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(its_group) == group and state != "Z":
            found.append(int(path.parent.name))
    return found


def wait(condition: object, process: subprocess.Popen[bytes] | None = None) -> None:
    """Until something holds or a process has ended."""
    for _ in range(MOST_SECONDS * 50):
        if condition() or (process and process.poll() is not None):
            return
        time.sleep(0.02)
    raise TimeoutError


def same(one: Path, other: Path) -> None:
    root, wanted = one / "data.zarr", other / "data.zarr"
    files = {path.relative_to(wanted) for path in wanted.rglob("*") if path.is_file()}
    assert {path.relative_to(root) for path in root.rglob("*") if path.is_file()} == files
    assert all((root / name).read_bytes() == (wanted / name).read_bytes() for name in files)
    assert Journal(one).read() == Journal(other).read()
    assert sorted((one / JOURNAL).read_bytes().splitlines()) == sorted((other / JOURNAL).read_bytes().splitlines())
    assert verify(one) == []


def undisturbed(folder: Path, kind: str, text: str) -> Path:
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    assert start(kind, folder / "whole", 1).wait(MOST_SECONDS) == 0
    return folder / "whole"


@pytest.mark.parametrize(
    ("kind", "kills", "workers"), [("quick", 50, 1), ("quick", 50, 2), ("real", 5, 1), ("real", 5, 2)]
)
def test_killed_sweeps_go_on_without_loss(tmp_path: Path, kind: str, kills: int, workers: int):
    whole = undisturbed(tmp_path, kind, TEXT)
    chance, done, number = random.Random(1000 * workers + kills), 0, 0
    while done < kills:
        folder = tmp_path / f"sweep_{number}"
        number += 1
        while True:
            before, last = chunks(folder), finished(folder)
            process = start(kind, folder, workers)
            # Half the kills come at any moment from the very start on, half while blocks are being written.
            if chance.random() < 0.5:
                wait(lambda at=last, there=folder: finished(there) > at, process)
                time.sleep(chance.uniform(0, 2))
            else:
                time.sleep(chance.uniform(0, 8))
            if process.poll() is not None:
                break
            os.kill(process.pid, signal.SIGKILL)  # the coordinator alone: its workers must end by themselves
            process.wait()
            done += 1
            wait(lambda group=process.pid: not members(group))
            lost = [
                block
                for block, files in chunks(folder).items()
                if block not in Journal(folder).read() and files - before.get(block, set())
            ]
            assert len(lost) <= workers, lost  # computed and written, and not in the journal: computed twice
            if done == kills:
                assert start(kind, folder, workers).wait(MOST_SECONDS) == 0
                break
        assert start(kind, folder, 1).wait(MOST_SECONDS) == 0  # finished, or gone on with once more
        same(folder, whole)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process of Dask, ended with the context."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, "-m", *arguments], start_new_session=True, **quiet)
    try:
        yield process
    finally:
        for member in members(process.pid):
            os.kill(member, signal.SIGKILL)
        process.wait()


def answers(port: int) -> bool:
    with socket.socket() as found:
        return found.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_worker_of_a_scheduler_is_killed_on_the_way(tmp_path: Path):
    text = TEXT.replace("points: 1200", "points: 400")
    whole = undisturbed(tmp_path, "real", text)
    port = free_port()
    worker = ["distributed.cli.dask_worker", f"tcp://127.0.0.1:{port}", "--no-nanny", "--nthreads", "1"]
    local = ["--no-dashboard", "--local-directory", str(tmp_path)]
    with (
        running("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard"),
        running(*worker, *local) as first,
        running(*worker, *local),
    ):
        wait(lambda: answers(port))
        sweep = start("real", tmp_path / "out", 1, f"tcp://127.0.0.1:{port}")
        wait(lambda: finished(tmp_path / "out") > 20, sweep)
        os.kill(first.pid, signal.SIGKILL)
        assert sweep.wait(MOST_SECONDS) == 0
    same(tmp_path / "out", whole)


def test_a_thousand_bytes_that_are_changed_are_all_found(tmp_path: Path):
    (tmp_path / "small.yaml").write_text(TEXT.replace("points: 1200", "points: 32"), encoding="utf-8")
    api.sweep(tmp_path / "small.yaml", tmp_path / "out", workers=1)
    files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
    sizes = [path.stat().st_size for path in files]
    chance, missed = random.Random(5), []
    for path in chance.choices(files, sizes, k=1000):  # every byte of the folder is as likely as any other
        content = path.read_bytes()
        place = chance.randrange(len(content))
        other = bytes([content[place] ^ chance.randrange(1, 256)])
        path.write_bytes(content[:place] + other + content[place + 1 :])
        if not verify(tmp_path / "out"):
            missed.append((path, place))
        path.write_bytes(content)
    assert missed == []
    assert verify(tmp_path / "out") == []
