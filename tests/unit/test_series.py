import shutil
from pathlib import Path

import numpy as np
import pytest

from dualcirc.errors import DataError
from dualcirc.files import series
from dualcirc.files.paths import data_dir

OBSERVATIONS = ("province_panel", "national")
POLICY = ("ftz_policy_history", "negative_list", "duty_free", "context_series", "evidence", "account_rules")
FACTS = (*OBSERVATIONS, "province_static", "distances", "base_accounts_adjustments", *POLICY)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for name in ("provinces", "province_panel", "national", "distances"):
        shutil.copy(data_dir() / f"{name}.csv", tmp_path)
    return tmp_path


def drop_line(path: Path, start: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) == len(lines) - 1
    path.write_text("\n".join(kept) + "\n", encoding="utf-8")


def test_panel_has_provinces_in_the_order_of_the_model() -> None:
    gdp = series.panel("gdp_nominal")
    assert gdp.dims == ("province", "year")
    assert tuple(gdp["province"].values) == series.province_names()
    assert gdp["year"].values.tolist() == list(range(2010, 2023))
    assert gdp.attrs["units"] == "100 million yuan, current prices"
    assert gdp.attrs["source_id"] == "P01"


def test_missing_cell_is_nan_and_not_filled() -> None:
    trade = series.panel("trade_total_usd")
    assert np.isnan(trade.sel(year=2015)).all()
    assert not np.isnan(trade.sel(year=2014)).any()


def test_distances_have_no_diagonal_and_are_symmetric() -> None:
    km = series.distances().values
    assert np.isnan(np.diag(km)).all()
    np.testing.assert_array_equal(km, km.T)


def test_unknown_variable_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(DataError, match="Did you mean 'gdp_nominal'"):
        series.panel("gdp_nominl")
    with pytest.raises(DataError, match=r"national\.csv: unknown variable"):
        series.national("gdp lcu of the moon")


def test_unknown_table_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(DataError, match="Did you mean 'negative_list'"):
        series.table("negative_lists")


def test_broken_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "national.csv").write_text("", encoding="utf-8")
    with pytest.raises(DataError, match="not a table"):
        series.national("gdp_lcu", tmp_path)


def test_missing_row_is_named(copied: Path) -> None:
    drop_line(copied / "province_panel.csv", "Hunan,2012,gdp_nominal,")
    gdp = series.panel("gdp_nominal", copied)
    with pytest.raises(DataError, match=r"province_panel\.csv: 'gdp_nominal' has no value for Hunan 2012"):
        series.complete(gdp)


def test_missing_year_is_named() -> None:
    with pytest.raises(DataError, match="has no year 2031"):
        series.at_year(series.panel("gdp_nominal"), 2031)


def test_double_row_is_refused(copied: Path) -> None:
    path = copied / "national.csv"
    path.write_text(path.read_text(encoding="utf-8") + "2010,gdp_lcu,1.0,yuan,N01,verified\n", encoding="utf-8")
    with pytest.raises(DataError, match="cell given twice: 2010"):
        series.national("gdp_lcu", copied)


def test_unknown_province_is_refused(copied: Path) -> None:
    path = copied / "province_panel.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Hunan,2012,gdp_nominal,", "Hunnan,2012,gdp_nominal,"))
    with pytest.raises(DataError, match="Did you mean 'Hunan'"):
        series.panel("gdp_nominal", copied)


@pytest.mark.parametrize("name", OBSERVATIONS)
def test_observations_end_before_2023(name: str) -> None:
    assert series.table(name)["year"].max() == 2022


@pytest.mark.parametrize("name", sorted(set(FACTS) - set(POLICY)))
def test_every_row_names_a_source_of_sources_csv(name: str) -> None:
    known = set(series.table("sources")["source_id"])
    used = {key for cell in series.table(name)["source_id"] for key in cell.split("; ")}
    assert used <= known


@pytest.mark.parametrize("name", FACTS)
def test_every_fact_has_a_status(name: str) -> None:
    rows = series.table(name)
    accepted = {"verified", "recalled", "derived", "derived_from_verified", "assumed"}
    assert set(rows["status"]) <= accepted, f"{name}: {set(rows['status']) - accepted}"


def test_recalled_source_gives_recalled_rows() -> None:
    rows = series.table("national")
    assert set(rows.loc[rows["source_id"] == "N34", "status"]) == {"recalled"}


def test_every_rule_of_the_accounts_names_where_it_comes_from() -> None:
    known = {*series.table("sources")["source_id"], *(path.name for path in data_dir().glob("*.csv"))}
    used = {key for cell in series.table("account_rules")["source"] for key in cell.split("; ")}
    assert used <= known | {"own trial", "model convention"}
