"""Recorded policy in model time: zones, negative lists, the duty-free quota."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from dualcirc.accounts.rules import base_year, rule
from dualcirc.errors import DataError, Problem
from dualcirc.files import paths
from dualcirc.files.calendar import NEVER, decimal_year, to_model_time
from dualcirc.files.series import province_names, table

ZONE_LIST = "FTZ_foreign_investment"
NATIONAL_LIST = "national_foreign_investment"
ACCESS_LIST = "market_access"
SERVICES_NATIONAL_LIST = "cross_border_services_national"
SERVICES_ZONE_LIST = "cross_border_services_FTZ"
MANUFACTURING = "manufacturing"
QUOTA = "quota_per_person_year"
SHARES_CLOSE = 1e-12
"""Largest distance of the sum of shares from one."""


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


def _list_items(name: str) -> pd.DataFrame:
    """Versions of one list that the baseline carries: version, date in model time and items in comparable units."""
    rows = table("negative_list")
    rows = rows[rows["list"] == name]
    if rows.empty:
        raise DataError(Problem(f"no list '{name}'", file="negative_list.csv"))
    dates = [decimal_year(str(day)) for day in rows["effective"]]
    old_units = (rows["year_of_version"] < rule("zone list recount year")) & (name == ZONE_LIST)
    factor = np.where(old_units, rule("zone list unit factor"), 1.0)
    items = {"version": rows["year_of_version"], "items": rows["items"] * factor, "time": map(to_model_time, dates)}
    return pd.DataFrame(items)[np.array(dates) < rule("policy last date")]


def domain_shares() -> pd.Series:
    """Share of each domain in the entries of a list for foreign investment while manufacturing has some."""
    shares = table("domains", paths.tables_dir()).set_index("Domain")["domain share"]
    if abs(shares.sum() - 1.0) > SHARES_CLOSE:
        raise DataError(Problem(f"shares of domains add to {shares.sum():g}", file="domains.csv", expected="1"))
    return shares


def _by_domain(name: str, free_version: float) -> pd.DataFrame:
    versions, share = _list_items(name), domain_shares()
    total, usual = versions["items"], float(share[MANUFACTURING])
    reference = float(_list_items(NATIONAL_LIST)["items"].iloc[0])
    free = float(total[versions["version"] == free_version].iloc[0])
    fading = usual * reference * (total - free).clip(lower=0.0) / (reference - free)
    manufacturing = fading.where(total < reference, usual * total)
    columns = {}
    for domain in share.index:
        others = (total - manufacturing) * share[domain] / (1.0 - usual)
        items = list(manufacturing if domain == MANUFACTURING else others)
        columns[domain] = held_path(list(versions["time"]), items, before=items[0])
    # Steps add up: without rounding an entry that is gone would leave dust.
    return pd.DataFrame(columns).sort_index().ffill().round(12)


def zone_negative_list() -> pd.DataFrame:
    """Entries of the zone list by domain, index model time, items; held between rows, first item held back.

    Notes
    -----
    Only totals are published, and when manufacturing left the list. Its entries fall in proportion to the total, from
    its usual share of the reference list to nothing in the version that frees it; the rest is spread over the other
    domains by their shares. The two entries of manufacturing that the national list of 31 still had come out as 0.7.
    """
    return _by_domain(ZONE_LIST, rule("zone manufacturing free version"))


def national_negative_list() -> pd.DataFrame:
    """Entries of the national list by domain, index model time, items; made as `zone_negative_list` is."""
    return _by_domain(NATIONAL_LIST, rule("national manufacturing free version"))


def policy_lists() -> pd.DataFrame:
    """Entries of the lists for market access and for services across the border, index model time, items.

    Notes
    -----
    The first count for market access is held back. Before a zone list for services the national one of the same day is
    the reference; the list of Hainan, one province, is left out.
    """
    access, services = _list_items(ACCESS_LIST), _list_items(SERVICES_ZONE_LIST)
    reference = float(_list_items(SERVICES_NATIONAL_LIST)["items"].iloc[0])
    items = list(access["items"])
    columns = {
        "market access list items": held_path(list(access["time"]), items, before=items[0]),
        "cross border services list items": held_path(
            list(services["time"]), list(services["items"]), before=reference
        ),
    }
    return pd.DataFrame(columns).sort_index().ffill()


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
