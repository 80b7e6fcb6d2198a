"""What the zones did from 2013 to 2022, by undoing them; ``python experiments/no_zones/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import band_table, percent_difference
from dualcirc.plots import differences, tiles
from dualcirc.readable import with_band
from dualcirc.study import Study

NAMES = [f"national_{name}" for name in ("gdp", "household_consumption", "exports", "imports", "fdi_inflow")]


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        undone = {
            name: percent_difference(result, name).sel(scenario="no_zones", drop=True) for name in [*NAMES, "gdp"]
        }
        tables = {name: band_table(undone[name], [2015, 2018, 2022, 2035]) for name in NAMES}
        nation = pd.concat(tables, names=["variable"])
        study.table("nation", nation, "Without zones, per cent of the recorded history", readme=True)
        gdp, capital = (with_band(nation.loc[name, 2022]) for name in ("national_gdp", "national_fdi_inflow"))
        study.finding(f"Without zones GDP of 2022 would differ by {gdp} per cent, foreign investment by {capital}.")
        provinces = band_table(undone["gdp"], [2022]).droplevel("year").sort_values("central")
        study.table("provinces", provinces, "GDP by province without zones in 2022, per cent")
        for verb, name in {"lose most": provinces.index[0], "do best": provinces.index[-1]}.items():
            study.finding(f"{name} would {verb}: {with_band(provinces.loc[name])} per cent of its GDP in 2022.")
        study.figure("nation", lambda: differences(result, NAMES[:4]), "The nation without zones")
        study.figure("provinces", lambda: tiles(result, year=2022), "GDP by province without zones, 2022")


if __name__ == "__main__":  # worker processes import this file
    main()
