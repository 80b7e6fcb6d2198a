"""Levers and external drivers as tables for people and programs."""

from __future__ import annotations

import pandas as pd

from dualcirc.files.registry import Registry, read_registry


def levers(registry: Registry | None = None) -> pd.DataFrame:
    """Table of what policy can move: one row for each lever, index its id.

    Parameters
    ----------
    registry
        The project's own by default.

    Returns
    -------
    pandas.DataFrame
        Columns variable, unit, dimension, low, high, business_as_usual, effect_at_one, acts_on, cost, label_en,
        label_zh, paper_section, and the rest of ``model/levers.csv``. Dimension is empty for the nation.
    """
    rows = (registry or read_registry()).levers.values()
    return pd.DataFrame([vars(row) for row in rows]).set_index("id")


def drivers(registry: Registry | None = None) -> pd.DataFrame:
    """Table of what moves the economy from outside: one row for each driver, index its exact name.

    Parameters
    ----------
    registry
        The project's own by default.

    Returns
    -------
    pandas.DataFrame
        Columns unit, low, high, label_en, label_zh, and the rest of ``model/drivers.csv``.
    """
    rows = (registry or read_registry()).drivers.values()
    return pd.DataFrame([vars(row) for row in rows]).set_index("variable")
