"""How well the model meets history: in the years it was fitted to, and in years it was not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dualcirc.calibrate.fit import Fit, fit, overrides
from dualcirc.calibrate.observations import FITTED, Observations, observations
from dualcirc.calibrate.paths import TRENDS
from dualcirc.calibrate.settings import setting
from dualcirc.engine import Engine

Array = NDArray[np.float64]

PANDEMIC = "pandemic shock"


def _gap(modelled: Array, observed: Array) -> float:
    """Mean absolute percentage error."""
    return float(100.0 * np.mean(np.abs(modelled / observed - 1.0)))


def fit_table(output: Mapping[str, Array], observed: Observations, free_numbers: int) -> pd.DataFrame:
    """Error of the model against history by series, with what was fitted.

    Parameters
    ----------
    output
        One run, (saved time, ...), billion CNY (2020 prices) a year, from the base year on.
    observed
        Published volumes over the years to compare.
    free_numbers
        Free numbers of the fit, stated in the table's attributes.

    Returns
    -------
    pandas.DataFrame
        Rows: series. Columns: ``mape`` and ``worst`` in per cent, ``fitted``.
    """
    years = len(observed.years)
    gdp, truth = output["GDP"][:years], observed.gdp.transpose("year", "province").values
    rows = {
        "GDP, 31 provinces": (gdp, truth, "deviations partially pooled"),
        "GDP, nation": (gdp.sum(-1), truth.sum(-1), "through its components"),
    }
    for item in ("household consumption", "government consumption", "investment", "exports", "imports"):
        series = (output[item][:years].sum(-1), observed.components.sel(item=item).values)
        rows[f"{item}, nation"] = (*series, "path backed out" if item in FITTED else "no")
    rows["FDI inflow, nation"] = (output["FDI inflow"][:years].sum(-1), observed.fdi.values, "path backed out")
    table = pd.DataFrame(
        {name: {"mape": _gap(a, b), "worst": 100 * np.abs(a / b - 1).max(), "fitted": how} for name, (a, b, how) in rows.items()}
    ).T
    table.attrs = {"free_numbers": free_numbers, "first": int(observed.years[0]), "last": int(observed.years[-1])}
    return table


def drift_after(estimate: Fit) -> dict[str, float]:
    """Mean growth of each national path over its last fitted years, 1/year."""
    years = int(setting("holdout drift years"))
    logs = estimate.free.trends(estimate.vector)
    return {name: float(row[-1] - row[-1 - years]) / years for name, row in zip(TRENDS, logs, strict=True)}


def holdout_table(engine: Engine, last_fitted: int, last_observed: int) -> pd.DataFrame:
    """Error after the last fitted year, beside a random walk and a drift.

    Returns
    -------
    pandas.DataFrame
        Rows: series. Columns: model with the pandemic as assumed for 2020-2022, model without it, random walk (the last
        fitted year held), drift (mean growth since the base year). Mean absolute percentage error of the years after
        ``last_fitted``.
    """
    estimate, observed = fit(engine, last_fitted), observations(last_observed)
    inputs = overrides(estimate.tables(drift_after(estimate)), engine.grid)
    calm = inputs | {PANDEMIC: np.zeros_like(engine.data_path(PANDEMIC))}
    output = engine.run([inputs, calm])
    fitted, total = last_fitted - int(observed.years[0]) + 1, len(observed.years)
    rows = {}
    for name, truth, pick in _series(observed):
        model = [_gap(pick(output, run)[fitted:total], truth[fitted:]) for run in (0, 1)]
        rows[name] = [*model, *(_gap(guess, truth[fitted:]) for guess in _naive(truth, fitted))]
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["model", "model without the pandemic", "random walk", "drift"]
    )


def _series(observed: Observations):  # type: ignore[no-untyped-def]
    """Name, observed values (year, ...), and how to pick the same out of a run."""
    yield "GDP, 31 provinces", observed.gdp.transpose("year", "province").values, lambda out, run: out["GDP"][run]
    yield "GDP, nation", observed.gdp.sum("province").values, lambda out, run: out["GDP"][run].sum(-1)
    for item in observed.components["item"].values:
        values = observed.components.sel(item=item).values
        yield f"{item}, nation", values, lambda out, run, item=item: out[str(item)][run].sum(-1)


def _naive(truth: Array, fitted: int) -> tuple[Array, Array]:
    """Random walk and drift from the fitted years, for the years after."""
    last = truth[fitted - 1]
    growth = (last / truth[0]) ** (1.0 / (fitted - 1))
    ahead = np.arange(1, len(truth) - fitted + 1).reshape(-1, *([1] * last.ndim))
    return np.broadcast_to(last, truth[fitted:].shape), last * growth**ahead
