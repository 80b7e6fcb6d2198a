"""Shares of the zones in national investment and trade, beside what was announced."""

from __future__ import annotations

import re

import pandas as pd
import xarray as xr

from dualcirc.errors import DataError, Problem
from dualcirc.files import series
from dualcirc.observe import period_mean

SERIES = {"ftz_share_of_national_fdi": "zone_share_of_fdi", "ftz_share_of_national_trade": "zone_share_of_trade"}
"""Announced series -> variable of the model."""

_YEAR, _HALF, _SPAN = r"(\d{4})", r"(\d{4})H([12])", r"(\d{4})-(\d{2}) to (\d{4})-(\d{2})"


def zone_share_table(dataset: xr.Dataset, scenario: str = "baseline") -> pd.DataFrame:
    """Announced shares of the zones beside the model, fractions.

    Parameters
    ----------
    dataset
        A result that holds ``zone_share_of_fdi`` and ``zone_share_of_trade``.
    scenario
        Scenario that carries recorded policy.

    Returns
    -------
    pandas.DataFrame
        Columns ``series, period, announced, model, gap, note``; the model over the same calendar period.
    """
    run = dataset.sel(scenario=scenario, draw=0)
    rows = series.table("context_series")
    rows = rows[rows["series"].isin(list(SERIES))]
    table = []
    for _, row in rows.iterrows():
        announced = float(row["value"]) / 100.0
        model = float(period_mean(run[SERIES[str(row["series"])]], *calendar_span(str(row["period"]))))
        table.append((SERIES[str(row["series"])], row["period"], announced, model, model - announced, row["note"]))
    return pd.DataFrame(table, columns=["series", "period", "announced", "model", "gap", "note"])


def calendar_span(period: str) -> tuple[float, float]:
    """First and last calendar date, decimal years, of ``2020``, ``2019H1`` or ``2018-01 to 2018-10``."""
    if found := re.fullmatch(_YEAR, period):
        return float(found[1]), float(found[1]) + 1.0
    if found := re.fullmatch(_HALF, period):
        start = float(found[1]) + 0.5 * (int(found[2]) - 1)
        return start, start + 0.5
    if found := re.fullmatch(_SPAN, period):
        return float(found[1]) + (int(found[2]) - 1) / 12, float(found[3]) + int(found[4]) / 12
    raise DataError(Problem(f"unknown period '{period}'", "context_series.csv", expected="2020, 2019H1 or 2018-01 to 2018-10"))
