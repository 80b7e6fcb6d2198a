"""Loops of the baseline and of scenarios: what drives a stock, and its difference to the baseline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.engine.inputs import Overrides
from dualcirc.engine.trace import Moments, Trace
from dualcirc.loops.dominance import by_year, dominant, periods, polarity
from dualcirc.loops.families import MOST_LOOPS, Family, families, find_loops, on_loops, relative, stock_node
from dualcirc.loops.links import LinkScores, Node, link_scores, structure
from dualcirc.translate.ir import FloatArray, Model

OVER_TIME, TO_BASELINE = "over time", "to baseline"
VIEWS = (OVER_TIME, TO_BASELINE)
"""What changes: the state of a run from step to step, or that of the baseline to that of the scenario."""

ARROW = " > "


@dataclass(frozen=True)
class Analysis:
    """Loops through one stock, in every scenario and view."""

    stock: str
    shares: xr.Dataset
    """``reinforcing`` and ``balancing``, fractions, (case, loop, year): mean positive and negative part of the relative
    score. Their absolute values sum to 1 over loops, or to 0 where nothing changes."""
    table: pd.DataFrame
    """One row for each case and loop."""
    loops: int
    """Elementary loops summed, the largest number of a case."""
    weakest: float
    """Links that on average explain no larger share of a change were left out, the largest of a case."""


def analyse(
    trace: Trace,
    runs: Mapping[str, Overrides],
    stock: str,
    baseline: str,
    *,
    published: bool = False,
    most: int = MOST_LOOPS,
) -> Analysis:
    """
    Shares of the loops through a stock.

    Parameters
    ----------
    trace
        The model.
    runs
        What each scenario replaces; the baseline is among them.
    stock
        Name of the stock.
    baseline
        Scenario that the others are compared with.
    published
        Scores as published; see :func:`families`.
    most
        Number of elementary loops beyond which the weakest links are left out.
    """
    model = trace.model
    links = on_loops(structure(trace))
    node = stock_node(model, links, stock)
    scores = dict(_scores(trace, links, runs, baseline))
    # Case by case, so that what is told of one does not depend on the others.
    found = {case: find_loops(one, node, most) for case, one in scores.items()}
    summed = {case: families(found[case].loops, one, node, published=published) for case, one in scores.items()}
    steps = {case: trace.grid[: _pairs(one)] for case, one in scores.items()}
    shares = _dataset(model, summed, steps)
    number = max(len(one.loops) for one in found.values())
    weakest = max(one.weakest for one in found.values())
    return Analysis(model.states[node.name].owner, shares, _table(shares), number, weakest)


def _scores(
    trace: Trace, links: Mapping[Node, tuple[Node, ...]], runs: Mapping[str, Overrides], baseline: str
) -> Iterable[tuple[tuple[str, str], LinkScores]]:
    """Link scores by scenario and view."""
    base = trace.run(runs[baseline])
    steps = np.arange(len(trace.grid))
    for name, overrides in runs.items():
        run: Moments = base if name == baseline else trace.run(overrides)
        yield (name, OVER_TIME), link_scores(trace, links, run.pick(steps[:-1]), run.pick(steps[1:]))
        if name != baseline:
            yield (name, TO_BASELINE), link_scores(trace, links, base, run)


def _pairs(scores: LinkScores) -> int:
    return len(next(iter(scores.share.values())))


def _dataset(
    model: Model, summed: Mapping[tuple[str, str], Sequence[Family]], times: Mapping[tuple[str, str], FloatArray]
) -> xr.Dataset:
    """Shares by case, loop and year; loops in the order of their mean share over all cases."""
    chosen = {family.stocks: family for found in reversed(list(summed.values())) for family in found}
    parts = {
        case: by_year(_aligned(found, list(chosen), len(times[case])), times[case]) for case, found in summed.items()
    }
    years = sorted({year for found, _, _ in parts.values() for year in found})
    up = np.stack([_spread(found, positive, years) for found, positive, _ in parts.values()])
    down = np.stack([_spread(found, negative, years) for found, _, negative in parts.values()])
    order = np.argsort(-(up - down).sum(axis=(0, 2)), kind="stable")
    listed = [list(chosen.values())[place] for place in order]
    dims = ("case", "loop", "year")
    return xr.Dataset(
        {"reinforcing": (dims, up[:, order]), "balancing": (dims, down[:, order])},
        {
            "loop": [f"L{place + 1}" for place in range(len(order))],
            "year": years,
            "scenario": ("case", [name for name, _ in parts]),
            "view": ("case", [view for _, view in parts]),
            "stocks": ("loop", [ARROW.join(_owners(model, family.stocks)) for family in listed]),
            "through": ("loop", [ARROW.join(_path(model, family)) for family in listed]),
            "members": ("loop", [family.members for family in listed]),
        },
    )


def _aligned(found: Sequence[Family], keys: Sequence[tuple[Node, ...]], pairs: int) -> FloatArray:
    """Relative scores of all families, (key, pair); 0 for those that a case does not have."""
    result = np.zeros((len(keys), pairs))
    place = {key: row for row, key in enumerate(keys)}
    if found:  # a scenario that changes nothing has no active loop
        result[[place[family.stocks] for family in found]] = relative(found)
    return result


def _spread(found: Sequence[int], values: FloatArray, years: Sequence[int]) -> FloatArray:
    """Values over all years, 0 where a case does not reach."""
    result = np.zeros((values.shape[0], len(years)))
    result[:, [years.index(year) for year in found]] = values
    return result


def _owners(model: Model, stocks: Sequence[Node]) -> list[str]:
    """Variables that hold the stocks, each once: the compartments of a delay are one."""
    return list(dict.fromkeys(model.states[stock.name].owner for stock in stocks))


def _path(model: Model, family: Family) -> list[str]:
    """Variables of the strongest member in causal order, stocks under the name of the variable that holds them."""
    names = [model.states[node.name].owner if node.is_state else node.name for node in family.strongest.nodes]
    return list(dict.fromkeys(names))


def _table(shares: xr.Dataset) -> pd.DataFrame:
    """One row for each case and loop that is active in it: stocks, polarity, shares, years of dominance."""
    rows = []
    years = shares["year"].values.tolist()
    for case in range(shares.sizes["case"]):
        up, down = (shares[side].values[case] for side in ("reinforcing", "balancing"))
        leads = dominant(up, down)
        active = (up - down).sum(axis=0) > 0
        for place in range(shares.sizes["loop"]):
            size = up[place] - down[place]
            if size.sum() == 0:
                continue
            peak = int(np.argmax(size))
            rows.append(
                {
                    "scenario": str(shares["scenario"].values[case]),
                    "view": str(shares["view"].values[case]),
                    "loop": str(shares["loop"].values[place]),
                    "stocks": str(shares["stocks"].values[place]),
                    "strongest_path": str(shares["through"].values[place]),
                    "pathways": int(shares["members"].values[place]),
                    "polarity": polarity(up[place], down[place]),
                    "mean_share": float(size[active].mean()),
                    "largest_share": float(size[peak]),
                    "year_of_largest": years[peak],
                    "dominates": periods(years, leads[place].tolist()),
                }
            )
    table = pd.DataFrame(rows)
    order = table.groupby(["scenario", "view"], sort=False).ngroup()
    return table.iloc[np.lexsort((-table["mean_share"], order))].reset_index(drop=True)
