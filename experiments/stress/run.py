"""Shocks from outside, with and without safeguards; ``python experiments/stress/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import band_table, percent_difference, point_difference
from dualcirc.plots import differences
from dualcirc.plots.style import title_of
from dualcirc.readable import with_band
from dualcirc.study import Study

NAMES = ("national_gdp", "national_household_consumption", "national_exports", "national_fdi_inflow")
YEARS, YEAR = [2030, 2035, 2050], 2035


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        shocks = {name: band_table(percent_difference(result, name), YEARS) for name in NAMES}
        table = pd.concat(shocks, names=["variable"])
        study.table("shocks", table, "Per cent of the baseline at the same safeguards (point 0 without, 1 with)")
        spared = {name: point_difference(result, name, point=0).sel(point=1, drop=True) for name in NAMES}
        added = pd.concat({name: band_table(part, YEARS) for name, part in spared.items()}, names=["variable"])
        study.table("safeguards", added, "What the safeguards add, per cent", readme=True)
        bare = table.xs(0, level="point")
        study.table("without", bare, "Shocks without safeguards, per cent of the baseline", readme=True)
        for name, row in bare.loc["national_gdp"].xs(YEAR, level="year").iterrows():
            study.finding(
                f"{title_of(result, name)}: GDP in {YEAR} moves by {with_band(row)} per cent without safeguards."
            )
        calm, hard = (with_band(added.loc["national_gdp", name, YEAR]) for name in ("baseline", "blockade"))
        study.finding(f"Safeguards add {calm} per cent of GDP in calm times and {hard} under a blockade.")
        study.figure("shocks", lambda: differences(result.sel(point=0, drop=True), NAMES), "Shocks without safeguards")


if __name__ == "__main__":  # worker processes import this file
    main()
