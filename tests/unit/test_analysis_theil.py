"""Theil's T: known values, exact decomposition, and what it must not depend on."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcirc.analysis.theil import theil, theil_decomposition

from .small_result import small_result

REGION = xr.DataArray(["East", "East", "West", "West", "West"], dims="province", coords={"province": list("abcde")})
FIVE = st.lists(st.floats(0.01, 1e6), min_size=5, max_size=5)


def provinces(values: list[float]) -> xr.DataArray:
    return xr.DataArray(values, dims="province", coords={"province": list("abcde")})


@settings(deadline=None, max_examples=25)  # xarray takes tens of milliseconds
@given(FIVE, FIVE)
def test_total_is_between_and_within_exactly(amount: list[float], people: list[float]) -> None:
    parts = theil(provinces(amount), provinces(people), REGION)
    assert float(parts["total"]) == pytest.approx(float(parts["between"] + parts["within"]), abs=1e-12)
    assert float(parts["within"]) == pytest.approx(float(parts["within_contribution"].sum()), abs=1e-15)
    assert float(parts["total"]) >= -1e-12
    assert float(parts["within_contribution"].min()) >= -1e-12


@settings(deadline=None, max_examples=25)  # xarray takes tens of milliseconds
@given(FIVE, FIVE, st.floats(1e-3, 1e3))
def test_the_unit_of_the_amount_and_of_people_does_not_matter(amount, people, scale: float) -> None:
    one = theil(provinces(amount), provinces(people), REGION).drop_vars("between_share")  # 0 / 0 where all are equal
    other = theil(provinces(amount) * scale, provinces(people) / scale, REGION).drop_vars("between_share")
    xr.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)


def test_equal_amounts_per_head_give_zero() -> None:
    people = provinces([1.0, 2.0, 3.0, 4.0, 5.0])
    parts = theil(7.0 * people, people, REGION)
    for name in ("total", "between", "within"):
        assert float(parts[name]) == pytest.approx(0.0, abs=1e-15)


def test_all_in_the_hands_of_one_of_five_equal_provinces_gives_log_five() -> None:
    parts = theil(provinces([0.0, 0.0, 0.0, 0.0, 1.0]), provinces([1.0] * 5), REGION)
    assert float(parts["total"]) == pytest.approx(log(5))
    # Between: the West has all of the amount and three fifths of the people; within it, one of three has all.
    assert float(parts["between"]) == pytest.approx(log(5 / 3))
    assert float(parts["within_contribution"].sel(region="West")) == pytest.approx(log(3))
    assert float(parts["within_contribution"].sel(region="East")) == 0.0


def test_decomposition_of_a_result_by_hand() -> None:
    parts = theil_decomposition(small_result()).sel(scenario="baseline", draw=0, time=2030.0)
    # Shares of GDP .4 .3 .2 .1, of people .4 .1 .3 .2; regions .7/.5 and .3/.5
    total = 0.4 * log(1) + 0.3 * log(3) + 0.2 * log(2 / 3) + 0.1 * log(1 / 2)
    assert float(parts["total"]) == pytest.approx(total)
    assert float(parts["between"]) == pytest.approx(0.7 * log(1.4) + 0.3 * log(0.6))
    east = (4 / 7) * log((4 / 7) / (4 / 5)) + (3 / 7) * log((3 / 7) / (1 / 5))
    assert float(parts["within_index"].sel(region="East")) == pytest.approx(east)
    assert float(parts["within_contribution"].sel(region="East")) == pytest.approx(0.7 * east)
    assert float(parts["between_share"]) == pytest.approx(float(parts["between"]) / total)


def test_an_amount_per_head_gives_the_index_of_its_total() -> None:
    ds = small_result()
    of_income, of_gdp = theil_decomposition(ds, "income"), theil_decomposition(ds, "gdp")
    xr.testing.assert_allclose(of_income, of_gdp)
    assert of_gdp.attrs["of"] == "gdp per head"


def test_a_failed_run_is_missing() -> None:
    ds = small_result()
    ds["status"][1, 0] = "not finite"
    assert np.isnan(theil_decomposition(ds)["total"].sel(scenario="better")).all()
