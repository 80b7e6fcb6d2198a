"""Whether a stored sweep is whole: every block there, once, and every byte as it was written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from dualcirc.errors import OutputError, Problem
from dualcirc.results.io import MANIFEST, sha256
from dualcirc.results.sweep_store import (
    DIGEST,
    JOURNAL,
    Journal,
    Layout,
    Record,
    digest_at,
    layout_of,
    missing_blocks,
    read_sweep_manifest,
    store_url,
    stored_keys,
)

LOCK = ".lock"
"""Held by the process that writes; its content means nothing."""


def verify(folder: Path) -> list[Problem]:
    """
    Everything that is wrong with a stored sweep; empty when it is whole.

    Parameters
    ----------
    folder
        Folder that ``dualcirc sweep`` has written.

    Notes
    -----
    Compared are the bytes of every file: the manifest with its hash beside it, what it lists, the lines of the journal
    with the hash that each of them begins with, and the chunks with the hashes in the journal.
    """
    try:
        manifest = read_sweep_manifest(folder)
    except OutputError as fault:
        return list(fault.problems)
    journal = Journal(folder)
    finished = journal.read()
    layout, url = layout_of(manifest), store_url(folder, manifest)
    problems = [*_files(folder, manifest["files"])]
    for line in journal.damaged():
        problems.append(Problem("the line is not as it was written", str(journal.path), line, mend="Use --resume."))
    missing = missing_blocks(layout, finished)
    if missing:
        what = f"{len(missing)} of {layout.blocks} blocks are missing, the first is block {missing[0]}"
        problems.append(Problem(what, str(folder), mend="Use --resume."))
    expected = dict(manifest["metadata"])
    for block, record in finished.items():
        if block >= layout.blocks or set(record.digests) != set(layout.chunk_names(block)):
            problems.append(Problem(f"block {block} of the journal is none of this sweep", str(journal.path)))
            continue
        expected |= {key: record.digests[name] for name, key in layout.chunk_names(block).items()}
    return problems + list(_chunks(url, expected, {key for b in missing for key in layout.chunk_names(b).values()}))


def _files(folder: Path, listed: dict[str, str]) -> Iterator[Problem]:
    for name, digest in listed.items():
        path = folder / name
        if not path.is_file() or sha256(path) != digest:
            yield Problem(f"{name} is {'changed' if path.is_file() else 'missing'}", str(path))
    known = {*listed, MANIFEST, DIGEST, JOURNAL, LOCK}
    for path in folder.iterdir():
        if path.is_file() and path.name not in known:
            yield Problem(f"{path.name} is no part of the sweep", str(path), mend="Move it elsewhere.")


def _chunks(url: str, expected: dict[str, str], unfinished: set[str]) -> Iterator[Problem]:
    found = stored_keys(url)
    for key in sorted(expected.keys() | found):
        if key in unfinished:
            continue
        if key not in expected:
            yield Problem(f"{key} is no part of the sweep", url, mend="Move it elsewhere.")
        elif digest_at(url, key) != expected[key]:
            mend = "Use --resume: its block is computed again." if "/c/" in key else ""
            yield Problem(f"{key} is {'changed' if key in found else 'missing'}", url, mend=mend)


def damaged_blocks(url: str, layout: Layout, finished: Mapping[int, Record]) -> list[int]:
    """Numbers of the finished blocks of which a chunk is not as it was written."""
    return [
        block
        for block, record in finished.items()
        if any(digest_at(url, key) != record.digests.get(name) for name, key in layout.chunk_names(block).items())
    ]
