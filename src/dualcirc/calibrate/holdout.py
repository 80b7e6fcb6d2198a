"""How well the model meets years that it was not fitted to."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dualcirc.calibrate.fit import Fit, fit, overrides
from dualcirc.calibrate.observations import Observations, observations
from dualcirc.calibrate.paths import TRENDS
from dualcirc.calibrate.settings import setting
from dualcirc.engine import Engine

Array = NDArray[np.float64]

PANDEMIC = "pandemic shock"


def _gap(modelled: Array, observed: Array) -> float:
    """Mean absolute percentage error."""
    return float(100.0 * np.mean(np.abs(modelled / observed - 1.0)))


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
    for label, truth, name, summed in _series(observed):
        values = output[name].sum(axis=-1) if summed else output[name]
        model = [_gap(run[fitted:total], truth[fitted:]) for run in values]
        rows[label] = [*model, *(_gap(guess, truth[fitted:]) for guess in _naive(truth, fitted))]
    return pd.DataFrame.from_dict(
        rows, orient="index", columns=["model", "model without the pandemic", "random walk", "drift"]
    )


def _series(observed: Observations) -> Iterator[tuple[str, Array, str, bool]]:
    """Label, observed values (year, ...), the output to compare, and whether it is summed over provinces."""
    gdp = observed.gdp.transpose("year", "province").values
    yield "GDP, 31 provinces", gdp, "GDP", False
    yield "GDP, nation", gdp.sum(axis=-1), "GDP", True
    yield "Population, 31 provinces", observed.population.transpose("year", "province").values, "Population", False
    for item in observed.components["item"].values:
        yield f"{item}, nation", observed.components.sel(item=item).values, str(item), True


def _naive(truth: Array, fitted: int) -> tuple[Array, Array]:
    """Random walk and drift from the fitted years, for the years after."""
    last = truth[fitted - 1]
    growth = (last / truth[0]) ** (1.0 / (fitted - 1))
    ahead = np.arange(1, len(truth) - fitted + 1).reshape(-1, *([1] * last.ndim))
    return np.broadcast_to(last, truth[fitted:].shape), last * growth**ahead
