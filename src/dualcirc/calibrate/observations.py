"""What the calibration is fitted to, and the same numbers out of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dualcirc.accounts.people import mid_year_population
from dualcirc.accounts.rules import base_year
from dualcirc.accounts.volumes import fdi_inflow, national_components, real_gdp

Array = NDArray[np.float64]

FITTED = ("household consumption", "government consumption", "exports", "imports")
"""National components that the paths are backed out from; capital formation is left to the model."""

OUTPUTS = ("GDP", "Population", "FDI inflow", "investment", *FITTED)


@dataclass(frozen=True)
class Observations:
    """Volumes in billion CNY (2020 prices) a year and residents, base year to last year."""

    years: Array
    gdp: xr.DataArray
    """(province, year)"""
    components: xr.DataArray
    """(item, year), national"""
    fdi: xr.DataArray
    """(year), national"""
    population: xr.DataArray
    """(province, year), million persons, in the middle of the year"""


def observations(last_year: int) -> Observations:
    """Published volumes from the base year to ``last_year``."""
    span = slice(base_year(), last_year)
    gdp = real_gdp().sel(year=span)
    return Observations(
        years=gdp["year"].to_numpy().astype(float),
        gdp=gdp,
        components=national_components().sel(year=span),
        fdi=fdi_inflow().sel(year=span),
        population=mid_year_population().sel(year=span),
    )


def national_logs(observed: Observations) -> Array:
    """Logarithms of the fitted national series after the base year, (series, year)."""
    rows = [observed.components.sel(item=item).values[1:] for item in FITTED]
    logs: Array = np.log(np.stack([*rows, observed.fdi.values[1:]]))
    return logs


def modelled_national_logs(output: Mapping[str, Array], years: int) -> Array:
    """The same out of the model, (run, series, year); the flow of year Y is the rate at its middle, t = Y."""
    names = (*FITTED, "FDI inflow")
    return np.stack([np.log(output[name][:, 1 : years + 1].sum(axis=-1)) for name in names], axis=1)


def modelled_gdp_logs(output: Mapping[str, Array], years: int) -> Array:
    """Logarithms of provincial output after the base year, (run, year, province)."""
    return np.log(output["GDP"][:, 1 : years + 1])


def modelled_population_logs(output: Mapping[str, Array], years: int) -> Array:
    """Logarithms of the population in the middle of each year after the base year, (run, year, province)."""
    return np.log(output["Population"][:, 1 : years + 1])
