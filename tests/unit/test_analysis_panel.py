"""The panel for a difference-in-differences and zone effects."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dualcirc.analysis import batch_table, host_effects, tidy_panel, write_panel
from dualcirc.analysis.panel import STATA_LABEL, STATA_NAME, stata_names

from .synthetic import SCENARIOS, result


@pytest.fixture(scope="module")
def panel() -> pd.DataFrame:
    return tidy_panel(result())


def cell(panel: pd.DataFrame, scenario: str, province: str, year: int) -> pd.Series:
    return panel.set_index(["scenario", "province", "year"]).loc[(scenario, province, year)]


def test_panel_is_balanced_with_one_row_a_cell(panel: pd.DataFrame) -> None:
    assert len(panel) == len(SCENARIOS) * 31 * 41
    assert not panel.duplicated(["scenario", "province", "year"]).any()


def test_panel_id_and_year_identify_every_row(panel: pd.DataFrame) -> None:
    assert not panel.duplicated(["panel_id", "year"]).any()
    ids = panel.drop_duplicates("panel_id").set_index("panel_id")
    assert len(ids) == len(SCENARIOS) * 31
    assert list(ids.loc[201, ["scenario", "province"]]) == ["no_zones", "Beijing"]


def test_panel_codes_event_time_without_negative_numbers(panel: pd.DataFrame) -> None:
    treated = panel[panel["ever_treated"] == 1]
    assert (treated["event_time_coded"] == treated["event_time"] + 100).all()
    assert panel["event_time_coded"].min() == 0


def test_panel_says_which_draw_it_holds(panel: pd.DataFrame) -> None:
    assert "central draw" in panel.attrs["labels"]["scenario"]
    assert "draw 2 " in tidy_panel(result(), ["gdp"], draw=2).attrs["labels"]["scenario"]


def test_panel_leaves_the_price_basis_out_of_a_label_that_is_too_long() -> None:
    ds = result()
    ds["gdp"].attrs["long_name"] = "x" * 60
    assert tidy_panel(ds, ["gdp"]).attrs["labels"]["gdp"] == f"{'x' * 60} (billion CNY/year)"


def test_panel_treatment_of_a_zone_opened_on_29_september_2013(panel: pd.DataFrame) -> None:
    opened = cell(panel, "baseline", "Shanghai", 2013)
    assert (opened["ever_treated"], opened["post"], opened["event_time"]) == (1, 1, 0)
    assert opened["zone_share_of_year"] == pytest.approx(0.26)
    assert cell(panel, "baseline", "Shanghai", 2012)["post"] == 0
    assert cell(panel, "baseline", "Shanghai", 2018)["event_time"] == 5
    assert cell(panel, "baseline", "Shanghai", 2018)["zone_share_of_year"] == 1.0


def test_panel_marks_provinces_without_a_zone_as_never_treated(panel: pd.DataFrame) -> None:
    never = panel[(panel["scenario"] == "no_zones")]
    assert never["ever_treated"].sum() == 0
    assert never["post"].sum() == 0
    assert never["event_time"].isna().all()
    assert (never["event_time_coded"] == 0).all()


def test_panel_carries_flows_of_the_year_and_stocks_at_its_end(panel: pd.DataFrame) -> None:
    ds = result().isel(draw=0).sel(scenario="baseline", province="Hubei")
    row = cell(panel, "baseline", "Hubei", 2015)
    assert row["gdp"] == float(ds["gdp"].sel(time=2015.0))
    assert row["foreign_capital"] == pytest.approx(float(ds["foreign_capital"].sel(time=[2015.0, 2016.0]).mean()))
    assert np.isnan(cell(panel, "baseline", "Hubei", 2050)["foreign_capital"])


def test_panel_survives_the_round_trip_through_stata(tmp_path: Path) -> None:
    csv, dta, codebook = write_panel(result(), tmp_path / "panel")
    with pd.read_stata(dta, iterator=True) as reader:
        back, labels, values = reader.read(convert_categoricals=False), reader.variable_labels(), reader.value_labels()
    frame = pd.read_csv(csv)
    assert back["province"].tolist() == frame["province"].tolist()
    assert back["gdp"].to_numpy() == pytest.approx(frame["gdp"].to_numpy(), rel=1e-15)
    assert back["event_time"].isna().tolist() == frame["event_time"].isna().tolist()
    assert back["panel_id"].tolist() == frame["panel_id"].tolist()
    assert values["scenario_id"] == dict(enumerate(SCENARIOS, start=1))
    assert values["province_id"][1] == "Beijing"
    assert labels["gdp"] == "Gross domestic product (billion CNY/year, constant 2020 CNY)"
    assert all(0 < len(label) <= STATA_LABEL for label in labels.values())
    assert pd.read_csv(codebook)["stata_name"].tolist() == list(back.columns)


def test_panel_is_written_twice_with_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_panel(result(), tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_stata_names_stay_short_and_distinct() -> None:
    long = [f"{'a_very_long_name_of_a_variable_that_goes_on'}_{end}" for end in ("x", "y", "z")]
    names = list(stata_names([*long, "gdp"]).values())
    assert len(set(names)) == 4
    assert max(map(len, names)) <= STATA_NAME
    assert names[-1] == "gdp"


def test_host_effect_is_read_years_after_opening_against_no_zones() -> None:
    ds = result()
    effect = host_effects(ds, "gdp", 5.0).sel(draw=0)
    assert set(effect.dropna("province")["province"].values) == {"Shanghai", "Guangdong"}
    # Opened 2013.74, five years later is model time 2018.24.
    shanghai = ds["gdp"].sel(draw=0, province="Shanghai")
    ratio = (shanghai.sel(scenario="baseline") / shanghai.sel(scenario="no_zones") - 1).sel(time=[2018.0, 2019.0])
    assert float(effect.sel(province="Shanghai")) == pytest.approx(float(0.76 * ratio[0] + 0.24 * ratio[1]))


def test_batch_table_puts_model_beside_evidence() -> None:
    ranges = pd.DataFrame(
        [
            {"batch": "2013-15", "first_year": 2013, "last_year": 2015, "variable": "gdp"},
            {"batch": "2017", "first_year": 2017, "last_year": 2017, "variable": "gdp"},
        ]
    ).assign(years_after=5, low=0.0, central=0.015, high=0.05)
    table = batch_table(result(), ranges).set_index("batch")
    mean = float(host_effects(result(), "gdp", 5.0).sel(draw=0).mean())
    assert table.loc["2013-15", "model"] == pytest.approx(mean)
    assert table.loc["2013-15", "hosts"] == 2
    assert table.loc["2017", "hosts"] == 0
    assert np.isnan(table.loc["2017", "model"])
