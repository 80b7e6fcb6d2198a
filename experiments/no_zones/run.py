"""What the zones did from 2013 to 2022, by undoing them; ``python experiments/no_zones/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import band_table, percent_difference
from dualcirc.plots import differences, tiles
from dualcirc.study import Study


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        names = (
            "national_gdp",
            "national_household_consumption",
            "national_exports",
            "national_imports",
            "national_fdi_inflow",
        )
        undone = {
            name: band_table(
                percent_difference(result, name).sel(scenario="no_zones", drop=True), [2015, 2018, 2022, 2035]
            )
            for name in names
        }
        study.table(
            "nation",
            pd.concat(undone, names=["variable"]),
            "Without zones, per cent of the recorded history",
            readme=True,
        )
        by_province = band_table(percent_difference(result, "gdp").sel(scenario="no_zones", drop=True), [2022])
        study.table("provinces", by_province, "GDP by province without zones in 2022, per cent", readme=False)
        study.figure("nation", lambda: differences(result, names[:4]), "The nation without zones")
        study.figure("provinces", lambda: tiles(result, year=2022), "GDP by province without zones, 2022")


if __name__ == "__main__":  # worker processes import this file
    main()
