"""One lever or outside condition at a time; ``python experiments/lever_tornado/run.py``."""

from pathlib import Path

from dualcirc.analysis import one_at_a_time, point_difference, theil_decomposition, tornado_table
from dualcirc.plots import tornado
from dualcirc.readable import number
from dualcirc.study import Study

OUTCOMES = {"national_gdp": "GDP", "national_household_consumption": "Household consumption"}


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        for name, label in OUTCOMES.items():
            change = point_difference(result, name).sel(scenario="baseline", draw=0, time=2035, drop=True)
            table, title = tornado_table(one_at_a_time(result, change)), f"{label} in 2035"
            study.table(name, table, f"{title}, per cent of business as usual", readme=name == "national_gdp")
            levers = table[table.index.isin(study.registry.levers)].iloc[:3]
            sizes = [f"{row['label']} ({number(row['outcome_high'])} per cent)" for _, row in levers.iterrows()]
            study.finding(f"{title}, levers that move it most at high ambition: {'; '.join(sizes)}.")
            caption = f"{title}, per cent of business as usual"
            study.figure(name, lambda table=table, title=title: tornado(table, title, "%"), caption)
        gap = theil_decomposition(result)["total"].sel(scenario="baseline", draw=0, time=2035, drop=True)
        study.table("theil", tornado_table(one_at_a_time(result, gap)), "Theil index of GDP per head in 2035, fraction")


if __name__ == "__main__":  # worker processes import this file
    main()
