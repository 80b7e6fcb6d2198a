"""Calendar dates and model time; which dates a scenario may name.

Model time t is the middle of calendar year t: the rate at t = 2010 is the annual flow of 2010. So 1 January 2027, which
users write as 2027, stands at t = 2026.5. Everything that converts does it here.
"""

from __future__ import annotations

import re
from calendar import isleap
from datetime import date as day

from dualcirc.errors import DataError, Problem

FIRST_YEAR = 2010
"""Calendar year in which every run starts: no scenario can act before it."""

LAST_YEAR = 2050
"""Last calendar date that a scenario may name."""

POLICY_START = 2026
"""Recorded policy ends with 2025; a scenario that is no counterfactual acts from here."""

FULL_YEAR = 2030
"""Calendar year from which a lever has its new value where nothing else is said."""

NEVER = 9999.0
"""Opening year of a zone that is never opened; users write ``never``."""

HALF_YEAR = 0.5


def to_model_time(date: float) -> float:
    """Model time at which a calendar date, a decimal year, enters."""
    return date - HALF_YEAR


def to_calendar(time: float) -> float:
    """Calendar date, a decimal year, of a model time."""
    return time + HALF_YEAR


def decimal_year(text: str) -> float:
    """Calendar date as a decimal year: a month stands for its middle, a year for its first day.

    >>> round(decimal_year("2013-09-29"), 2)
    2013.74
    """
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return float(parts[0])
    if len(parts) == 2:
        return parts[0] + (parts[1] - 0.5) / 12.0
    days = 366 if isleap(parts[0]) else 365
    return parts[0] + (day(*parts).timetuple().tm_yday - 1) / days


def span(period: str) -> tuple[float, float]:
    """First and last calendar date, decimal years, of ``2020``, ``2019H1`` or ``2018-01 to 2018-10``.

    Raises
    ------
    DataError
        The text has another form.
    """
    if found := re.fullmatch(r"(\d{4})", period):
        return float(found[1]), float(found[1]) + 1.0
    if found := re.fullmatch(r"(\d{4})H([12])", period):
        start = float(found[1]) + 0.5 * (int(found[2]) - 1)
        return start, start + 0.5
    if found := re.fullmatch(r"(\d{4})-(\d{2}) to (\d{4})-(\d{2})", period):
        return float(found[1]) + (int(found[2]) - 1) / 12, float(found[3]) + int(found[4]) / 12
    raise DataError(Problem(f"unknown period '{period}'", expected="2020, 2019H1 or 2018-01 to 2018-10"))
