"""Exports: what was written is read back by the library of the format, with units, labels and provenance."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr

from dualcirc.errors import DataError, OutputError
from dualcirc.export import FORMATS, export, open_stored, sheets
from dualcirc.export.tables import chosen, provenance, tidy_tables, variables_table
from dualcirc.results.io import ResultFolder

from .synthetic import result

pq = pytest.importorskip("pyarrow.parquet", reason="belongs to the extra 'study'")

HASH = "0" * 64
UNIT = "billion CNY/year"
GDP = "Gross domestic product"


@pytest.fixture(scope="module")
def dataset() -> xr.Dataset:
    """Two scenarios, two draws; by province and for the nation; one text that looks like a formula."""
    small = result(2).sel(scenario=["baseline", "no_zones"], time=[2020.0, 2030.0])
    small = small.assign_coords(scenario_title=("scenario", ["=1+1", "No zone since 2013"]))
    return chosen(small, ["gdp", "national_gdp", "foreign_capital", "zone_opening_year"])


def value(dataset: xr.Dataset) -> float:
    return float(dataset["gdp"].sel(scenario="no_zones", draw=1, time=2030, province="Jilin"))


def pick(frame: pd.DataFrame) -> float:
    rows = frame[(frame["scenario"] == "no_zones") & (frame["draw"] == 1) & (frame["time"] == 2030)]
    return float(rows.loc[rows["province"] == "Jilin", "gdp"].item())


def test_tables_hold_every_variable_once(dataset: xr.Dataset) -> None:
    tables = {table.name: table for table in tidy_tables(dataset)}
    assert set(tables) == {"province", "nation", "scenario_province", "scenario_draw"}
    assert list(tables["province"].frame()) == ["scenario", "draw", "time", "province", "gdp", "foreign_capital"]
    assert tables["province"].rows == len(tables["province"].frame()) == 2 * 2 * 2 * 31
    assert tables["nation"].rows == 8


def test_a_sweep_has_the_point_among_its_keys(dataset: xr.Dataset) -> None:
    swept = dataset.expand_dims(point=[0, 1, 2])
    frame = {table.name: table.frame() for table in tidy_tables(swept)}["nation"]
    assert list(frame)[:4] == ["scenario", "point", "draw", "time"]
    assert len(frame) == 24


def test_netcdf_keeps_everything(dataset: xr.Dataset, tmp_path: Path) -> None:
    (path,) = export(dataset, "netcdf", tmp_path / "a.nc", "dualcirc export x")
    with xr.open_dataset(path) as back:
        assert float(back["gdp"].sel(scenario="no_zones", draw=1, time=2030, province="Jilin")) == value(dataset)
        assert back["gdp"].attrs["units"] == UNIT
        assert back["gdp"].attrs["long_name"] == GDP
        assert back.attrs["model_hash"] == HASH
        assert back.attrs["export_command"] == "dualcirc export x"


def test_csv_keeps_every_digit_and_explains_itself_beside(dataset: xr.Dataset, tmp_path: Path) -> None:
    paths = {path.name: path for path in export(dataset, "csv", tmp_path / "a.csv", "dualcirc export x")}
    frame = pd.read_csv(paths["a_province.csv"], engine="python")  # reads every digit
    assert pick(frame) == value(dataset)
    meaning = pd.read_csv(paths["a_variables.csv"]).set_index("name")
    assert tuple(meaning.loc["gdp", ["label", "unit", "price_basis"]]) == (GDP, UNIT, "constant 2020 CNY")
    elements = pd.read_csv(paths["a_elements.csv"]).set_index(["dim", "element", "property"])["value"]
    assert elements["scenario", "no_zones", "scenario_title"] == "No zone since 2013"
    assert json.loads(paths["a_provenance.json"].read_text())["model_hash"] == HASH


def test_one_table_has_the_name_that_was_asked_for(dataset: xr.Dataset, tmp_path: Path) -> None:
    paths = export(dataset[["gdp"]], "csv", tmp_path / "a.csv")
    assert paths[0].name == "a.csv"


def test_stata_keeps_labels_units_names_of_elements_and_provenance(dataset: xr.Dataset, tmp_path: Path) -> None:
    paths = {path.name: path for path in export(dataset, "stata", tmp_path / "a.dta", "dualcirc export x")}
    with pd.read_stata(paths["a_province.dta"], iterator=True, convert_categoricals=False) as reader:
        frame, labels, values = reader.read(), reader.variable_labels(), reader.value_labels()
        assert reader.data_label.startswith("dualcirc 0.0 model 000")
    assert labels["gdp"] == f"{GDP} ({UNIT}, constant 2020 CNY)"
    assert frame["scenario"].map(values["scenario"]).unique().tolist() == ["baseline", "no_zones"]
    assert pick(frame.assign(**{key: frame[key].map(values[key]) for key in ("scenario", "province")})) == value(
        dataset
    )
    assert f"model_hash: {HASH}" in values["provenance"].values()
    assert "export_command: dualcirc export x" in values["provenance"].values()


def test_stata_names_and_labels_fit_and_the_unit_is_never_cut(dataset: xr.Dataset, tmp_path: Path) -> None:
    long = dataset[["gdp"]].rename(gdp="gdp_" + "x" * 40)
    long["gdp_" + "x" * 40].attrs["long_name"] = "y" * 200
    path = export(long, "stata", tmp_path / "a.dta")[0]
    with pd.read_stata(path, iterator=True) as reader:
        labels = reader.variable_labels()
    assert all(len(name) <= 32 and len(label) <= 80 for name, label in labels.items())
    assert any(label.endswith(f"yy ({UNIT})") for label in labels.values())


def test_stata_refuses_what_is_infinite(dataset: xr.Dataset, tmp_path: Path) -> None:
    broken = dataset[["gdp"]].where(dataset["time"] < 2030, np.inf)
    with pytest.raises(OutputError, match="gdp: holds infinite values"):
        export(broken, "stata", tmp_path / "a.dta")


def test_excel_has_a_sheet_a_table_and_what_explains_them(dataset: xr.Dataset, tmp_path: Path) -> None:
    (path,) = export(dataset, "excel", tmp_path / "a.xlsx", "dualcirc export x")
    book = pd.read_excel(path, sheet_name=None, engine="openpyxl")
    assert list(book) == [
        "variables",
        "province",
        "nation",
        "scenario_province",
        "scenario_draw",
        "elements",
        "provenance",
    ]
    assert pick(book["province"]) == value(dataset)
    assert book["variables"].set_index("name").loc["gdp", ["label", "unit"]].tolist() == [GDP, UNIT]
    assert book["provenance"].set_index("name")["value"]["model_hash"] == HASH


def test_excel_reads_no_text_as_a_formula(dataset: xr.Dataset, tmp_path: Path) -> None:
    (path,) = export(dataset, "excel", tmp_path / "a.xlsx")
    cells = [cell for row in openpyxl.load_workbook(path)["elements"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]


def test_excel_refuses_more_rows_than_a_sheet_has(
    dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "ROWS", 249)  # the table has 248 and a heading
    export(dataset[["gdp"]], "excel", tmp_path / "fits.xlsx")
    monkeypatch.setattr(sheets, "ROWS", 248)
    with pytest.raises(OutputError, match=r"'province' has 248 rows.*\n.*at most 247 rows"):
        export(dataset[["gdp"]], "excel", tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_parquet_keeps_units_labels_and_provenance_in_its_schema(dataset: xr.Dataset, tmp_path: Path) -> None:
    paths = {path.name: path for path in export(dataset, "parquet", tmp_path / "a.parquet", "dualcirc export x")}
    assert pick(pd.read_parquet(paths["a_province.parquet"])) == value(dataset)
    schema = pq.read_schema(paths["a_province.parquet"])
    assert schema.field("gdp").metadata[b"units"] == UNIT.encode()
    assert schema.field("gdp").metadata[b"long_name"] == GDP.encode()
    assert schema.metadata[b"dualcirc_model_hash"] == HASH.encode()
    assert schema.metadata[b"dualcirc_export_command"] == b"dualcirc export x"


def test_variables_that_are_not_there_are_named_with_the_nearest(dataset: xr.Dataset) -> None:
    with pytest.raises(DataError, match=r"no variable 'gpd'\n.*Did you mean 'gdp'"):
        chosen(dataset, ["gpd"])


def test_central_keeps_draw_zero_alone(dataset: xr.Dataset) -> None:
    assert chosen(dataset, central=True)["draw"].values.tolist() == [0]
    with pytest.raises(DataError, match="no central draw"):
        chosen(dataset.rename(draw="quantile"), central=True)


def test_every_attribute_of_the_result_is_part_of_the_provenance(dataset: xr.Dataset) -> None:
    assert set(dataset.attrs) | {"export_command", "export_version"} == set(provenance(dataset, "x"))
    assert set(variables_table(dataset)["name"]) == set(map(str, [*dataset.dims, *dataset.data_vars]))


def test_an_unknown_format_is_refused(dataset: xr.Dataset, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="got the format 'word'"):
        export(dataset, "word", tmp_path / "a.docx")
    assert list(FORMATS) == ["netcdf", "csv", "stata", "excel", "parquet"]


def test_stored_results_of_every_kind_are_opened(
    dataset: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = tmp_path / "run"
    run.mkdir()
    one = dataset.sel(scenario=["baseline"]).assign_coords(scenario_hash=("scenario", ["h"]))
    ResultFolder(run, {}).add(one)
    xr.testing.assert_identical(open_stored(run)["gdp"], one["gdp"])
    swept = dataset.expand_dims(point=[0, 1])
    monkeypatch.setattr("dualcirc.export.source.open_sweep", lambda _: swept)
    (tmp_path / "study" / "sweep").mkdir(parents=True)
    (tmp_path / "study" / "sweep" / "manifest.json").write_text("{}", encoding="utf-8")
    assert open_stored(tmp_path / "study").sizes["point"] == 2
    assert open_stored(tmp_path / "study" / "sweep").sizes["point"] == 2


def test_a_folder_without_a_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="holds no result"):
        open_stored(tmp_path)
