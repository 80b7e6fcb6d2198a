"""One lever or outside condition at a time; ``python experiments/lever_tornado/run.py``."""

from pathlib import Path

from dualcirc.analysis import one_at_a_time, point_difference, theil_decomposition, tornado_table
from dualcirc.plots import tornado
from dualcirc.study import Study

OUTCOMES = {"national_gdp": "GDP", "national_household_consumption": "household consumption"}


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        for name, label in OUTCOMES.items():
            change = point_difference(result, name).sel(scenario="baseline", draw=0, time=2035, drop=True)
            table = tornado_table(one_at_a_time(result, change))
            caption = f"{label[:1].upper()}{label[1:]} in 2035, per cent of business as usual"
            study.table(name, table, caption, readme=name == "national_gdp")
            study.figure(name, lambda table=table, caption=caption: tornado(table, caption.split(",")[0], "%"), caption)
        gap = theil_decomposition(result)["total"].sel(scenario="baseline", draw=0, time=2035, drop=True)
        study.table("theil", tornado_table(one_at_a_time(result, gap)), "Theil index of GDP per head in 2035, fraction")


if __name__ == "__main__":  # worker processes import this file
    main()
