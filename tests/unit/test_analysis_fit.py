"""Errors and Theil shares on cases solved by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis import fit_table, mape, rmspe, theil_shares


def years(*values: float) -> xr.DataArray:
    return xr.DataArray(list(values), coords={"year": np.arange(2010, 2010 + len(values))}, dims="year")


def test_mape_and_rmspe_by_hand() -> None:
    model, observed = years(110, 80, 100), years(100, 100, 100)
    assert float(mape(model, observed)) == pytest.approx(10.0)
    assert float(rmspe(model, observed)) == pytest.approx(100 * np.sqrt((0.01 + 0.04) / 3))


def test_missing_observations_do_not_count() -> None:
    assert float(mape(years(110, 500), years(100, np.nan))) == pytest.approx(10.0)


def test_only_common_years_are_compared() -> None:
    assert float(mape(years(110, 120, 130), years(100))) == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("model", "observed", "expected"),
    [
        ((11, 12, 13), (1, 2, 3), (1, 0, 0)),  # shifted: all bias
        ((-2, 0, 2), (-1, 0, 1), (0, 1, 0)),  # stretched about the same mean: all variance
        ((1, -1, 1, -1), (1, 1, -1, -1), (0, 0, 1)),  # same mean and spread, no relation: all covariance
    ],
)
def test_theil_shares_name_the_kind_of_error(model: tuple, observed: tuple, expected: tuple) -> None:
    shares = theil_shares(years(*model), years(*observed))
    found = [float(shares[name]) for name in ("bias", "variance", "covariance")]
    assert found == pytest.approx(expected, abs=1e-12)


def test_theil_shares_sum_to_one_by_province() -> None:
    draw = np.random.default_rng(0)
    model, observed = (xr.DataArray(draw.normal(size=(4, 9)), dims=("province", "year")) for _ in range(2))
    shares = theil_shares(model, observed, "year")
    assert shares.to_array().sum("variable").values == pytest.approx(np.ones(4))


def test_fit_table_reads_the_central_draw_of_the_baseline() -> None:
    paths = xr.DataArray(
        np.array([[[100.0, 110.0], [1.0, 1.0]]]),
        dims=("scenario", "draw", "time"),
        coords={"scenario": ["baseline"], "draw": [0, 1], "time": [2010.0, 2011.0]},
    )
    table = fit_table(xr.Dataset({"national_gdp": paths}), {"national_gdp": years(100, 100)})
    row = table.loc["national_gdp"]
    assert row["mape_percent"] == pytest.approx(5.0)
    assert (row["first_year"], row["last_year"], row["cells"]) == (2010, 2011, 2)
