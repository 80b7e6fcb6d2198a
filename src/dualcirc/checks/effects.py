"""Differences between runs, the years that are looked at, and how they are told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr

from dualcirc.checks.names import ExpressionError
from dualcirc.files.check_schema import Measure, WindowForm
from dualcirc.files.scenario_checks import plain

TOLERANCE = 1e-9
"""Rounding allowed where a year meets a saved time, years."""


def difference(own: xr.DataArray, than: xr.DataArray, measure: Measure) -> xr.DataArray:
    """Difference between two runs, (time, *subscripts): in the unit of the value, or relative to the second.

    Relative to nothing, what did not move has the difference zero, and what moved none: such a check asks for
    ``absolute``.
    """
    change = own - than
    if measure == "absolute":
        return change
    with np.errstate(all="ignore"):
        return (change / abs(than)).where(change != 0.0, 0.0)


def window(value: xr.DataArray, where: WindowForm | Sequence[float]) -> xr.DataArray:
    """Part of a value in the years that are looked at.

    Raises
    ------
    ExpressionError
        There is no result for a year.
    """
    times = value["time"].values
    years = where.years if isinstance(where, WindowForm) else list(where)
    for year in years or ():
        if not np.isclose(times, year, rtol=0.0, atol=TOLERANCE).any():
            raise ExpressionError(f"got the year {plain(year)}", f"a year from {plain(times[0])} to {plain(times[-1])}")
    chosen = np.isclose(times[:, None], years, rtol=0.0, atol=TOLERANCE).any(axis=1) if years else times > -np.inf
    if isinstance(where, WindowForm):
        chosen = chosen & (times >= (times[0] if where.since is None else where.since) - TOLERANCE)
        chosen = chosen & (times <= (times[-1] if where.until is None else where.until) + TOLERANCE)
    if not chosen.any():
        raise ExpressionError("got no year", f"years from {plain(times[0])} to {plain(times[-1])}")
    return value.isel(time=np.flatnonzero(chosen))


def span(value: xr.DataArray) -> str:
    """Least and largest of a value, with where they are found when there are several."""
    flat = value.values.ravel()
    if not np.isfinite(flat).all():
        bad = int(np.argmin(np.isfinite(flat)))
        return f"{flat[bad]:g}{_place(value, bad)}"
    low, high = int(np.argmin(flat)), int(np.argmax(flat))
    if f"{flat[low]:.4g}" == f"{flat[high]:.4g}":
        return f"{flat[low]:.4g}"
    return f"{flat[low]:.4g}{_place(value, low)} to {flat[high]:.4g}{_place(value, high)}"


def _place(value: xr.DataArray, number: int) -> str:
    """Elements and year of the cell with this number."""
    cell = np.unravel_index(number, value.shape)
    labels = [value[dim].values[place] for dim, place in zip(value.dims, cell, strict=True)]
    told = [plain(label) if isinstance(label, float) else str(label) for label in labels]
    return f" ({', '.join(reversed(told))})" if told else ""


def named(names: Sequence[str], most: int = 3) -> str:
    """First few names, and how many more there are."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
