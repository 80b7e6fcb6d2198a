"""Larger quota and city shops; ``python experiments/duty_free/run.py``."""

from pathlib import Path

import pandas as pd
import xarray as xr

from dualcirc.analysis import band_table, point_difference
from dualcirc.plots import heat_map
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
        frame = design.assign(sales=changes["duty_free_sales"].sel(draw=0, time=2035).values)
        table = frame.pivot(index="B8.quota", columns="B8.city_shops", values="sales").map(float)
        table = table.rename(index="{:,.0f} yuan".format, columns="{:.0f} shops".format)
        grid = xr.DataArray(table, attrs={"long_name": "Duty-free sales", "units": "billion CNY/year"})
        study.figure("sales", lambda: heat_map(grid, origin=result), "Duty-free sales in 2035 above business as usual")


if __name__ == "__main__":  # worker processes import this file
    main()
