"""Model time to statistics, with values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dualcirc import observe
from dualcirc.errors import DataError


def line(slope: float = 10.0) -> xr.DataArray:
    """A path that is 100 at t = 2010 and rises by ``slope`` a year."""
    time = np.arange(2010.0, 2015.0)
    return xr.DataArray(
        100 + slope * (time - 2010), coords={"time": time}, dims="time", name="line", attrs={"units": "u"}
    )


def test_annual_flow_is_the_rate_at_the_middle_of_the_year() -> None:
    flow = observe.annual_flow(line())
    assert flow["year"].values.tolist() == [2010, 2011, 2012, 2013, 2014]
    assert flow.values.tolist() == [100, 110, 120, 130, 140]
    assert flow.attrs["units"] == "u"


def test_year_end_stock_stands_half_a_year_after_the_middle() -> None:
    stock = observe.year_end_stock(line())
    assert stock["year"].values.tolist() == [2010, 2011, 2012, 2013]
    assert stock.values.tolist() == [105, 115, 125, 135]


def test_at_reads_a_calendar_date_half_a_year_earlier_in_model_time() -> None:
    assert float(observe.at(line(), 2012.0)) == 115.0  # 1 January 2012 is t = 2011.5
    assert observe.at(line(), [2011.0, 2012.5]).values.tolist() == [105.0, 120.0]


def test_period_mean_of_january_to_october_is_the_value_at_its_middle_for_a_line() -> None:
    # 1 January 2012 to 31 October: middle at 2012 + 5/12, t = 2011.9166...
    assert float(observe.period_mean(line(), 2012, 2012 + 10 / 12)) == pytest.approx(100 + 10 * (1.5 + 5 / 12))


def test_period_mean_counts_the_kink_between_saved_points() -> None:
    kinked = line()
    kinked[:] = [0, 0, 0, 10, 10]  # flat to t = 2012, then a ramp to 2013
    # Calendar 2012.5 to 2013.5 is t 2012 to 2013: the mean of the ramp.
    assert float(observe.period_mean(kinked, 2012.5, 2013.5)) == pytest.approx(5.0)
    # Calendar 2012 to 2013 is t 2011.5 to 2012.5: half a year of nothing, then the ramp from 0 to 5, mean 1.25.
    assert float(observe.period_mean(kinked, 2012, 2013)) == pytest.approx(1.25)


def test_period_share_is_the_ratio_of_the_flows_not_the_mean_ratio() -> None:
    part, whole = line(0.0), line(100.0)
    share = observe.period_share(part, whole, 2011, 2013)
    assert float(share) == pytest.approx(100 / 250)  # whole runs from 150 to 350
    assert share.attrs["units"] == "1"


def test_saved_points_are_returned_bit_for_bit() -> None:
    path = line(1 / 3)
    assert np.array_equal(observe.annual_flow(path, [2011, 2013]).values, path.values[[1, 3]])


@pytest.mark.parametrize("date", [2010.0, 2015.1])
def test_a_date_outside_the_run_is_refused(date: float) -> None:
    with pytest.raises(DataError, match="within the saved 2010 to 2014"):
        observe.at(line(), date)
