"""Larger quota and city shops; ``python experiments/duty_free/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import band_table, point_difference
from dualcirc.study import Study

NAMES = ("duty_free_sales", "national_household_consumption", "national_imports", "national_policy_outlays")


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep().sel(scenario="baseline", drop=True)
        design = result["factor_values"].to_pandas()
        changes = {name: point_difference(result, name, "absolute", point=0) for name in NAMES if name in result}
        table = pd.concat(
            {name: band_table(change, [2030, 2035]) for name, change in changes.items()}, names=["variable"]
        )
        study.table(
            "changes",
            table.join(design, on="point"),
            "Against the recorded quota and no more shops, billion yuan",
            readme=True,
        )


if __name__ == "__main__":  # worker processes import this file
    main()
