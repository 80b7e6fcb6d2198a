"""Share of provincial activity that lies in a zone, from its area and the base of the province."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dualcirc.accounts.rules import base_year, rule
from dualcirc.calibrate.paths import HORIZON
from dualcirc.calibrate.settings import setting
from dualcirc.files import series
from dualcirc.files.calendar import decimal_year, to_model_time

FIRST_ZONE, ISLAND = "Shanghai", "Hainan"


def zone_scope_table(base_foreign_capital: pd.Series) -> pd.DataFrame:
    """Target scope of every zone, (time, province), share of activity; a province without one has the usual area.

    Parameters
    ----------
    base_foreign_capital
        Foreign capital of the base year by province, billion CNY.

    Notes
    -----
    ``usual * (capital / mean capital)^b * (area / usual area)^a``, at most the cap; the first zone has its own usual.
    """
    relative = base_foreign_capital / base_foreign_capital.mean()
    usual = setting("zone scope usual") * relative ** setting("zone scope base exponent")
    usual[FIRST_ZONE] = setting("zone scope Shanghai")
    areas = _areas(list(base_foreign_capital.index))
    scope = usual * (areas / setting("zone scope area usual")) ** setting("zone scope area exponent")
    return scope.clip(upper=setting("zone scope cap"))


def traits_table(provinces: Sequence[str]) -> pd.DataFrame:
    """Traits of provinces, (province): exponent from the scope of activity to that of trade, and the duty-free island.

    Notes
    -----
    ``ln(1 - share of trade) / ln(1 - share of activity)`` of a usual zone and of the first one; one for the island,
    whose zone is the province.
    """
    exponent = pd.Series(_exponent("usual"), index=list(provinces))
    exponent[FIRST_ZONE], exponent[ISLAND] = _exponent(FIRST_ZONE), 1.0
    island = pd.Series([float(name == ISLAND) for name in provinces], index=list(provinces))
    return pd.DataFrame({"trade scope ratio": exponent, "offshore duty free": island}).rename_axis("Province")


def _exponent(which: str) -> float:
    return float(np.log1p(-setting(f"zone trade scope {which}")) / np.log1p(-setting(f"zone scope {which}")))


def _areas(provinces: list[str]) -> pd.DataFrame:
    """Area of the zone of each province, (time, province), square km; a change holds from one step of the table."""
    events = series.table("ftz_policy_history")
    events = events[events["area_km2_total"] != ""]
    events = events[events["event"].isin(["established", "expanded"]) & events["province"].isin(provinces)]
    areas = pd.DataFrame(setting("zone scope area usual"), index=[float(base_year())], columns=provinces)
    for _, event in events[events["event"] == "established"].iterrows():
        areas[event["province"]] = float(event["area_km2_total"])
    for _, event in events[events["event"] == "expanded"].sort_values("date").iterrows():
        areas = _expand(areas, str(event["province"]), _first_step(str(event["date"])), float(event["area_km2_total"]))
    areas.loc[float(HORIZON)] = areas.iloc[-1]
    return areas.sort_index().rename_axis("time")


def _expand(areas: pd.DataFrame, province: str, time: float, area: float) -> pd.DataFrame:
    areas.loc[time - rule("table step")] = areas.iloc[-1]
    areas.loc[time] = areas.iloc[-1]
    areas.loc[time, province] = area
    return areas


def _first_step(date: str) -> float:
    """First step of the table at or after a calendar date."""
    step = rule("table step")
    return float(np.ceil(to_model_time(decimal_year(date)) / step) * step)
