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

PANEL_STEP = 100
"""``panel_id`` is this times ``scenario_id`` plus ``province_id``, so that both can be read from it."""
CODED_ZERO = 100
"""``event_time_coded`` in the year of opening: factor variables of Stata take no negative numbers."""

KEYS = {
    "panel_id": f"Scenario x province: {PANEL_STEP} scenario_id + province_id (xtset panel_id year)",
    "province": "Province",
    "province_id": "Province, number in the order of the model",
    "macro_region": "Macro-region",
    "year": "Calendar year",
    "scenario": "Scenario",
    "scenario_id": "Scenario, number in the order of the run",
    "zone_opening_year": "Opening of the zone, calendar date (decimal year; missing: none)",
    "ever_treated": "1 if the zone opens before the end of the run (in all years), else 0",
    "post": "1 from the calendar year in which the zone opens, else 0",
    "zone_share_of_year": "Fraction of the calendar year in which the zone was open",
    "event_time": "Years since the calendar year of opening (missing: no zone)",
    "event_time_coded": f"event_time + {CODED_ZERO}, for factor variables (0: never treated)",
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
    frame = _with_event_time(_with_ids(frame))[[*KEYS, *names]]
    run = "central draw" if draw == CENTRAL_DRAW else f"draw {draw}"
    scenario = {"scenario": f"Scenario (every row holds the {run} of the parameters)"}
    frame.attrs["labels"] = KEYS | scenario | {name: label_with_unit(dataset[name]) for name in names}
    return frame


def write_panel(dataset: xr.Dataset, out_dir: Path, variables: Sequence[str] | None = None) -> list[Path]:
    """Write the central draw to ``panel.csv`` and ``panel.dta`` with ``codebook.csv``, and return their paths.

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
            value_labels={stata[f"{key}_id"]: _value_labels(frame, key) for key in ("scenario", "province")},
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


def _with_ids(frame: pd.DataFrame) -> pd.DataFrame:
    scenario_id = pd.factorize(frame["scenario"])[0] + 1
    return frame.assign(scenario_id=scenario_id, panel_id=PANEL_STEP * scenario_id + frame["province_id"])


def _value_labels(frame: pd.DataFrame, key: str) -> dict[float, str]:
    """Names by number, for the value labels of Stata."""
    pairs = frame[[f"{key}_id", key]].drop_duplicates()
    return dict(zip(pairs[f"{key}_id"].tolist(), pairs[key].tolist(), strict=True))


def _with_event_time(frame: pd.DataFrame) -> pd.DataFrame:
    opening = frame[OPENING]
    event_time = frame["year"] - np.floor(opening)
    ever = np.floor(opening) <= frame["year"].max()
    return frame.assign(
        ever_treated=ever.astype("int8"),
        post=(event_time >= 0).astype("int8"),
        zone_share_of_year=(frame["year"] + 1.0 - opening).clip(0.0, 1.0).fillna(0.0),
        event_time=event_time,
        event_time_coded=(event_time + CODED_ZERO).where(ever, 0.0).astype("int16"),
    )


def label_with_unit(values: xr.DataArray) -> str:
    """Name and unit of a variable in at most 80 characters where the unit allows it: the name is cut, not the unit.

    The price basis follows the unit where there is room for it.
    """
    units, basis = str(values.attrs.get("units", "")), str(values.attrs.get("price_basis") or "")
    name = str(values.attrs.get("long_name", values.name))
    if not units:
        return name[:STATA_LABEL]
    name = name[: max(STATA_LABEL - len(units) - len(" ()"), 1)]
    label = f"{name} ({units}, {basis})"
    return label if basis and len(label) <= STATA_LABEL else f"{name} ({units})"
