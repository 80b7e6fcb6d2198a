"""Sobol indices of output and consumption; ``python experiments/global_sensitivity/run.py``."""

from pathlib import Path

from dualcirc.analysis import sobol_indices
from dualcirc.plots import sobol_bars
from dualcirc.study import Study

OUTCOMES = {"national_gdp": "GDP", "national_household_consumption": "Household consumption"}
COLUMNS = ["first", "first_conf", "total", "total_conf"]


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        for name, label in OUTCOMES.items():
            outcome = result[name].sel(scenario="baseline", draw=0, time=2035, drop=True)
            found, title = sobol_indices(result, outcome), f"{label} in 2035"
            labels = found["factor_label"].to_series()
            table = found[COLUMNS].to_dataframe()[COLUMNS].sort_values("total", ascending=False)
            study.table(name, table, f"{title}: shares of variance and half-widths of 95 % intervals", readme=True)
            first, second = ("{} ({:.0%})".format(labels[key], table["total"][key]) for key in table.index[:2])
            study.finding(f"{title}: most of the spread comes from {first} and {second}, total effects.")
            title = f"{title}: what its spread comes from"
            study.figure(name, lambda found=found, label=label: sobol_bars(found, f"{label} in 2035"), title)


if __name__ == "__main__":  # worker processes import this file
    main()
