"""A result of four provinces in two regions with numbers that can be added up by hand."""

from __future__ import annotations

import numpy as np
import xarray as xr

PROVINCES = {"Beijing": "East", "Shanghai": "East", "Jilin": "Northeast", "Liaoning": "Northeast"}
FLOW = {"units": "billion CNY/year", "kind": "flow", "price_basis": "constant 2020 CNY"}
TOTALS = {
    "gdp": 1.0,
    "household_consumption": 0.5,
    "government_consumption": 0.1,
    "investment": 0.3,
    "exports": 0.25,
    "imports": 0.2,
    "fdi_inflow": 0.02,
    "own_province_circulation_gdp": 0.5,
    "other_province_circulation_gdp": 0.3,
    "international_circulation_gdp": 0.2,
    "policy_outlays": 0.001,
}


def small_result(effects: dict[str, float] | None = None, draws: int = 1) -> xr.Dataset:
    """GDP of 40, 30, 20 and 10 in 2030 growing by a tenth a year, times one plus the effect of the scenario.

    The effect doubles in draw 1, and so on. Net outflow is what is left of GDP, as in the model.
    """
    effects = {"baseline": 0.0, "better": 0.01} if effects is None else effects
    names, time = list(PROVINCES), np.arange(2030.0, 2033.0)
    factor = 1.0 + np.array(list(effects.values()))[:, None] * np.arange(1, draws + 1)
    gdp = factor[:, :, None, None] * 1.1 ** (time - 2030.0)[:, None] * np.array([40.0, 30.0, 20.0, 10.0])
    dims = ("scenario", "draw", "time", "province")
    coords = {
        "scenario": list(effects),
        "draw": np.arange(draws),
        "time": time,
        "province": names,
        "macro_region": ("province", list(PROVINCES.values())),
        "region": ["East", "Northeast"],
    }
    data = {
        name: xr.DataArray(share * gdp, dims=dims, attrs=FLOW | {"long_name": name}) for name, share in TOTALS.items()
    }
    demand = data["household_consumption"] + data["government_consumption"] + data["investment"]
    data["net_domestic_outflow"] = (data["gdp"] - demand - data["exports"] + data["imports"]).assign_attrs(FLOW)
    people = xr.DataArray(
        np.broadcast_to([4.0, 1.0, 3.0, 2.0], gdp.shape), dims=dims, attrs={"units": "million person"}
    )
    data["population"] = people
    ds = xr.Dataset(data, coords=coords)
    for name in list(ds.data_vars):
        ds[f"region_{name}"] = ds[name].groupby("macro_region").sum().rename(macro_region="region")
    ds["technology"] = xr.DataArray(np.broadcast_to([1.0, 2.0, 3.0, 4.0], gdp.shape), dims=dims, attrs={"units": "1"})
    ds["income"] = (ds["gdp"] / ds["population"]).assign_attrs(units="billion CNY/(year*million person)")
    ds["debt"] = (2.0 * ds["gdp"]).assign_attrs(units="billion CNY", kind="stock", long_name="Debt")
    ds["region_debt"] = 2.0 * ds["region_gdp"]
    ds["status"] = xr.DataArray(np.full((len(effects), draws), "ok"), dims=("scenario", "draw"))
    return ds
