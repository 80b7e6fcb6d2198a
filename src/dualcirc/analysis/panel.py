"""Model output as a panel of provinces and years, ready for a difference-in-differences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.analysis.compare import CENTRAL_DRAW, select
from dualcirc.analysis.zones import OPENING, opening_dates
from dualcirc.errors import DataError, OutputError, Problem
from dualcirc.observe import annual_flow, year_end_stock

STATA_NAME, STATA_LABEL = 32, 80
"""Longest names and labels that a Stata file holds."""

KEYS = {
    "province": "Province",
    "province_id": "Province, number in the order of the model",
    "macro_region": "Macro-region",
    "year": "Calendar year",
    "scenario": "Scenario",
    "zone_opening_year": "Opening of the zone, calendar date (decimal year; missing: none)",
    "treated": "1 if the province has a zone before the end of the run, else 0",
    "post": "1 from the calendar year in which the zone opens, else 0",
    "zone_share_of_year": "Fraction of the calendar year in which the zone was open",
    "event_time": "Years since the calendar year of opening (missing: no zone)",
}


def tidy_panel(dataset: xr.Dataset, variables: Sequence[str] | None = None, draw: int = CENTRAL_DRAW) -> pd.DataFrame:
    """One row for each scenario, province and calendar year: treatment, then the variables as a statistic reports them.

    Parameters
    ----------
    dataset
        A result with ``zone_opening_year`` by province.
    variables
        Dataset names of variables by province; every one that changes over time by default.
    draw
        Draw of the uncertain parameters; 0 holds the central values.

    Returns
    -------
    pandas.DataFrame
        Flows are those of the calendar year, stocks those at its end. ``attrs['labels']`` maps columns to labels.
    """
    names = list(variables) if variables is not None else _by_province(dataset)
    if not names:
        raise DataError(Problem("the result has no variable by province", expected="dims scenario, time, province"))
    observed = xr.Dataset({name: _observed(select(dataset, name), draw) for name in names})
    wide = observed.to_dataframe(dim_order=["scenario", "province", "year"])[names].reset_index()
    treatment = pd.concat([_treatment(dataset, scenario) for scenario in wide["scenario"].unique()])
    frame = wide.merge(treatment, on=["scenario", "province"], how="left", validate="many_to_one")
    frame = _with_event_time(frame)[[*KEYS, *names]]
    frame.attrs["labels"] = KEYS | {name: _label(dataset[name]) for name in names}
    return frame


def write_panel(dataset: xr.Dataset, out_dir: Path, variables: Sequence[str] | None = None) -> list[Path]:
    """Write ``panel.csv``, ``panel.dta`` and ``codebook.csv`` and return their paths.

    Parameters
    ----------
    dataset
        A result with ``zone_opening_year`` by province.
    out_dir
        Folder, made if it does not exist.
    variables
        As in `tidy_panel`.
    """
    frame = tidy_panel(dataset, variables)
    labels: dict[str, str] = frame.attrs["labels"]
    csv, dta, codebook = (out_dir / name for name in ("panel.csv", "panel.dta", "codebook.csv"))
    stata = stata_names(list(frame.columns))
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        frame.to_csv(csv, index=False, lineterminator="\n")
        frame.rename(columns=stata).to_stata(
            dta,
            write_index=False,
            version=118,
            variable_labels={stata[name]: label[:STATA_LABEL] for name, label in labels.items()},
            data_label=str(dataset.attrs.get("title", "dualcirc"))[:STATA_LABEL],
            # A fixed stamp: the same result gives the same bytes.
            time_stamp=datetime(2000, 1, 1),
        )
        rows = [{"column": name, "stata_name": stata[name], "label": labels[name]} for name in frame.columns]
        pd.DataFrame(rows).to_csv(codebook, index=False, lineterminator="\n")
    except OSError as fault:
        raise OutputError(Problem(f"the panel cannot be written: {fault}", file=str(out_dir))) from fault
    return [csv, dta, codebook]


def stata_names(columns: Sequence[str]) -> dict[str, str]:
    """Map column names to valid, distinct Stata names of at most 32 characters."""
    taken: dict[str, str] = {}
    for column in columns:
        name = re.sub(r"\W", "_", column, flags=re.ASCII)[:STATA_NAME]
        tail = 1
        while name in taken.values():
            tail += 1
            name = f"{name[: STATA_NAME - len(str(tail)) - 1]}_{tail}"
        taken[column] = name
    return taken


def _by_province(dataset: xr.Dataset) -> list[str]:
    return [
        str(name)
        for name, values in dataset.data_vars.items()
        if {"scenario", "time", "province"} == set(values.dims) - {"draw"} and name != OPENING
    ]


def _observed(values: xr.DataArray, draw: int) -> xr.DataArray:
    """Annual statistic of one draw; the last year of a stock lies beyond the run and stays missing."""
    values = values.sel(draw=draw, drop=True) if "draw" in values.dims else values
    values = values.drop_vars([name for name in values.coords if name not in values.dims])
    years = annual_flow(values)["year"]
    return year_end_stock(values).reindex(year=years) if values.attrs.get("kind") == "stock" else annual_flow(values)


def _treatment(dataset: xr.Dataset, scenario: str) -> pd.DataFrame:
    provinces = [str(name) for name in dataset["province"].values]
    regions = dataset.coords.get("macro_region")
    return pd.DataFrame(
        {
            "scenario": scenario,
            "province": provinces,
            "province_id": np.arange(1, len(provinces) + 1),
            "macro_region": [""] * len(provinces) if regions is None else [str(name) for name in regions.values],
            OPENING: opening_dates(dataset, scenario).sel(province=provinces).values,
        }
    )


def _with_event_time(frame: pd.DataFrame) -> pd.DataFrame:
    opening = frame[OPENING]
    event_time = frame["year"] - np.floor(opening)
    return frame.assign(
        treated=(np.floor(opening) <= frame["year"].max()).astype("int8"),
        post=(event_time >= 0).astype("int8"),
        zone_share_of_year=(frame["year"] + 1.0 - opening).clip(0.0, 1.0).fillna(0.0),
        event_time=event_time,
    )


def _label(values: xr.DataArray) -> str:
    units = str(values.attrs.get("units", ""))
    return f"{values.attrs.get('long_name', values.name)} ({units})" if units else str(values.name)
