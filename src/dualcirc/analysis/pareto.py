"""Several aims at once: which policies no other one beats in every respect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from dualcirc.analysis.design import FACTOR, POINT, VALUES, study_library
from dualcirc.analysis.objectives import BEST_HIGH, BEST_LOW
from dualcirc.errors import DataError, Problem, did_you_mean

Array = NDArray[np.float64]
Direction = Literal["max", "min"]


def pareto_front(
    objectives: xr.Dataset, directions: Mapping[str, Direction] | None = None, over: str = POINT
) -> xr.DataArray:
    """Return which points no other one dominates, boolean, (..., over).

    Parameters
    ----------
    objectives
        One variable for each objective, all with dim ``over``; every further dim, as draw, has a front of its own.
    directions
        ``max`` or ``min`` by name of the objective; those named are the ones that count. By default every variable
        counts, with its attribute ``direction``.
    over
        Dim of the policies that are weighed: ``point`` or ``scenario``.

    Raises
    ------
    DataError
        An objective or its direction is not known, or one lacks the dim.

    Notes
    -----
    A point dominates another if it is at least as good in every objective and better in one. Points that are equal in
    all do not dominate each other. A point of which an objective is missing is never a member and dominates none.
    """
    chosen = _directions(objectives, directions)
    costs = _costs(objectives, chosen, over)
    sorting = study_library("pymoo.util.nds.non_dominated_sorting").NonDominatedSorting()

    def of_one(table: Array) -> NDArray[np.bool_]:
        member = np.zeros(len(table), dtype=bool)
        whole = np.flatnonzero(np.isfinite(table).all(axis=1))
        if whole.size:
            member[whole[sorting.do(table[whole], only_non_dominated_front=True)]] = True
        return member

    front: xr.DataArray = xr.apply_ufunc(
        of_one, costs, input_core_dims=[[over, "objective"]], output_core_dims=[[over]], vectorize=True
    )
    text = ", ".join(f"{direction} {name}" for name, direction in chosen.items())
    return front.rename("pareto").drop_attrs().assign_attrs(long_name="Not dominated", objectives=text)


def pareto_table(objectives: xr.Dataset, front: xr.DataArray, dataset: xr.Dataset | None = None) -> pd.DataFrame:
    """Objectives of the members of a front, the best in the first objective first.

    Parameters
    ----------
    objectives
        As given to :func:`pareto_front`, with its dim alone.
    front
        Members, of :func:`pareto_front`.
    dataset
        The sweep; the values of its factors then stand beside the objectives.

    Returns
    -------
    pandas.DataFrame
        Index: point or scenario. Columns: the objectives, then the factors; ``attrs['units']`` by column.
    """
    if front.ndim != 1:
        got = ", ".join(map(str, front.dims))
        mend = "Choose one draw, or take the mean over the draws first."
        raise DataError(Problem(f"the front has the dims {got}", expected="a front over one dim", mend=mend))
    over = str(front.dims[0])
    plain = objectives.reset_coords(drop=True) if over in objectives.coords else objectives
    table = plain.to_dataframe().loc[front.values]
    units = {str(name): str(values.attrs.get("units", "")) for name, values in objectives.data_vars.items()}
    if dataset is not None and VALUES in dataset.data_vars and over == POINT:
        factors = dataset[VALUES].transpose(POINT, FACTOR).to_pandas().loc[table.index]
        table = table.join(factors)
        if "factor_unit" in dataset.coords:
            units |= {str(name): str(unit) for name, unit in dataset["factor_unit"].to_series().items()}
    first = next(iter(objectives.data_vars))
    ascending = objectives[first].attrs.get("direction", BEST_HIGH) == BEST_LOW
    table = table.sort_values(str(first), ascending=ascending, kind="stable")
    table.attrs["units"] = units
    return table


def hypervolume(
    objectives: xr.Dataset,
    reference: Mapping[str, float],
    directions: Mapping[str, Direction] | None = None,
    over: str = POINT,
) -> xr.DataArray:
    """Volume of what the points dominate, up to a reference that is worse, in the product of the units, (...).

    Parameters
    ----------
    objectives
        One variable for each objective, all with dim ``over``.
    reference
        Value of every objective that counts as worthless; points beyond it add nothing. Fronts can be compared under
        the same reference only.
    directions
        As in :func:`pareto_front`.
    over
        Dim of the policies that are weighed.

    References
    ----------
    zitzler1999
    """
    chosen = _directions(objectives, directions)
    missing = [name for name in chosen if name not in reference]
    if missing:
        what = f"the reference has no {', '.join(missing)}"
        raise DataError(Problem(what, expected="a value for every objective"))
    signs = [-1.0 if direction == BEST_HIGH else 1.0 for direction in chosen.values()]
    corner = np.array([sign * reference[name] for sign, name in zip(signs, chosen, strict=True)])
    indicator = study_library("pymoo.indicators.hv").HV(ref_point=corner)

    def of_one(table: Array) -> float:
        return float(indicator(table[np.isfinite(table).all(axis=1)]))

    volume: xr.DataArray = xr.apply_ufunc(
        of_one, _costs(objectives, chosen, over), input_core_dims=[[over, "objective"]], vectorize=True
    )
    return volume.rename("hypervolume").drop_attrs().assign_attrs(long_name="Hypervolume")


def _directions(objectives: xr.Dataset, directions: Mapping[str, Direction] | None) -> dict[str, str]:
    names = [str(name) for name in objectives.data_vars]
    own = {name: str(objectives[name].attrs.get("direction", "")) for name in names}
    chosen = own if directions is None else {name: str(direction) for name, direction in directions.items()}
    for name, direction in chosen.items():
        if name not in names:
            raise DataError(Problem(f"there is no objective '{name}'", mend=did_you_mean(name, names)))
        if direction not in (BEST_HIGH, BEST_LOW):
            what = f"the objective '{name}' has the direction '{direction}'"
            raise DataError(Problem(what, expected=f"'{BEST_HIGH}' or '{BEST_LOW}'"))
    if not chosen:
        raise DataError(Problem("there is no objective", expected="one or more"))
    return chosen


def _costs(objectives: xr.Dataset, chosen: Mapping[str, str], over: str) -> xr.DataArray:
    """Objectives side by side along dim ``objective``, turned so that less is better."""
    for name in chosen:
        if over not in objectives[name].dims:
            got = ", ".join(map(str, objectives[name].dims)) or "none"
            raise DataError(Problem(f"the objective '{name}' has the dims {got}", expected=f"the dim '{over}'"))
    parts = [-objectives[n] if direction == BEST_HIGH else objectives[n] for n, direction in chosen.items()]
    plain = [part.drop_attrs().compute().astype(np.float64) for part in parts]
    return xr.concat(plain, dim="objective", coords="minimal", compat="override", join="exact")
