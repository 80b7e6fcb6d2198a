"""The calibrated tables of ``model/tables``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from dualcirc.accounts.tables import write
from dualcirc.calibrate.zone_scope import traits_table, zone_scope_table
from dualcirc.files.paths import tables_dir

DECIMALS = 6
"""Digits kept: far finer than the error of the estimates, coarse enough to be equal on every machine."""


def scope_tables() -> dict[str, pd.DataFrame]:
    """``zone_scope`` (time, province) and ``province_traits`` (province) from the base accounts and the settings."""
    base = pd.read_csv(tables_dir() / "base_accounts.csv", index_col="Province")
    scope = zone_scope_table(base["base foreign capital"])
    return {"zone_scope": scope, "province_traits": traits_table(list(base.index))}


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path | None = None) -> list[Path]:
    """Write tables as ``<name>.csv`` and return their paths.

    Parameters
    ----------
    tables
        Name of the table -> (time or province, column).
    folder
        Where to; the model's own tables by default.
    """
    return write({name: table.round(DECIMALS) for name, table in tables.items()}, folder)
