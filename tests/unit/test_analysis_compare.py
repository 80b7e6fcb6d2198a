"""Differences to the baseline and bands over draws."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis import absolute_difference, band, percent_difference, point_difference, select
from dualcirc.errors import DataError

from .designs import design_of


def two_scenarios() -> xr.Dataset:
    gdp = np.array([[[100.0, 200.0], [50.0, 100.0]], [[101.0, 210.0], [51.0, 104.0]]])
    return xr.Dataset(
        {
            "gdp": (("scenario", "draw", "time"), gdp, {"units": "billion CNY/year"}),
            "share": (("scenario", "draw", "time"), gdp / 1000, {"units": "1"}),
        },
        coords={"scenario": ["baseline", "other"], "draw": [0, 1], "time": [2010.0, 2011.0]},
    )


def test_percent_difference_compares_within_the_same_draw() -> None:
    difference = percent_difference(two_scenarios(), "gdp")
    assert difference.sel(scenario="other").values == pytest.approx(np.array([[1.0, 5.0], [2.0, 4.0]]))
    assert difference.attrs["units"] == "%"
    assert difference["scenario"].values.tolist() == ["other"]


def test_absolute_difference_of_a_share_is_in_percentage_points() -> None:
    difference = absolute_difference(two_scenarios(), "share")
    assert float(difference.sel(scenario="other", draw=0, time=2011.0)) == pytest.approx(1.0)
    assert difference.attrs["units"] == "percentage points"


def test_difference_of_equal_runs_is_exactly_zero() -> None:
    ds = two_scenarios()
    same = xr.concat([ds.sel(scenario=["baseline"])] * 2, dim="scenario").assign_coords(scenario=["baseline", "null"])
    assert (percent_difference(same, "gdp") == 0.0).all()


def test_band_spans_the_draws_and_keeps_the_central_one() -> None:
    centre, low, high = band(percent_difference(two_scenarios(), "gdp").sel(scenario="other"))
    assert centre.values == pytest.approx([1.0, 5.0])
    assert low.values == pytest.approx([1.0, 4.0])
    assert high.values == pytest.approx([2.0, 5.0])


def test_band_leaves_out_a_failed_draw() -> None:
    values = xr.DataArray([1.0, np.nan, 3.0], dims="draw", coords={"draw": [0, 1, 2]})
    assert float(band(values).high) == 3.0


def test_band_is_missing_where_every_draw_failed() -> None:
    values = xr.DataArray([[1.0, np.nan], [2.0, np.nan]], dims=("draw", "x"), coords={"draw": [0, 1]})
    assert np.array_equal(band(values).low, [1.0, np.nan], equal_nan=True)
    assert np.array_equal(band(values).high, [2.0, np.nan], equal_nan=True)


def test_band_of_values_without_draws_is_the_values() -> None:
    values = xr.DataArray([1.0], dims="time")
    assert band(values).low is values


def test_select_masks_a_failed_run_and_leaves_the_others() -> None:
    ds = two_scenarios().assign(status=(("scenario", "draw"), [["ok", "ok"], ["ok", "not_finite"]]))
    gdp = select(ds, "gdp")
    assert gdp.isnull().sum() == 2
    assert gdp.sel(scenario="other", draw=1).isnull().all()
    assert gdp.attrs["units"] == "billion CNY/year"


def test_a_missing_variable_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(DataError, match="Did you mean 'gdp'"):
        select(two_scenarios(), "gpd")


def test_a_result_without_the_baseline_is_refused() -> None:
    with pytest.raises(DataError, match="no scenario 'baseline'"):
        percent_difference(two_scenarios().sel(scenario=["other"]), "gdp")


def test_a_result_with_the_baseline_only_is_refused() -> None:
    with pytest.raises(DataError, match="only"):
        percent_difference(two_scenarios().sel(scenario=["baseline"]), "gdp")


def sweep() -> xr.Dataset:
    """Three points of one factor, the second central, two scenarios, two draws; a share beside GDP."""
    gdp = np.array([[[90.0, 180.0], [100.0, 200.0], [110.0, 240.0]], [[99.0, 180.0], [101.0, 220.0], [121.0, 240.0]]])
    design = design_of("points", np.array([[0.0], [1.0], [2.0]]), [0.0], [2.0])
    coords = {"scenario": ["baseline", "other"], "point": [0, 1, 2], "draw": [0, 1]}
    dims = ("scenario", "point", "draw")
    ds = xr.Dataset(
        {"gdp": (dims, gdp, {"units": "billion CNY/year"}), "share": (dims, gdp / 1000, {"units": "1"})}, coords
    )
    status = xr.DataArray(np.full((2, 3, 2), "ok", dtype="<U10"), dims=dims, coords=coords)
    return ds.assign(factor_values=design["factor_values"], status=status).assign_attrs(design.attrs)


def test_every_point_is_compared_with_the_baseline_at_the_same_point_and_draw() -> None:
    difference = percent_difference(sweep(), "gdp").sel(scenario="other")
    assert difference.dims == ("point", "draw")
    assert difference.values == pytest.approx(np.array([[10.0, 0.0], [1.0, 10.0], [10.0, 0.0]]))
    centre, low, high = band(difference)
    assert centre.values == pytest.approx([10.0, 1.0, 10.0])
    assert low.values == pytest.approx([0.0, 1.0, 0.0])
    assert high.values == pytest.approx([10.0, 10.0, 10.0])


def test_every_point_is_compared_with_the_central_one_within_scenario_and_draw() -> None:
    difference = point_difference(sweep(), "gdp").sel(scenario="baseline")
    assert difference.values == pytest.approx(np.array([[-10.0, -10.0], [0.0, 0.0], [10.0, 20.0]]))
    assert difference["point"].values.tolist() == [0, 1, 2]
    assert difference.attrs["units"] == "%"


def test_another_point_can_be_named_and_shares_differ_in_percentage_points() -> None:
    difference = point_difference(sweep(), "share", "absolute", point=2).sel(scenario="other", draw=0)
    assert difference.values == pytest.approx([-2.2, -2.0, 0.0])
    assert difference.attrs["units"] == "percentage points"
    with pytest.raises(DataError, match="no point 7"):
        point_difference(sweep(), "gdp", point=7)


def test_a_coordinate_along_the_points_stays_with_them() -> None:
    named = sweep().assign_coords(point_name=("point", ["low", "central", "high"]))
    assert point_difference(named, "gdp")["point_name"].values.tolist() == ["low", "central", "high"]


def test_a_result_without_a_central_point_or_a_design_is_refused() -> None:
    with pytest.raises(DataError, match="no point with x1 = 1"):
        point_difference(sweep().isel(point=[0, 2]), "gdp")
    with pytest.raises(DataError, match="no design"):
        point_difference(two_scenarios(), "gdp")


def test_a_failed_point_is_missing_and_spoils_no_other() -> None:
    ds = sweep()
    ds["status"][0, 0, 1] = "not_finite"
    assert int(percent_difference(ds, "gdp").isnull().sum()) == 1
    assert int(point_difference(ds, "gdp").isnull().sum()) == 1


def test_quantiles_make_a_band_but_no_difference() -> None:
    ds = (
        sweep()
        .drop_vars("status")
        .rename(draw="quantile")
        .isel(quantile=[0, 0, 1])
        .assign_coords(quantile=[0.1, 0.5, 0.9])
    )
    centre, low, high = band(select(ds, "gdp").sel(scenario="baseline", point=0))
    assert (float(low), float(centre), float(high)) == (90.0, 90.0, 180.0)
    with pytest.raises(DataError, match="kept as quantiles"):
        percent_difference(ds, "gdp")
    with pytest.raises(DataError, match=r"quantiles 0\.1, 0\.9"):
        band(ds["gdp"].sel(quantile=[0.1, 0.9]))
