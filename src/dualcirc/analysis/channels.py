"""Through which channels a scenario changes output: trade cost, foreign capital, technology, demand, and the rest."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import numpy as np
import xarray as xr

from dualcirc.analysis.compare import select
from dualcirc.analysis.design import FACTOR, VALUES
from dualcirc.analysis.places import OUTPUT, SUM, sums_by_place
from dualcirc.errors import DataError, Problem, did_you_mean
from dualcirc.files.registry import dataset_name, read_registry
from dualcirc.results.schema import BASELINE

TOTAL = "GDP"
CAPITAL, FOREIGN = "capital", "foreign_capital"
CHANNELS = {
    "trade_cost": "Cost of trade between provinces",
    "imports": "Access to foreign supplies",
    "foreign_capital": "Foreign-funded capital",
    "technology": "Technology",
    "zone_learning": "Productivity learned in zones",
    "demand": "Demand (use of potential output)",
    "domestic_capital": "Domestic capital",
    "labour": "Labour",
    "risk": "Losses to the risks of opening",
    "regulation": "Compliance and competition",
    "rest": "Rest",
    TOTAL: "GDP",
}
"""Channels in the order of the result, with their labels; the last is the whole difference."""


def channels(
    dataset: xr.Dataset, scale: Literal["percent", "absolute"] = "percent", baseline: str = BASELINE
) -> xr.DataArray:
    """Difference of GDP to the baseline by channel, for the nation, its regions and provinces; it adds up exactly.

    Parameters
    ----------
    dataset
        A result that holds the baseline, another scenario, and the variables of the production function by province.
    scale
        ``percent`` of GDP of the baseline in the place, or ``absolute``, in the unit of GDP.
    baseline
        Scenario to compare with.

    Returns
    -------
    xarray.DataArray
        (channel, scenario, [point,] draw, time, place); coordinate ``label``. The channel ``GDP`` is the whole
        difference and equals the sum of the others.

    Raises
    ------
    DataError
        A variable was not saved, or the result lacks the baseline or another scenario.

    Notes
    -----
    The model has ``GDP = utilisation x potential output``, and potential output is a product of technology, zone
    productivity, capital K^a, the foreign share of capital (F / K)^b, labour^(1 - a), the price index of supplies P^-g,
    the domestic share of supplies (1 - m)^-h, (1 - risk loss), (1 - regulatory burden) and (1 - pandemic). Each factor
    x with exponent e counts as ``L(Y, Y0) e ln(x / x0)``, where ``L(Y, Y0) = (Y - Y0) / ln(Y / Y0)`` is the logarithmic
    mean of GDP in the two runs of the same draw: the log-mean Divisia index, which leaves no rest (ang2005, additive
    form). The change of K is divided by owner, ``ln(K / K0) = (dF + dD) / L(K, K0)``. Regions and the nation are sums
    over provinces. Elasticities are those of the draw or point.

    What a channel means, and what it does not:

    - ``trade_cost``: supplies from other provinces get cheaper or dearer by the cost of trade between provinces, and
      capacity with them. Orders that move between provinces as a result stand under ``demand``.
    - ``imports``: capacity gained from a larger share of foreign supplies. Tariffs and exports are not here.
    - ``foreign_capital``: capital that foreigners own, and its extra productivity. What firms learn from it stands
      under ``technology``. Investment follows desired capital whoever pays for it, so that more foreign capital goes
      with less domestic capital: the two are a division by owner, not two causes.
    - ``technology``: research, talent, spillovers of foreign capital, opening, digital trade, equipment, all that the
      stock of technology has taken up. ``zone_learning``: productivity learned in own and neighbouring zones.
    - ``demand``: GDP relative to potential output; who orders how much, at home and abroad. It fades as prices,
      investment and policy respond, also where demand has caused the investment.
    - ``domestic_capital``, ``labour``: larger or smaller stocks, whatever moved them: a province that grows draws both.
    - ``rest``: a pandemic that differs between the runs; otherwise rounding. Where it is larger, the elasticities at
      hand are not those of the run.

    All channels are divisions of an identity at one time, not experiments: what a single measure causes is the
    difference between runs with and without it.

    References
    ----------
    ang2005
    """
    own, base = _runs(dataset, baseline)
    logs = _logarithms(own, base, dataset)
    ratio: xr.DataArray = _log(own[OUTPUT] / base[OUTPUT])
    # (Y - Y0) / ln(Y / Y0) as Y0 (exp(r) - 1) / r, which is exact also where the runs hardly differ.
    growth: xr.DataArray = xr.apply_ufunc(np.expm1, ratio)
    mean = base[OUTPUT] * (growth / ratio.where(ratio != 0.0)).where(ratio != 0.0, 1.0)
    parts = {name: mean * log for name, log in logs.items()}
    total = own[OUTPUT] - base[OUTPUT]
    parts |= {"rest": total - sum(parts.values()), TOTAL: total}
    order = [parts[name].drop_vars("macro_region", errors="ignore") for name in CHANNELS]
    whole = xr.concat(order, dim="channel", coords="minimal", compat="override").assign_coords(channel=list(CHANNELS))
    attrs = dataset[OUTPUT].attrs
    units = "%" if scale == "percent" else str(attrs.get("units", ""))
    amounts = sums_by_place(_with_regions(whole, dataset))
    if scale == "percent":
        amounts = 100.0 * amounts / sums_by_place(_with_regions(base[OUTPUT], dataset))
    result = amounts.assign_coords(label=("channel", list(CHANNELS.values())))
    label = {"long_name": "Difference of GDP to the baseline by channel", "units": units, "aggregation": SUM}
    dims = ("channel", *(dim for dim in own[OUTPUT].dims if dim != "province"), "place")
    basis = str(attrs.get("price_basis", ""))
    return result.transpose(*dims).rename("channels").drop_attrs().assign_attrs(label, price_basis=basis)


_FACTORS = {
    "technology": "technology",
    "zone_learning": "zone_productivity",
    "demand": "utilisation",
}
"""Factors that enter with the exponent one, by channel."""
_LOSSES = {"risk": "risk_loss", "regulation": "regulatory_burden"}
"""Shares of output that are lost, by channel."""
_OTHERS = (OUTPUT, CAPITAL, FOREIGN, "labour_input", "trade_price_index", "import_share")


def _logarithms(own: xr.Dataset, base: xr.Dataset, dataset: xr.Dataset) -> dict[str, xr.DataArray]:
    """Logarithm of what each factor of the production function is in a run, relative to the baseline."""
    of_capital, of_foreign, of_price, of_imports = (
        _elasticity(dataset, name)
        for name in (
            "capital elasticity",
            "foreign capital elasticity",
            "trade gain elasticity",
            "import gain elasticity",
        )
    )
    log = {name: _log(own[name] / base[name]) for name in (*_FACTORS.values(), *_OTHERS)}
    capital, change = base[CAPITAL], own[CAPITAL] - base[CAPITAL]
    # 1 / L(K, K0); where capital is the same the logarithmic mean is capital itself.
    inverse = (log[CAPITAL] / change.where(change != 0.0)).where(change != 0.0, 1.0 / capital)
    foreign = (own[FOREIGN] - base[FOREIGN]) * inverse
    logs = {channel: log[name] for channel, name in _FACTORS.items()}
    logs |= {channel: _log((1.0 - own[name]) / (1.0 - base[name])) for channel, name in _LOSSES.items()}
    return logs | {
        "trade_cost": -of_price * log["trade_price_index"],
        "imports": -of_imports * _log((1.0 - own["import_share"]) / (1.0 - base["import_share"])),
        "foreign_capital": of_capital * foreign + of_foreign * (log[FOREIGN] - log[CAPITAL]),
        "domestic_capital": of_capital * (log[CAPITAL] - foreign),
        "labour": (1.0 - of_capital) * log["labour_input"],
    }


def _runs(dataset: xr.Dataset, baseline: str) -> tuple[xr.Dataset, xr.Dataset]:
    """Variables of the scenarios, and of the baseline."""
    names = [str(name) for name in dataset["scenario"].values]
    others = [name for name in names if name != baseline]
    if baseline not in names or not others:
        mend = did_you_mean(baseline, names, listing="Run it together with the scenarios.")
        what = f"the result holds {', '.join(names)}"
        raise DataError(Problem(what, expected=f"'{baseline}' and at least one other scenario", mend=mend))
    needed = [*_FACTORS.values(), *_LOSSES.values(), *_OTHERS]
    kept = {"scenario", "province", "macro_region", "time", "draw", "point"}
    values = xr.Dataset({name: _plain(select(dataset, name), kept) for name in needed})
    return values.sel(scenario=others), values.sel(scenario=baseline, drop=True)


def _plain(values: xr.DataArray, kept: Collection[str]) -> xr.DataArray:
    """Values by province; the model calls provinces destinations where it looks from the side of demand."""
    named = values.rename(destination="province") if "destination" in values.dims else values
    return named.drop_vars([name for name in named.coords if name not in kept]).drop_attrs()


def _elasticity(dataset: xr.Dataset, name: str) -> xr.DataArray:
    """Parameter as every point or draw has it: a factor of the design, drawn, or of central value."""
    key = dataset_name(name)
    factors = [str(factor) for factor in dataset[FACTOR].values] if VALUES in dataset.data_vars else []
    # A factor bears the name of the parameter as the model writes it.
    for factor in factors:
        if dataset_name(factor) == key:
            return dataset[VALUES].sel({FACTOR: factor}).reset_coords(drop=True)
    if "drawn_parameters" in dataset.data_vars and key in dataset["parameter"].values:
        return dataset["drawn_parameters"].sel(parameter=key).reset_coords(drop=True)
    return xr.DataArray(read_registry().parameters[name].value)


def _log(values: xr.DataArray) -> xr.DataArray:
    result: xr.DataArray = xr.apply_ufunc(np.log, values)
    return result


def _with_regions(values: xr.DataArray, dataset: xr.Dataset) -> xr.DataArray:
    return values.assign_coords(macro_region=dataset["macro_region"]) if "macro_region" in dataset.coords else values
