"""Regret and thresholds by hand: three policies in four states of the world."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis import Threshold, regret, robustness, satisficing
from dualcirc.errors import DataError

POLICIES = ["bold", "steady", "none"]


def payoffs() -> xr.DataArray:
    """Bold wins in two states and loses much in one; steady is never far off; none is best in the last."""
    values = [[[10.0, 8.0], [0.0, 2.0]], [[7.0, 7.0], [5.0, 3.0]], [[1.0, 1.0], [4.0, 4.0]]]
    coords = {"scenario": POLICIES, "world": ["calm", "storm"], "draw": [0, 1]}
    attrs = {"units": "%", "long_name": "GDP"}
    return xr.DataArray(values, dims=("scenario", "world", "draw"), coords=coords, attrs=attrs)


def test_regret_is_what_the_best_policy_of_each_state_would_add() -> None:
    found = regret(payoffs(), option="scenario", direction="max")
    assert found.sel(scenario="bold").values.tolist() == [[0.0, 0.0], [5.0, 2.0]]
    assert found.sel(scenario="steady").values.tolist() == [[3.0, 1.0], [0.0, 1.0]]
    assert found.sel(scenario="none").values.tolist() == [[9.0, 7.0], [1.0, 0.0]]
    assert found.attrs["units"] == "%"


def test_regret_of_what_should_be_low() -> None:
    found = regret(payoffs(), option="scenario", direction="min")
    assert found.sel(scenario="bold").values.tolist() == [[9.0, 7.0], [0.0, 0.0]]


def test_measures_by_hand() -> None:
    found = robustness(payoffs(), option="scenario", direction="max", quantile=0.9)
    assert found["expected"].values == pytest.approx([5.0, 5.5, 2.5])
    assert found["worst"].values == pytest.approx([0.0, 3.0, 1.0])
    assert found["largest_regret"].values == pytest.approx([5.0, 3.0, 9.0])
    # Four states: the 90th percentile lies 0.7 of the way from the third to the fourth.
    assert found["regret_quantile"].values == pytest.approx([2 + 0.7 * 3, 1 + 0.7 * 2, 7 + 0.7 * 2])
    assert found.attrs["best_expected"] == found.attrs["minimax_regret"] == "steady"
    assert (found.attrs["states"], found.attrs["states_left_out"]) == (4, 0)
    assert found["expected"].attrs["units"] == "%"


def test_the_bold_policy_wins_by_expected_value_and_loses_by_regret() -> None:
    values = payoffs()
    values.loc[{"scenario": "bold", "world": "calm", "draw": 0}] = 20.0
    found = robustness(values.sel(draw=0), option="scenario", direction="max")
    assert found.attrs["best_expected"] == "bold"
    values.loc[{"scenario": "bold", "world": "storm", "draw": 0}] = -20.0
    found = robustness(values.sel(draw=0), option="scenario", direction="max")
    assert found["largest_regret"].values == pytest.approx([25.0, 13.0, 19.0])
    assert found.attrs["minimax_regret"] == "steady"


def test_a_state_with_a_failed_run_is_left_out_for_all() -> None:
    values = payoffs()
    values.loc[{"scenario": "none", "world": "calm", "draw": 0}] = np.nan
    found = robustness(values, option="scenario", direction="max")
    assert (found.attrs["states"], found.attrs["states_left_out"]) == (3, 1)
    assert found["expected"].values == pytest.approx([10 / 3, 5.0, 3.0])
    assert found["largest_regret"].values == pytest.approx([5.0, 1.0, 7.0])


def test_thresholds_are_met_together() -> None:
    risk = xr.DataArray([[0.3, 0.1], [0.1, 0.1], [0.0, 0.0]], dims=("scenario", "draw"), coords={"scenario": POLICIES})
    outcomes = xr.Dataset({"gdp": payoffs(), "risk": risk})
    found = satisficing(outcomes, [Threshold("gdp", ">=", 3.0), Threshold("risk", "<=", 0.2)], option="scenario")
    assert found["share_of_each"].sel(threshold="gdp >= 3").values == pytest.approx([0.5, 1.0, 0.5])
    assert found["share_of_each"].sel(threshold="risk <= 0.2").values == pytest.approx([0.5, 1.0, 1.0])
    assert found["share"].values == pytest.approx([0.25, 1.0, 0.5])
    assert found.attrs["states"] == 4


def test_a_missing_outcome_is_not_a_threshold_missed() -> None:
    values = payoffs()
    values.loc[{"scenario": "bold", "world": "storm", "draw": 0}] = np.nan
    found = satisficing(xr.Dataset({"gdp": values}), [Threshold("gdp", ">=", 3.0)], option="scenario")
    assert found["share"].values == pytest.approx([2 / 3, 1.0, 1 / 3])
    assert found.attrs["states_left_out"] == 1


def test_what_cannot_be_weighed_is_refused() -> None:
    with pytest.raises(DataError, match="the dim 'point'"):
        regret(payoffs(), option="point", direction="max")
    with pytest.raises(DataError, match="no states"):
        robustness(payoffs().isel(world=0, draw=0), option="scenario", direction="max")
    with pytest.raises(DataError, match="direction 'up'"):
        regret(payoffs(), option="scenario", direction="up")
    with pytest.raises(DataError, match="quantile 90"):
        robustness(payoffs(), option="scenario", direction="max", quantile=90)
    with pytest.raises(DataError, match="Did you mean 'gdp'"):
        satisficing(xr.Dataset({"gdp": payoffs()}), [Threshold("gpd", ">=", 1.0)], option="scenario")
    with pytest.raises(DataError, match="some run failed"):
        robustness(payoffs() * np.nan, option="scenario", direction="max")
