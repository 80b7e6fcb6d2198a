"""A sweep on disk: arrays in Zarr, one chunk for each block of rows, and a journal of the blocks that are finished.

Workers write chunks; the coordinator alone writes the manifest, once, and the journal, a line for each finished block.
A chunk counts from the moment its line is on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from zarr.abc.store import Store
from zarr.codecs import BloscCodec
from zarr.core.buffer import default_buffer_prototype
from zarr.core.sync import sync
from zarr.storage import FsspecStore, LocalStore

from dualcirc.errors import OutputError, Problem
from dualcirc.results.io import MANIFEST, flush, not_written, save_text

JOURNAL, CODES = "blocks.jsonl", "run_code"
DIGEST = "manifest.sha256"
"""Hash of the manifest, for a manifest cannot hold its own."""


@dataclass(frozen=True)
class Layout:
    """Rows of a store and what each of them holds."""

    rows: int
    block: int
    """Rows of a chunk."""
    arrays: Mapping[str, tuple[tuple[str, ...], tuple[int, ...], Mapping[str, str]]]
    """Dimensions after the row, their sizes, and attributes, by name in the Dataset."""

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-self.rows // self.block)

    @property
    def row_bytes(self) -> int:
        """Bytes of a row before compression."""
        return sum(8 * int(np.prod(sizes)) for _, sizes, _ in self.arrays.values()) + 1

    def members(self, block: int) -> range:
        """Rows of a block."""
        return range(block * self.block, min((block + 1) * self.block, self.rows))

    def chunk_names(self, block: int) -> dict[str, str]:
        """Key of the chunk of every array for a block."""
        zeros = {name: len(sizes) for name, (_, sizes, _) in self.arrays.items()} | {CODES: 0}
        return {name: "/".join([name, "c", str(block), *["0"] * count]) for name, count in zeros.items()}


@dataclass(frozen=True)
class Record:
    """A finished block."""

    block: int
    digests: Mapping[str, str]
    """SHA-256 of every chunk as it is stored."""
    failed: Mapping[str, str] = field(default_factory=dict)
    """Status of the rows that did not end well, by their number."""


def open_store(url: str) -> Store:
    """Store at a path, or at a URL that fsspec knows."""
    if "://" in url:
        return FsspecStore.from_url(url)
    return LocalStore(url)


def create_arrays(url: str, layout: Layout, fixed: Mapping[str, xr.Variable]) -> dict[str, str]:
    """Make the arrays of a store, empty, and write what does not grow; return the SHA-256 of every metadata file."""
    store = open_store(url)
    group = zarr.create_group(store, overwrite=True, zarr_format=3)
    for name, (dims, sizes, attrs) in {**layout.arrays, CODES: ((), (), {})}.items():
        group.create_array(
            name,
            shape=(layout.rows, *sizes),
            chunks=(layout.block, *(max(size, 1) for size in sizes)),
            dtype="int8" if name == CODES else "float64",
            dimension_names=("row", *dims),
            attributes=dict(attrs),
            fill_value=-1 if name == CODES else np.nan,
            compressors=BloscCodec(cname="lz4", clevel=5, shuffle="shuffle"),
        )
    for name, variable in fixed.items():
        values = np.asarray(variable.values)
        array = group.create_array(
            name,
            shape=values.shape,
            dtype=values.dtype,
            dimension_names=tuple(map(str, variable.dims)),
            attributes=dict(variable.attrs),
        )
        array[...] = values
    return {key: _digest(_bytes(store, key)) for key in sorted(_keys(store))}


def write_block(
    url: str, layout: Layout, block: int, values: Mapping[str, NDArray[Any]], failed: Mapping[str, str]
) -> Record:
    """
    Write the rows of a block, and bring them to the disk where the store is a folder.

    Parameters
    ----------
    url
        Place of the store.
    layout
        Rows and arrays.
    block
        Its number.
    values
        (row of the block, ...) by name in the Dataset, and the codes of the runs.
    failed
        Status of the rows that did not end well, by their number.

    Raises
    ------
    OutputError
        The store cannot be written, as when the disk is full.
    """
    store = open_store(url)
    rows = layout.members(block)
    digests = {}
    try:
        for name, key in layout.chunk_names(block).items():
            array = zarr.open_array(store, path=name, mode="r+", zarr_format=3, config={"write_empty_chunks": True})
            array[rows.start : rows.stop] = values[name]
            digests[name] = _digest(_bytes(store, key))
            if isinstance(store, LocalStore):
                flush(store.root / key)
                flush((store.root / key).parent)
    except OSError as fault:
        raise not_written(url, fault) from None
    return Record(block, digests, failed)


def read_chunks(url: str, layout: Layout, block: int) -> dict[str, NDArray[Any]]:
    """
    Values of a block as they are stored, by name in the Dataset.

    Raises
    ------
    OutputError
        They cannot be read, as when a chunk was damaged.
    """
    store = open_store(url)
    rows = layout.members(block)
    with readable(url):
        return {
            name: np.asarray(zarr.open_array(store, path=name, mode="r", zarr_format=3)[rows.start : rows.stop])
            for name in layout.chunk_names(block)
        }


@contextmanager
def readable(url: str) -> Iterator[None]:
    """Tell what decoders and file systems raise on damaged arrays in the user's words."""
    try:
        yield
    except (OSError, RuntimeError, ValueError, KeyError) as fault:
        what, mend = f"the arrays cannot be read: {fault}", "See what is damaged: dualcirc verify."
        raise OutputError(Problem(" ".join(what.split()), url, mend=mend)) from None


def _bytes(store: Store, key: str) -> bytes | None:
    found = sync(store.get(key, default_buffer_prototype()))
    return None if found is None else found.to_bytes()


def _keys(store: Store) -> list[str]:
    async def collect() -> list[str]:
        return [key async for key in store.list()]

    return sync(collect())


def stored_keys(url: str) -> set[str]:
    """Keys of everything in a store; none where there is no store."""
    if "://" not in url and not Path(url).is_dir():
        return set()
    return set(_keys(open_store(url)))


def drop_unfinished(folder: Path, url: str) -> None:
    """Remove the files that a lost process had begun to write; none of them has taken its name."""
    for path in folder.glob(".*.part"):
        path.unlink(missing_ok=True)
    for path in Path(url).rglob("*.partial") if "://" not in url else ():
        path.unlink(missing_ok=True)


def digest_at(url: str, key: str) -> str:
    """SHA-256 of what stands under a key; empty where nothing does."""
    return _digest(_bytes(open_store(url), key))


def _digest(content: bytes | None) -> str:
    return "" if content is None else hashlib.sha256(content).hexdigest()


class Journal:
    """Finished blocks, one line each with its own hash; the last line of a block counts."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / JOURNAL

    def read(self) -> dict[int, Record]:
        """Finished blocks by number; lines that are damaged are left out."""
        found = (_record(line) for line in self._lines())
        return {record.block: record for record in found if record is not None}

    def damaged(self) -> list[int]:
        """Numbers of the lines that are not as they were written, as the last one of a process that was lost."""
        return [number for number, line in enumerate(self._lines(), 1) if _record(line) is None]

    def mend(self) -> None:
        """Drop the lines that are damaged: their blocks are computed again."""
        if self.damaged():
            whole = [line.decode("ascii") for line in self._lines() if _record(line) is not None]
            save_text("".join(whole), self.path)

    def add(self, record: Record) -> None:
        """Write a line and bring it to the disk."""
        text = json.dumps(vars(record), sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        line = f"{hashlib.sha256(text.encode()).hexdigest()} {text}\n".encode()
        try:
            with self.path.open("ab") as handle:
                handle.write(line)
                handle.flush()
                os.fsync(handle.fileno())
        except OSError as fault:
            raise not_written(self.path, fault) from None

    def _lines(self) -> list[bytes]:
        """Lines with their ends."""
        return self.path.read_bytes().splitlines(keepends=True) if self.path.is_file() else []


def _record(line: bytes) -> Record | None:
    """Block of a line; none where the line is not as it was written."""
    digest, _, text = line.partition(b" ")
    if not text.endswith(b"\n") or hashlib.sha256(text[:-1]).hexdigest().encode() != digest:
        return None
    return Record(**json.loads(text))


def save_sweep_manifest(manifest: Mapping[str, Any], folder: Path) -> None:
    """Write the hash of the manifest, then the manifest: a sweep exists from the moment its manifest does."""
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    save_text(hashlib.sha256(text.encode()).hexdigest() + "\n", folder / DIGEST)
    save_text(text, folder / MANIFEST)


def read_sweep_manifest(folder: Path) -> dict[str, Any]:
    """Read what :func:`save_sweep_manifest` wrote; a manifest that is not as it was written is refused."""
    path = folder / MANIFEST
    try:
        content, digest = path.read_bytes(), (folder / DIGEST).read_bytes()
    except OSError as fault:
        missing = isinstance(fault, FileNotFoundError)
        what = "got no manifest of a sweep" if missing else f"the manifest cannot be read: {fault}"
        mend = "Name a folder that 'dualcirc sweep' has written."
        raise OutputError(Problem(what, str(folder), expected="a folder of a sweep", mend=mend)) from None
    if hashlib.sha256(content).hexdigest().encode() + b"\n" != digest:
        mend = "Restore manifest.json and manifest.sha256 from a copy, or run the sweep again elsewhere."
        raise OutputError(Problem("the manifest is not as it was written", str(path), mend=mend))
    return dict(json.loads(content))


def layout_of(manifest: Mapping[str, Any]) -> Layout:
    """Rows and arrays of a stored sweep."""
    arrays = {name: (tuple(d), tuple(s), a) for name, (d, s, a) in manifest["layout"]["arrays"].items()}
    return Layout(manifest["layout"]["rows"], manifest["layout"]["block"], arrays)


def store_url(folder: Path, manifest: Mapping[str, Any]) -> str:
    """Place of the arrays of a stored sweep."""
    url = str(manifest["store"])
    return url if "://" in url else str(folder.resolve() / url)


def missing_blocks(layout: Layout, finished: Mapping[int, Record]) -> Sequence[int]:
    """Numbers of the blocks that are not finished."""
    return [block for block in range(layout.blocks) if block not in finished]


def records_by_row(finished: Mapping[int, Record]) -> Iterator[tuple[int, str]]:
    """Number and status of every row that did not end well."""
    for record in finished.values():
        for row, status in record.failed.items():
            yield int(row), status
