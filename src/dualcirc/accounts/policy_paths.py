"""Recorded policy in model time: zones, negative lists, the duty-free quota."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from dualcirc.accounts.rules import base_year, rule
from dualcirc.errors import DataError, Problem
from dualcirc.files.calendar import NEVER, decimal_year, to_model_time
from dualcirc.files.series import province_names, table

ZONE_LIST = "FTZ_foreign_investment"
NATIONAL_LIST = "national_foreign_investment"
QUOTA = "quota_per_person_year"


def held_path(times: Sequence[float], values: Sequence[float], before: float) -> pd.Series:
    """Path of a held quantity on the grid of the model, index model time, only where it changes.

    Parameters
    ----------
    times, values
        Dates of change in model time, rising, and the value from each date on.
    before
        Value before the first date.

    Notes
    -----
    Each grid value is the mean over the step that it opens, so a date off the grid enters as the share of the step it
    covers: one value between the old and the new one, then the new one.
    """
    if any(later <= earlier for earlier, later in pairwise(times)):
        raise DataError(Problem(f"dates of change do not rise: {list(times)}", expected="rising dates"))
    step, start = rule("table step"), float(base_year())
    last = max(int(np.floor((times[-1] - start) / step)) + 1, 0) if len(times) else 0
    grid = start + step * np.arange(last + 1)
    path = np.full(grid.size, float(before))
    for change, new, old in zip(times, values, [before, *values[:-1]], strict=True):
        covered = np.clip((grid + step - change) / step, 0.0, 1.0)
        path = path + (new - old) * covered
    changes = np.concatenate([[True], np.abs(np.diff(path)) > 0.0])
    return pd.Series(path[changes], index=pd.Index(grid[changes], name="time"))


def _list_items(name: str) -> tuple[list[float], list[float]]:
    rows = table("negative_list")
    rows = rows[rows["list"] == name]
    if rows.empty:
        raise DataError(Problem(f"no list '{name}'", file="negative_list.csv"))
    recount = rule("zone list recount year") if name == ZONE_LIST else -np.inf
    times, items = [], []
    for version, count, effective in zip(rows["year_of_version"], rows["items"], rows["effective"], strict=True):
        calendar = decimal_year(str(effective))
        if calendar < rule("policy last date"):
            times.append(to_model_time(calendar))
            items.append(float(count) * (rule("zone list unit factor") if version < recount else 1.0))
    return times, items


def negative_lists() -> pd.DataFrame:
    """Items of the zone list and of the national list, index model time; held between rows, first item held back."""
    columns = {"zone negative list items": ZONE_LIST, "national negative list items": NATIONAL_LIST}
    paths = {}
    for column, name in columns.items():
        times, items = _list_items(name)
        paths[column] = held_path(times, items, before=items[0])
    return pd.DataFrame(paths).sort_index().ffill()


def duty_free_quota() -> pd.DataFrame:
    """Duty-free quota of Hainan, index model time, CNY per person and year; nothing before its start."""
    rows = table("duty_free")
    rows = rows[rows["series"] == QUOTA]
    times = [to_model_time(decimal_year(str(text))) for text in rows["period"]]
    path = held_path(times, [float(value) for value in rows["value"]], before=0.0)
    return path.to_frame("duty free quota")


def zone_openings() -> pd.Series:
    """Opening of the zone of each province as a calendar date (decimal year), index province; 9999 is never."""
    rows = table("ftz_policy_history")
    rows = rows[rows["event"] == "established"]
    dates = {str(name): decimal_year(str(day)) for name, day in zip(rows["province"], rows["date"], strict=True)}
    recorded = {name: day for name, day in dates.items() if day < rule("policy last date")}
    openings = {name: recorded.get(name, NEVER) for name in province_names()}
    return pd.Series(openings, name="zone opening year").rename_axis("Province")
