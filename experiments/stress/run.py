"""Shocks from outside, with and without safeguards; ``python experiments/stress/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import band_table, percent_difference, point_difference
from dualcirc.plots import differences
from dualcirc.study import Study

NAMES = ("national_gdp", "national_household_consumption", "national_exports", "national_fdi_inflow")


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result, years = study.sweep(), [2030, 2035, 2050]
        shocks = {name: band_table(percent_difference(result, name), years) for name in NAMES}
        table = pd.concat(shocks, names=["variable"])
        study.table(
            "shocks", table, "Per cent of the baseline at the same safeguards (point 0 without, 1 with)", readme=False
        )
        spared = {
            name: band_table(point_difference(result, name, point=0).sel(point=1, drop=True), years) for name in NAMES
        }
        study.table(
            "safeguards", pd.concat(spared, names=["variable"]), "What the safeguards add, per cent", readme=True
        )
        without = result.sel(point=0, drop=True)
        study.table(
            "without", table.xs(0, level="point"), "Shocks without safeguards, per cent of the baseline", readme=True
        )
        study.figure("shocks", lambda: differences(without, NAMES), "Shocks without safeguards")


if __name__ == "__main__":  # worker processes import this file
    main()
