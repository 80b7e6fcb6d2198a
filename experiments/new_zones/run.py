"""A zone for each province without one, and for the paper's three together; ``python experiments/new_zones/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import band_table, percent_difference
from dualcirc.plots import heat_map, tiles
from dualcirc.readable import with_band
from dualcirc.study import Study

YEARS, YEAR = [2030, 2035, 2050], 2035


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        local, nation = percent_difference(result, "gdp"), percent_difference(result, "national_gdp")
        provinces = {name.lower().replace(" ", "_"): name for name in result["province"].values.tolist()}
        alone = {name: host for name, host in provinces.items() if name in result["scenario"].values}
        gains = {name: band_table(local.sel(scenario=name, province=alone[name], drop=True), YEARS) for name in alone}
        hosts = pd.concat(gains, names=["scenario"])
        study.table("hosts", hosts, "GDP of the host, per cent of business as usual", readme=True)
        national = band_table(nation, YEARS)
        study.table("nation", national, "National GDP, per cent of business as usual", readme=True)
        single = hosts.xs(YEAR, level="year").sort_values("central")
        for verb, name in {"most": single.index[-1], "least": single.index[0]}.items():
            gain = with_band(single.loc[name])
            study.finding(f"{alone[name]} gains {verb} from a zone of its own: {gain} per cent of GDP in {YEAR}.")
        three = with_band(national.loc["all_three", YEAR])
        study.finding(f"The three zones that the paper names move national GDP in {YEAR} by {three} per cent.")
        shown, unit = local.sel(time=YEAR, draw=0, drop=True), "difference to business as usual, per cent"
        title = f"GDP by province in {YEAR}"
        study.figure("provinces", lambda: heat_map(shown, title, unit, result), f"{title}, per cent")
        named = result.sel(scenario=["baseline", "all_three"])
        study.figure("all_three", lambda: tiles(named), f"{title} with the three zones that the paper names")


if __name__ == "__main__":  # worker processes import this file
    main()
