"""Channels of output on a production function that is known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis import channels
from dualcirc.analysis.places import NATION
from dualcirc.errors import DataError

from .small_result import PROVINCES

PARTS = ("technology", "zone_productivity", "utilisation", "labour_input", "trade_price_index", "capital")
LOSSES = ("import_share", "risk_loss", "regulatory_burden")
ELASTICITIES = {
    "capital_elasticity": [0.4, 0.5],
    "foreign_capital_elasticity": [0.01, 0.02],
    "trade_gain_elasticity": [1.0, 2.0],
    "import_gain_elasticity": [0.4, 0.3],
}
DIMS = ("scenario", "draw", "time", "province")


def produced(factors: xr.Dataset) -> xr.Dataset:
    """GDP by the production function of the model, from its factors and drawn elasticities."""
    a, b, g, h = (factors["drawn_parameters"].sel(parameter=name, drop=True) for name in ELASTICITIES)
    output = factors["technology"] * factors["zone_productivity"] * factors["utilisation"] * factors["capital"] ** a
    output = output * (factors["foreign_capital"] / factors["capital"]) ** b * factors["labour_input"] ** (1.0 - a)
    output = output * factors["trade_price_index"] ** -g * (1.0 - factors["import_share"]) ** -h
    output = output * (1.0 - factors["risk_loss"]) * (1.0 - factors["regulatory_burden"])
    return factors.assign(gdp=output.transpose(*DIMS).assign_attrs(units="billion CNY/year"))


def factors(seed: int = 1) -> xr.Dataset:
    """Baseline and one scenario, two draws, two times, four provinces, all factors random."""
    rng = np.random.default_rng(seed)
    shape = (2, 2, 2, 4)
    data = {name: (DIMS, rng.uniform(0.5, 2.0, shape)) for name in PARTS}
    data |= {name: (DIMS, rng.uniform(0.0, 0.3, shape)) for name in LOSSES}
    ds = xr.Dataset(data, coords={"scenario": ["baseline", "better"], "draw": [0, 1], "time": [2030.0, 2031.0]})
    ds = ds.assign_coords(province=list(PROVINCES), macro_region=("province", list(PROVINCES.values())))
    ds["foreign_capital"] = ds["capital"] * xr.DataArray(rng.uniform(0.1, 0.3, shape), dims=DIMS)
    ds["drawn_parameters"] = ("draw", "parameter"), np.array(list(ELASTICITIES.values())).T
    ds["status"] = ("scenario", "draw"), np.full((2, 2), "ok")
    return ds.assign_coords(parameter=list(ELASTICITIES))


def as_saved(ds: xr.Dataset) -> xr.Dataset:
    """With the price index along the dim that the model gives it: provinces from the side of demand."""
    index = ds["trade_price_index"].drop_vars("macro_region").rename(province="destination")
    return ds.assign(trade_price_index=index)


def same_but(**changed: float) -> xr.Dataset:
    """Two equal runs, apart from factors of the scenario that are multiplied."""
    ds = factors()
    for name in (*PARTS, *LOSSES, "foreign_capital"):
        first = ds[name].isel(scenario=0, drop=True)
        ds[name] = xr.concat([first, first * changed.get(name, 1.0)], dim=ds["scenario"])
    return as_saved(produced(ds))


@pytest.mark.parametrize("scale", ["percent", "absolute"])
def test_channels_sum_to_the_difference_without_a_rest(scale: str) -> None:
    ds = as_saved(produced(factors()))
    found = channels(ds, scale)
    parts = found.drop_sel(channel="GDP")
    np.testing.assert_allclose(parts.sum("channel"), found.sel(channel="GDP"), rtol=0, atol=1e-9)
    # Every factor is counted with the exponent of its draw: nothing but rounding of some hundred per cent is left.
    assert float(abs(found.sel(channel="rest")).max()) < 1e-9
    assert float(abs(found.sel(channel="GDP")).min()) > 0.01


def test_national_channels_are_sums_over_provinces() -> None:
    ds = as_saved(produced(factors()))
    found = channels(ds, "absolute")
    provinces = found.sel(place=found["level"] == "province")
    np.testing.assert_allclose(provinces.sum("place"), found.sel(place=NATION), rtol=1e-12)
    relative = channels(ds).sel(place=NATION)
    whole = ds["gdp"].sel(scenario="baseline").sum("province")
    np.testing.assert_allclose(relative, 100 * found.sel(place=NATION) / whole, rtol=1e-12)
    assert found.attrs["units"] == "billion CNY/year"
    assert relative.attrs["units"] == "%"


@pytest.mark.parametrize(
    ("factor", "channel", "percent"),
    [
        ("technology", "technology", 10.0),
        ("zone_productivity", "zone_learning", 10.0),
        ("utilisation", "demand", 10.0),
        ("labour_input", "labour", 100 * (1.1**0.6 - 1)),
        ("trade_price_index", "trade_cost", 100 * (1 / 1.1 - 1)),
    ],
)
def test_what_moves_alone_is_the_whole_difference(factor: str, channel: str, percent: float) -> None:
    found = channels(same_but(**{factor: 1.1})).sel(scenario="better", draw=0)
    assert found.sel(channel="GDP").values == pytest.approx(percent)
    assert found.sel(channel=channel).values == pytest.approx(percent)
    others = found.drop_sel(channel=["GDP", channel])
    assert float(abs(others).max()) < 1e-9


def test_elasticities_are_those_of_the_draw() -> None:
    found = channels(same_but(labour_input=1.1)).sel(channel="labour", place="Jilin", time=2030.0, scenario="better")
    assert found.values == pytest.approx([100 * (1.1**0.6 - 1), 100 * (1.1**0.5 - 1)])


def test_capital_is_divided_by_owner() -> None:
    # All capital foreign-funded and domestic alike grows by a tenth: each adds in proportion to its amount.
    ds = same_but(capital=1.1, foreign_capital=1.1)
    found = channels(ds).sel(scenario="better", draw=0, time=2030.0, place="Jilin")
    base = ds.sel(scenario="baseline", draw=0, time=2030.0, province="Jilin")
    share = float(base["foreign_capital"] / base["capital"])
    total = 100 * (1.1**0.4 - 1)
    assert float(found.sel(channel="foreign_capital")) == pytest.approx(share * total)
    assert float(found.sel(channel="domestic_capital")) == pytest.approx((1 - share) * total)


def test_foreign_capital_in_place_of_domestic_nets_out_but_for_its_own_productivity() -> None:
    found = channels(same_but(foreign_capital=1.1)).sel(scenario="better", draw=0)
    assert found.sel(channel="GDP").values == pytest.approx(100 * (1.1**0.01 - 1))
    both = found.sel(channel="foreign_capital") + found.sel(channel="domestic_capital")
    assert both.values == pytest.approx(found.sel(channel="GDP").values)
    assert (found.sel(channel="domestic_capital") < 0.0).all()


def test_equal_runs_differ_in_no_channel() -> None:
    assert (channels(same_but()) == 0.0).all()


def test_an_elasticity_that_is_a_factor_of_the_design_is_that_of_the_point() -> None:
    ds = same_but(labour_input=1.1).sel(draw=[0]).drop_vars("status")
    low = produced(ds.assign(trade_price_index=ds["trade_price_index"].rename(destination="province")))
    high = low.assign(gdp=low["gdp"] * low["labour_input"] ** 0.2 * low["capital"] ** -0.2)
    points = [as_saved(low).drop_vars("drawn_parameters"), as_saved(high).drop_vars("drawn_parameters")]
    sweep = xr.concat(points, dim="point").assign_coords(point=[0, 1])
    values = xr.DataArray([[0.4], [0.2]], dims=("point", "factor"), coords={"factor": ["capital elasticity"]})
    found = channels(sweep.assign(factor_values=values)).sel(channel="labour", place="Jilin", time=2030.0)
    assert found.values.ravel() == pytest.approx([100 * (1.1**0.6 - 1), 100 * (1.1**0.8 - 1)])


def test_a_failed_run_is_missing() -> None:
    ds = as_saved(produced(factors()))
    ds["status"][1, 1] = "not finite"
    found = channels(ds).sel(channel="GDP")
    assert found.sel(draw=1).isnull().all()
    assert found.sel(draw=0).notnull().all()


def test_a_result_that_cannot_be_decomposed_is_refused() -> None:
    ds = as_saved(produced(factors()))
    with pytest.raises(DataError, match="no variable 'trade_price_index'"):
        channels(ds.drop_vars("trade_price_index"))
    with pytest.raises(DataError, match="at least one other scenario"):
        channels(ds.sel(scenario=["baseline"]))
