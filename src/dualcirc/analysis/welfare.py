"""What a policy is worth: value per yuan of fiscal cost, amounts per head, who wins and who loses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.analysis.compare import CENTRAL_DRAW, band
from dualcirc.analysis.places import OUTPUT, POPULATION, over_places, regions_of
from dualcirc.errors import DataError, Problem
from dualcirc.files.calendar import POLICY_START, to_model_time
from dualcirc.files.registry import read_registry
from dualcirc.observe import annual_flow
from dualcirc.results.schema import BASELINE

COST = "policy_outlays"
CONSUMPTION = "household_consumption"
INTEREST = "real interest rate"
"""Parameter of the model that serves as rate of discount."""


def present_value_per_cost(dataset: xr.Dataset, rate: float | None = None, baseline: str = BASELINE) -> xr.Dataset:
    """Present value of what a scenario changes, and its ratio to fiscal cost, (scenario, draw, place).

    Parameters
    ----------
    dataset
        A result with the baseline and at least one other scenario.
    rate
        Rate of discount, 1/year; the model's own real interest rate by default.
    baseline
        Scenario to compare with.

    Returns
    -------
    xarray.Dataset
        ``gdp``, ``consumption``, ``cost`` (billion CNY, value at the start of 2026) and ``gdp_per_yuan``,
        ``consumption_per_yuan`` (unit 1).

    Notes
    -----
    ``PV(x) = integral of (x - x_baseline) exp(-rate (t - t0)) dt`` over the whole run, by the trapezoidal rule between
    saved times. What comes after the last saved time is left out, for benefits and costs alike. Where a scenario
    saves cost, as one that closes zones, both signs turn: the ratio is what is lost for each yuan saved. Outlays of
    the baseline grow with output; where at least half of the change of cost is nothing else, the scenario has no
    fiscal cost of its own to divide by, and the ratio is missing.
    """
    chosen = read_registry().parameters[INTEREST].value if rate is None else rate
    years = dataset["time"] - to_model_time(POLICY_START)
    discount: xr.DataArray = xr.apply_ufunc(np.exp, -chosen * years)
    names = {"gdp": OUTPUT, "consumption": CONSUMPTION, "cost": COST}
    values = {name: _present(_change(dataset, variable, baseline), discount) for name, variable in names.items()}
    output, outlays = (over_places(dataset, name).sel(scenario=baseline, drop=True) for name in (OUTPUT, COST))
    follows = (_change(dataset, OUTPUT, baseline) / output * outlays * discount).integrate("time")
    cost = values["cost"].where(abs(values["cost"]) > 2.0 * abs(follows))
    for name in ("gdp", "consumption"):
        values[f"{name}_per_yuan"] = (values[name] / cost).assign_attrs(
            units="1", long_name=f"{values[name].attrs['long_name']} per yuan of fiscal cost"
        )
    return xr.Dataset(values).assign_attrs(
        discount_rate=chosen, base_date=POLICY_START, aggregation="sum over provinces; ratios of sums"
    )


def per_head(dataset: xr.Dataset, variable: str) -> xr.DataArray:
    """Amount per head of the nation, its regions and provinces, (scenario, draw, time, place): ratio of sums."""
    amount, people = over_places(dataset, variable), over_places(dataset, POPULATION)
    units = f"{amount.attrs.get('units', '1')}"
    above, _, below = units.partition("/")
    attrs = {
        "units": f"{above}/({below.strip('()') + '*' if below else ''}million person)",
        "long_name": f"{amount.attrs.get('long_name', variable)} per head",
        "price_basis": amount.attrs.get("price_basis", ""),
        "aggregation": "ratio of sums over provinces",
    }
    return (amount / people).rename(f"{variable}_per_head").assign_attrs(attrs)


def winners_and_losers(
    dataset: xr.Dataset, scenario: str, year: int, variable: str = CONSUMPTION, baseline: str = BASELINE
) -> pd.DataFrame:
    """Change of an amount per head by province in one year, the largest gain first.

    Parameters
    ----------
    dataset
        A result that holds both scenarios.
    scenario
        Scenario that is judged.
    year
        Calendar year; its flow is the rate at its middle.
    variable
        Dataset name of an amount by province.
    baseline
        Scenario to compare with.

    Returns
    -------
    pandas.DataFrame
        Index: province. Columns: ``region``; ``change``, ``low``, ``high`` (per cent of the baseline: central run and
        range over the draws); ``amount`` (change of the total, in its unit); ``people`` (million); ``verdict``:
        ``gains`` or ``loses`` where all draws agree, else ``open``. ``attrs['share_of_people_gaining']``: central run.
    """
    chosen = dataset.sel(scenario=_known(dataset, [baseline, scenario]))
    heads = annual_flow(per_head(chosen, variable), [year]).isel(year=0, drop=True)
    reference = heads.sel(scenario=baseline, drop=True)
    relative = 100.0 * (heads.sel(scenario=scenario, drop=True) - reference) / reference
    relative = relative.sel(place=relative["level"] == "province").drop_vars("level")
    edges = band(relative)
    totals = annual_flow(over_places(chosen, variable), [year]).isel(year=0).sel(draw=CENTRAL_DRAW)
    people = annual_flow(over_places(chosen, POPULATION), [year]).isel(year=0).sel(draw=CENTRAL_DRAW)
    names = relative["place"].values
    amount = (totals.sel(scenario=scenario) - totals.sel(scenario=baseline)).sel(place=names)
    table = pd.DataFrame(
        {
            "region": regions_of(dataset).sel(province=names).values,
            "change": edges.central.values,
            "low": edges.low.values,
            "high": edges.high.values,
            "amount": amount.values,
            "people": people.sel(scenario=scenario, place=names).values,
        },
        index=pd.Index(names, name="province"),
    )
    table["verdict"] = np.select([table["low"] > 0, table["high"] < 0], ["gains", "loses"], "open")
    table = table.sort_values("change", ascending=False)
    gaining = table.loc[table["change"] > 0, "people"].sum() / table["people"].sum()
    table.attrs = {"scenario": scenario, "year": year, "variable": variable, "share_of_people_gaining": float(gaining)}
    return table


def _change(dataset: xr.Dataset, variable: str, baseline: str) -> xr.DataArray:
    names = _known(dataset, [baseline])
    values = over_places(dataset, variable)
    others = [str(name) for name in dataset["scenario"].values if name not in names]
    if not others:
        raise DataError(Problem(f"the result holds '{baseline}' only", expected="at least one scenario beside it"))
    return (values.sel(scenario=others) - values.sel(scenario=baseline, drop=True)).assign_attrs(values.attrs)


def _present(change: xr.DataArray, discount: xr.DataArray) -> xr.DataArray:
    label = str(change.attrs.get("long_name", change.name))
    units = str(change.attrs.get("units", "")).removesuffix("/year")
    attrs = {"units": units, "long_name": f"Present value of the change of {label[:1].lower() + label[1:]}"}
    return (change * discount).integrate("time").assign_attrs(attrs)


def _known(dataset: xr.Dataset, names: list[str]) -> list[str]:
    found = [str(name) for name in dataset["scenario"].values]
    missing = [name for name in names if name not in found]
    if missing:
        mend = f"The result holds {', '.join(found)}."
        raise DataError(Problem(f"the result has no scenario '{missing[0]}'", mend=mend))
    return names
