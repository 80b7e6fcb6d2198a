"""The closing table of a run: what each scenario changes in one year, in per cent of the baseline."""

from __future__ import annotations

import pandas as pd
import xarray as xr

from dualcirc.analysis.compare import CENTRAL_DRAW, band, percent_difference, select
from dualcirc.results.schema import BASELINE

HEADLINES = ("national_gdp", "national_household_consumption", "national_exports", "national_fdi_inflow")
"""Totals that the table shows."""

SUMMARY_YEAR = 2035


def summary(dataset: xr.Dataset, year: int = SUMMARY_YEAR) -> pd.DataFrame:
    """Table of the headline totals, one row for each scenario and total.

    Parameters
    ----------
    dataset
        A result that holds the baseline.
    year
        Calendar year; its flow is the rate at its middle.

    Returns
    -------
    pandas.DataFrame
        Columns scenario, variable, label, unit, year, level (unit), and difference, low, high (per cent of the
        baseline; low and high are the range over the draws, empty without draws and for the baseline).
    """
    return pd.DataFrame([row for name in HEADLINES for row in _rows(dataset, name, year)])


def _rows(dataset: xr.Dataset, name: str, year: int) -> list[dict[str, object]]:
    values = select(dataset, name)
    levels = values.sel(time=year, draw=CENTRAL_DRAW)
    others = [scenario for scenario in dataset["scenario"].values.tolist() if scenario != BASELINE]
    effects = band(percent_difference(dataset, name).sel(time=year)) if others else None
    rows = []
    for scenario in dataset["scenario"].values.tolist():
        row: dict[str, object] = {
            "scenario": scenario,
            "variable": name,
            "label": values.attrs["long_name"],
            "unit": values.attrs["units"],
            "year": year,
            "level": levels.sel(scenario=scenario).item(),
        }
        if effects and scenario != BASELINE:
            row["difference"] = effects.central.sel(scenario=scenario).item()
            if dataset.sizes["draw"] > 1:
                row |= {"low": effects.low.sel(scenario=scenario).item()}
                row |= {"high": effects.high.sel(scenario=scenario).item()}
        rows.append(row)
    return rows
