"""Sweeps over designs with outcomes that are known in closed form."""

from __future__ import annotations

import numpy as np
import xarray as xr


def design_of(kind: str, values: np.ndarray, low: list[float], high: list[float], **attrs: object) -> xr.Dataset:
    """Stored sweep without outputs: factors x1, x2, ... at the given points, one scenario, one draw."""
    names = [f"x{i + 1}" for i in range(values.shape[1])]
    central = (np.array(low) + np.array(high)) / 2.0
    along = {"low": low, "high": high, "central": central, "label": [f"Factor {name}" for name in names]}
    coords = {"point": np.arange(len(values)), "factor": names, "scenario": ["baseline"], "draw": [0]}
    status = (("scenario", "point", "draw"), np.full((1, len(values), 1), "ok", dtype="<U10"))
    ds = xr.Dataset(
        {"factor_values": (("point", "factor"), values), "status": status}, coords, {"design": kind, **attrs}
    )
    units = ["1"] * len(names)
    return ds.assign_coords({f"factor_{key}": ("factor", item) for key, item in (along | {"unit": units}).items()})


def outcome_of(values: np.ndarray, **attrs: str) -> xr.DataArray:
    """Outcome along the points."""
    return xr.DataArray(values, dims="point", coords={"point": np.arange(len(values))}, name="outcome", attrs=attrs)
