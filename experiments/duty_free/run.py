"""Larger quota and city shops; ``python experiments/duty_free/run.py``."""

from pathlib import Path

import pandas as pd
import xarray as xr

from dualcirc.analysis import band_table, point_difference
from dualcirc.plots import heat_map
from dualcirc.readable import with_band
from dualcirc.study import Study

NAMES = ("duty_free_sales", "national_household_consumption", "national_imports", "national_policy_outlays")
QUOTA, SHOPS = "B8.quota", "B8.city_shops"


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep().sel(scenario="baseline", drop=True)
        design = result["factor_values"].to_pandas()
        changes = {name: point_difference(result, name, "absolute", point=0) for name in NAMES}
        parts = {name: band_table(change, [2030, 2035]) for name, change in changes.items()}
        table = pd.concat(parts, names=["variable"]).join(design, on="point").reset_index().drop(columns="point")
        moved = table[table[[QUOTA, SHOPS]].ne(design.iloc[0]).any(axis=1)]
        study.table("changes", moved, "Against the recorded quota and no more shops, billion yuan", readme=True)
        largest = moved.set_index(["year", QUOTA, SHOPS, "variable"]).sort_index().loc[(2035, *design.max())]
        sales, spent = (with_band(largest.loc[name]) for name in NAMES[:2])
        study.finding(f"Quota and shops at their most: sales of 2035 up {sales} billion yuan, consumption {spent}.")
        sales_2035 = design.assign(sales=changes[NAMES[0]].sel(draw=0, time=2035).values)
        wide = sales_2035.pivot(index=QUOTA, columns=SHOPS, values="sales").map(float)
        wide = wide.rename(index="{:,.0f} yuan".format, columns="{:.0f} shops".format)
        grid = xr.DataArray(wide, attrs={"long_name": "Duty-free sales", "units": "billion CNY/year"})
        study.figure("sales", lambda: heat_map(grid, origin=result), "Duty-free sales in 2035 above business as usual")


if __name__ == "__main__":  # worker processes import this file
    main()
