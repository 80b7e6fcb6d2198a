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
        aims = objectives(result, 2026, 2035)
        central = aims.sel(draw=0, drop=True)
        fronts = {", ".join(chosen): pareto_front(central, chosen) for chosen in (THREE, FIVE)}
        counts = pd.Series({name: int(front.sum()) for name, front in fronts.items()}, name="mixes").rename_axis("aims")
        study.table("sizes", counts.to_frame(), "Mixes of 512 that no other one beats in all these aims", readme=True)
        front = fronts[", ".join(THREE)]
        study.table("front", pareto_table(central, front, result), "Mixes not beaten in growth, cost and risk at once")
        points = central.assign(pareto=front)
        study.figure("front", lambda: front_figure(points, "growth", "fiscal_cost", "risk"), "Growth, cost and risk")
        study.figure(
            "aims",
            lambda: pareto_parallel(points.isel(point=front.values)),
            "All five aims of the mixes not beaten in three",
        )
        worst = robustness(aims["growth"], option="point", direction="max")
        table = worst.to_dataframe().join(result["factor_values"].to_pandas()).nsmallest(10, "largest_regret")
        study.table(
            "robust", table, "The ten mixes with the least largest regret of growth, per cent a year", readme=True
        )
        wanted = (central["growth"] > central["growth"].quantile(0.75)) & (
            central["fiscal_cost"] < central["fiscal_cost"].median()
        )
        box = discover_box(result, wanted, density=0.5)
        study.table(
            "box",
            box.limits,
            "Shares of the packages where growth is in the upper quarter at less than median cost",
            readme=True,
        )
        cases = result["factor_values"].to_pandas().assign(of_interest=wanted.values)
        axes = list(dict.fromkeys([*box.limits.index, *cases]))[:2]
        study.figure("box", lambda: discovery(cases, box.limits, *axes), "Where growth is high at low cost")


if __name__ == "__main__":  # worker processes import this file
    main()
