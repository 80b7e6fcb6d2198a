"""Penalised least squares: national paths backed out, province deviations partially pooled."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from dualcirc.calibrate.households import TRANSFER_RATIO, transfer_ratio
from dualcirc.calibrate.observations import (
    OUTPUTS,
    Observations,
    modelled_gdp_logs,
    modelled_national_logs,
    modelled_population_logs,
    national_logs,
    observations,
)
from dualcirc.calibrate.paths import Free, amenity_table, deviation_table, on_grid, trend_table
from dualcirc.calibrate.settings import setting
from dualcirc.engine import Engine
from dualcirc.files.series import province_names

Array = NDArray[np.float64]
Overrides = dict[str, Array]

DIFFERENCE_STEP = 1e-5
TOLERANCE = 1e-6
"""Relative change of the sum of squares at which the search ends; the tables are then fixed to five digits."""


@dataclass(frozen=True)
class Fit:
    """An estimate: the free numbers and the tables they make."""

    free: Free
    vector: Array
    cost: float

    def tables(self, growth_after: Mapping[str, float] | None = None) -> dict[str, pd.DataFrame]:
        """``national_trends`` (time, path), ``technology_deviation`` and ``amenity`` (time, province)."""
        return {
            "national_trends": trend_table(self.free, self.vector, growth_after),
            "technology_deviation": deviation_table(self.free, self.vector),
            "amenity": amenity_table(self.free, self.vector),
        }


def overrides(tables: Mapping[str, pd.DataFrame], grid: Array) -> Overrides:
    """The tables of a fit as inputs of a run on the integration grid."""
    paths = on_grid(tables["national_trends"], grid)
    by_province = {"technology growth deviation": "technology_deviation", "amenity": "amenity"}
    for variable, table in by_province.items():
        columns = on_grid(tables[table], grid)
        paths[variable] = np.stack([columns[name] for name in province_names()], axis=-1)
    return paths | {TRANSFER_RATIO: transfer_ratio()}


def fit(engine: Engine, last_year: int) -> Fit:
    """Maximum of the posterior given observations to ``last_year``.

    Parameters
    ----------
    engine
        Engine of the model with at least the outputs of :data:`~dualcirc.calibrate.observations.OUTPUTS`.
    last_year
        Last calendar year that is fitted.

    Notes
    -----
    Residuals, each over its standard deviation in ``model/calibration.csv``: log of provincial GDP and
    population, log of national C, G, X, M and FDI, and the deviations and amenities themselves (their prior mean is
    zero: that is the partial pooling). The Jacobian
    is by forward differences, all columns in one batch of the engine.
    """
    free, observed = Free(last_year), observations(last_year)
    engine = until(engine, last_year + 1, OUTPUTS)

    def residuals(vectors: Array) -> Array:
        runs = [overrides(Fit(free, vector, 0.0).tables(), engine.grid) for vector in vectors]
        return _residuals(free, observed, vectors, engine.run(runs))

    def jacobian(vector: Array) -> Array:
        steps = vector + DIFFERENCE_STEP * np.vstack([np.zeros(free.size), np.eye(free.size)])
        values = residuals(steps)
        columns: Array = (values[1:] - values[0]).T / DIFFERENCE_STEP
        return columns

    start = np.zeros(free.size)
    solution = least_squares(
        lambda v: residuals(v[None])[0], start, jac=jacobian, method="lm", x_scale="jac", ftol=TOLERANCE
    )
    return Fit(free, solution.x, float(solution.cost))


def until(engine: Engine, year: int, outputs: Sequence[str]) -> Engine:
    """The same engine over a shorter time: the future does not bear on the fit."""
    time = replace(engine.model.time, final=float(year))
    return Engine(replace(engine.model, time=time), outputs=outputs)


def _residuals(free: Free, observed: Observations, vectors: Array, output: Mapping[str, Array]) -> Array:
    """Standardised residuals, (run, residual)."""
    years, runs = free.years.size, len(vectors)
    national = (modelled_national_logs(output, years) - national_logs(observed)) / setting("component error")
    log_gdp = np.log(observed.gdp.transpose("year", "province").values[1:])
    provincial = (modelled_gdp_logs(output, years) - log_gdp) / setting("output error")
    residents = np.log(observed.population.transpose("year", "province").values[1:])
    people = (modelled_population_logs(output, years) - residents) / setting("population error")
    spread = np.array([setting("deviation spread early"), setting("deviation spread late")])[:, None]
    pooled = np.stack([free.deviations(vector) / spread for vector in vectors])
    amenities = np.stack([free.amenities(vector) / setting("amenity spread") for vector in vectors])
    blocks = (national, provincial, people, pooled, amenities)
    return np.concatenate([block.reshape(runs, -1) for block in blocks], axis=1)
