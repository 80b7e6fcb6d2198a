"""How close the model comes to history: percentage errors and Theil's decomposition."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping

import pandas as pd
import xarray as xr

from dualcirc.analysis import history
from dualcirc.analysis.compare import CENTRAL_DRAW, select
from dualcirc.errors import DataError, Problem
from dualcirc.observe import annual_flow
from dualcirc.results.schema import BASELINE

Dims = str | Collection[Hashable] | None


def mape(model: xr.DataArray, observed: xr.DataArray, dim: Dims = None) -> xr.DataArray:
    """Mean absolute percentage error over ``dim`` (all dims by default), per cent.

    Notes
    -----
    ``100 mean |model / observed - 1|`` over the cells that are observed.
    """
    model, observed = _aligned(model, observed)
    return 100.0 * abs(model / observed - 1.0).mean(dim)


def rmspe(model: xr.DataArray, observed: xr.DataArray, dim: Dims = None) -> xr.DataArray:
    """Root mean square percentage error over ``dim`` (all dims by default), per cent."""
    model, observed = _aligned(model, observed)
    return 100.0 * ((model / observed - 1.0) ** 2).mean(dim) ** 0.5


def theil_shares(model: xr.DataArray, observed: xr.DataArray, dim: Dims = None) -> xr.Dataset:
    """Theil's inequality shares over ``dim``: ``bias``, ``variance``, ``covariance``, unit 1, summing to one.

    Parameters
    ----------
    model, observed
        Arrays that share their dims; cells not observed are left out.
    dim
        Dims to average over, all by default.

    Returns
    -------
    xarray.Dataset
        A systematic error sits in ``bias`` (unequal means) or ``variance`` (unequal spread); a good model leaves what
        remains in ``covariance`` (unequal point by point). NaN where the fit is perfect.

    References
    ----------
    sterman1984 in docs/references.bib.
    """
    model, observed = _aligned(model, observed)
    square = ((model - observed) ** 2).mean(dim)
    bias = (model.mean(dim) - observed.mean(dim)) ** 2 / square
    variance = (model.std(dim) - observed.std(dim)) ** 2 / square
    return xr.Dataset({"bias": bias, "variance": variance, "covariance": 1.0 - bias - variance}).assign_attrs(units="1")


def fit_table(
    dataset: xr.Dataset, observed: Mapping[str, xr.DataArray] | None = None, scenario: str = BASELINE
) -> pd.DataFrame:
    """One row for every observed series: cells, first and last year, errors in per cent, Theil shares.

    Parameters
    ----------
    dataset
        A result with the scenario that carries recorded policy.
    observed
        Observed annual flows with dim ``year`` under their Dataset names, for example ``gdp`` by province; the national
        and provincial volumes of `dualcirc.analysis.history` by default.
    scenario
        Scenario to judge; its central draw is taken.
    """
    published = history.national() | history.provincial() if observed is None else observed
    rows = {name: _fit_row(dataset, name, series, scenario) for name, series in published.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("variable")


def _fit_row(dataset: xr.Dataset, name: str, observed: xr.DataArray, scenario: str) -> dict[str, float]:
    path = select(dataset, name).sel(scenario=scenario, drop=True)
    path = path.sel(draw=CENTRAL_DRAW, drop=True) if "draw" in path.dims else path
    model, observed = _aligned(annual_flow(path), observed)
    shares = theil_shares(model, observed)
    return {
        "cells": int(observed.notnull().sum()),
        "first_year": int(observed["year"].min()),
        "last_year": int(observed["year"].max()),
        "mape_percent": float(mape(model, observed)),
        "worst_percent": float(100.0 * abs(model / observed - 1.0).max()),
        "rmspe_percent": float(rmspe(model, observed)),
        **{f"theil_{name}": float(share) for name, share in shares.data_vars.items()},
    }


def _aligned(model: xr.DataArray, observed: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Cells that both have; what is not observed becomes NaN in both, so that every mean is over the same cells."""
    model, observed = xr.align(model, observed, join="inner")
    if not observed.size:
        raise DataError(Problem("model and observations have no cell in common", expected="the same years and names"))
    return model.where(observed.notnull()), observed.where(model.notnull())
