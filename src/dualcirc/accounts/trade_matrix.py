"""Who supplies whose demand in the base year: gravity prior, home bias, biproportional adjustment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from dualcirc.accounts.ras import ras
from dualcirc.accounts.reconcile import BaseAccounts
from dualcirc.accounts.rules import rule
from dualcirc.files.series import complete, distances, panel

Array = npt.NDArray[np.float64]

BIAS_STEPS = 400
"""Most steps of the search for the home bias."""
BIAS_TOLERANCE = 1e-12
"""Largest change of the logarithm of a home bias at which the search stops."""
DAMPING = 0.7
"""Share of each step taken: the odds of a share respond less than one for one to its own bias."""


def distance_table(own: float) -> xr.DataArray:
    """Distance between capitals, (origin, destination), km; ``own`` on the diagonal that it lacks."""
    km = distances()
    diagonal = np.eye(km.shape[0], dtype=bool)
    return complete(km.copy(data=np.where(diagonal, own, km.values)))


def distance_matrix() -> Array:
    """Distance between capitals with the own distance of the rules, (origin, destination), km."""
    km: Array = distance_table(rule("own distance")).values
    return km


def demand_for_value_added(accounts: BaseAccounts) -> xr.DataArray:
    """E = (1 - m) D + (1 - mu) X, (province), billion CNY (2020 prices) / year; equals D - M + X."""
    own = (1.0 - accounts.import_share) * accounts.domestic_demand
    return own + (1.0 - accounts.foreign_content) * accounts.exports


def _flows(home: Array, gdp: Array, demand: Array, km: Array) -> Array:
    """Deliveries with rows GDP and columns E, from ``Y[p] E[q] d^-delta``, the own cell times the home bias."""
    prior = np.outer(gdp, demand) * km ** -rule("distance elasticity")
    np.fill_diagonal(prior, np.diag(prior) * home)
    return ras(prior, gdp, demand)


def derived_own_share() -> xr.DataArray:
    """Share of value added that serves final demand of the own province, (province): mean of the published tables."""
    share = panel("va_share_own_province_demand_derived").mean("year")
    return complete(share)


def _own_share(flows: Array, accounts: BaseAccounts) -> Array:
    """Share of GDP that serves domestic final demand of the own province."""
    domestic = (1.0 - accounts.import_share) * accounts.domestic_demand / demand_for_value_added(accounts)
    share: Array = np.diag(flows) * domestic.values / accounts.gdp.values
    return share


def _own_share_target(accounts: BaseAccounts, gdp: Array, demand: Array, km: Array) -> Array:
    """Gravity own share (one home bias for all) shrunk towards the derived one, scaled to the mean of the rule."""
    weight = rule("derived own share weight")
    gravity = _own_share(_flows(np.full(gdp.size, rule("home bias")), gdp, demand, km), accounts)
    blend = (1.0 - weight) * gravity + weight * derived_own_share().values
    target: Array = blend * rule("mean own share") / blend.mean()
    return target


def _odds(share: Array) -> Array:
    odds: Array = share / (1.0 - share)
    return odds


def home_bias(accounts: BaseAccounts) -> xr.DataArray:
    """Home bias by province, (province), ratio: the own cell relative to what distance alone gives.

    Notes
    -----
    Fitted so that the own share is half the gravity one and half the one derived from the input-output tables
    (weight: ``derived own share weight``), scaled so that the mean is ``mean own share``.
    """
    gdp, demand, km = accounts.gdp.values, demand_for_value_added(accounts).values, distance_matrix()
    target = _own_share_target(accounts, gdp, demand, km)
    bias = np.full(gdp.size, rule("home bias"))
    for _ in range(BIAS_STEPS):
        step = DAMPING * np.log(_odds(target) / _odds(_own_share(_flows(bias, gdp, demand, km), accounts)))
        bias = bias * np.exp(step)
        if np.max(np.abs(step)) < BIAS_TOLERANCE:
            break
    return accounts.gdp.copy(data=bias).rename("home bias").assign_attrs(units="1")


def trade_share(accounts: BaseAccounts) -> xr.DataArray:
    """Share of each supplier in the demand of a destination for value added, (origin, destination).

    Columns add to one; with the demand E of the base year the rows give GDP.
    """
    gdp, demand = accounts.gdp.values, demand_for_value_added(accounts).values
    flows = _flows(home_bias(accounts).values, gdp, demand, distance_matrix())
    names = list(accounts.gdp["province"].values)
    return xr.DataArray(
        flows / flows.sum(axis=0),
        coords={"origin": names, "destination": names},
        dims=("origin", "destination"),
        name="base trade share",
        attrs={"units": "1", "source_id": "G02; P42"},
    )
