"""Nation, regions and provinces in one array: amounts add up, intensities are weighted."""

from __future__ import annotations

import numpy as np
import pytest

from dualcirc.analysis.indicators import headline_table, indicator_table, indicators, write_indicators
from dualcirc.analysis.places import NATION, is_per_head, over_places, regions_of
from dualcirc.errors import DataError

from .small_result import PROVINCES, small_result

FIRST = {"scenario": "baseline", "draw": 0, "time": 2030.0}


def test_amounts_are_sums() -> None:
    gdp = over_places(small_result(), "gdp").sel(FIRST)
    assert gdp["place"].values.tolist() == [NATION, "East", "Northeast", *PROVINCES]
    assert gdp["level"].values.tolist() == ["nation", "region", "region", *["province"] * 4]
    assert gdp.values == pytest.approx([100.0, 70.0, 30.0, 40.0, 30.0, 20.0, 10.0])
    assert gdp.attrs["aggregation"] == "sum over provinces"


def test_intensities_are_weighted_by_output() -> None:
    technology = over_places(small_result(), "technology").sel(FIRST)
    # East (40 * 1 + 30 * 2) / 70, Northeast (20 * 3 + 10 * 4) / 30, nation (40 + 60 + 60 + 40) / 100
    assert technology.values == pytest.approx([2.0, 100 / 70, 100 / 30, 1.0, 2.0, 3.0, 4.0])
    assert technology.attrs["aggregation"] == "mean over provinces, weighted by gdp"


def test_amounts_per_head_are_weighted_by_people_so_that_the_mean_is_the_ratio_of_totals() -> None:
    income = over_places(small_result(), "income").sel(FIRST)
    assert income.sel(place=[NATION, "East", "Northeast"]).values == pytest.approx([100 / 10, 70 / 5, 30 / 5])
    assert income.attrs["aggregation"] == "mean over provinces, weighted by population"


@pytest.mark.parametrize(
    ("units", "per_head"),
    [("billion CNY/(year*million person)", True), ("CNY/(person*year)", True), ("million person", False), ("1", False)],
)
def test_per_head_is_read_from_the_unit(units: str, per_head: bool) -> None:
    assert is_per_head(small_result()["gdp"].assign_attrs(units=units)) is per_head


def test_a_failed_run_is_missing_everywhere_and_spoils_no_other() -> None:
    ds = small_result(draws=2)
    ds["status"][1, 1] = "not finite"
    gdp = over_places(ds, "gdp")
    assert gdp.sel(scenario="better", draw=1).isnull().all()
    assert gdp.sel(scenario="better", draw=0).notnull().all()


def test_a_province_without_a_number_spoils_its_region_and_the_nation_alone() -> None:
    ds = small_result()
    ds["gdp"] = ds["gdp"].where(ds["province"] != "Jilin")
    gdp = over_places(ds, "gdp").sel(FIRST)
    assert gdp["place"].values[np.isnan(gdp.values)].tolist() == [NATION, "Northeast", "Jilin"]


def test_regions_come_from_the_registry_where_the_result_names_none() -> None:
    assert regions_of(small_result().drop_vars("macro_region")).values.tolist() == list(PROVINCES.values())


def test_a_national_variable_is_refused() -> None:
    ds = small_result()
    with pytest.raises(DataError, match="a variable by province"):
        over_places(ds.assign(share=ds["gdp"].sum("province")), "share")


def test_table_is_tidy_and_says_how_it_was_formed() -> None:
    table = indicator_table(small_result(draws=2), [2031, 2032])
    keys = table.set_index(["indicator", "scenario", "year", "place"])
    assert keys.index.is_unique
    row = keys.loc[("gdp", "better", 2031, "East")]
    assert (row["value"], row["low"], row["high"]) == pytest.approx((70 * 1.1 * 1.01, 70 * 1.1 * 1.01, 70 * 1.1 * 1.02))
    assert (row["level"], row["unit"], row["aggregation"]) == ("region", "billion CNY/year", "sum over provinces")
    assert keys.loc[("technology", "baseline", 2031, NATION), "aggregation"] == "mean over provinces, weighted by gdp"


def test_stocks_are_those_of_the_end_of_the_year_and_left_out_beyond_the_run() -> None:
    debt = indicator_table(small_result()).set_index(["indicator", "scenario", "year", "place"])["value"]
    assert debt["debt", "baseline", 2030, NATION] == pytest.approx(2 * (100 + 110) / 2)
    assert ("debt", "baseline", 2032, NATION) not in debt.index
    assert "debt" not in set(indicator_table(small_result(), [2032])["indicator"])


def test_headlines_name_what_the_result_does_not_hold() -> None:
    ds = indicators(small_result())
    assert "risk_exposure" in ds.attrs["left_out"]
    assert "gdp" not in ds.attrs["left_out"].split(", ")
    assert all("aggregation" in values.attrs for values in ds.data_vars.values())


def test_chosen_variables_are_all_that_is_returned() -> None:
    assert list(indicators(small_result(), ["technology"]).data_vars) == ["technology"]


def test_headline_table_holds_one_column_for_each_scenario() -> None:
    table = headline_table(indicator_table(small_result(), [2030]), 2030)
    assert list(table.columns) == ["baseline", "better"]
    assert table.loc[("gdp", "billion CNY/year")].tolist() == pytest.approx([100.0, 101.0])
    with pytest.raises(DataError, match="no year 2031"):
        headline_table(indicator_table(small_result(), [2030]), 2031)


def test_indicators_without_a_baseline_leave_out_what_is_measured_against_it(tmp_path) -> None:
    table = indicator_table(small_result({"better": 0.1}), [2030])
    assert "coordination" not in set(table["indicator"])
    write_indicators(table, tmp_path / "table.csv")
    assert (tmp_path / "table.csv").read_text().startswith("scenario,year,level,place,indicator,label,unit")
