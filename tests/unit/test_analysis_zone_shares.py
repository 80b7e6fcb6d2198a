"""Announced periods are read as calendar spans and met by the mean of the path over them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis.zone_shares import zone_share_table
from dualcirc.errors import DataError
from dualcirc.files.calendar import span


@pytest.mark.parametrize(
    ("period", "dates"),
    [
        ("2020", (2020.0, 2021.0)),
        ("2019H1", (2019.0, 2019.5)),
        ("2019H2", (2019.5, 2020.0)),
        ("2018-01 to 2018-10", (2018.0, 2018.0 + 10 / 12)),
        ("2013-09 to 2019-05", (2013.0 + 8 / 12, 2019.0 + 5 / 12)),
    ],
)
def test_span_reads_every_form_of_the_table(period: str, dates: tuple[float, float]) -> None:
    assert span(period) == pytest.approx(dates)


def test_span_refuses_another_form() -> None:
    with pytest.raises(DataError, match="unknown period 'about 2021'"):
        span("about 2021")


def test_zone_share_table_compares_over_the_announced_period() -> None:
    """A share that grows by .01 a year from 2010 has the mean .095 over calendar 2019, whose middle is t = 2019."""
    time = np.arange(2010.0, 2051.0)
    path = xr.DataArray(0.005 + 0.01 * (time - 2010), dims="time", coords={"time": time})
    run = xr.Dataset({"zone_share_of_fdi": path, "zone_share_of_trade": path})
    table = zone_share_table(run.expand_dims(scenario=["baseline"], draw=[0]))
    year = table[(table["series"] == "zone_share_of_fdi") & (table["period"] == "2020")].iloc[0]
    assert year["announced"] == pytest.approx(0.176)
    assert year["model"] == pytest.approx(0.105)
    half = table[table["period"] == "2019H1"].iloc[0]
    assert half["model"] == pytest.approx(0.0925)
