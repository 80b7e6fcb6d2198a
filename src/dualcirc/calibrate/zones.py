"""Numbers of the zones, fitted again for every size of the pool of pilots."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import least_squares

from dualcirc.calibrate.fit import until
from dualcirc.calibrate.settings import setting
from dualcirc.engine import Engine
from dualcirc.files import series
from dualcirc.files.calendar import NEVER, decimal_year, span, to_model_time

Array = NDArray[np.float64]

POOL = "pilot pool"
FITTED = (
    "pilot rate",
    "replication time",
    "lead effect on FDI",
    "institutional effect on FDI",
    "zone productivity effect",
    "reference lead",
)
"""What is fitted for a given pool. The reference lead is no free number: it is the lead of 2016 that comes out."""

_OUTPUTS = ("Piloted reforms", "Replicated reforms", "zone share of FDI", "GDP")
OPENING = "zone opening year"
FINAL = 2030
"""Late enough for the effect of the last zone after five years."""
NINETY_PER_CENT = 3.29
"""Standard deviations between the ends of a range that holds 90 per cent of a normal distribution."""

SHARE_PERIODS = ("2018-01 to 2018-10", "2019H1", "2020", "2021", "2022")
"""Announced shares that are fitted; the average of 2013-19 is not compatible with them and is only reported."""

LEAD_YEAR = 2016.0
LEAD_ERROR = 0.5


@dataclass(frozen=True)
class ZoneTargets:
    """Counts of replicated reforms and shares of the zones in national FDI, by model time."""

    count_times: Array
    counts: Array
    share_times: Array
    shares: Array
    effects: pd.DataFrame
    """Judged effects of the batches on the output of their hosts: batch, years after opening, low, central, high."""


def zone_targets() -> ZoneTargets:
    """Targets out of ``reform_counts.csv`` and ``context_series.csv``."""
    counts = series.table("reform_counts")
    times = [to_model_time(decimal_year(str(date))) for date in counts["date"]]
    rows = series.table("context_series")
    rows = rows[rows["series"] == "ftz_share_of_national_fdi"]
    announced = dict(zip(rows["period"], rows["value"].astype(float), strict=True))
    middles = [to_model_time(float(np.mean(span(period)))) for period in SHARE_PERIODS]
    shares = [announced[period] / 100.0 for period in SHARE_PERIODS]
    effects = series.table("zone_effect_ranges")
    return ZoneTargets(
        np.array(times),
        counts["reforms"].to_numpy(float),
        np.array(middles),
        np.array(shares, dtype=float),
        effects[effects["variable"] == "gdp"],
    )


def pool_fits(engine: Engine) -> pd.DataFrame:
    """The fitted numbers for pools from the smallest to the largest, with the misfit of each.

    Parameters
    ----------
    engine
        Engine of the model; a shorter one with the outputs needed is made from it.

    Returns
    -------
    pandas.DataFrame
        Index ``pilot pool`` (reforms); the parameters of :data:`FITTED` in their own units; ``misfit``, half the sum of
        squared standardised residuals.

    Notes
    -----
    Three counts, five shares, four judged effects and two priors stand against five free numbers.
    """
    short = until(engine, FINAL, _OUTPUTS)
    targets = zone_targets()
    pools = np.linspace(
        setting("zone fit smallest pool"), setting("zone fit largest pool"), int(setting("zone fit pools"))
    )
    rows = [_fit_pool(short, float(pool), targets) for pool in pools]
    return pd.DataFrame(rows, columns=[*FITTED, "misfit"], index=pd.Index(pools, name=POOL))


def _fit_pool(engine: Engine, pool: float, targets: ZoneTargets) -> list[float]:
    start = np.array([float(engine.constant(name)) for name in FITTED])
    low, high = np.zeros(start.size), np.full(start.size, np.inf)
    place = FITTED.index("replication time")
    low[place], high[place] = setting("replication time low"), setting("replication time high")
    solution = least_squares(
        lambda x: _residuals(engine, pool, x, targets), start, bounds=(low, high), x_scale=start, diff_step=1e-4
    )
    return [*solution.x, float(solution.cost)]


def _residuals(engine: Engine, pool: float, numbers: Array, targets: ZoneTargets) -> Array:
    values = dict(zip(FITTED, numbers, strict=True))
    inputs = {POOL: np.array(pool)} | {name: np.array(value) for name, value in values.items()}
    output = engine.run([inputs, inputs | {OPENING: np.full_like(engine.constant(OPENING), NEVER)}])
    times = engine.saved_times
    piloted, replicated, share, _ = (output[name][0] for name in _OUTPUTS)
    counts = np.log(np.interp(targets.count_times, times, replicated) / targets.counts) / setting("reform count error")
    shares = (np.interp(targets.share_times, times, share) - targets.shares) / setting("zone share error")
    lead = (np.interp(to_model_time(LEAD_YEAR), times, piloted - replicated) - values["reference lead"]) / LEAD_ERROR
    effects = _effect_gaps(engine, output["GDP"][0] / output["GDP"][1] - 1.0, targets.effects)
    strengths = ("lead effect on FDI", "institutional effect on FDI")
    priors = [(values[name] - setting(f"{name} prior")) / setting(f"{name} spread") for name in strengths]
    return np.concatenate([counts, shares, effects, [lead], priors])


def _effect_gaps(engine: Engine, effect: Array, ranges: pd.DataFrame) -> list[float]:
    """Mean effect on the hosts of each batch less its central value, over the standard deviation of its range."""
    opened = engine.constant(OPENING)
    gaps = []
    for _, row in ranges.iterrows():
        hosts = np.flatnonzero((opened >= row["first_year"]) & (opened < row["last_year"] + 1.0))
        seen = [
            np.interp(to_model_time(opened[p] + row["years_after"]), engine.saved_times, effect[:, p]) for p in hosts
        ]
        gaps.append((np.mean(seen) - row["central"]) * NINETY_PER_CENT / (row["high"] - row["low"]))
    return gaps
