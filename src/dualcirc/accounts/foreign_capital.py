"""Direct investment across the border: inflow and foreign capital of the base year by province, national outflow."""

from __future__ import annotations

import numpy as np
import xarray as xr

from dualcirc.accounts.priors import base_gdp
from dualcirc.accounts.rules import base_year, rule
from dualcirc.accounts.volumes import fdi_inflow
from dualcirc.files.series import at_year, complete, national, panel, provinces

REGIONS = {"East": "fdi_share_east", "Central": "fdi_share_central", "West": "fdi_share_west"}
"""Regions of the ministry of commerce and the series of their share in utilised investment, per cent."""


def _registered_share() -> xr.DataArray:
    """Share in the registered investment of foreign-funded enterprises, (province).

    A province without a row gets the lowest observed ratio of that stock to GDP.
    """
    stock = panel("fie_total_investment_stock").sel(year=base_year(), drop=True)
    gdp = base_gdp()
    stock = stock.fillna(float((stock / gdp).min()) * gdp)
    return complete(stock / stock.sum())


def base_foreign_capital() -> xr.DataArray:
    """Foreign capital at the start, (province), billion CNY (2020 prices).

    Notes
    -----
    National inflow over ``base inflow per foreign capital``, with provincial shares of the registered stock.
    """
    total = float(at_year(fdi_inflow(), base_year())) / rule("base inflow per foreign capital")
    return (total * _registered_share()).rename("base foreign capital").assign_attrs(units="billion CNY")


def region_shares() -> dict[str, float]:
    """Shares of the ministry's three regions in utilised investment, adding to one."""
    year = int(rule("region share year"))
    percent = {region: float(at_year(national(code), year)) for region, code in REGIONS.items()}
    whole = sum(percent.values())
    return {region: share / whole for region, share in percent.items()}


def base_inflow() -> xr.DataArray:
    """Inflow of foreign direct investment, (province), billion CNY (2020 prices) / year.

    Notes
    -----
    National level of the ministry; within each of its regions the shares of the registered stock. The ministry counts
    Liaoning to the east, Jilin and Heilongjiang to the centre, Inner Mongolia and Guangxi to the west.
    """
    share, targets = _registered_share(), region_shares()
    region = provinces()["fdi_region"].to_numpy()
    factor = np.empty(share.size)
    for name, target in targets.items():
        factor[region == name] = target / float(share[region == name].sum())
    total = float(at_year(fdi_inflow(), base_year()))
    return (total * share * factor).rename("base FDI inflow").assign_attrs(units="billion CNY/year")


def outward_investment_ratio() -> xr.DataArray:
    """Outward direct investment of the nation over its GDP, both nominal, (year), share; balance of payments."""
    outflow = complete(national("fdi_net_outflow_usd")) * complete(national("exchange_rate"))
    ratio = outflow / complete(national("gdp_lcu"))
    return ratio.rename("outward investment ratio").assign_attrs(units="1", source_id="N01")
