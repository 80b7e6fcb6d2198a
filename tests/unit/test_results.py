"""Engine output as a Dataset, and its way to the disk and back."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from dualcirc.errors import OutputError
from dualcirc.files.registry import read_registry
from dualcirc.files.scenario import load_scenario
from dualcirc.results.io import MANIFEST, ResultFolder, open_results, ready_folder, save_dataset, save_text
from dualcirc.results.schema import Output, build_dataset, combine

REGISTRY = read_registry(Path(__file__).parents[1] / "scenarios" / "model")
PROVINCES = list(REGISTRY.provinces)
LINKED = ("north and south", "east and west")
BY_OTHERS = {
    "enquiries": ("Domain",),
    "alliance coordination": ("Alliance",),
    "Technology": ("Domain", "Alliance"),
    "household consumption": ("Region",),
    "trade share": ("Linked pair", "Province", "Destination"),
}
COUNT = {"Domain": 6, "Alliance": 6, "Region": 4, "Linked pair": 2, "Province": 31, "Destination": 31}
ESCAPE = '{"scenarios": {"a": {"file": "../a.nc", "sha256": ""}}}'
ATTRS = {"title": "trial", "model_hash": "abc"}


def dataset(name: str = "trial", draws: int = 3, status: str = "ok") -> xr.Dataset:
    """GDP of province p is p + 1 in every year; the Theil index has no dimension."""
    gdp = np.broadcast_to(np.arange(1.0, 32.0), (draws, 2, 31)).copy()
    values = {"GDP": gdp, "Theil index": np.full((draws, 2), 0.5)}
    values |= {name: np.ones((draws, 2, *(COUNT[dim] for dim in dims))) * 2 for name, dims in BY_OTHERS.items()}
    dims = {"GDP": ("Province",), "Theil index": (), **BY_OTHERS, "not saved": ("Unused pair",)}
    elements = {"Province": PROVINCES, "Destination": PROVINCES, "Linked pair": LINKED, "Unused pair": ("x", "y")}
    drawn = {"stance leak": np.linspace(0.1, 0.3, draws)}
    output = Output(values, dims, np.array([2010.0, 2011.0]), ["ok"] * (draws - 1) + [status], drawn, elements)
    scenario = load_scenario({"name": name, "title": {"en": "A trial", "zh": "试验"}}, REGISTRY)
    return build_dataset(output, scenario, REGISTRY, ATTRS)


def test_variables_carry_dims_labels_and_units():
    gdp = dataset()["gdp"]
    assert gdp.dims == ("scenario", "draw", "time", "province")
    assert gdp.attrs["units"] == "billion CNY/year"
    assert gdp.attrs["long_name"] == "Gross domestic product"
    assert gdp.attrs["long_name_zh"] == "地区生产总值"
    assert gdp.attrs["mdl_name"] == "GDP"
    assert gdp.attrs["kind"] == "flow"
    assert gdp.attrs["price_basis"] == "constant 2020 CNY"
    assert gdp.attrs["cell_methods"] == "time: point"


def test_coordinates_name_provinces_regions_and_scenario():
    result = dataset()
    assert result["province"].values.tolist() == PROVINCES
    assert str(result["province_zh"].sel(province="Jilin").item()) == "吉林"
    assert str(result["macro_region"].sel(province="Jilin").item()) == "Northeast"
    assert result["region"].values.tolist() == ["East", "Central", "West", "Northeast"]
    assert str(result["scenario_title_zh"].item()) == "试验"


def test_totals_are_sums_over_provinces():
    result = dataset()
    assert (result["national_gdp"] == 31 * 32 / 2).all()
    northeast = sum(PROVINCES.index(name) + 1 for name in ("Liaoning", "Jilin", "Heilongjiang"))
    assert (result["region_gdp"].sel(region="Northeast") == northeast).all()
    np.testing.assert_allclose(result["region_gdp"].sum("region"), result["national_gdp"])
    assert result["national_gdp"].attrs["long_name"] == "National gross domestic product"
    assert result["national_gdp"].attrs["cell_methods"] == "time: point province: sum"


def test_only_what_is_to_be_summed_over_provinces_has_totals():
    totals = {str(name) for name in dataset().data_vars if str(name).startswith(("national_", "region_"))}
    assert totals == {"national_gdp", "region_gdp"}  # enquiries are summed too, but stand by domain


def test_variables_of_any_range_have_its_dim_and_its_elements():
    result = dataset()
    assert result["enquiries"].dims == ("scenario", "draw", "time", "domain")
    assert result["technology"].dims[3:] == ("domain", "alliance")
    assert result["household_consumption"].dims[3:] == ("region",)
    assert result["trade_share"].dims[3:] == ("linked_pair", "province", "destination")
    assert result["domain"].values.tolist() == list(REGISTRY.elements["Domain"])
    assert str(result["alliance_zh"].sel(alliance="Greater Bay Area").item()) == "粤港澳大湾区"
    assert str(result["domain_zh"].sel(domain="finance").item()) == "金融"
    assert result["linked_pair"].values.tolist() == list(LINKED)
    assert result["destination"].values.tolist() == PROVINCES
    assert "unused_pair" not in result.coords


def test_failed_runs_have_a_named_status():
    assert dataset(status="not finite at 2031")["status"].values.tolist() == [["ok", "ok", "not finite at 2031"]]


def test_drawn_parameters_stand_beside_the_results():
    drawn = dataset()["drawn_parameters"].sel(parameter="stance_leak")
    np.testing.assert_allclose(drawn, [0.1, 0.2, 0.3])


def test_scenarios_stand_side_by_side():
    whole = combine([dataset("one"), dataset("two")])
    assert whole["scenario"].values.tolist() == ["one", "two"]
    assert whole["drawn_parameters"].dims == ("draw", "parameter")
    assert whole.attrs["model_hash"] == "abc"
    assert whole.attrs["scenario_hashes"].startswith("one:")


def test_results_come_back_as_they_were(tmp_path: Path):
    folder = ResultFolder(ready_folder(tmp_path / "deep" / "out"), ATTRS)
    parts = [dataset("one"), dataset("two", status="not finite at 2031")]
    for part in parts:
        folder.add(part)
    assert open_results(folder.path).identical(combine(parts))
    manifest = json.loads((folder.path / MANIFEST).read_text(encoding="utf-8"))
    assert manifest["model_hash"] == "abc"
    assert manifest["scenarios"]["two"]["status"] == {"not finite at 2031": 1, "ok": 2}
    assert sorted(path.name for path in folder.path.iterdir()) == [MANIFEST, "one.nc", "two.nc"]


def test_same_results_give_the_same_bytes(tmp_path: Path):
    assert save_dataset(dataset(), tmp_path / "one.nc") == save_dataset(dataset(), tmp_path / "two.nc")


def test_changed_and_missing_files_are_refused(tmp_path: Path):
    folder = ResultFolder(tmp_path, ATTRS)
    for name in ("one", "two"):
        folder.add(dataset(name))
    (tmp_path / "one.nc").unlink()
    content = bytearray((tmp_path / "two.nc").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "two.nc").write_bytes(content)
    with pytest.raises(OutputError) as caught:
        open_results(tmp_path)
    assert "scenario 'one': the file is missing" in str(caught.value)
    assert "scenario 'two': the file is changed since it was written" in str(caught.value)


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", '{"scenarios": 3}', '{"scenarios": {"a": {}}}', '{"scenarios": {}}', ESCAPE]
)
def test_folder_without_a_manifest_is_refused(tmp_path: Path, text: str | None):
    if text is not None:
        (tmp_path / MANIFEST).write_text(text)
    with pytest.raises(OutputError, match=r"manifest\.json"):
        open_results(tmp_path)


def test_interrupted_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "one.nc"
    before = save_dataset(dataset("one"), path)

    def half(_self: xr.Dataset, target: Path, **_: object) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(xr.Dataset, "to_netcdf", half)
    with pytest.raises(OutputError, match="No space left on device"):
        save_dataset(dataset("one"), path)
    monkeypatch.undo()
    assert [entry.name for entry in tmp_path.iterdir()] == ["one.nc"]
    assert save_dataset(dataset("one"), tmp_path / "again.nc") == before


def test_folder_that_cannot_be_written_is_found_first(tmp_path: Path):
    file = tmp_path / "file"
    file.write_text("x")
    for target in (file, file / "below", Path("/proc/none")):
        with pytest.raises(OutputError, match="cannot be written"):
            ready_folder(target)


def test_text_is_written_as_it_is(tmp_path: Path):
    save_text("one\n二\n", tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == "one\n二\n".encode()
