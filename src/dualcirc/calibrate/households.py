"""Ratios that tie incomes and sales of households, as surveyed, to the national accounts of a province."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dualcirc.accounts.people import mid_year_population
from dualcirc.accounts.volumes import disposable_income_per_head, real_gdp, retail_sales
from dualcirc.files.registry import read_registry
from dualcirc.files.series import province_names

Array = NDArray[np.float64]

TRANSFER_RATIO = "household transfer ratio"
RETAIL_RATIO = "retail ratio"


@cache
def transfer_ratio() -> Array:
    """What disposable income exceeds wages and property income by, relative to output, (province).

    Notes
    -----
    Mean over the years on record of surveyed income per head times residents over output, less the shares of output
    that parameters.csv gives to wages after tax and to distributed profits. It holds transfers less contributions, and
    the gap between income surveys and the accounts.
    """
    income = disposable_income_per_head() * mid_year_population()
    share = (income / real_gdp()).mean("year").transpose("province").values
    values = {name: row.value for name, row in read_registry().parameters.items()}
    labour = values["base labour share"]
    wages = labour * (1.0 - values["labour tax rate"])
    ratio: Array = share - wages - values["distributed profit share"] * (1.0 - labour)
    return ratio


def retail_ratio(years: Array, consumption: Array) -> Array:
    """Retail sales relative to household consumption of the model, (province), mean over the years on record.

    Parameters
    ----------
    years, consumption
        Calendar years, and household consumption of the model in them, (year, province), billion CNY (2020 prices).
    """
    sales = retail_sales().transpose("year", "province")
    rows = np.searchsorted(years, sales["year"].values)
    ratio: Array = (sales.values / consumption[rows]).mean(axis=0)
    return ratio


def household_traits(years: Array, consumption: Array) -> pd.DataFrame:
    """Columns of ``province_traits`` for households, index Province."""
    index = pd.Index(province_names(), name="Province")
    return pd.DataFrame({TRANSFER_RATIO: transfer_ratio(), RETAIL_RATIO: retail_ratio(years, consumption)}, index=index)
