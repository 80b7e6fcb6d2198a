"""Published tables to base-year accounts in which every identity closes: constrained least squares (Stone)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from dualcirc.accounts.priors import (
    ITEMS,
    base_foreign_content,
    base_gdp,
    national_totals,
    priors,
    recorded_trade,
    standard_deviations,
)
from dualcirc.accounts.volumes import DOMESTIC
from dualcirc.errors import DataError, Problem

Array = npt.NDArray[np.float64]

SIGNS = np.array([1.0, 1.0, 1.0, 1.0, -1.0, 1.0])
"""Sign of C, G, I, X, M and net domestic outflow in GDP."""
REFINEMENTS = 3
"""Repeats of the least-squares step; each removes what rounding left of the residual."""


@dataclass(frozen=True)
class BaseAccounts:
    """Accounts of the base year by province, billion CNY (2020 prices) / year."""

    gdp: xr.DataArray
    """(province)"""
    prior: xr.DataArray
    """(item, province)"""
    deviation: xr.DataArray
    """Standard deviation of the prior, (item, province)."""
    balanced: xr.DataArray
    """(item, province)"""
    totals: xr.DataArray
    """National C, G, I, X, M, (item)."""
    foreign_content: float
    """Foreign content of exports (mu), share."""

    @property
    def domestic_demand(self) -> xr.DataArray:
        """Final demand C + G + I, (province)."""
        return self.balanced.sel(item=list(DOMESTIC)).sum("item")

    @property
    def exports(self) -> xr.DataArray:
        """Exports of goods and services, (province)."""
        return self.balanced.sel(item="exports", drop=True)

    @property
    def imports(self) -> xr.DataArray:
        """Economic imports mu X + m D, (province)."""
        return self.balanced.sel(item="imports", drop=True)

    @property
    def import_share(self) -> xr.DataArray:
        """Imports for domestic demand in domestic demand, (province): m = (M - mu X) / D."""
        return (self.imports - self.foreign_content * self.exports) / self.domestic_demand

    @property
    def recording_share(self) -> xr.DataArray:
        """Recorded goods trade over economic exports plus imports, (province)."""
        return recorded_trade() / (self.exports + self.imports)


def constraints(provinces: int) -> Array:
    """Matrix of the identities: one per province, then one per national total.

    Columns run over items, then provinces. That net domestic outflows sum to zero follows from these rows.
    """
    by_province = np.kron(SIGNS, np.eye(provinces))
    totals = np.kron(np.eye(len(ITEMS))[:5], np.ones(provinces))
    return np.vstack([by_province, totals])


def stone_balance(prior: Array, deviation: Array, matrix: Array, target: Array) -> Array:
    """Nearest vector to the prior, weighted by its variances, that meets ``matrix @ x = target``.

    Notes
    -----
    ``x = prior + V A' (A V A')^-1 (b - A prior)``, repeated on the residual that rounding leaves.

    References
    ----------
    Stone, Champernowne and Meade (1942), Review of Economic Studies 9(2).
    """
    weighted = matrix * deviation**2
    system = weighted @ matrix.T
    balanced = prior.copy()
    for _ in range(REFINEMENTS):
        balanced = balanced + weighted.T @ np.linalg.solve(system, target - matrix @ balanced)
    return balanced


def _refuse_negative(balanced: xr.DataArray, import_share: xr.DataArray) -> None:
    flows = balanced.sel(item=list(ITEMS[:5]))
    problems = [
        Problem(f"balanced {item} of {province} is negative", file="account_rules.csv", mend="Check its prior and sd.")
        for item, province in zip(*np.nonzero(flows.values < 0), strict=True)
        for item, province in [(ITEMS[item], str(balanced["province"].values[province]))]
    ]
    low = import_share.where(import_share < 0, drop=True)
    names = low["province"].values
    problems += [Problem(f"import share of {name} is negative", file="account_rules.csv") for name in names]
    if problems:
        raise DataError(problems)


def base_accounts() -> BaseAccounts:
    """Balance the priors of the base year."""
    prior, gdp, totals = priors(), base_gdp(), national_totals()
    deviation = standard_deviations(prior)
    target = np.concatenate([gdp.values, totals.values])
    values = stone_balance(prior.values.ravel(), deviation.values.ravel(), constraints(gdp.size), target)
    balanced = prior.copy(data=values.reshape(prior.shape)).rename("balanced")
    accounts = BaseAccounts(gdp, prior, deviation, balanced, totals, base_foreign_content())
    _refuse_negative(balanced, accounts.import_share)
    return accounts


def closure(accounts: BaseAccounts) -> dict[str, float]:
    """Largest relative error of each identity."""
    signs = xr.DataArray(SIGNS, coords={"item": list(ITEMS)}, dims="item")
    output = (accounts.balanced * signs).sum("item")
    sums = accounts.balanced.sel(item=list(ITEMS[:5])).sum("province")
    outflow = accounts.balanced.sel(item="net domestic outflow").sum()
    return {
        "province identity": float((abs(output - accounts.gdp) / accounts.gdp).max()),
        "national totals": float((abs(sums - accounts.totals) / accounts.totals).max()),
        "sum of net domestic outflows over GDP": float(abs(outflow) / accounts.gdp.sum()),
    }
