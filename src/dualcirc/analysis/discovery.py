"""Scenario discovery: which ranges of the factors bring an outcome about, as one box (PRIM)."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.analysis.design import FACTOR, POINT, factor_values, matching_outcome, study_library, succeeded
from dualcirc.errors import DataError, Problem

ONE_SIDED = -1
"""What ema_workbench writes for the quasi-p value of an end of a box that is not restricted."""


class DiscoveredBox(NamedTuple):
    """A box in the space of the factors, and how well it tells the cases of interest from the others."""

    limits: pd.DataFrame
    """One row for each factor that the box restricts, the surest first: ``low``, ``high`` (unit of the factor),
    ``quasi_p_low``, ``quasi_p_high`` (missing at an end that is free), ``label``, ``unit``."""
    coverage: float
    """Share of the cases of interest that lie in the box."""
    density: float
    """Share of the cases in the box that are of interest."""
    mass: float
    """Share of all cases that lie in the box."""
    trajectory: pd.DataFrame
    """Every box on the way: ``coverage``, ``density``, ``mass``, ``restricted`` (number of factors), ``chosen``."""
    cases: int
    """Points that count."""
    left_out: int
    """Points left out because a run of theirs failed."""


def discover_box(
    dataset: xr.Dataset, interest: xr.DataArray, *, density: float, peel: float = 0.05, smallest: float = 0.05
) -> DiscoveredBox:
    """Ranges of the factors in which an outcome of interest comes about, found by the patient rule induction method.

    Parameters
    ----------
    dataset
        A sweep over a design that spreads its points over the ranges of the factors, as a Latin hypercube.
    interest
        Whether the outcome of a point is of interest, (point,), boolean.
    density
        Share of cases of interest that the box must reach, above 0 and at most 1. Among all boxes on the way that
        reach it the one with the largest coverage is chosen, with the fewest restricted factors where several have it.
    peel
        Share of the cases that one step peels off.
    smallest
        Smallest share of all cases that may be left in a box.

    Raises
    ------
    DataError
        The outcome does not go with the design, is of interest at every point or at none, or no box is that dense.

    Notes
    -----
    PRIM peels off a thin slice at one end of one factor, time after time, whichever leaves the densest rest
    (friedman1999); here in the form and with the measures of bryant2010. The quasi-p value of an end is the probability
    of as many cases of interest in the box by chance if that restriction were dropped, by a one-sided binomial test: a
    large one says that the restriction could be an accident. It is no p-value of a test planned beforehand.

    References
    ----------
    friedman1999; bryant2010
    """
    if not 0.0 < density <= 1.0:
        raise DataError(Problem(f"got the density {density:g}", expected="above 0 and at most 1"))
    values = factor_values(dataset)
    wanted, kept = _cases(dataset, interest)
    frame = pd.DataFrame(values.values[kept], columns=[str(name) for name in values[FACTOR].values])
    box = _peeled(frame, wanted[kept], peel, smallest)
    chosen = _choose(box.peeling_trajectory, density)
    row = box.peeling_trajectory.iloc[chosen]
    return DiscoveredBox(
        limits=_limits(box, chosen, values),
        coverage=float(row["coverage"]),
        density=float(row["density"]),
        mass=float(row["mass"]),
        trajectory=_trajectory(box.peeling_trajectory, chosen),
        cases=int(kept.sum()),
        left_out=int((~kept).sum()),
    )


def _peeled(frame: pd.DataFrame, wanted: np.ndarray, peel: float, smallest: float) -> Any:
    """Box of ema_workbench with its whole trajectory."""
    prim = study_library("ema_workbench.analysis.prim")
    with warnings.catch_warnings():
        # ema_workbench calls pandas in ways that are to go; its own releases will follow.
        warnings.simplefilter("ignore", DeprecationWarning)
        # Any positive threshold tells true from false; the least keeps the box whatever its density, chosen later.
        options = {"threshold": 1.0 / len(wanted), "peel_alpha": peel, "mass_min": smallest}
        # As floats: PRIM peels whole numbers one value at a time, whatever share of the cases that is.
        return prim.Prim(frame.astype(float), wanted, **options).find_box()


def _cases(dataset: xr.Dataset, interest: xr.DataArray) -> tuple[np.ndarray, np.ndarray]:
    """Whether each point is of interest, and whether its runs ended well."""
    checked = matching_outcome(dataset, interest)
    if checked.dims != (POINT,) or checked.dtype != np.bool_:
        got = f"{checked.dtype} with the dims {', '.join(map(str, checked.dims))}"
        raise DataError(Problem(f"the outcome is {got}", expected="true or false for every point, dim 'point' alone"))
    good = succeeded(dataset, checked)
    kept = good.all([dim for dim in good.dims if dim != POINT]).values
    found = int(checked.values[kept].sum())
    if found in (0, int(kept.sum())):
        what = f"{found} of {int(kept.sum())} points are of interest"
        raise DataError(Problem(what, expected="some points of interest and some that are not"))
    return checked.values, kept


def _choose(trajectory: pd.DataFrame, density: float) -> int:
    """Box of the largest coverage among those that are dense enough."""
    dense = trajectory[trajectory["density"] >= density]
    if dense.empty:
        best = trajectory["density"].max()
        mend = "Ask for a lower density, allow a smaller box, or run more points."
        raise DataError(Problem(f"the densest box reaches {best:.3g}", expected=f"{density:g} or more", mend=mend))
    order = dense.sort_values(["coverage", "res_dim"], ascending=[False, True], kind="stable")
    return int(order.index[0])


def _limits(box: Any, chosen: int, values: xr.DataArray) -> pd.DataFrame:
    columns = ["low", "high", "quasi_p_low", "quasi_p_high"]
    ends, surety = box.box_lims[chosen], box.qp[chosen]
    rows = {name: [*ends[name].tolist(), *surety[name]] for name in surety}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns, dtype=float).rename_axis(FACTOR)
    table = table.replace({name: {ONE_SIDED: np.nan} for name in columns[2:]})
    order = table[columns[2:]].min(axis=1).sort_values(kind="stable").index
    for name in ("label", "unit"):
        if f"factor_{name}" in values.coords:
            table[name] = values[f"factor_{name}"].to_series().reindex(table.index)
    return table.loc[order]


def _trajectory(trajectory: pd.DataFrame, chosen: int) -> pd.DataFrame:
    table = trajectory.rename(columns={"res_dim": "restricted"})[["coverage", "density", "mass", "restricted"]]
    return table.assign(chosen=table.index == chosen).rename_axis("step")
