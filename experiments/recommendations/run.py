"""What the five packages bring, alone and together; ``python experiments/recommendations/run.py``."""

from pathlib import Path

from dualcirc.analysis import package_tables, present_value_per_cost, shapley_table, winners_and_losers
from dualcirc.analysis.packages import members_of
from dualcirc.plots import combinations, packages
from dualcirc.readable import number, with_band
from dualcirc.study import Study

YEAR, ALL, WHOLE = 2035, "A+B+C+D+E", "packages_a_b_c_d_e_central"
BANDS = f"{YEAR}, per cent of business as usual"


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        table = package_tables(result, ["gdp", "household_consumption"], YEAR)
        shown = table[table.index.isin([*"ABCDE", ALL], level="combination")]
        study.table("packages", shown, f"Each package and all five, {BANDS}", readme=True, across="ambition")
        study.table("combinations", table, f"All combinations, {BANDS}; surplus: beyond the sum of single effects")
        row = table.loc["central", "gdp", ALL]
        study.finding(
            f"All five packages at central ambition move GDP of {YEAR} by {with_band(row, 'effect')} per cent; "
            f"{with_band(row, 'surplus')} points of it come from their working together."
        )
        worth = shapley_table(result, "gdp", YEAR, "central")
        study.table("shapley", worth, f"Shapley value for GDP, central ambition, {BANDS}", readme=True)
        best = worth["central"].idxmax()
        study.finding(f"Package {best} is worth most by its Shapley value: {with_band(worth.loc[best])} points.")
        change = winners_and_losers(result, WHOLE, YEAR)
        study.table("provinces", change, f"Consumption per head with all packages, {YEAR}")
        alone = [f"packages_{letter}_central" for letter in "abcde"]
        money = present_value_per_cost(result.sel(scenario=["baseline", *alone, WHOLE]))
        cost = money.sel(draw=0, place="China").to_dataframe()[list(money.data_vars)]
        study.table("cost", cost, "Present values 2025-2050, billion yuan, and per yuan spent", readme=True)
        gdp, eaten = (number(cost.loc[WHOLE, name]) for name in ("gdp_per_yuan", "consumption_per_yuan"))
        study.finding(f"A yuan spent on all five returns {gdp} yuan of GDP and {eaten} of consumption, present values.")
        members = members_of(result, "central")
        for name, draw in {"combinations": combinations, "packages": packages}.items():
            caption = {"combinations": "All 32 combinations", "packages": "Interactions and worth"}[name]
            study.figure(name, lambda draw=draw: draw(result, "gdp", YEAR, members=members), caption)


if __name__ == "__main__":  # worker processes import this file
    main()
