"""Sobol indices of output and consumption; ``python experiments/global_sensitivity/run.py``."""

from pathlib import Path

from dualcirc.analysis import sobol_indices
from dualcirc.plots import sobol_bars
from dualcirc.study import Study

OUTCOMES = {"national_gdp": "GDP", "national_household_consumption": "Household consumption"}


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep()
        for name, label in OUTCOMES.items():
            outcome = result[name].sel(scenario="baseline", draw=0, time=2035, drop=True)
            found = sobol_indices(result, outcome)
            columns = ["first", "first_conf", "total", "total_conf"]
            table = found[columns].to_dataframe()[["factor_label", *columns]].sort_values("total", ascending=False)
            study.table(
                name, table, f"{label} in 2035: shares of variance and half-widths of 95 % intervals", readme=True
            )
            study.figure(
                name,
                lambda found=found, name=f"{label} in 2035": sobol_bars(found, name),
                f"{label} in 2035: what its spread comes from",
            )


if __name__ == "__main__":  # worker processes import this file
    main()
