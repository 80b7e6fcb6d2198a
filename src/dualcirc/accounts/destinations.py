"""Check of the trade matrix: value added by destination of final demand, any year with volumes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from dualcirc.accounts.priors import ITEMS, foreign_content
from dualcirc.accounts.ras import ras
from dualcirc.accounts.reconcile import BaseAccounts
from dualcirc.accounts.volumes import DOMESTIC, national_components, real_gdp
from dualcirc.files.series import at_year, complete, national

Array = npt.NDArray[np.float64]

DESTINATIONS = ("own province", "other provinces", "international")
PUBLISHED = {
    "own province": "lu2022_mean_share_own_province",
    "other provinces": "lu2022_mean_share_other_provinces",
    "international": "lu2022_mean_share_international",
}


def foreign_content_path() -> xr.DataArray:
    """Foreign content of exports, (year), share: published years, linear between them, then held."""
    known = foreign_content()
    years = real_gdp()["year"]
    values = np.interp(years.values, known["year"].values, known.values)
    return xr.DataArray(values, coords={"year": years.values}, dims="year", name="foreign content of exports")


def destination_shares(share: Array, domestic: Array, exported: Array, gdp: Array) -> xr.DataArray:
    """Value added by destination, (destination, province), share of GDP.

    Parameters
    ----------
    share
        Supplier shares, (origin, destination); columns add to one.
    domestic, exported
        Demand for value added from final demand, (1 - m) D, and from exports, (1 - mu) X, by destination.
    gdp
        By origin.
    """
    delivered = share * domestic
    own = np.diag(delivered)
    rows = [own / gdp, (delivered.sum(axis=1) - own) / gdp, share @ exported / gdp]
    return xr.DataArray(rows, coords={"destination": list(DESTINATIONS)}, dims=("destination", "province"))


def shares_in_year(accounts: BaseAccounts, share: xr.DataArray, year: int) -> xr.DataArray:
    """Value added by destination with the base structure moved to another year, (destination, province).

    Notes
    -----
    GDP is that of the year; C, G, I, X by province keep their base ratio to GDP and are scaled to the nation of the
    year; import shares are scaled to national imports; the base trade matrix is adjusted to the new sums.
    """
    gdp, totals = at_year(real_gdp(), year), at_year(national_components(), year)
    content = float(foreign_content_path().sel(year=year))
    flows = accounts.balanced.sel(item=list(ITEMS[:4])) / accounts.gdp * gdp
    flows = flows * totals / flows.sum("province")
    demand, exports = flows.sel(item=list(DOMESTIC)).sum("item"), flows.sel(item="exports")
    imports = accounts.import_share * demand
    imports = imports * float(totals.sel(item="imports") - content * exports.sum()) / float(imports.sum())
    domestic, exported = (demand - imports).values, (1.0 - content) * exports.values
    flows_now = ras(share.values * (domestic + exported), gdp.values, domestic + exported)
    return destination_shares(flows_now / flows_now.sum(axis=0), domestic, exported, gdp.values)


def mean_shares(accounts: BaseAccounts, share: xr.DataArray, year: int) -> dict[str, float]:
    """Unweighted means over provinces, as the published comparison takes them."""
    means = shares_in_year(accounts, share, year).mean("province")
    return {name: float(means.sel(destination=name)) for name in DESTINATIONS}


def published_means() -> dict[str, float]:
    """Means of 2017 from the interregional table (Lu 2022), shares of GDP."""
    return {name: float(complete(national(code)).item()) / 100.0 for name, code in PUBLISHED.items()}
