"""Inputs of the figures of a study, in the forms that the analyses give, with numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.files.registry import read_registry

ORIGIN = {"dualcirc_version": "0.0", "model_hash": "0" * 64}
OUTCOME = {
    "long_name": "Gross domestic product, 2035",
    "long_name_zh": "2035年地区生产总值",
    "units": "trillion CNY/year",
}


def tornado_table(count: int = 18) -> pd.DataFrame:
    """Factor k moves an outcome of 200 by 20/(k+1) to either side; every fifth one by the same sign at both ends."""
    levers = list(read_registry().levers.values())[:count]
    size = 20.0 / np.arange(1, count + 1)
    same = np.arange(count) % 5 == 4
    table = pd.DataFrame(
        {
            "label": [lever.label_en for lever in levers],
            "label_zh": [lever.label_zh for lever in levers],
            "unit": [lever.unit for lever in levers],
            "low": [lever.low for lever in levers],
            "high": [lever.high for lever in levers],
            "outcome_low": 200.0 - np.where(same, -0.4, 1.0) * size,
            "outcome_high": 200.0 + 0.8 * size,
            "outcome_central": 200.0,
        },
        index=pd.Index([lever.id for lever in levers], name="factor"),
    )
    table.attrs = ORIGIN | OUTCOME
    return table.sample(frac=1.0, random_state=1)


def sobol_indices(count: int = 12) -> xr.Dataset:
    """First-order indices of a half, a quarter, ...; totals a tenth larger."""
    levers = list(read_registry().levers.values())[:count]
    first = 0.5 ** np.arange(1, count + 1)
    data = {"first": first, "first_conf": 0.02 + 0.1 * first, "total": 1.1 * first + 0.01, "total_conf": 0.1 * first}
    return xr.Dataset(
        {name: ("factor", values[::-1]) for name, values in data.items()},
        {
            "factor": [lever.id for lever in levers][::-1],
            "factor_label": ("factor", [lever.label_en for lever in levers][::-1]),
            "factor_label_zh": ("factor", [lever.label_zh for lever in levers][::-1]),
        },
        ORIGIN | OUTCOME,
    )


OBJECTIVES = {
    "growth": {"long_name": "Output in 2035", "long_name_zh": "2035年产出", "units": "%", "direction": "max"},
    "consumption": {"long_name": "Consumption share", "long_name_zh": "消费占比", "units": "%", "direction": "max"},
    "gap": {"long_name": "Theil index", "long_name_zh": "泰尔指数", "units": "1", "direction": "min"},
    "risk": {"long_name": "Risk exposure", "long_name_zh": "风险敞口", "units": "1", "direction": "min"},
    "cost": {"long_name": "Fiscal cost", "long_name_zh": "财政成本", "units": "% of GDP", "direction": "min"},
}


def objectives(count: int = 240) -> pd.DataFrame:
    """Objectives of random ambitions in five packages, the set that no point beats, and business as usual by name."""
    ambition = np.random.default_rng(4).beta(0.8, 1.2, (count, 5))
    ambition[0] = 0.0
    table = pd.DataFrame(
        {
            "growth": 3.0 * np.sqrt(ambition @ [0.1, 0.2, 0.3, 0.3, 0.1]),
            "consumption": 46.0 + ambition @ [0.2, 2.0, -0.3, -0.4, 0.1],
            "gap": 0.050 + 0.01 * (ambition @ [-0.8, -0.2, 0.6, 0.9, 0.0]),
            "risk": 0.20 + 0.1 * (ambition @ [0.3, 0.0, 1.0, 0.5, -0.9]),
            "cost": ambition @ [0.4, 0.8, 0.2, 0.9, 0.3],
        }
    )
    worth = table.to_numpy() * np.array([1.0 if row["direction"] == "max" else -1.0 for row in OBJECTIVES.values()])
    beaten = [bool(((worth >= row).all(axis=1) & (worth > row).any(axis=1)).any()) for row in worth]
    table["pareto"] = ~np.array(beaten)
    table["name"] = ["Business as usual", *[""] * (count - 1)]
    table.attrs = dict(ORIGIN)
    return table


def cases(count: int = 400) -> pd.DataFrame:
    """A case is of interest exactly where demand is under -0.1, the blockade over 0.4 and supervision under 0.6."""
    table = pd.DataFrame(
        np.random.default_rng(2).uniform([-0.3, 0.0, 0.0], [0.1, 1.0, 1.0], (count, 3)),
        columns=["demand", "blockade", "supervision"],
    )
    table["of_interest"] = (table["demand"] < -0.1) & (table["blockade"] > 0.4) & (table["supervision"] < 0.6)
    table.attrs = dict(ORIGIN)
    return table


def box() -> pd.DataFrame:
    """Limits that hold every case of interest and no other."""
    return pd.DataFrame(
        {
            "low": [np.nan, 0.4, np.nan],
            "high": [-0.1, np.nan, 0.6],
            "label": ["World demand shift", "Technology blockade", "Supervision"],
            "label_zh": ["世界需求变动", "技术封锁", "监管"],
            "unit": ["1", "1", "1"],
        },
        index=["demand", "blockade", "supervision"],
    )
