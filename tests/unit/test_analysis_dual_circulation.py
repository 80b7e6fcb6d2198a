"""Both circulations, contributions to growth and coupling coordination, against numbers worked out by hand."""

from __future__ import annotations

from math import sqrt

import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcirc.analysis.coupling import Bounds, coordination, coupling_degree, fixed_bounds, spanned_bounds
from dualcirc.analysis.dual_circulation import circulation_indicators, growth_contributions
from dualcirc.analysis.places import NATION
from dualcirc.errors import DataError

from .small_result import small_result

INDEX = st.floats(1e-6, 10.0)


def test_shares_and_levels_of_both_circulations() -> None:
    ds = circulation_indicators(small_result()).sel(scenario="baseline", draw=0, time=2030.0)
    for place in (NATION, "East", "Jilin"):
        here = ds.sel(place=place)
        assert float(here["domestic_share"]) == pytest.approx(0.8)
        assert float(here["international_share"]) == pytest.approx(0.2)
        assert float(here["interprovincial_share"]) == pytest.approx(0.3)
        assert float(here["trade_dependence"]) == pytest.approx(0.45)
    assert float(ds["domestic_gdp"].sel(place="East")) == pytest.approx(56.0)
    assert ds["domestic_gdp"].attrs["aggregation"] == "sum over provinces"


@pytest.mark.parametrize("side", ["expenditure", "circulation"])
def test_contributions_sum_to_growth_exactly(side) -> None:
    parts = growth_contributions(small_result(draws=2), side)
    growth, rest = parts.sel(component="GDP", drop=True), parts.drop_sel(component="GDP").sum("component")
    xr.testing.assert_allclose(growth, rest, rtol=0, atol=1e-11)
    assert growth.values == pytest.approx(10.0)
    assert parts["time"].values.tolist() == [2031.0, 2032.0]


def test_contributions_by_hand_and_over_a_span() -> None:
    ds = small_result().sel(time=[2030.0, 2032.0])
    parts = growth_contributions(ds, "expenditure").sel(scenario="baseline", draw=0, time=2032.0, place=NATION)
    assert float(parts.sel(component="GDP")) == pytest.approx(21.0)  # 1.1 squared
    assert float(parts.sel(component="household consumption")) == pytest.approx(10.5)
    assert float(parts.sel(component="net exports")) == pytest.approx(21.0 * 0.05)
    assert float(parts.sel(component="net outflow to other provinces")) == pytest.approx(21.0 * 0.05)


def test_growth_of_one_time_is_refused() -> None:
    with pytest.raises(DataError, match="at least two times"):
        growth_contributions(small_result().isel(time=[0]), "expenditure")


@settings(deadline=None, max_examples=50)
@given(INDEX, INDEX, st.floats(0.0, 1.0))
def test_coupling_lies_between_zero_and_one_and_coordination_between_the_indices(u, v, weight) -> None:
    degree = coupling_degree(xr.DataArray(u), xr.DataArray(v), weight)
    assert 0.0 <= float(degree["coupling"]) <= 1.0 + 1e-12
    assert float(degree["coordination"]) <= sqrt(max(u, v)) + 1e-12
    swapped = coupling_degree(xr.DataArray(v), xr.DataArray(u), 1.0 - weight)
    assert float(swapped["coordination"]) == pytest.approx(float(degree["coordination"]))


@settings(deadline=None, max_examples=50)
@given(INDEX, st.floats(0.01, 100.0))
def test_coupling_is_one_for_equal_indices_and_does_not_depend_on_their_level(u: float, scale: float) -> None:
    one, other = xr.DataArray(u), xr.DataArray(0.25 * u)
    assert float(coupling_degree(one, one)["coupling"]) == pytest.approx(1.0)  # the lost factor 2 would give a half
    # 2 sqrt(1/4) / (5/4), at any level: a product without its root would change with the scale
    assert float(coupling_degree(one, other)["coupling"]) == pytest.approx(0.8)
    assert float(coupling_degree(scale * one, scale * other)["coupling"]) == pytest.approx(0.8)


def test_coordination_degree_by_hand() -> None:
    degree = coupling_degree(xr.DataArray(0.9), xr.DataArray(0.4), 0.6)
    coupling = 2 * 0.6 / 1.3
    assert float(degree["coupling"]) == pytest.approx(coupling)
    assert float(degree["development"]) == pytest.approx(0.6 * 0.9 + 0.4 * 0.4)
    assert float(degree["coordination"]) == pytest.approx(sqrt(coupling * 0.7))


def test_nothing_is_not_coupled_and_a_missing_run_stays_missing() -> None:
    degree = coupling_degree(xr.DataArray([0.0, 0.0, float("nan")], dims="x"), xr.DataArray([0.0, 1.0, 1.0], dims="x"))
    assert degree["coupling"].values[:2].tolist() == [0.0, 0.0]
    assert degree["coupling"].isnull().values.tolist() == [False, False, True]


def test_negative_indices_and_wrong_weights_are_refused() -> None:
    with pytest.raises(DataError, match="negative index"):
        coupling_degree(xr.DataArray(-0.1), xr.DataArray(0.5))
    with pytest.raises(DataError, match=r"got the weight 1\.5"):
        coupling_degree(xr.DataArray(0.1), xr.DataArray(0.5), 1.5)


def test_fixed_bounds_give_one_to_the_best_year_of_the_baseline_and_ignore_other_scenarios() -> None:
    one, other = small_result(), small_result({"baseline": 0.0, "better": 0.01, "boom": 3.0}, draws=3)
    assert fixed_bounds(one) == fixed_bounds(other)
    degrees = coordination(other)
    best = degrees.sel(scenario="baseline", draw=0, time=2032.0, place=NATION)
    assert float(best["coordination"]) == pytest.approx(1.0)
    same = coordination(one).sel(scenario="better")["coordination"]
    xr.testing.assert_allclose(degrees.sel(scenario="better", draw=[0])["coordination"], same)
    assert spanned_bounds(one) != spanned_bounds(other)
    assert "trade_dependence: 0 to 0.45" in degrees.attrs["bounds"]


def test_indices_by_hand() -> None:
    index = coordination(small_result()).sel(scenario="baseline", draw=0, time=2030.0, place=NATION)
    # Per head 1/1.21 of the best year, two of three indicators; the shares do not change.
    assert float(index["domestic_index"]) == pytest.approx((2 / 1.21 + 1) / 3)
    assert float(index["international_index"]) == pytest.approx((2 / 1.21 + 1) / 3)


def test_missing_bounds_and_a_missing_reference_are_refused() -> None:
    with pytest.raises(DataError, match="no bounds for interprovincial_share"):
        coordination(small_result(), {"domestic_gdp_per_head": Bounds(0.0, 1.0)})
    with pytest.raises(DataError, match="no scenario 'baseline'"):
        coordination(small_result({"better": 0.1}))
