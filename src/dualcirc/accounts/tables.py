"""Write the wide tables that the model reads: same input, same bytes."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.accounts.destinations import foreign_content_path
from dualcirc.accounts.foreign_capital import base_foreign_capital, base_inflow, outward_investment_ratio
from dualcirc.accounts.investment_kernel import investment_kernel
from dualcirc.accounts.people import labour_paths, migration_kernel, natural_increase
from dualcirc.accounts.policy_paths import (
    duty_free_quota,
    national_negative_list,
    policy_lists,
    zone_negative_list,
    zone_openings,
)
from dualcirc.accounts.priors import ITEMS
from dualcirc.accounts.reconcile import BaseAccounts
from dualcirc.accounts.rules import base_year
from dualcirc.accounts.trade_matrix import distance_table
from dualcirc.accounts.volumes import population_path, rd_intensity
from dualcirc.errors import OutputError, Problem
from dualcirc.files import paths
from dualcirc.files.series import provinces


def base_table(
    accounts: BaseAccounts, population: xr.DataArray, capital: xr.DataArray, inflow: xr.DataArray
) -> pd.DataFrame:
    """Base-year values by province, index Province; units as in the list of variables of the model."""
    columns = {"base GDP": accounts.gdp}
    columns |= {f"base {item}": accounts.balanced.sel(item=item) for item in ITEMS}
    columns |= {
        "base import share": accounts.import_share,
        "base population": population.sel(time=float(base_year())),
        "base foreign capital": capital,
        "base FDI inflow": inflow,
        "recording share": accounts.recording_share,
    }
    names = pd.Index(accounts.gdp["province"].values, name="Province")
    return pd.DataFrame({name: column.values for name, column in columns.items()}, index=names)


def _square(matrix: xr.DataArray) -> pd.DataFrame:
    names = pd.Index(matrix[matrix.dims[0]].values, name="Province")
    return pd.DataFrame(matrix.values, index=names, columns=list(matrix[matrix.dims[1]].values))


def _over_time(path: xr.DataArray) -> pd.DataFrame:
    times = pd.Index(path["time"].values, name="time")
    return pd.DataFrame(path.transpose("time", "province").values, index=times, columns=list(path["province"].values))


def _flow(path: xr.DataArray) -> xr.DataArray:
    """Annual figures, (year), as values in model time, (time): those of year Y stand at t = Y."""
    return path.assign_coords(year=path["year"].values.astype(np.float64)).rename(year="time")


def _national(*series: xr.DataArray) -> pd.DataFrame:
    times = pd.Index(series[0]["time"].values, name="time")
    return pd.DataFrame({str(path.name): path.sel(time=times).values for path in series}, index=times)


def region_membership() -> pd.DataFrame:
    """One where a province lies in a region, index Province, columns the regions as they first occur."""
    region = provinces()["macro_region"].rename_axis("Province")
    return pd.DataFrame({name: (region == name).astype(np.float64) for name in region.unique()})


def build(accounts: BaseAccounts, share: xr.DataArray) -> dict[str, pd.DataFrame]:
    """All tables by file name without ``.csv``.

    Parameters
    ----------
    accounts
        Balanced base-year accounts.
    share
        Base trade share, (origin, destination).
    """
    inflow, population = base_inflow(), population_path()
    return {
        "base_accounts": base_table(accounts, population, base_foreign_capital(), inflow),
        "base_trade_share": _square(share),
        "distance": _square(distance_table(own=0.0)),
        "base_investment_kernel": _square(investment_kernel(inflow)),
        "labour": labour_paths(),
        "policy_lists": policy_lists(),
        "zone_negative_list": zone_negative_list(),
        "national_negative_list": national_negative_list(),
        "duty_free": duty_free_quota(),
        "zones": zone_openings().to_frame(),
        "national_paths": _national(_flow(foreign_content_path()), _flow(outward_investment_ratio())),
        "rd_intensity": _over_time(_flow(rd_intensity())),
        "natural_increase": _national(natural_increase()),
        "migration_kernel": _square(migration_kernel()),
        "region_membership": region_membership(),
    }


def as_csv(table: pd.DataFrame) -> str:
    """Text of a table: header of exact variable names, numbers with every digit that their value needs."""
    head = ",".join([str(table.index.name), *map(str, table.columns)])
    rows = (
        ",".join([_cell(label), *map(_cell, row)]) for label, row in zip(table.index, table.to_numpy(), strict=True)
    )
    return "\n".join([head, *rows]) + "\n"


def _cell(value: object) -> str:
    if not isinstance(value, int | float):
        return str(value)
    return "" if math.isnan(value) else repr(float(value))


def write(tables: dict[str, pd.DataFrame], folder: Path | None = None) -> list[Path]:
    """Write the tables to ``model/tables`` (or another folder) and return the paths."""
    target = folder or paths.tables_dir()
    written = []
    for name, table in tables.items():
        path = target / f"{name}.csv"
        try:
            path.write_text(as_csv(table), encoding="utf-8")
        except OSError as error:
            raise OutputError(Problem(f"cannot write: {error.strerror}", file=str(path))) from error
        written.append(path)
    return written
