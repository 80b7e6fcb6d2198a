"""What the five packages bring, alone and together; ``python experiments/recommendations/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import package_effects, package_table, present_value_per_cost, shapley, winners_and_losers
from dualcirc.analysis.compare import band
from dualcirc.analysis.packages import members_of
from dualcirc.plots import combinations, packages
from dualcirc.study import Study


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result, year = study.sweep(), 2035
        of = {ambition: members_of(result, ambition) for ambition in ("low", "central", "high")}
        tables = {
            (ambition, name): package_table(package_effects(result, name, year, members))
            for ambition, members in of.items()
            for name in ("gdp", "household_consumption")
        }
        table = pd.concat(tables, names=["ambition", "variable"])
        single = table.loc[[len(label) == 1 or label == "A+B+C+D+E" for label in table.index.get_level_values(2)]]
        study.table(
            "packages", single, f"Each package and all five, {year}, per cent of business as usual", readme=True
        )
        study.table(
            "combinations", table, f"All combinations, {year}, per cent; surplus: beyond the sum of single effects"
        )
        worth = band(shapley(package_effects(result, "gdp", year, of["central"])).sel(place="China", drop=True))
        value = pd.DataFrame({name: part.to_series() for name, part in worth._asdict().items()})
        study.table("shapley", value, f"Shapley value for GDP, central ambition, {year}, per cent", readme=True)
        whole = "packages_a_b_c_d_e_central"
        study.table(
            "provinces", winners_and_losers(result, whole, year), f"Consumption per head with all packages, {year}"
        )
        money = present_value_per_cost(
            result.sel(scenario=["baseline", *(f"packages_{x}_central" for x in "abcde"), whole])
        )
        central = money.sel(draw=0, place="China").drop_vars(["draw", "place", "level"], errors="ignore").to_dataframe()
        study.table(
            "cost",
            central[list(money.data_vars)],
            "Present values 2025-2050, billion yuan, and per yuan spent",
            readme=True,
        )
        central_members = of["central"]
        study.figure(
            "combinations", lambda: combinations(result, "gdp", year, members=central_members), "All 32 combinations"
        )
        study.figure(
            "packages", lambda: packages(result, "gdp", year, members=central_members), "Interactions and worth"
        )


if __name__ == "__main__":  # worker processes import this file
    main()
