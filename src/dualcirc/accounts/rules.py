"""Numbers with an economic meaning that the accounts use: ``model/data/account_rules.csv``."""

from __future__ import annotations

from dualcirc.errors import DataError, Problem, did_you_mean
from dualcirc.files import series


def rule(name: str) -> float:
    """Value of one rule, in the unit stated in its row."""
    rows = series.table("account_rules").set_index("name")["value"]
    if name not in rows.index:
        mend = did_you_mean(name, list(rows.index), listing="All rules are in model/data/account_rules.csv.")
        raise DataError(Problem(f"unknown rule '{name}'", file="account_rules.csv", mend=mend))
    return float(rows[name])


def base_year() -> int:
    """Calendar year of the base accounts."""
    return int(rule("base year"))


def price_year() -> int:
    """Calendar year whose prices are used."""
    return int(rule("price year"))
