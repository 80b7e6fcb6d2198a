"""Calendar dates and model time; which dates a scenario may name.

Model time t is the middle of calendar year t: the rate at t = 2010 is the annual flow of 2010. So 1 January 2027, which
users write as 2027, stands at t = 2026.5. Only the scenario reader and ``dualcirc.observe`` convert.
"""

from __future__ import annotations

FIRST_YEAR = 2010
"""Calendar year in which every run starts: no scenario can act before it."""

LAST_YEAR = 2050
"""Last calendar date that a scenario may name."""

POLICY_START = 2026
"""Recorded policy ends with 2025; a scenario that is no counterfactual acts from here."""

NEVER = 9999.0
"""Opening year of a zone that is never opened; users write ``never``."""

HALF_YEAR = 0.5


def to_model_time(date: float) -> float:
    """Model time at which a calendar date, a decimal year, enters."""
    return date - HALF_YEAR


def to_calendar(time: float) -> float:
    """Calendar date, a decimal year, of a model time."""
    return time + HALF_YEAR
