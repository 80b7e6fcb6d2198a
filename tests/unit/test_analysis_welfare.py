"""Value per yuan, amounts per head, winners and losers, against numbers worked out by hand."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from dualcirc.analysis.places import NATION
from dualcirc.analysis.welfare import per_head, present_value_per_cost, winners_and_losers
from dualcirc.errors import DataError
from dualcirc.files.registry import read_registry

from .small_result import small_result


def costly(extra: float = 0.5):
    """A better scenario that also costs a fixed amount a year in Beijing."""
    ds = small_result()
    ds["policy_outlays"].loc[{"scenario": "better", "province": "Beijing"}] += extra
    return ds


def test_present_value_without_discount_is_the_area_under_the_change() -> None:
    value = present_value_per_cost(costly(), rate=0.0).sel(scenario="better", draw=0, place=NATION)
    # GDP of the nation is 1 above in 2030, 1.1 in 2031, 1.21 in 2032: trapezoids 1.05 and 1.155
    assert float(value["gdp"]) == pytest.approx(2.205)
    assert float(value["consumption"]) == pytest.approx(2.205 / 2)
    assert float(value["cost"]) == pytest.approx(1.0 + 0.002205)
    assert float(value["gdp_per_yuan"]) == pytest.approx(2.205 / 1.002205)
    assert value["gdp"].attrs["units"] == "billion CNY"


def test_present_value_discounts_to_the_start_of_2026() -> None:
    value = present_value_per_cost(costly(), rate=0.1).sel(scenario="better", draw=0, place=NATION)
    # 1 January 2026 is t = 2025.5, so that 2030 lies 4.5 years later
    parts = [1.1**k * exp(-0.1 * (4.5 + k)) for k in range(3)]
    assert float(value["gdp"]) == pytest.approx(parts[0] / 2 + parts[1] + parts[2] / 2)


def test_rate_of_discount_is_the_real_interest_rate_of_the_model() -> None:
    expected = read_registry().parameters["real interest rate"].value
    assert present_value_per_cost(costly()).attrs["discount_rate"] == expected


def test_ratio_is_missing_where_cost_merely_follows_output() -> None:
    value = present_value_per_cost(costly(), rate=0.0).sel(scenario="better", draw=0)
    assert np.isnan(float(value["gdp_per_yuan"].sel(place="Jilin")))  # no cost of its own there
    assert float(value["gdp"].sel(place="Jilin")) > 0


def test_amounts_per_head_are_ratios_of_sums() -> None:
    heads = per_head(small_result(), "gdp").sel(scenario="baseline", draw=0, time=2030.0)
    assert heads.sel(place=[NATION, "East", "Shanghai"]).values == pytest.approx([10.0, 14.0, 30.0])
    assert heads.attrs["units"] == "billion CNY/(year*million person)"


def test_winners_stand_first_and_a_sign_that_draws_dispute_is_open() -> None:
    ds = small_result({"baseline": 0.0, "better": 0.01}, draws=2)
    for name, factor in (("Jilin", [0.98, 0.97]), ("Liaoning", [0.99, 1.03])):
        base = ds["household_consumption"].sel(scenario="baseline", province=name)
        ds["household_consumption"].loc[{"scenario": "better", "province": name}] = base * np.array(factor)[:, None]
    table = winners_and_losers(ds, "better", 2031)
    assert table["verdict"].to_dict() == {"Beijing": "gains", "Shanghai": "gains", "Liaoning": "open", "Jilin": "loses"}
    assert table["change"].to_dict() == pytest.approx(
        {"Beijing": 1.0, "Shanghai": 1.0, "Liaoning": -1.0, "Jilin": -2.0}
    )
    assert table.loc["Jilin", ["low", "high"]].tolist() == pytest.approx([-3.0, -2.0])
    assert table.loc["Beijing", "amount"] == pytest.approx(0.01 * 0.5 * 44.0)
    assert table.attrs["share_of_people_gaining"] == pytest.approx(0.5)  # 5 of 10 million


def test_unknown_scenarios_are_refused() -> None:
    with pytest.raises(DataError, match="no scenario 'best'"):
        winners_and_losers(small_result(), "best", 2031)
    with pytest.raises(DataError, match="'baseline' only"):
        present_value_per_cost(small_result({"baseline": 0.0}))
