"""Sensitivity to factors, on functions whose indices are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from SALib.sample import morris as morris_sample
from SALib.sample import sobol as sobol_sample

from dualcirc.analysis import morris_effects, one_at_a_time, sobol_indices
from dualcirc.errors import DataError

from .designs import design_of, outcome_of

PI = float(np.pi)
G = np.array([0.0, 1.0, 9.0])
"""Coefficients of the g-function: the smaller, the more a factor matters."""


def saltelli(low: float, high: float, factors: int = 3, size: int = 1024) -> xr.Dataset:
    problem = {"num_vars": factors, "names": [f"x{i + 1}" for i in range(factors)], "bounds": [[low, high]] * factors}
    values = sobol_sample.sample(problem, size, calc_second_order=False, seed=7)
    return design_of("saltelli", values, [low] * factors, [high] * factors)


def ishigami(x: np.ndarray) -> np.ndarray:
    return np.sin(x[:, 0]) + 7.0 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_sobol_indices_of_the_ishigami_function() -> None:
    ds = saltelli(-PI, PI)
    found = sobol_indices(ds, outcome_of(ishigami(ds["factor_values"].values)))
    # Closed form with a = 7, b = 0.1: the variances of sin x1 with x3, of x2, and of both together.
    v1, v2, v13 = 0.5 * (1 + 0.1 * PI**4 / 5) ** 2, 49 / 8, 0.01 * PI**8 * (1 / 18 - 1 / 50)
    whole = v1 + v2 + v13
    # 1024 points of a Sobol sequence: errors of a few per cent (saltelli2010, figure 1).
    assert found["first"].values == pytest.approx([v1 / whole, v2 / whole, 0.0], abs=0.03)
    assert found["total"].values == pytest.approx([(v1 + v13) / whole, v2 / whole, v13 / whole], abs=0.03)
    assert ((found["total_conf"] > 0.0) & (found["total_conf"] < 0.15)).all()
    assert found["factor_label"].values.tolist() == ["Factor x1", "Factor x2", "Factor x3"]
    assert found["first"].attrs["units"] == "1"


def test_sobol_indices_of_the_g_function_for_every_time() -> None:
    ds = saltelli(0.0, 1.0)
    y = outcome_of(np.prod((np.abs(4 * ds["factor_values"].values - 2) + G) / (1 + G), axis=1))
    times = xr.DataArray([0.0, 1.0, 1000.0], dims="time", coords={"time": [2010, 2020, 2030]})
    found = sobol_indices(ds, times * y)
    part = 1.0 / (3.0 * (1.0 + G) ** 2)
    whole = np.prod(1 + part) - 1
    assert found["first"].dims == ("factor", "time")
    # The same tolerance as above; a scale of a thousand changes nothing; what does not vary has no index.
    assert found["first"].sel(time=2020).values == pytest.approx(part / whole, abs=0.03)
    assert found["total"].sel(time=2020).values == pytest.approx(
        part * np.prod(1 + part) / (1 + part) / whole, abs=0.03
    )
    assert found["first"].sel(time=2030).values == pytest.approx(found["first"].sel(time=2020).values, rel=1e-9)
    assert found["total"].sel(time=2010).isnull().all()


def test_the_same_seed_gives_the_same_intervals() -> None:
    ds = saltelli(0.0, 1.0, size=64)
    y = outcome_of(ds["factor_values"].sum("factor").values)
    assert sobol_indices(ds, y, seed=3).identical(sobol_indices(ds, y, seed=3))
    assert not sobol_indices(ds, y, seed=3).equals(sobol_indices(ds, y, seed=4))


def trajectories(levels: int = 4) -> xr.Dataset:
    problem = {"num_vars": 3, "names": ["x1", "x2", "x3"], "bounds": [[0.0, 1.0], [10.0, 30.0], [-1.0, 1.0]]}
    values = morris_sample.sample(problem, 20, num_levels=levels, seed=5)
    return design_of("morris", values, [0.0, 10.0, -1.0], [1.0, 30.0, 1.0])


def test_morris_effects_of_a_linear_function_are_slopes_times_ranges() -> None:
    for levels in (4, 6):
        ds = trajectories(levels)
        y = outcome_of(5.0 + ds["factor_values"].values @ np.array([2.0, -0.5, 0.0]), units="%")
        found = morris_effects(ds, y, levels=levels)
        assert found["mu"].values == pytest.approx([2.0, -10.0, 0.0], abs=1e-12)
        assert found["mu_star"].values == pytest.approx([2.0, 10.0, 0.0], abs=1e-12)
        assert found["sigma"].values == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
        assert found["mu_star_conf"].values == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
        assert found["mu_star"].attrs["units"] == "%"


def test_morris_tells_an_interaction_by_sigma() -> None:
    ds = trajectories()
    x = ds["factor_values"].values
    found = morris_effects(ds, outcome_of(x[:, 0] * x[:, 2] + x[:, 1] / 20.0))
    assert float(found["sigma"].sel(factor="x2")) == pytest.approx(0.0, abs=1e-12)
    assert float(found["sigma"].sel(factor="x1")) > 0.3  # slope of x1 is x3, which lies at -1, -1/3, 1/3 and 1
    assert abs(float(found["mu"].sel(factor="x1"))) < float(found["mu_star"].sel(factor="x1"))


def test_more_levels_than_named_are_refused() -> None:
    ds = trajectories(8)
    y = outcome_of(ds["factor_values"].sum("factor").values)
    with pytest.raises(DataError, match="has 8 levels"):
        morris_effects(ds, y)
    assert morris_effects(ds.assign_attrs(design_levels=8), y)["mu"].values == pytest.approx([1.0, 20.0, 2.0])


def test_a_design_of_another_kind_is_refused_with_what_is_needed() -> None:
    ds = saltelli(0.0, 1.0, size=8)
    y = outcome_of(ds["factor_values"].sum("factor").values)
    with pytest.raises(DataError, match=r"has the design 'saltelli'\n.*the kind morris"):
        morris_effects(ds, y)
    with pytest.raises(DataError, match="no design"):
        sobol_indices(ds.drop_vars("factor_values"), y)


def test_points_left_out_or_out_of_order_are_refused() -> None:
    ds = saltelli(0.0, 1.0, size=8)
    y = outcome_of(ds["factor_values"].sum("factor").values)
    with pytest.raises(DataError, match="not a whole Saltelli design"):
        sobol_indices(ds.isel(point=slice(0, 12)), y.isel(point=slice(0, 12)))
    order = np.random.default_rng(1).permutation(ds.sizes["point"])
    with pytest.raises(DataError, match="not a whole Saltelli design"):
        sobol_indices(ds.isel(point=order), y.isel(point=order))
    with pytest.raises(DataError, match="in another order"):
        sobol_indices(ds, y.isel(point=order))
    walks = trajectories()
    with pytest.raises(DataError, match="not whole Morris trajectories"):
        morris_effects(walks.isel(point=slice(None, None, -2)), outcome_of(np.arange(40.0)))


def test_failed_runs_are_refused_with_their_number() -> None:
    ds = saltelli(0.0, 1.0, size=8)
    y = outcome_of(ds["factor_values"].sum("factor").values)
    ds["status"][0, [3, 9], 0] = "not_finite"
    with pytest.raises(DataError, match="2 runs failed"):
        sobol_indices(ds, y)
    with pytest.raises(DataError, match="missing at 1 points"):
        sobol_indices(ds.drop_vars("status"), y.where(y["point"] != 4))


def test_a_failure_in_another_draw_does_not_count() -> None:
    ds = saltelli(0.0, 1.0, size=8)
    both = xr.concat([ds["status"], ds["status"].copy()], dim="draw").assign_coords(draw=[0, 1])
    both[0, 3, 1] = "not_finite"
    y = outcome_of(ds["factor_values"].sum("factor").values)
    ds = ds.drop_vars(["status", "draw"]).assign(status=both)
    assert sobol_indices(ds, y.assign_coords(draw=0))["first"].notnull().all()
    with pytest.raises(DataError, match="1 runs failed"):
        sobol_indices(ds, y.assign_coords(draw=1))


def test_a_quantile_needs_one_draw_that_ended_well_at_every_point() -> None:
    ds = saltelli(0.0, 1.0, size=8)
    both = xr.concat([ds["status"], ds["status"].copy()], dim="draw").assign_coords(draw=[0, 1])
    both[0, 3, 1] = "not_finite"
    y = outcome_of(ds["factor_values"].sum("factor").values).assign_coords(quantile=0.5)
    ds = ds.drop_vars(["status", "draw"]).assign(status=both)
    assert sobol_indices(ds, y)["first"].notnull().all()
    both[0, 3, 0] = "not_finite"
    with pytest.raises(DataError, match="1 runs failed"):
        sobol_indices(ds.assign(status=both), y)


def tornado() -> tuple[xr.Dataset, xr.DataArray]:
    """Central point, low and high of three factors; the third cannot fall below its centre; points are shuffled."""
    values = np.array([[5, 1, 0], [4, 1, 0], [8, 1, 0], [5, 0, 0], [5, 2, 0], [5, 1, 0], [5, 1, 3]], dtype=float)
    values = values[[4, 2, 6, 0, 1, 3]]
    ds = design_of("one_at_a_time", values, [4.0, 0.0, 0.0], [8.0, 2.0, 3.0])
    ds = ds.assign_coords(factor_central=("factor", [5.0, 1.0, 0.0]))
    y = values @ np.array([-10.0, 20.0, 1.0])
    return ds, outcome_of(y, units="billion CNY/year")


def test_one_at_a_time_finds_points_by_their_values() -> None:
    found = one_at_a_time(*tornado())
    assert float(found["central"]) == -30.0
    assert found["low"].values == pytest.approx([10.0, -20.0, 0.0])
    assert found["high"].values == pytest.approx([-30.0, 20.0, 3.0])
    assert found["swing"].values == pytest.approx([40.0, 40.0, 3.0])
    assert found["high_percent"].values == pytest.approx([-100.0, 200 / 3, 10.0])  # per cent of the size, sign kept
    assert found["low"].attrs["units"] == "billion CNY/year"
    assert found["factor_label"].values.tolist() == ["Factor x1", "Factor x2", "Factor x3"]


def test_one_at_a_time_keeps_further_dims_and_refuses_a_missing_point() -> None:
    ds, y = tornado()
    provinces = xr.DataArray([1.0, 2.0], dims="province", coords={"province": ["Beijing", "Jilin"]})
    found = one_at_a_time(ds, y * provinces)
    assert found["low"].dims == ("factor", "province")
    assert found["low"].sel(province="Jilin").values == pytest.approx([20.0, -40.0, 0.0])
    with pytest.raises(DataError, match="no point with x1 = 5, x2 = 2, x3 = 0"):
        one_at_a_time(ds.isel(point=slice(1, None)), y.isel(point=slice(1, None)))


def test_a_factor_without_a_single_central_value_is_left_alone_elsewhere() -> None:
    ds, y = tornado()
    values = ds["factor_values"].values.copy()
    values[values[:, 0] == 5.0, 0] = np.nan
    ds["factor_values"] = ("point", "factor"), values
    ds = ds.assign_coords(factor_central=("factor", [np.nan, 1.0, 0.0]))
    xr.testing.assert_equal(
        one_at_a_time(ds, y).drop_vars("factor_central"), one_at_a_time(*tornado()).drop_vars("factor_central")
    )
