"""A sweep from the file to the stored result: the numbers of a run, whatever happens on the way."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import dualcirc as dc
from dualcirc import cli
from dualcirc.engine import Engine
from dualcirc.errors import DualcircError, OutputError, Problem
from dualcirc.results.sweep_open import open_sweep
from dualcirc.results.sweep_store import JOURNAL, Journal, digest_at, layout_of, read_sweep_manifest
from dualcirc.results.sweep_verify import verify
from dualcirc.sweep import api, work, workers
from dualcirc.sweep.folder import alone
from dualcirc.sweep.model import load_model
from dualcirc.sweep.plan import make_plan
from dualcirc.sweep.reproduce import reproduce
from dualcirc.sweep.run import execute

HEAD = """name: small
title: {en: "Small", zh: "小"}
outputs: [GDP, household consumption]
"""
POINTS = """scenarios: [baseline, rules_alignment]
times: {start: 2030, end: 2050, every: 10}
block: 16
design:
  kind: latin_hypercube
  points: 36
  seed: 3
  factors:
    - {lever: A1, to: central}
    - {lever: C3, to: high}
    - {variable: siphon share}
"""
DASK = "ignore::pytest.PytestUnraisableExceptionWarning"
"""Dask leaves a socket open in which it has looked for its own address."""
DRAWS = "scenarios: [baseline, no_zones]\nblock: 16\ndraws: {number: 20}\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "small.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def experiment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("experiment"), POINTS)


@pytest.fixture(scope="module")
def whole(experiment: Path) -> Path:
    """A sweep that nothing has disturbed: 72 runs in five blocks."""
    api.sweep(experiment, experiment.parent / "whole", workers=1)
    return experiment.parent / "whole"


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "copy"))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenarios with twenty draws and no design."""
    folder = tmp_path_factory.mktemp("drawn")
    api.sweep(write(folder, DRAWS), folder / "out", workers=1)
    return folder / "out"


def arrays(folder: Path) -> dict[str, bytes]:
    """Every file of the arrays."""
    root = folder / "data.zarr"
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def same(one: Path, other: Path) -> None:
    """The same arrays, byte for byte, and the same records, in whatever order."""
    assert arrays(one) == arrays(other)
    assert Journal(one).read() == Journal(other).read()
    assert verify(one) == []


def test_sweep_without_a_design_is_a_run(drawn: Path):
    stored, run = open_sweep(drawn), dc.run(["baseline", "no_zones"], draws=20)
    for name in ("gdp", "household_consumption", "national_gdp", "region_household_consumption"):
        assert stored[name].dims == run[name].dims
        # A run keeps all saved variables: another program, whose sums are rounded in another order.
        np.testing.assert_allclose(stored[name], run[name], rtol=1e-12, err_msg=name)
        assert stored[name].attrs == run[name].attrs
    xr.testing.assert_identical(stored["drawn_parameters"].variable, run["drawn_parameters"].variable)
    for name, coordinate in stored.coords.items():
        np.testing.assert_array_equal(coordinate, run.coords[name], err_msg=str(name))
    assert (stored["status"] == run["status"]).all()
    assert {"design", "design_seed"}.isdisjoint(stored.attrs)
    assert all(stored.attrs[key] == run.attrs[key] for key in ("model_hash", "parameters_hash", "data_hash", "seed"))


def test_sweep_is_the_run_of_its_outputs_bit_for_bit(drawn: Path):
    """The same program over all draws of a scenario at once, on every core, instead of in blocks of sixteen."""
    plan = make_plan(["baseline", "no_zones"], 20)
    engine = Engine(load_model(), outputs=["GDP", "household consumption"])
    dims = {name: variable.dims for name, variable in load_model().variables.items()}
    stored, run = open_sweep(drawn), execute(plan, engine, dims, {}, lambda *_: None)
    for name in ("gdp", "household_consumption", "drawn_parameters"):
        assert stored[name].values.tobytes() == run[name].values.tobytes(), name


def test_point_at_business_as_usual_is_the_scenario_itself(tmp_path: Path):
    (tmp_path / "points.csv").write_text("C3,C8\n0,0\n1,0\n")
    factors = "{kind: points, file: points.csv, factors: [{lever: C3, to: high}, {lever: C8, to: high}]}"
    path = write(tmp_path, f"scenarios: [baseline, rules_alignment]\ndesign: {factors}\n")
    found = api.sweep(path, tmp_path / "out", workers=1)
    (tmp_path / "alone").mkdir()
    alone_ = write(tmp_path / "alone", "scenarios: [baseline, rules_alignment]\n")
    run = api.sweep(alone_, tmp_path / "run", workers=1)
    assert found["gdp"].sel(point=0).values.tobytes() == run["gdp"].values.tobytes()
    assert (found["gdp"].sel(point=1, time=2040) != run["gdp"].sel(time=2040)).any()
    assert (found["gdp"].sel(point=1, time=2025).values == run["gdp"].sel(time=2025).values).all()


def test_design_stands_in_the_result(whole: Path):
    found = open_sweep(whole)
    assert found.sizes["point"] == 36
    assert found["factor"].values.tolist() == ["A1", "C3", "siphon share"]
    assert found["factor_values"].dims == ("point", "factor")
    assert found["time"].values.tolist() == [2030, 2040, 2050]
    assert (found.attrs["design"], found.attrs["design_seed"]) == ("latin_hypercube", 3)
    assert (found["status"] == "ok").all()
    low, high = found["factor_low"].values, found["factor_high"].values
    assert ((found["factor_values"].values >= low) & (found["factor_values"].values <= high)).all()


def test_quantiles_and_totals_are_those_of_every_draw(drawn: Path, tmp_path: Path):
    path = write(tmp_path, DRAWS + "reduce: {quantiles: [0.05, 0.5, 0.95]}\n")
    reduced, full = api.sweep(path, tmp_path / "out", workers=1), open_sweep(drawn)
    for name in ("gdp", "national_gdp", "region_gdp"):
        wanted = np.quantile(full[name].values, [0.05, 0.5, 0.95], axis=1)
        got = reduced[name].transpose("quantile", ...).values
        assert got.tobytes() == np.ascontiguousarray(wanted).tobytes(), name
    assert reduced["gdp"].dims == ("scenario", "quantile", "time", "province")
    assert reduced["status"].dims == ("scenario",)
    assert verify(tmp_path / "out") == []
    assert reproduce(tmp_path / "out", 2).equal


def test_lost_lines_of_the_journal_are_computed_again(experiment: Path, whole: Path, copy: Path):
    lines = (copy / JOURNAL).read_bytes().splitlines(keepends=True)
    (copy / JOURNAL).write_bytes(b"".join(lines[:2]) + lines[2][:30])
    shutil.rmtree(copy / "data.zarr/gdp/c/4")
    api.sweep(experiment, copy, resume=True, workers=1)
    same(copy, whole)


def test_damaged_chunk_is_computed_again(experiment: Path, whole: Path, copy: Path):
    chunk = copy / "data.zarr/gdp/c/2/0/0"
    content = bytearray(chunk.read_bytes())
    content[100] ^= 1
    chunk.write_bytes(content)
    assert [problem.what for problem in verify(copy)] == ["gdp/c/2/0/0 is changed"]
    api.sweep(experiment, copy, resume=True, workers=1)
    same(copy, whole)


def test_finished_sweep_computes_nothing_when_it_is_resumed(
    experiment: Path, whole: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a finished block was computed again")

    monkeypatch.setattr(work, "compute", never)
    api.sweep(experiment, copy, resume=True, workers=1)
    same(copy, whole)


def test_any_order_of_the_blocks_gives_the_same_bits(
    experiment: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "missing_blocks", lambda *_: [3, 0, 4, 2, 1])
    api.sweep(experiment, tmp_path / "out", workers=1)
    lines = (tmp_path / "out" / JOURNAL).read_text().splitlines()
    assert [json.loads(line[65:])["block"] for line in lines] == [3, 0, 4, 2, 1]
    same(tmp_path / "out", whole)


@pytest.mark.filterwarnings(DASK)
def test_two_processes_give_the_same_bits(experiment: Path, whole: Path, tmp_path: Path):
    api.sweep(experiment, tmp_path / "out", workers=2)
    same(tmp_path / "out", whole)


@pytest.mark.parametrize("scheme", ["file", "memory"])
def test_store_at_a_url_holds_the_same_chunks(experiment: Path, whole: Path, tmp_path: Path, scheme: str):
    url = f"{scheme}://{tmp_path}/arrays"
    found = api.sweep(experiment, tmp_path / "out", workers=1, store=url)
    assert found["gdp"].values.tobytes() == open_sweep(whole)["gdp"].values.tobytes()
    assert Journal(tmp_path / "out").read() == Journal(whole).read()
    assert verify(tmp_path / "out") == []
    assert not (tmp_path / "out/data.zarr").exists()
    api.sweep(experiment, tmp_path / "out", workers=1, store=url, resume=True)
    with pytest.raises(OutputError, match="the arrays of this sweep are in"):
        api.sweep(experiment, tmp_path / "out", resume=True, store=str(tmp_path / "elsewhere"))
    with pytest.raises(OutputError, match="holds those of another sweep"):
        api.sweep(experiment, tmp_path / "other", store=url)


def test_store_at_a_path_is_meant_from_the_working_folder(
    experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    api.sweep(experiment, "out", workers=1, store="arrays")
    monkeypatch.chdir("/")
    assert (tmp_path / "arrays/zarr.json").is_file()
    assert open_sweep(tmp_path / "out").sizes["point"] == 36


def test_second_writer_is_refused(experiment: Path, copy: Path, capsys: pytest.CaptureFixture[str]):
    with alone(copy):
        assert cli.main(["sweep", str(experiment), "--out", str(copy), "--resume"]) == 2
    assert "another process is writing this sweep" in capsys.readouterr().err


def test_folder_of_another_experiment_is_refused(experiment: Path, copy: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["sweep", str(experiment), "--out", str(copy)]) == 2
    assert "holds a result already" in capsys.readouterr().err
    other = write(copy.parent, POINTS.replace("block: 16", "block: 8"))
    assert cli.main(["sweep", str(other), "--out", str(copy), "--resume"]) == 2
    assert "made with another experiment" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["out", "store"])
def test_nothing_of_others_is_ever_removed(experiment: Path, tmp_path: Path, place: str, capsys) -> None:
    """Making the arrays empties their place."""
    mine = tmp_path / place / "data.zarr" / "thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    where = ["--out", str(tmp_path / "out"), *(["--store", str(tmp_path / "store")] if place == "store" else [])]
    assert cli.main(["sweep", str(experiment), *where]) == 2
    assert mine.read_text() == "mine"
    assert "holds" in capsys.readouterr().err


def test_folder_of_the_experiment_itself_is_no_place_for_its_result(experiment: Path, tmp_path: Path, capsys) -> None:
    shutil.copyfile(experiment, tmp_path / "experiment.yaml")
    assert cli.main(["sweep", str(tmp_path), "--out", str(tmp_path)]) == 2
    assert "the folder holds other files, as experiment.yaml" in capsys.readouterr().err


def test_sweep_that_was_lost_at_its_beginning_begins_anew(experiment: Path, whole: Path, copy: Path):
    (copy / "manifest.json").unlink()
    (copy / JOURNAL).unlink()
    shutil.rmtree(copy / "data.zarr/gdp/c")
    shutil.rmtree(copy / "data.zarr/household_consumption/c")
    shutil.rmtree(copy / "data.zarr/run_code/c")
    (copy / ".manifest.json.7.part").write_text("{")
    api.sweep(experiment, copy, resume=True, workers=1)
    same(copy, whole)


def stopped_at(block: int, fault: BaseException) -> Callable[..., object]:
    """Write of a block that fails at one of them."""
    write_block = work.write_block

    def writing(url: str, layout: object, number: int, *rest: object) -> object:
        if number == block:
            raise fault
        return write_block(url, layout, number, *rest)

    return writing


def test_disk_that_is_full_keeps_what_is_finished(
    experiment: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, full = os.fsync, {"now": False}

    def fsync(handle: int) -> None:
        if full["now"]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    compute = work.compute

    def computing(job: object, block: int) -> object:
        full["now"] = block == 3
        return compute(job, block)

    arguments = ["sweep", str(experiment), "--out", str(tmp_path / "out"), "--workers", "1"]
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        patch.setattr(work, "compute", computing)
        assert cli.main(arguments) == 2
    message = " ".join(capsys.readouterr().err.split())
    assert "which cannot be written: No space left on device" in message
    assert "3 of 5 blocks are kept" in message
    assert cli.main([*arguments, "--resume"]) == 0
    same(tmp_path / "out", whole)


def test_sweep_that_may_not_fit_the_disk_is_refused(experiment: Path, tmp_path: Path, monkeypatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(OutputError, match="1,000 are free"):
        api.sweep(experiment, tmp_path / "out")


def test_user_who_stops_a_sweep_is_told_what_is_kept(
    experiment: Path, whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["sweep", str(experiment), "--out", str(tmp_path / "out"), "--workers", "1"]
    with monkeypatch.context() as patch:
        patch.setattr(work, "write_block", stopped_at(2, KeyboardInterrupt()))
        assert cli.main(arguments) == 130
    message = capsys.readouterr().err
    assert "2 of 5 blocks are kept" in message
    assert "Traceback" not in message
    assert cli.main([*arguments, "--resume"]) == 0
    same(tmp_path / "out", whole)


@pytest.mark.long
@pytest.mark.filterwarnings(DASK)
def test_error_of_a_worker_is_told_with_its_problems(
    experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prepare = api.prepare

    def with_another_model(*arguments: object) -> object:
        prepared = prepare(*arguments)
        return replace(prepared, job=replace(prepared.job, model="another"))

    monkeypatch.setattr(api, "prepare", with_another_model)
    assert cli.main(["sweep", str(experiment), "--out", str(tmp_path / "out"), "--workers", "2"]) == 2
    message = capsys.readouterr().err
    assert "DualcircError: a worker has another model than the process that asks it" in message
    assert "0 of 5 blocks are kept" in message


def test_scheduler_that_does_not_answer_is_told(experiment: Path, tmp_path: Path, capsys) -> None:
    arguments = ["sweep", str(experiment), "--out", str(tmp_path / "out"), "--cluster", "no address"]
    assert cli.main(arguments) == 2
    assert "no Dask scheduler answers at 'no address'" in capsys.readouterr().err


def test_run_that_fails_is_named_and_sinks_nothing(tmp_path: Path, drawn: Path, monkeypatch: pytest.MonkeyPatch):
    """A parameter so large in two runs that products overflow; every other run keeps its bits."""
    runs = work.Job.runs

    def spoilt(self: work.Job, rows: object) -> list[dict[str, np.ndarray]]:
        found = runs(self, rows)
        return [
            run | {"siphon share": np.array(1e308)} if number in (3, 30) else run
            for number, run in zip(rows, found, strict=True)
        ]

    monkeypatch.setattr(work.Job, "runs", spoilt)
    found, good = api.sweep(write(tmp_path, DRAWS), tmp_path / "out", workers=1), open_sweep(drawn)
    status = found["status"].values.ravel()
    assert np.flatnonzero(status != "ok").tolist() == [3, 30]
    assert all("not finite" in text or "infinite" in text or "nan" in text.lower() for text in status[[3, 30]])
    fine = status == "ok"
    one, other = (ds["gdp"].values.reshape(42, -1)[fine] for ds in (found, good))
    assert one.tobytes() == other.tobytes()
    assert verify(tmp_path / "out") == []


def test_draws_that_fail_are_left_out_of_quantiles_and_said(
    tmp_path: Path, drawn: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = work.Job.runs

    def spoilt(self: work.Job, rows: object) -> list[dict[str, np.ndarray]]:
        found = runs(self, rows)
        return [run | {"siphon share": np.array(1e308)} if n == 3 else run for n, run in enumerate(found)]

    monkeypatch.setattr(work.Job, "runs", spoilt)
    text = DRAWS.replace("baseline, no_zones", "baseline") + "reduce: {quantiles: [0.5]}\n"
    found = api.sweep(write(tmp_path, text), tmp_path / "out", workers=1)
    full = open_sweep(drawn)["gdp"].sel(scenario="baseline").values
    wanted = np.quantile(np.delete(full, 3, axis=0), 0.5, axis=0)
    assert found["gdp"].sel(scenario="baseline", quantile=0.5).values.tobytes() == wanted.tobytes()
    assert str(found["status"].item()).startswith("1 of 21 draws failed and are left out: ")


def test_reproduce_says_what_it_has_found(copy: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["reproduce", str(copy), "--blocks", "2"]) == 0
    assert "bit for bit equal: reproduced" in capsys.readouterr().out


def test_reproduce_finds_a_number_that_was_changed_with_its_hash(copy: Path, capsys: pytest.CaptureFixture[str]):
    """A forger who writes a chunk and its line anew deceives verify, and not reproduce."""
    import zarr

    array = zarr.open_array(copy / "data.zarr" / "gdp", mode="r+")
    array[0, 0, 0] = array[0, 0, 0] * 1.001
    layout, journal = layout_of(read_sweep_manifest(copy)), Journal(copy)
    digests = {name: digest_at(str(copy / "data.zarr"), key) for name, key in layout.chunk_names(0).items()}
    journal.add(replace(journal.read()[0], digests=digests))
    assert cli.main(["verify", str(copy)]) == 0
    assert cli.main(["reproduce", str(copy)]) == 1
    assert "not reproduced" in capsys.readouterr().out


def test_reproduce_refuses_what_it_cannot_compare(copy: Path, capsys: pytest.CaptureFixture[str]):
    (copy / "data.zarr/gdp/c/0/0/0").write_bytes(b"no chunk")
    assert cli.main(["reproduce", str(copy)]) == 2
    assert "dualcirc verify" in capsys.readouterr().err
    (copy / JOURNAL).write_bytes(b"")
    assert cli.main(["reproduce", str(copy)]) == 2
    assert "no block of the sweep is finished" in capsys.readouterr().err


def test_dry_run_tells_what_a_sweep_would_take(experiment: Path, capsys: pytest.CaptureFixture[str]):
    assert cli.main(["sweep", str(experiment), "--dry-run"]) == 0
    told = capsys.readouterr().out
    assert "72 runs in 5 blocks" in told
    # Two outputs of 3 times and 31 provinces in eight bytes, and a byte for the status, 72 times.
    assert f"{72 * (2 * 3 * 31 * 8 + 1):,} bytes" in told


def test_workers_that_write_elsewhere_are_found(whole: Path):
    record = Journal(whole).read()[0]
    manifest = read_sweep_manifest(whole)
    job = work.Job("", (), (), {}, {}, (), np.empty((1, 0)), 1, (), (), layout_of(manifest), str(whole / "nothing"))
    with pytest.raises(DualcircError, match="what a worker has written is not found"):
        workers._check_reached(job, record)
    workers._check_reached(replace(job, url=str(whole / "data.zarr")), record)


def test_scheduler_without_workers_is_told():
    class Empty:
        def wait_for_workers(self, *_: object, **__: object) -> None:
            raise TimeoutError

    with pytest.raises(DualcircError) as raised:
        workers._wait_for_workers(Empty())
    assert isinstance(raised.value.problems[0], Problem)
