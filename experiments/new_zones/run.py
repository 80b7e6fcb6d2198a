"""A zone for each province without one, and for the paper's three together; ``python experiments/new_zones/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import band_table, percent_difference
from dualcirc.plots import heat_map, tiles
from dualcirc.study import Study


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result, years = study.sweep(), [2030, 2035, 2050]
        local, nation = percent_difference(result, "gdp"), percent_difference(result, "national_gdp")
        provinces = {name.lower().replace(" ", "_"): name for name in result["province"].values.tolist()}
        hosts = {
            name: band_table(local.sel(scenario=name, province=host, drop=True), years)
            for name, host in provinces.items()
            if name in result["scenario"].values
        }
        host_table = pd.concat(hosts, names=["scenario"])
        study.table("hosts", host_table, "GDP of the host, per cent of business as usual", readme=True)
        national = band_table(nation, years)
        study.table("nation", national, "National GDP, per cent of business as usual", readme=True)
        shown = local.sel(time=2035, draw=0, drop=True)
        study.figure(
            "provinces",
            lambda: heat_map(shown, "GDP by province in 2035", "difference to business as usual, per cent", result),
            "GDP by province in 2035, per cent",
        )
        three = result.sel(scenario=["baseline", "all_three"])
        study.figure(
            "all_three", lambda: tiles(three), "GDP by province in 2035 with the three zones that the paper names"
        )


if __name__ == "__main__":  # worker processes import this file
    main()
