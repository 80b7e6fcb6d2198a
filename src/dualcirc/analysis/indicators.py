"""The outcomes that every study reports, by nation, region and province, in one Dataset and one tidy table."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from pathlib import Path

import pandas as pd
import xarray as xr

from dualcirc.analysis.compare import band
from dualcirc.analysis.coupling import coordination
from dualcirc.analysis.dual_circulation import circulation_indicators
from dualcirc.analysis.places import NATION, over_places
from dualcirc.analysis.theil import theil_decomposition
from dualcirc.analysis.welfare import per_head
from dualcirc.errors import DataError, Problem
from dualcirc.observe import annual_flow, year_end_stock
from dualcirc.results.io import save_text
from dualcirc.results.schema import BASELINE

HEADLINES = (
    "gdp",
    "household_consumption",
    "government_consumption",
    "investment",
    "exports",
    "imports",
    "recorded_trade",
    "fdi_inflow",
    "outward_investment",
    "retail_sales",
    "population",
    "disposable_income_per_head",
    "resident_talent",
    "rd_expenditure",
    "technology",
    "risk_exposure",
    "unresolved_risk",
    "risk_loss",
    "debt",
    "debt_ratio",
    "policy_outlays",
)
"""Stable Dataset names; of these a result may leave some out, and others can be asked for."""
PER_HEAD = ("gdp", "household_consumption")
TABLE_COLUMNS = ("scenario", "year", "level", "place", "indicator", "label", "unit", "aggregation", "value")


def indicators(dataset: xr.Dataset, variables: Sequence[str] | None = None) -> xr.Dataset:
    """Variables for the nation, its regions and provinces, (scenario, draw, time, place).

    Parameters
    ----------
    dataset
        A result.
    variables
        Dataset names of variables by province. By default the headline outputs, those per head, both circulations and
        their coupling coordination; ``attrs['left_out']`` names headline outputs that the result does not hold.

    Returns
    -------
    xarray.Dataset
        The attribute ``aggregation`` of every variable says how regions and the nation are formed.
    """
    if variables is not None:
        return xr.Dataset({name: over_places(dataset, name) for name in variables}).assign_attrs(dataset.attrs)
    # Without the baseline there is no reference against which the circulations could be measured.
    both = coordination(dataset) if BASELINE in dataset["scenario"].values else xr.Dataset(attrs={"bounds": ""})
    found = [name for name in HEADLINES if name in dataset.data_vars]
    left_out = [name for name in HEADLINES if name not in found]
    own: dict[Hashable, xr.DataArray] = {name: over_places(dataset, name) for name in found}
    own |= {f"{name}_per_head": per_head(dataset, name) for name in PER_HEAD}
    derived = dict(circulation_indicators(dataset).data_vars) | dict(both.data_vars)
    attrs = {"left_out": ", ".join(left_out), "bounds_of_coordination": both.attrs["bounds"]}
    return xr.Dataset(own | derived).assign_attrs(dataset.attrs | attrs)


def indicator_table(dataset: xr.Dataset, years: Sequence[int] | None = None) -> pd.DataFrame:
    """Tidy table: one row for each scenario, calendar year, place and indicator.

    Parameters
    ----------
    dataset
        A result with the baseline.
    years
        Calendar years; every one of the run by default.

    Returns
    -------
    pandas.DataFrame
        Columns scenario, year, level (nation, region, province), place, indicator, label, unit, aggregation, value
        (central run), low, high (range over the draws). Flows are those of the year, stocks those at its end,
        left out where that lies beyond the run.
    """
    values = indicators(dataset)
    frames = [_rows(array, years) for array in values.data_vars.values()]
    frames += [_rows(array, years) for array in _inequality(dataset).values()]
    return pd.concat(frames, ignore_index=True)


def headline_table(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """National indicators of one year: index label and unit, one column for each scenario, values of the central run.

    Parameters
    ----------
    table
        Table of :func:`indicator_table`.
    year
        Calendar year that the table holds.
    """
    rows = table[(table["level"] == "nation") & (table["year"] == year)]
    if rows.empty:
        held = f"a year from {table['year'].min()} to {table['year'].max()}"
        raise DataError(Problem(f"the result has no year {year}", expected=held))
    order = list(dict.fromkeys(zip(rows["label"], rows["unit"], strict=True)))
    wide = rows.pivot_table(index=["label", "unit"], columns="scenario", values="value", sort=False, dropna=False)
    return wide.loc[order, list(dict.fromkeys(rows["scenario"]))].rename_axis(columns=None)


def write_indicators(table: pd.DataFrame, path: Path) -> None:
    """Write a table of :func:`indicator_table` as CSV, whole or not at all."""
    save_text(table.to_csv(index=False, float_format="%.8g", lineterminator="\n"), path)


def _inequality(dataset: xr.Dataset) -> dict[str, xr.DataArray]:
    """Theil index of GDP per head in the form of the other indicators, (scenario, draw, time, place)."""
    parts = theil_decomposition(dataset)
    national = {
        f"theil_{name}": parts[name].expand_dims(place=[NATION]).assign_coords(level=("place", ["nation"]))
        for name in ("total", "between", "within")
    }
    inside = parts["within_contribution"].rename(region="place")
    inside = inside.assign_coords(level=("place", ["region"] * inside.sizes["place"]))
    found = national | {"theil_contribution": inside}
    how = {"aggregation": "Theil's T over provinces, weighted by output"}
    return {name: values.rename(name).assign_attrs(values.attrs | how) for name, values in found.items()}


def _rows(values: xr.DataArray, years: Sequence[int] | None) -> pd.DataFrame:
    """Rows of one indicator."""
    observed = _by_year(values, years)
    edges = band(observed)
    columns = {"value": edges.central, "low": edges.low, "high": edges.high}
    plain = {name: array.drop_vars("scenario_title", errors="ignore") for name, array in columns.items()}
    order = ["scenario", "year", "place"]
    frame = xr.Dataset(plain).to_dataframe(dim_order=order)[["level", *columns]].reset_index()
    attrs = values.attrs
    frame = frame.assign(
        indicator=str(values.name),
        label=str(attrs.get("long_name", values.name)),
        unit=str(attrs.get("units", "")),
        aggregation=str(attrs.get("aggregation", "")),
    )
    return frame[[*TABLE_COLUMNS, "low", "high"]]


def _by_year(values: xr.DataArray, years: Sequence[int] | None) -> xr.DataArray:
    """As a statistic reports it; the end of the last year of a stock lies beyond the run and is left out."""
    whole = [int(year) for year in annual_flow(values)["year"]]
    chosen = whole if years is None else list(years)
    if values.attrs.get("kind") != "stock":
        return annual_flow(values, chosen)
    ends = set(year_end_stock(values)["year"].values.tolist())
    return year_end_stock(values, [year for year in chosen if year in ends])
