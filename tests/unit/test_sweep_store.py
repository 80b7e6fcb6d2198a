"""A stored sweep without an engine: journal, layout, damage."""

from __future__ import annotations

import hashlib
import json
import pickle
import random
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dualcirc.errors import OutputError, Problem, ScenarioError
from dualcirc.files.registry import read_registry
from dualcirc.results.schema import variable_attrs
from dualcirc.results.sweep_open import open_sweep
from dualcirc.results.sweep_store import (
    CODES,
    DIGEST,
    JOURNAL,
    Journal,
    Layout,
    Record,
    create_arrays,
    drop_unfinished,
    missing_blocks,
    read_chunks,
    read_sweep_manifest,
    save_sweep_manifest,
    write_block,
)
from dualcirc.results.sweep_verify import damaged_blocks, verify

ROWS, BLOCK = 10, 4
PROVINCES = list(read_registry().provinces)


def layout() -> Layout:
    attrs = variable_attrs(read_registry().variables["GDP"])
    return Layout(ROWS, BLOCK, {"gdp": (("time", "province"), (3, 31), attrs)})


def values(block: int) -> dict[str, np.ndarray]:
    rows = np.array(layout().members(block), dtype=float)
    numbers = rows[:, None, None] * 1000 + np.arange(3)[:, None] * 100 + np.arange(31)
    return {"gdp": numbers, CODES: np.zeros(len(rows), np.int8)}


def make(folder: Path, finished: tuple[int, ...] = (0, 1, 2)) -> Path:
    """A store of two scenarios and five points, as a sweep writes it."""
    folder.mkdir()
    url = str(folder / "data.zarr")
    fixed = {"factor_values": xr.Variable(("point", "factor"), np.arange(5.0)[:, None])}
    (folder / "experiment.yaml").write_text("name: synthetic\n")
    labels = xr.Dataset(coords={"scenario": ["baseline", "other"], "time": [2030.0, 2040.0, 2050.0]})
    labels = labels.assign_coords(province=PROVINCES, factor=["C3"], draw=[0])
    manifest = {
        "identity": {},
        "attrs": {"title": "synthetic"},
        "axes": {"scenario": 2, "point": 5, "draw": 1},
        "layout": {"rows": ROWS, "block": BLOCK, "arrays": {k: list(v) for k, v in layout().arrays.items()}},
        "labels": labels.to_dict(data="list"),
        "store": "data.zarr",
        "metadata": create_arrays(url, layout(), fixed),
        "files": {"experiment.yaml": hashlib.sha256(b"name: synthetic\n").hexdigest()},
    }
    save_sweep_manifest(manifest, folder)
    for block in finished:
        failed = {"5": "not finite: gdp"} if block == 1 else {}
        Journal(folder).add(write_block(url, layout(), block, values(block), failed))
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return make(tmp_path / "store")


def told(folder: Path) -> list[str]:
    return [problem.what for problem in verify(folder)]


def test_layout_cuts_rows_into_blocks_and_the_last_may_be_short():
    assert layout().blocks == 3
    assert [list(layout().members(block)) for block in range(3)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert layout().row_bytes == 3 * 31 * 8 + 1
    assert layout().chunk_names(2) == {"gdp": "gdp/c/2/0/0", CODES: "run_code/c/2"}
    assert missing_blocks(layout(), {1: Record(1, {})}) == [0, 2]


def test_one_chunk_holds_one_block(store: Path):
    chunks = sorted(str(p.relative_to(store / "data.zarr")) for p in (store / "data.zarr" / "gdp").rglob("*/0"))
    assert [name for name in chunks if (store / "data.zarr" / name).is_file()] == [f"gdp/c/{b}/0/0" for b in range(3)]


def test_what_is_written_is_read_bit_for_bit(store: Path):
    for block in range(3):
        stored = read_chunks(str(store / "data.zarr"), layout(), block)
        assert all(stored[name].tobytes() == wanted.tobytes() for name, wanted in values(block).items())


def test_sweep_opens_with_its_dimensions_and_the_status_of_every_row(store: Path):
    found = open_sweep(store)
    assert found["gdp"].dims == ("scenario", "point", "draw", "time", "province")
    # Row 7 is the third point of the second scenario: scenarios are the slowest, draws the quickest.
    got = found["gdp"].sel(scenario="other", point=2, draw=0, time=2040, province=PROVINCES[3])
    assert float(got) == 7 * 1000 + 100 + 3
    national = found["national_gdp"].sel(scenario="other", point=2, draw=0, time=2040)
    assert float(national) == 31 * 7100 + sum(range(31))
    assert found["status"].sel(scenario="other", point=0, draw=0) == "not finite: gdp"
    assert int((found["status"] == "ok").sum()) == ROWS - 1
    assert found["factor_values"].values.ravel().tolist() == [0, 1, 2, 3, 4]


def test_unfinished_sweep_opens_only_where_that_is_asked(tmp_path: Path):
    folder = make(tmp_path / "part", finished=(0, 2))
    with pytest.raises(OutputError, match="1 of 3 blocks are missing"):
        open_sweep(folder)
    found = open_sweep(folder, partial=True)
    lost = found["status"].values.ravel() == "not computed"
    assert np.flatnonzero(lost).tolist() == [4, 5, 6, 7]
    assert np.isnan(found["gdp"].values.reshape(ROWS, -1)).all(axis=1).tolist() == lost.tolist()


def test_chunk_that_is_gone_is_never_read_as_nan(store: Path):
    (store / "data.zarr/gdp/c/1/0/0").unlink()
    with pytest.raises(OutputError, match=r"1 of 6 chunks are missing, the first is gdp/c/1/0/0"):
        open_sweep(store)


def test_chunk_that_cannot_be_decoded_is_told(store: Path):
    (store / "data.zarr/gdp/c/1/0/0").write_bytes(b"no chunk")
    with pytest.raises(OutputError, match="the arrays cannot be read"):
        open_sweep(store)
    with pytest.raises(OutputError, match="the arrays cannot be read"):
        read_chunks(str(store / "data.zarr"), layout(), 1)


def test_line_that_was_torn_is_left_out_and_mended(store: Path):
    path = store / JOURNAL
    path.write_bytes(path.read_bytes()[:-20])
    journal = Journal(store)
    assert sorted(journal.read()) == [0, 1]
    assert journal.damaged() == [3]
    journal.mend()
    assert journal.damaged() == []
    journal.add(Record(2, {"gdp": "x"}))
    assert sorted(journal.read()) == [0, 1, 2]


def test_line_that_was_changed_is_left_out(store: Path):
    path = store / JOURNAL
    path.write_bytes(path.read_bytes().replace(b'"block":1', b'"block":2', 1))
    assert sorted(Journal(store).read()) == [0, 2]
    assert [problem.line for problem in verify(store) if problem.line] == [2]


def test_last_line_of_a_block_counts(store: Path):
    again = write_block(str(store / "data.zarr"), layout(), 1, values(1), {"6": "another"})
    Journal(store).add(again)
    assert Journal(store).read()[1] == again
    assert told(store) == []


def test_whole_store_has_no_problem(store: Path):
    assert told(store) == []
    assert damaged_blocks(str(store / "data.zarr"), layout(), Journal(store).read()) == []


@pytest.mark.parametrize("seed", range(3))
def test_any_byte_that_is_changed_is_found(store: Path, seed: int):
    """Any file of the folder, any byte of it, any other value."""
    chance = random.Random(seed)
    files = sorted(path for path in store.rglob("*") if path.is_file() and path.stat().st_size)
    for path in files:
        content = path.read_bytes()
        place = chance.randrange(len(content))
        path.write_bytes(content[:place] + bytes([content[place] ^ chance.randrange(1, 256)]) + content[place + 1 :])
        assert verify(store), (path, place)
        path.write_bytes(content)
    assert told(store) == []


def test_every_file_that_is_missing_is_found(store: Path):
    for path in sorted(path for path in store.rglob("*") if path.is_file()):
        path.rename(store.parent / "aside")
        assert verify(store), path
        (store.parent / "aside").rename(path)


@pytest.mark.parametrize("name", ["notes.txt", "data.zarr/gdp/c/3/0/0", "data.zarr/other", "data.zarr/gdp/c/1/0/0.x"])
def test_file_that_is_no_part_of_the_sweep_is_found(store: Path, name: str):
    (store / name).parent.mkdir(parents=True, exist_ok=True)
    (store / name).write_text("mine")
    assert told(store) == [f"{name.removeprefix('data.zarr/')} is no part of the sweep"]


def test_line_end_of_another_kind_in_the_hash_is_found(store: Path):
    path = store / DIGEST
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    assert told(store) == ["the manifest is not as it was written"]


def test_chunks_that_were_swapped_are_found(store: Path):
    one, other = store / "data.zarr/gdp/c/0/0/0", store / "data.zarr/gdp/c/1/0/0"
    held = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(held)
    assert told(store) == ["gdp/c/0/0/0 is changed", "gdp/c/1/0/0 is changed"]
    assert damaged_blocks(str(store / "data.zarr"), layout(), Journal(store).read()) == [0, 1]


def test_files_that_a_lost_process_left_are_removed(store: Path):
    left = [store / ".manifest.json.17.part", store / "data.zarr/gdp/c/1/0/0.8f1c.partial"]
    for path in left:
        path.write_text("half")
    assert len(told(store)) == 2
    drop_unfinished(store, str(store / "data.zarr"))
    assert told(store) == []


def test_sweep_exists_from_the_moment_its_manifest_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A process that is lost between the two files leaves a folder that can be begun anew."""
    saved: list[str] = []
    monkeypatch.setattr("dualcirc.results.sweep_store.save_text", lambda _, path: saved.append(path.name))
    save_sweep_manifest({}, tmp_path)
    assert saved == ["manifest.sha256", "manifest.json"]


def test_folder_of_something_else_is_no_sweep(tmp_path: Path):
    (tmp_path / "manifest.json").write_text(json.dumps({"scenarios": {}}))
    with pytest.raises(OutputError, match="got no manifest of a sweep"):
        read_sweep_manifest(tmp_path)
    shutil.rmtree(tmp_path)
    assert told(tmp_path) == ["got no manifest of a sweep"]


def test_disk_that_is_full_is_told(store: Path, monkeypatch: pytest.MonkeyPatch):
    def full(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("dualcirc.results.sweep_store.flush", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write_block(str(store / "data.zarr"), layout(), 1, values(1), {})


def test_error_comes_back_from_a_worker_with_its_problems_and_notes():
    fault = ScenarioError([Problem("one", "a.yaml", 3), Problem("two")])
    fault.add_note("kept")
    back = pickle.loads(pickle.dumps(fault))
    assert type(back) is ScenarioError
    assert (back.problems, str(back), back.__notes__) == (fault.problems, str(fault), ["kept"])
