"""The calibrated tables of ``model/tables``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from dualcirc.accounts.tables import write
from dualcirc.calibrate.fit import Fit, overrides
from dualcirc.calibrate.households import household_traits
from dualcirc.calibrate.zone_scope import traits_table, zone_scope_table
from dualcirc.engine import Engine
from dualcirc.files.paths import tables_dir

DECIMALS = 6
"""Digits kept: far finer than the error of the estimates, coarse enough to be equal on every machine."""


def scope_tables(engine: Engine, estimate: Fit) -> dict[str, pd.DataFrame]:
    """``zone_scope`` (time, province) and ``province_traits`` (province) from accounts, settings and the estimate.

    Parameters
    ----------
    engine, estimate
        Engine of the model with household consumption among its outputs, and the fit whose paths it follows.
    """
    base = pd.read_csv(tables_dir() / "base_accounts.csv", index_col="Province")
    consumption = engine.run([overrides(estimate.tables(), engine.grid)])["household consumption"][0]
    traits = traits_table(list(base.index)).join(household_traits(np.asarray(engine.saved_times), consumption))
    return {"zone_scope": zone_scope_table(base["base foreign capital"]), "province_traits": traits}


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
