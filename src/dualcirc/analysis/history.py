"""Observed series under the Dataset names of what they are compared with."""

from __future__ import annotations

from collections.abc import Mapping

import xarray as xr

from dualcirc.accounts import people, volumes
from dualcirc.files import series
from dualcirc.files.calendar import FIRST_YEAR

History = Mapping[str, xr.DataArray]


def national() -> dict[str, xr.DataArray]:
    """National volumes by Dataset name, (year), billion CNY (2020 prices) / year."""
    components = volumes.national_components()
    names = [str(name) for name in components["item"].values]
    parts = {f"national_{name.replace(' ', '_')}": components.sel(item=name, drop=True) for name in names}
    return {"national_gdp": volumes.national_gdp(), **parts, "national_fdi_inflow": volumes.fdi_inflow()}


def provincial() -> dict[str, xr.DataArray]:
    """Series by province, (province, year): volumes in billion CNY (2020 prices) / year, residents, income per head."""
    return {
        "gdp": volumes.real_gdp(),
        "population": people.mid_year_population(),
        "disposable_income_per_head": volumes.disposable_income_per_head(),
        "rd_expenditure": volumes.rd_expenditure(),
        "retail_sales": volumes.retail_sales(),
        "recorded_trade": volumes.recorded_trade(),
    }


def regional() -> dict[str, xr.DataArray]:
    """Volumes by macro-region, (region, year), billion CNY (2020 prices) / year."""
    gdp = volumes.real_gdp()
    regions = series.provinces()["macro_region"].reindex(gdp["province"].values)
    by_region = gdp.assign_coords(region=("province", list(regions))).groupby("region").sum()
    return {"region_gdp": by_region}


def domestic_share() -> dict[str, xr.DataArray]:
    """Share of GDP that domestic demand calls for by the tables it is derived from, (year), unit 1."""
    tables = {
        "National input-output tables": "gdp_share_from_exports_derived",
        "OECD input-output tables": "gdp_share_from_exports_oecdiot_derived",
    }
    shares = {label: 1.0 - series.national(code).dropna("year") for label, code in tables.items()}
    return {label: share.where(share["year"] >= FIRST_YEAR, drop=True) for label, share in shares.items()}
