"""Prior values of the base-year accounts by province, before balancing: billion CNY (2020 prices) / year."""

from __future__ import annotations

import numpy as np
import xarray as xr
from scipy.optimize import brentq

from dualcirc.accounts.rules import base_year, rule
from dualcirc.accounts.volumes import DOMESTIC, HUNDRED_MILLION_TO_BILLION, deflator, national_components, real_gdp
from dualcirc.accounts.volumes import recorded_trade as recorded_trade_series
from dualcirc.files.series import at_year, complete, national, panel

EARLY_TABLE = 2012
"""Year of the first provincial input-output tables."""
LATE_TABLE = 2017
"""Year of the second provincial input-output tables."""
FIRST_ORIGIN_YEAR = 2016
"""First year with trade by origin and destination."""
WIDE = 5.0
"""Half-width of the search for the logarithm of the multiplier of import shares."""
TIGHT = 1e-14
"""Absolute tolerance of that search."""
ITEMS = ("household consumption", "government consumption", "investment", "exports", "imports", "net domestic outflow")


def base_gdp() -> xr.DataArray:
    """GDP of the base year, (province)."""
    return at_year(real_gdp(), base_year())


def national_totals() -> xr.DataArray:
    """National C, G, I, X, M of the base year, (item)."""
    return national_components().sel(year=base_year(), drop=True)


def foreign_content() -> xr.DataArray:
    """Foreign value added in exports by year, (year), share: one less the domestic share.

    Notes
    -----
    Mean of the two derived series (national tables, OECD tables) where both exist, otherwise the one that exists:
    the national tables do not split processing trade and lie two points lower.
    """
    pair = [national("dva_share_of_exports_oecdiot_derived"), national("dva_share_of_exports_derived")]
    both = xr.concat(pair, dim="source", join="outer", coords="minimal", compat="override")
    known = 1.0 - both.mean("source").dropna("year")
    return known.rename("foreign content of exports").assign_attrs(units="1", source_id="N23; N24")


def base_foreign_content() -> float:
    """Foreign content of exports (mu) in the base year, share."""
    return float(at_year(foreign_content(), base_year()))


def _household_consumption() -> xr.DataArray:
    """Published level: it rests on household surveys, so it does not carry the inflated GDP of its vintage."""
    level = at_year(panel("household_consumption"), base_year()) * HUNDRED_MILLION_TO_BILLION
    return level / float(deflator().sel(year=base_year()))


def _budget_share(year: int) -> xr.DataArray:
    return at_year(panel("local_budget_expenditure"), year) / at_year(panel("gdp_nominal"), year)


def _government_consumption() -> xr.DataArray:
    """Level of the 2012 tables over GDP, moved to the base year by local budget expenditure over GDP."""
    early = at_year(panel("government_consumption"), EARLY_TABLE) / at_year(panel("gdp_nominal"), EARLY_TABLE)
    moved = (_budget_share(base_year()) / _budget_share(EARLY_TABLE)) ** rule("government budget exponent")
    return base_gdp() * early * moved


def _investment() -> xr.DataArray:
    """Fixed capital formation over GDP of its own vintage, times GDP as it stands now."""
    vintage = at_year(panel("io_value_added"), EARLY_TABLE) / at_year(panel("gdp_nominal_census4"), EARLY_TABLE)
    own_gdp = at_year(panel("gdp_nominal_census4"), base_year()) * vintage
    return base_gdp() * at_year(panel("gfcf"), base_year()) / own_gdp


def recorded_trade() -> xr.DataArray:
    """Goods trade by operating unit in the base year, (province)."""
    return at_year(recorded_trade_series(), base_year())


def _export_share_of_trade() -> xr.DataArray:
    """Exports in exports plus imports: mean of the tables that exist; three provinces have only the later one."""
    exports, imports = panel("io_exports_abroad"), panel("io_imports_abroad")
    share = (exports / (exports + imports)).sel(year=[EARLY_TABLE, LATE_TABLE]).mean("year")
    share = share.rename("export share of trade").assign_attrs(file="province_panel.csv")
    return complete(share).clip(rule("export share low"), rule("export share high"))


def _located_trade() -> xr.DataArray:
    """Recorded trade moved from the operating unit to the place of origin or destination."""
    by_place = at_year(panel("trade_total_usd_origin_dest"), FIRST_ORIGIN_YEAR)
    by_unit = at_year(panel("trade_total_usd"), FIRST_ORIGIN_YEAR)
    return recorded_trade() * (by_place / by_unit).clip(rule("origin ratio low"), rule("origin ratio high"))


def published() -> xr.DataArray:
    """C, G, I, X, M as published and moved to the base year, (item, province), before scaling to the nation.

    Notes
    -----
    Imports here are the goods recorded at their destination.
    """
    exports = _located_trade() * _export_share_of_trade()
    columns = [_household_consumption(), _government_consumption(), _investment(), exports, _located_trade() - exports]
    stack = xr.concat(columns, dim="item", coords="minimal", compat="override")
    return stack.assign_coords(item=list(ITEMS[:5])).drop_attrs()


def _held_share(own: xr.DataArray, demand: xr.DataArray, total: float) -> xr.DataArray:
    """Import share in proportion to ``own`` held between its bounds, with the multiplier that meets the total."""
    low, high = rule("import share low"), rule("import share high")

    def gap(log_factor: float) -> float:
        return float(((own * np.exp(log_factor)).clip(low, high) * demand).sum()) - total

    held: xr.DataArray = (own * float(np.exp(brentq(gap, -WIDE, WIDE, xtol=TIGHT)))).clip(low, high)
    return held


def _imports(recorded: xr.DataArray, exports: xr.DataArray, demand: xr.DataArray, total: float) -> xr.DataArray:
    """Economic imports mu X + m D, (province); their sum is the national total.

    Notes
    -----
    m is the geometric mean of the recorded and the national share: recorded goods miss what reaches a province
    through the importers of another one.
    """
    content = base_foreign_content()
    for_demand = total - content * float(exports.sum())
    recorded_share = ((recorded - content * exports) / demand).clip(min=0.0)
    mixed = (recorded_share * for_demand / float(demand.sum())) ** 0.5
    share = _held_share(mixed, demand, for_demand)
    return content * exports + share * demand


def priors() -> xr.DataArray:
    """Prior C, G, I, X, M and net domestic outflow, (item, province); each of the five adds to the nation.

    Notes
    -----
    The prior of net domestic outflow is a share of Y - C - G - I - X + M: gross flows between provinces contain
    transit and are not used.
    """
    raw, totals = published(), national_totals()
    scaled = raw * totals / raw.sum("province")
    demand = scaled.sel(item=list(DOMESTIC)).sum("item")
    exports = scaled.sel(item="exports", drop=True)
    total_imports = float(totals.sel(item="imports"))
    imports = _imports(raw.sel(item="imports", drop=True), exports, demand, total_imports)
    outflow = rule("net outflow prior share") * (base_gdp() - demand - exports + imports)
    rows = [*(scaled.sel(item=name, drop=True) for name in ITEMS[:4]), imports, outflow]
    stack = xr.concat(rows, dim="item", coords="minimal", compat="override").assign_coords(item=list(ITEMS))
    return stack.transpose("item", "province").rename("prior")


def standard_deviations(prior: xr.DataArray) -> xr.DataArray:
    """Standard deviation of each prior cell, (item, province)."""
    shares = xr.DataArray([rule(f"sd {name}") for name in ITEMS], coords={"item": list(ITEMS)}, dims="item")
    scale = prior.where(prior["item"] != "net domestic outflow", base_gdp())
    deviation: xr.DataArray = (shares * scale).transpose("item", "province").rename("standard deviation")
    return deviation
