"""Differences to the baseline and bands over draws."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis import absolute_difference, band, percent_difference, select
from dualcirc.errors import DataError


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
