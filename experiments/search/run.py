"""Efficient and robust mixes of the five packages; ``python experiments/search/run.py``."""

from pathlib import Path

import pandas as pd

from dualcirc.analysis import discover_box, objectives, pareto_front, pareto_table, robustness
from dualcirc.plots import discovery, pareto_parallel
from dualcirc.plots import pareto_front as front_figure
from dualcirc.study import Study

THREE = {"growth": "max", "fiscal_cost": "min", "risk": "min"}
FIVE = {**THREE, "consumption_share": "max", "regional_gap": "min"}


def main() -> None:
    with Study(Path(__file__).parent) as study:
        result = study.sweep().sel(scenario="baseline", drop=True)
        aims, mixes = objectives(result, 2026, 2035), result["factor_values"].to_pandas()
        central = aims.sel(draw=0, drop=True)
        fronts = {", ".join(chosen).replace("_", " "): pareto_front(central, chosen) for chosen in (THREE, FIVE)}
        counts = pd.Series({name: int(front.sum()) for name, front in fronts.items()}, name="mixes").rename_axis("aims")
        study.table("sizes", counts.to_frame(), f"Mixes of {len(mixes)} that no other beats in all aims", readme=True)
        three, five = counts
        study.finding(f"Efficient in growth, cost and risk: {three} of {len(mixes)} mixes; in all five aims {five}.")
        front = next(iter(fronts.values()))
        study.table("front", pareto_table(central, front, result), "Mixes not beaten in growth, cost and risk at once")
        points = central.assign(pareto=front)
        study.figure("front", lambda: front_figure(points, "growth", "fiscal_cost", "risk"), "Growth, cost and risk")
        efficient = points.isel(point=front.values)
        study.figure("aims", lambda: pareto_parallel(efficient), "All five aims of the mixes not beaten in three")
        regret = robustness(aims["growth"], option="point", direction="max").to_dataframe().join(mixes)
        best = regret.nsmallest(10, "largest_regret")
        study.table("robust", best, "Mixes with the smallest largest regret of growth, per cent a year", readme=True)
        growth, cost = central["growth"], central["fiscal_cost"]
        wanted = (growth > growth.quantile(0.75)) & (cost < cost.median())
        box = discover_box(result, wanted, density=0.5)
        limits = box.limits.loc[:, ["low", "high", "quasi_p_low", "quasi_p_high"]]
        study.table("box", limits, "Shares where growth is in the upper quarter at less than median cost", readme=True)
        cases = mixes.assign(of_interest=wanted.values)
        axes = list(dict.fromkeys([*box.limits.index, *cases]))[:2]
        study.figure("box", lambda: discovery(cases, box.limits, *axes), "Where growth is high at low cost")


if __name__ == "__main__":  # worker processes import this file
    main()
