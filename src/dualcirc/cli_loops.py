"""Command ``loops``: which feedback loops drive a stock, in the baseline and in scenarios, and when."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from dualcirc.terminal import console, show

if TYPE_CHECKING:
    import pandas as pd

    from dualcirc.files.registry import Registry
    from dualcirc.loops import Analysis
    from dualcirc.sweep.plan import Plan

STOCK = "Capital"
"""Stock through which growth runs; any other can be asked for."""

SHOWN = 6


def loops_command(
    out: Annotated[Path, typer.Option("--out", help="Folder for tables and figures.")],
    scenarios: Annotated[
        list[str] | None, typer.Argument(help="Names in experiments/scenarios/, or paths; the baseline alone if none.")
    ] = None,
    stock: Annotated[str, typer.Option("--stock", help="Stock whose behaviour is explained.")] = STOCK,
    published: Annotated[
        bool, typer.Option("--published", help="Scores as published, without the correction for quick adjustments.")
    ] = False,
) -> None:
    """Tell which feedback loops drive a stock, and when: tables and figures (docs/loops.md tells how to read them)."""
    from dualcirc.engine.trace import Trace
    from dualcirc.loops import analyse
    from dualcirc.results.schema import BASELINE
    from dualcirc.sweep.model import load_model
    from dualcirc.sweep.plan import make_plan, source_hashes
    from dualcirc.sweep.run import overrides_of

    plan = make_plan(scenarios or [BASELINE], 0, out, with_baseline=True)
    model = load_model()
    trace = Trace(model)
    runs = {scenario.name: overrides_of(scenario, trace) for scenario in plan.scenarios}
    analysis = analyse(trace, runs, stock, BASELINE, published=published)
    analysis.shares.attrs |= {"model_hash": model.digest, **source_hashes()}
    files = _write(analysis, plan, out)
    _show(analysis.table, stock)
    console().print(f"{analysis.loops:,} loops lead through {stock}.")
    if analysis.weakest:
        console().print(
            f"Links that explain less than {100 * analysis.weakest:g} % of a change on average are left out."
        )
    console().print(f"Tables and figures: {len(files)} files in {escape(str(out))}")


def _write(analysis: Analysis, plan: Plan, out: Path) -> list[Path]:
    """Tables and one figure a scenario."""
    from dualcirc.plots import style
    from dualcirc.plots.loops import loop_shares
    from dualcirc.results.io import save_text

    written = []
    for name, table in (("loops", analysis.table), ("loop_shares", _long(analysis))):
        save_text(table.to_csv(index=False, float_format="%.6g", lineterminator="\n"), out / f"{name}.csv")
        written.append(out / f"{name}.csv")
    labels = _labels(plan.registry)
    for scenario in plan.scenarios:
        words = labels.get(analysis.stock, analysis.stock)
        with style.styled():
            figure = loop_shares(analysis.shares, scenario.name, labels, words, scenario.title_en)
            written += style.save(figure, out, f"loops_{scenario.name}")
    return written


def _labels(registry: Registry) -> dict[str, str]:
    return {name: variable.label_en for name, variable in registry.variables.items()}


def _long(analysis: Analysis) -> pd.DataFrame:
    """Shares by scenario, view, loop and year; loops without a share left out."""
    frame = analysis.shares[["reinforcing", "balancing"]].to_dataframe().reset_index()
    active = frame[(frame["reinforcing"] != 0) | (frame["balancing"] != 0)]
    return active[["scenario", "view", "loop", "year", "reinforcing", "balancing"]]


def _show(table: pd.DataFrame, stock: str) -> None:
    """Print the strongest loops of the baseline over time, and of the difference of every other scenario to it."""
    differs = set(table.loc[table["view"] == "to baseline", "scenario"])
    for (scenario, view), rows in table.groupby(["scenario", "view"], sort=False):
        if view == "over time" and scenario in differs:
            continue  # nearly the same as that of the baseline; the table on disk has it
        first = rows.head(SHOWN)[["loop", "mean_share", "polarity", "stocks"]].set_index("loop")
        show(first, f"{scenario}, {view}: strongest loops through {stock}", "{:.2f}".format)
