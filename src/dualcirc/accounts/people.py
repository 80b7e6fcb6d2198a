"""Residents in calendar years, growth of the national population, labour, moves between provinces in the base year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.accounts.rules import base_year, rule
from dualcirc.accounts.trade_matrix import distance_table
from dualcirc.accounts.volumes import population_path
from dualcirc.files import series
from dualcirc.files.calendar import HALF_YEAR

PANDEMIC = 2020


def year_end_population() -> xr.DataArray:
    """Residents at the end of the year, (province, year), million persons; 2010 moved to the revision of 2011 on."""
    return _by_year(HALF_YEAR)


def mid_year_population() -> xr.DataArray:
    """Residents in the middle of the year, (province, year), million persons: the mean of the ends before and after."""
    return _by_year(0.0)


def _by_year(shift: float) -> xr.DataArray:
    path = population_path()
    years = np.arange(base_year(), int(path["time"][-1]) + 1)
    values = path.interp(time=years + shift).assign_coords(time=years).rename(time="year")
    return values.assign_attrs(path.attrs)


def natural_increase() -> xr.DataArray:
    """Natural increase of the national population, (time), 1/year.

    Notes
    -----
    The rate at t = Y, the middle of the year, is ``ln N(t + 0.5) / N(t - 0.5)`` with N the sum of the provinces at the
    end of years; at the start of the base year half a year has to do. The path of residents is already free of the
    revision of 2011 (`population_path`), so the rate has no break. After the record the rate moves in a line to
    ``natural increase late``. The nation is taken as closed: moves across its border are not recorded.
    """
    national = population_path().sum("province")
    times, residents = national["time"].values, national.values
    rates = np.diff(np.log(residents)) / np.diff(times)
    middles = np.concatenate([times[:1], times[2:] - HALF_YEAR])
    return xr.DataArray(
        np.append(rates, rule("natural increase late")),
        coords={"time": np.append(middles, rule("natural increase late year"))},
        dims="time",
        name="natural increase rate",
        attrs={"units": "1/year", "source_id": "P05; N01"},
    )


def labour_paths() -> pd.DataFrame:
    """Participation and human capital of the nation relative to the base year, index time, unit 1.

    Notes
    -----
    Labour force over population (N01, to 2022) and the human capital index of the Penn World Table (N03, to 2019).
    After its record each moves on at an assumed rate to ``labour path end``. Participation of 2020 is left out: the
    pandemic is a driver of its own, which takes labour and capital out of use.
    """
    force, people = (series.national(code).dropna("year") for code in ("labour_force", "population_total"))
    capital = series.national("pwt_hc").dropna("year")
    columns = {
        "participation index": _carried_on((force / people).drop_sel(year=PANDEMIC), "participation growth late"),
        "human capital index": _carried_on(capital, "human capital growth late"),
    }
    table = pd.DataFrame(columns).rename_axis("time")
    return table.interpolate(method="index")


def _carried_on(path: xr.DataArray, growth: str) -> pd.Series:
    """A recorded path relative to the base year, and its assumed value at the end."""
    years = path["year"].values.astype(np.float64)
    end = rule("labour path end")
    last = float(path[-1]) * np.exp(rule(growth) * (end - years[-1]))
    values = np.append(path.values, last) / float(path.sel(year=base_year()))
    return pd.Series(values, index=np.append(years, end))


def migration_kernel() -> xr.DataArray:
    """Yearly rate of moving in the base year from a province to another, (origin, destination), 1/year.

    Notes
    -----
    ``K[o, d] = c N[d] / distance[o, d]^e``, so gross moves are the same both ways, ``N[o] K[o, d] = N[d] K[d, o]``, and
    nobody moves on balance. The level c gives the nation the ``interprovincial migration rate``.
    """
    residents = population_path().isel(time=0).values
    km = distance_table(own=1.0)
    pull = residents * km.values ** -rule("migration distance elasticity")
    np.fill_diagonal(pull, 0.0)
    moves = float((residents[:, None] * pull).sum())
    kernel = pull * rule("interprovincial migration rate") * residents.sum() / moves
    labelled = km.copy(data=kernel).rename("base migration kernel")
    return labelled.assign_attrs(units="1/year", source_id="P05; N01; G02")
