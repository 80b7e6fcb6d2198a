"""A small result with plausible shapes and hand-made numbers, for tests of what reads results."""

from __future__ import annotations

import numpy as np
import xarray as xr

from dualcirc.files.series import provinces

SCENARIOS = {
    "baseline": "Business as usual",
    "no_zones": "No zone since 2013",
    "wider_layout": "Three new zones and rules alignment",
    "shorter_negative_list": "Shorter negative lists",
    "domestic_circulation": "Domestic-circulation tasks in the zones",
    "duty_free": "Wider duty-free policy",
}
EFFECT = {"no_zones": -0.008, "wider_layout": 0.002, "shorter_negative_list": 0.003, "domestic_circulation": 0.006}
FLOWS = {
    "gdp": ("Gross domestic product", 1.0),
    "household_consumption": ("Household consumption", 0.36),
    "investment": ("Gross capital formation", 0.44),
    "exports": ("Exports of goods and services", 0.23),
    "imports": ("Imports of goods and services", 0.19),
    "fdi_inflow": ("Inflow of foreign direct investment", 0.015),
}
BILLION = {"units": "billion CNY/year", "price_basis": "constant 2020 CNY", "kind": "flow"}


def result(draws: int = 5) -> xr.Dataset:
    """Result with every variable that pictures and panels need, (scenario, draw, time, province)."""
    table = provinces()
    names = list(table.index)
    time = np.arange(2010.0, 2051.0)
    scenario = list(SCENARIOS)
    size = np.exp(np.random.default_rng(1).normal(0.0, 0.7, len(names)))
    size = 53_000 * size / size.sum()
    growth = np.exp(np.cumsum(0.09 * np.exp(-(time - 2010) / 18)))
    start = np.array([2013.0 if name == "no_zones" else 2026.0 for name in scenario])
    ramp = np.clip((time[None, :] - start[:, None]) / 10.0, 0.0, 1.0) ** 0.7
    central = np.array([EFFECT.get(name, 0.0003 * (name == "duty_free")) for name in scenario])
    spread = np.concatenate([[1.0], np.linspace(0.4, 1.8, max(draws - 1, 1))])[:draws]
    tilt = 1.0 + np.linspace(-1.5, 1.5, len(names))
    effect = np.einsum("s,st,d,p->sdtp", central, ramp, spread, tilt)
    level = growth[None, None, :, None] * size * (1.0 + 0.01 * (spread - 1.0))[None, :, None, None]
    coords = {
        "scenario": scenario,
        "draw": np.arange(draws),
        "time": time,
        "province": names,
        "scenario_title": ("scenario", list(SCENARIOS.values())),
        "macro_region": ("province", list(table["macro_region"])),
    }
    dims = ("scenario", "draw", "time", "province")
    ds = xr.Dataset(coords=coords, attrs={"title": "Synthetic", "dualcirc_version": "0.0", "model_hash": "0" * 64})
    for name, (label, share) in FLOWS.items():
        values = xr.DataArray(
            share * level * (1.0 + effect * (3.0 if name in ("exports", "fdi_inflow") else 1.0)), dims=dims
        )
        ds[name] = values.assign_attrs(BILLION, long_name=label)
        ds[f"national_{name}"] = ds[name].sum("province").assign_attrs(BILLION, long_name=f"National {label}")
        by_region = ds[name].groupby("macro_region").sum().rename(macro_region="region")
        ds[f"region_{name}"] = by_region.assign_attrs(BILLION, long_name=f"Regional {label}")
    ds["foreign_capital"] = (8.0 * ds["fdi_inflow"]).assign_attrs(
        units="billion CNY", kind="stock", long_name="Foreign capital"
    )
    share = 0.80 + 0.05 * (1 - np.exp(-(time - 2010) / 6)) + np.einsum("s,st,d->sdt", central, ramp, spread)
    ds["domestic_circulation_share"] = xr.DataArray(share, dims=dims[:3]).assign_attrs(
        units="1", kind="auxiliary", long_name="Share of domestic circulation in GDP"
    )
    opening = np.full((len(scenario), len(names)), 9999.0)
    opening[:, names.index("Shanghai")] = 2013.74
    opening[:, names.index("Guangdong")] = 2015.30
    opening[scenario.index("no_zones")] = 9999.0
    opening[scenario.index("wider_layout"), names.index("Jilin")] = 2027.0
    ds["zone_opening_year"] = xr.DataArray(opening, dims=("scenario", "province")).assign_attrs(
        units="year", kind="constant"
    )
    ds["status"] = xr.DataArray(np.full((len(scenario), draws), "ok"), dims=("scenario", "draw"))
    ds["drawn_parameters"] = xr.DataArray(np.ones((draws, 3)), dims=("draw", "parameter"))
    return ds.assign_coords(parameter=["stance_leak", "reform_pool", "siphon_share"])
