"""Published values to volumes: billion CNY of constant 2020 prices a year, million persons."""

from __future__ import annotations

import xarray as xr

from dualcirc.accounts.rules import base_year, price_year
from dualcirc.files.calendar import HALF_YEAR
from dualcirc.files.series import at_year, complete, national, panel

COMPONENTS = {
    "household consumption": "household_consumption_lcu",
    "government consumption": "government_consumption_lcu",
    "investment": "gross_capital_formation_lcu",
    "exports": "exports_goods_services_lcu",
    "imports": "imports_goods_services_lcu",
}
DOMESTIC = ("household consumption", "government consumption", "investment")
VOLUME = "billion CNY/year"
PRICES = "constant 2020 CNY"

HUNDRED_MILLION_TO_BILLION = 0.1
TEN_THOUSAND_PERSONS_TO_MILLION = 0.01
UNITS_PER_BILLION = 1e9
THOUSANDS_PER_BILLION = 1e6
UNITS_PER_MILLION = 1e6
UNITS_PER_THOUSAND = 1e3


def _volume(values: xr.DataArray, name: str, sources: str) -> xr.DataArray:
    return values.rename(name).assign_attrs(units=VOLUME, price_basis=PRICES, source_id=sources)


def _sum_of_provinces() -> float:
    """GDP of the price year as the sum of provinces, billion CNY."""
    return float(at_year(panel("gdp_nominal"), price_year()).sum()) * HUNDRED_MILLION_TO_BILLION


def national_gdp() -> xr.DataArray:
    """National GDP, (year), billion CNY (2020 prices) / year.

    Notes
    -----
    ``sum over provinces of GDP(2020) * volume(t) / volume(2020)``: the level is that of the provinces in 2020, the
    growth that of the nation.
    """
    volume = complete(national("gdp_constant_lcu"))
    return _volume(_sum_of_provinces() * volume / volume.sel(year=price_year()), "national GDP", "P01; N01")


def unscaled_gdp() -> xr.DataArray:
    """GDP by province chained with its own volume index, (province, year); its sum overstates national growth."""
    level = at_year(panel("gdp_nominal"), price_year()) * HUNDRED_MILLION_TO_BILLION
    index = complete(panel("gdp_index")) / 100.0
    first = xr.ones_like(index.isel(year=[0])).assign_coords(year=[int(index["year"][0]) - 1])
    chained = xr.concat([first, index], dim="year").cumprod("year")
    return _volume(level * chained / chained.sel(year=price_year()), "unscaled GDP", "P01; P03")


def real_gdp() -> xr.DataArray:
    """GDP by province, (province, year), billion CNY (2020 prices) / year, scaled each year to the national volume."""
    chained = unscaled_gdp()
    scaled = chained * national_gdp() / chained.sum("province")
    return _volume(scaled.transpose("province", "year"), "GDP", "P01; P03; N01")


def deflator() -> xr.DataArray:
    """Deflator of national GDP, (year), 2020 = 1."""
    ratio = complete(national("gdp_lcu")) / complete(national("gdp_constant_lcu"))
    return (ratio / ratio.sel(year=price_year())).rename("GDP deflator").assign_attrs(units="1", source_id="N01")


def national_residual() -> xr.DataArray:
    """Published GDP less its published components as a share of GDP, (year), before it is spread."""
    parts = _component_shares()
    signs = xr.DataArray([1.0, 1.0, 1.0, 1.0, -1.0], coords={"item": list(COMPONENTS)}, dims="item")
    return (1.0 - (parts * signs).sum("item")).rename("statistical residual").assign_attrs(units="1", source_id="N01")


def _component_shares() -> xr.DataArray:
    gdp = complete(national("gdp_lcu"))
    shares = [complete(national(code)) / gdp for code in COMPONENTS.values()]
    return xr.concat(shares, dim="item", coords="minimal", compat="override").assign_coords(item=list(COMPONENTS))


def national_components() -> xr.DataArray:
    """National C, G, I, X, M, (item, year), billion CNY (2020 prices) / year; C + G + I + X - M is GDP exactly.

    Notes
    -----
    All components are deflated with the GDP deflator. The published residual is spread over C, G and I in proportion.
    """
    shares = _component_shares()
    spread = 1.0 + national_residual() / shares.sel(item=list(DOMESTIC)).sum("item")
    shares = shares * spread.where(shares["item"].isin(list(DOMESTIC)), 1.0)
    return _volume(shares.transpose("item", "year") * national_gdp(), "national components", "P01; N01")


def fdi_inflow() -> xr.DataArray:
    """Utilised foreign direct investment, ministry of commerce, (year), billion CNY (2020 prices) / year."""
    dollars = complete(national("fdi_utilised_usd_ministry"))
    flow = dollars * complete(national("exchange_rate")) / deflator()
    return _volume(flow, "FDI inflow", f"{dollars.attrs['source_id']}; N01")


def recorded_trade() -> xr.DataArray:
    """Goods trade by operating unit, (province, year), billion CNY (2020 prices) / year; 2015 is missing."""
    dollars = panel("trade_total_usd") / THOUSANDS_PER_BILLION
    flow = dollars * complete(national("exchange_rate")) / deflator()
    return _volume(flow.transpose("province", "year"), "recorded trade", "P17; P18; N01")


def rd_intensity() -> xr.DataArray:
    """R&D expenditure over GDP by province, both nominal, (province, year), share."""
    ratio = complete(panel("rd_expenditure")) / complete(panel("gdp_nominal"))
    return ratio.rename("R&D intensity").assign_attrs(units="1", source_id="P01; P27; P47")


def rd_expenditure() -> xr.DataArray:
    """R&D expenditure by province, (province, year), billion CNY (2020 prices) / year.

    Notes
    -----
    Deflated for the nation, while GDP by province follows its own volume index. So its ratio to `real_gdp` meets the
    nominal `rd_intensity` within one per cent for the sum of provinces, but within a quarter only for a single one.
    """
    flow = complete(panel("rd_expenditure")) * HUNDRED_MILLION_TO_BILLION / deflator()
    return _volume(flow.transpose("province", "year"), "R&D expenditure", "P27; P47; N01")


def retail_sales() -> xr.DataArray:
    """Retail sales of consumer goods by province, 2015 on, (province, year), billion CNY (2020 prices) / year.

    Earlier years were published before a revision and are no part of it.
    """
    flow = complete(panel("retail_sales")) * HUNDRED_MILLION_TO_BILLION / deflator()
    return _volume(flow.transpose("province", "year"), "retail sales", "P08; P09; N01")


def disposable_income_per_head() -> xr.DataArray:
    """Disposable income per head, 2013 on, (province, year), thousand CNY (2020 prices) / (person*year).

    Deflated with the GDP deflator, as every volume is, not with consumer prices.
    """
    income = complete(panel("disposable_income_pc")) / UNITS_PER_THOUSAND / deflator()
    labelled = income.transpose("province", "year").rename("disposable income per head")
    units = "thousand CNY/(person*year)"
    return labelled.assign_attrs(units=units, price_basis=PRICES, source_id="P25; P26; P49; N01")


def labour_share() -> xr.DataArray:
    """Labour share of national GDP, (year), share: Penn World Table, which holds the value of 2016 from then on."""
    return complete(national("pwt_labsh")).rename("labour share").assign_attrs(units="1")


def population() -> xr.DataArray:
    """Residents at the end of the year as published, (province, year), million persons."""
    people = panel("population_resident") * TEN_THOUSAND_PERSONS_TO_MILLION
    return complete(people).rename("Population").assign_attrs(units="million persons", source_id="P05")


def population_path() -> xr.DataArray:
    """Residents by model time, (province, time), million persons; the end of year Y stands at Y + 0.5.

    Notes
    -----
    The cells of the base year precede the revision after the census of 2020, which covers 2011 on. They are scaled so
    that the sum of provinces is in 2010 the same share of the national end-year figure (mean of two mid-years) as in
    2011. The first row, the middle of the base year, goes back half a year with the growth of the following year.
    """
    people, start, half = population(), base_year(), HALF_YEAR
    middle = complete(national("population_total")) / UNITS_PER_MILLION
    end = 0.5 * (middle + middle.shift(year=-1))
    coverage = people.sum("province") / end
    factor = float(coverage.sel(year=start + 1) / coverage.sel(year=start))
    years = people["year"]
    people = people.where(years != start, people * factor)
    first = people.sel(year=start) * (people.sel(year=start) / people.sel(year=start + 1)) ** half
    later = people.assign_coords(year=years + half).rename(year="time")
    whole = xr.concat([first.drop_vars("year").expand_dims(time=[float(start)]), later], dim="time")
    path: xr.DataArray = whole.transpose("province", "time").rename("Population")
    return path.assign_attrs(units="million persons", source_id="P05; N01")
