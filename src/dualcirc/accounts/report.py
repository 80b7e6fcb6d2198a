"""What balancing did to the published cells: a table to judge and a summary to print."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.accounts.destinations import mean_shares, published_means
from dualcirc.accounts.priors import EARLY_TABLE, ITEMS, LATE_TABLE, published
from dualcirc.accounts.reconcile import BaseAccounts, closure
from dualcirc.accounts.volumes import national_residual
from dualcirc.files.series import panel

REPORT = "base_accounts_adjustments"
DIGITS = 4
LARGEST = 10
"""Number of adjustments that the summary lists."""
SOURCES = {
    "household consumption": "P07; N01",
    "government consumption": "P40; P01; P33; P34; N01",
    "investment": "P11; P02; P40; N01",
    "exports": "P17; P18; P19; P40; N01",
    "imports": "P17; P18; P19; P40; N01; N23; N24",
    "net domestic outflow": "P01; P03; N01",
}
"""Sources of each prior; net domestic outflow is what the others leave of GDP."""


def adjustments(accounts: BaseAccounts) -> pd.DataFrame:
    """One row for each province and item; values in billion CNY (2020 prices) / year.

    ``published`` is the cell moved to 2010 and 2020 prices, ``prior`` the same scaled to the nation, ``balanced`` the
    cell of the accounts; the adjustment is balanced less prior, in per cent of the prior cell and of GDP.
    """
    change = accounts.balanced - accounts.prior
    columns = {
        "published": published().reindex(item=list(ITEMS)),
        "prior": accounts.prior,
        "balanced": accounts.balanced,
        "adjustment_percent_of_cell": 100.0 * change / abs(accounts.prior),
        "adjustment_percent_of_gdp": 100.0 * change / accounts.gdp,
        "standard_deviation": accounts.deviation,
        "adjustment_in_standard_deviations": change / accounts.deviation,
    }
    wide = xr.Dataset({name: column.drop_attrs() for name, column in columns.items()})
    rows = wide.to_dataframe(dim_order=["province", "item"]).round(DIGITS).reset_index()
    return rows.assign(unit="billion CNY/year (2020 prices)", source_id=rows["item"].map(SOURCES), status="derived")


def source_comparison(accounts: BaseAccounts) -> pd.DataFrame:
    """Balanced accounts beside each published source: ratio of sums or correlation over provinces."""
    raw, gdp = published(), accounts.gdp
    coverage = raw.sum("province") / accounts.totals
    rows = [(f"{item}: sum of published provinces over nation", float(coverage.sel(item=item))) for item in ITEMS[:5]]
    exports, outflow = accounts.exports / gdp, accounts.balanced.sel(item="net domestic outflow") / gdp
    net = panel("io_outflow_other_provinces") - panel("io_inflow_other_provinces")
    for year in (EARLY_TABLE, LATE_TABLE):
        for name, own, flow in (("exports", exports, panel("io_exports_abroad")), ("net outflow", outflow, net)):
            published_ratio = (flow / panel("io_value_added")).sel(year=year)
            label = f"{name} over GDP: correlation with the tables of {year}"
            rows.append((label, _correlation(own, published_ratio)))
    return pd.DataFrame(rows, columns=["comparison", "value"])


def _correlation(one: xr.DataArray, other: xr.DataArray) -> float:
    known = ~np.isnan(other.values)
    return float(np.corrcoef(one.values[known], other.values[known])[0, 1])


def _largest(rows: pd.DataFrame) -> str:
    order = rows["adjustment_percent_of_gdp"].abs().sort_values(ascending=False).index
    columns = ["province", "item", "prior", "balanced", "adjustment_percent_of_cell", "adjustment_percent_of_gdp"]
    return rows.loc[order, columns].head(LARGEST).to_string(index=False, float_format="{:.1f}".format)


def summary(accounts: BaseAccounts, share: xr.DataArray) -> str:
    """Readable summary: national ratios, residuals, largest adjustments, sources, destinations of value added.

    Parameters
    ----------
    accounts
        Balanced base-year accounts.
    share
        Base trade share, (origin, destination).
    """
    ratios = accounts.totals / accounts.gdp.sum()
    residual = national_residual()
    means = mean_shares(accounts, share, LATE_TABLE)
    parts = [
        "National ratios to GDP: " + ", ".join(f"{item} {float(ratios.sel(item=item)):.3f}" for item in ITEMS[:5]),
        "Published national residual, share of GDP: "
        + ", ".join(f"{year} {float(residual.sel(year=year)):+.4f}" for year in residual["year"].values),
        "Largest relative errors: " + ", ".join(f"{name} {value:.1e}" for name, value in closure(accounts).items()),
        f"\nLargest adjustments (billion CNY, 2020 prices; per cent)\n{_largest(adjustments(accounts))}",
        f"\nSources\n{source_comparison(accounts).to_string(index=False, header=False, float_format='{:.3f}'.format)}",
        f"\nMean destination of value added, {LATE_TABLE} (accounts / published): "
        + ", ".join(f"{name} {means[name]:.3f} / {value:.3f}" for name, value in published_means().items()),
    ]
    return "\n".join(parts)
