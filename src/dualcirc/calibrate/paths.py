"""Free numbers of the calibration <-> the tables that the model reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dualcirc.accounts.rules import base_year
from dualcirc.accounts.volumes import national_components, national_gdp
from dualcirc.calibrate.settings import setting
from dualcirc.files.series import province_names

Array = NDArray[np.float64]

HORIZON = 2050
TRENDS = {
    "consumption trend": "consumption growth after",
    "government trend": "government growth after",
    "world demand": "world demand growth after",
    "import trend": "import growth after",
    "world FDI climate": "FDI climate growth after",
}
"""National paths that are fitted, and the setting that carries each on."""

TREND_COLUMNS = (
    "consumption trend",
    "government trend",
    "world demand",
    "import trend",
    "trade balance target",
    "world FDI climate",
    "income rebalancing",
)
"""Columns of the table in the order in which the model reads them."""
PERIODS = 2


@dataclass(frozen=True)
class Free:
    """The free numbers, in one vector: logarithms of the paths by year, deviations by period, amenities."""

    last_year: int

    @property
    def years(self) -> Array:
        """Fitted years after the base year."""
        return np.arange(base_year() + 1, self.last_year + 1, dtype=float)

    @property
    def trend_count(self) -> int:
        """Free numbers in the national paths."""
        return len(TRENDS) * self.years.size

    @property
    def deviation_count(self) -> int:
        """Free numbers in the deviations."""
        return PERIODS * len(province_names())

    @property
    def amenity_count(self) -> int:
        """Free numbers in the pull of provinces on migrants."""
        return len(province_names())

    @property
    def size(self) -> int:
        """All free numbers."""
        return self.trend_count + self.deviation_count + self.amenity_count

    def trends(self, vector: Array) -> Array:
        """Logarithms of the national paths, (path, year)."""
        return vector[: self.trend_count].reshape(len(TRENDS), -1)

    def deviations(self, vector: Array) -> Array:
        """Deviations of technology growth, (period, province), 1/year."""
        return vector[self.trend_count :][: self.deviation_count].reshape(PERIODS, -1)

    def amenities(self, vector: Array) -> Array:
        """Pull of provinces on migrants that income does not explain, logarithm, (province)."""
        return vector[self.trend_count + self.deviation_count :]


def trend_table(free: Free, vector: Array, growth_after: Mapping[str, float] | None = None) -> pd.DataFrame:
    """National paths, (time, path), relative to 2010; trade balance and rise of household income relative to output.

    Parameters
    ----------
    growth_after
        Growth of each path after the last fitted year, 1/year; the settings by default.
    """
    growth = growth_after or {name: setting(rule) for name, rule in TRENDS.items()}
    later = np.arange(free.last_year + 1, HORIZON + 1, dtype=float)
    columns = {}
    for name, logs in zip(TRENDS, free.trends(vector), strict=True):
        carried = logs[-1] + growth[name] * (later - free.last_year)
        columns[name] = np.exp(np.concatenate([[0.0], logs, carried]))
    columns["trade balance target"] = _trade_balance(free, later)
    rising = setting("income rebalancing a year") * (later - free.last_year)
    columns["income rebalancing"] = np.concatenate([np.zeros(1 + free.years.size), rising])
    time = np.concatenate([[float(base_year())], free.years, later])
    return pd.DataFrame(columns, index=pd.Index(time, name="time"))[list(TREND_COLUMNS)]


def _trade_balance(free: Free, later: Array) -> Array:
    return np.concatenate([_observed_balance(free.last_year), np.full(later.size, setting("trade balance after"))])


@cache
def _observed_balance(last_year: int) -> Array:
    """Trade balance relative to output from the base year to ``last_year``, (year)."""
    parts = national_components().sel(year=slice(base_year(), last_year))
    balance: Array = ((parts.sel(item="exports") - parts.sel(item="imports")) / national_gdp()).values
    return balance


def deviation_table(free: Free, vector: Array) -> pd.DataFrame:
    """Deviations of technology growth from the national trend, (time, province), 1/year."""
    early, late = free.deviations(vector)
    change, last = min(setting("period change"), free.last_year), float(free.last_year)
    carried = setting("deviation carried on") * (late if last > change else early)
    rows = {float(base_year()): early, float(change): early}
    if last > change:
        rows |= {change + 1.0: late, last: late}
    rows |= {last + 1.0: carried, last + 1.0 + setting("deviation fade"): 0.0 * early}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(province_names()))
    return table.rename_axis("time").sort_index()


def amenity_table(free: Free, vector: Array) -> pd.DataFrame:
    """Amenities of the provinces, (time, province), logarithm: one number while observed, then a part fades."""
    amenity, last = free.amenities(vector), float(free.last_year)
    kept = setting("amenity kept") * amenity
    rows = {float(base_year()): amenity, last: amenity, last + setting("amenity fade"): kept}
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(province_names())).rename_axis("time")


def on_grid(table: pd.DataFrame, grid: Array) -> dict[str, Array]:
    """Each column linear between its rows on the integration grid, held after the last."""
    return {str(name): np.interp(grid, table.index.to_numpy(float), table[name].to_numpy(float)) for name in table}
