"""Tidy tables of a result: one for each set of dims, and what its columns and elements mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from dualcirc.analysis.compare import CENTRAL_DRAW
from dualcirc.errors import DataError, Problem, did_you_mean
from dualcirc.files.version import package_version

RUN_DIMS = ("scenario", "point", "draw", "quantile", "time")
"""Dims that every trajectory may have, in the order of the columns."""

NATION = "nation"
"""Table of what has no further dim."""

DESCRIBED = ("long_name", "long_name_zh", "units", "price_basis", "kind", "cell_methods", "definition", "mdl_name")
"""Attributes that the table of variables shows, in this order."""


@dataclass(frozen=True)
class TidyTable:
    """Variables with the same dims, one row a cell."""

    name: str
    """``nation``, ``province``, ...; the dims joined by underscores for what does not change over time."""
    variables: xr.Dataset
    keys: tuple[str, ...]
    """Key columns, in order."""

    @property
    def rows(self) -> int:
        """Rows of :meth:`frame`."""
        rows = 1
        for key in self.keys:
            rows *= self.variables.sizes[key]
        return rows

    def frame(self) -> pd.DataFrame:
        """Key columns first, then the variables; one row for each cell."""
        bare = self.variables.drop_vars([name for name in self.variables.coords if name not in self.keys])
        frame = bare.to_dataframe(dim_order=list(self.keys)).reset_index()
        return frame[[*self.keys, *map(str, self.variables.data_vars)]]

    def column(self, name: str) -> xr.DataArray:
        """The variable or coordinate behind a column, with its attributes."""
        return self.variables[name]


def chosen(dataset: xr.Dataset, names: Sequence[str] = (), *, central: bool = False) -> xr.Dataset:
    """Part of a result: some variables, all draws or the central one alone.

    Parameters
    ----------
    dataset
        A result.
    names
        Dataset names; all variables when empty. How each run ended (``status``) always stays.
    central
        Keep draw 0, the central parameters, alone.

    Raises
    ------
    DataError
        A name is no variable of the result, or there is no central draw.
    """
    known = [str(name) for name in dataset.data_vars]
    problems = [
        Problem(f"the result has no variable '{name}'", mend=did_you_mean(name, known))
        for name in names
        if name not in known
    ]
    if central and "draw" not in dataset.dims:
        mend = "Leave out --central: its draws were reduced to quantiles."
        problems.append(Problem("the result has no central draw", expected="a result with the dim draw", mend=mend))
    if problems:
        raise DataError(problems)
    part = dataset.sel(draw=[CENTRAL_DRAW]) if central else dataset
    return part[[*names, *(["status"] if "status" in known and "status" not in names else [])]] if names else part


def tidy_tables(dataset: xr.Dataset) -> list[TidyTable]:
    """Every variable of a result once, variables with the same dims in one table."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for name, values in dataset.data_vars.items():
        groups.setdefault(_ordered([str(dim) for dim in values.dims]), []).append(str(name))
    return [TidyTable(_name(keys), dataset[names], keys) for keys, names in groups.items() if keys]


def variables_table(dataset: xr.Dataset) -> pd.DataFrame:
    """Label, unit and definition of every variable and dim: one row each, column ``name`` first."""
    names = [*map(str, dataset.dims), *map(str, dataset.data_vars)]
    rows = [{"name": name, **{key: str(_attrs(dataset, name).get(key, "")) for key in DESCRIBED}} for name in names]
    return pd.DataFrame(rows).rename(columns={"long_name": "label", "long_name_zh": "label_zh", "units": "unit"})


def elements_table(dataset: xr.Dataset) -> pd.DataFrame:
    """What is known of scenarios, provinces, factors and the like: columns dim, element, property, value."""
    rows = [
        {"dim": dim, "element": str(element), "property": str(name), "value": str(value)}
        for name, coordinate in dataset.coords.items()
        if coordinate.ndim == 1 and name != (dim := str(coordinate.dims[0])) and dim in dataset.indexes
        for element, value in zip(dataset.indexes[dim], coordinate.values, strict=True)
    ]
    return pd.DataFrame(rows, columns=["dim", "element", "property", "value"])


def provenance(dataset: xr.Dataset, command: str) -> dict[str, str]:
    """Hashes, version, seed and command of a result, and how it was exported."""
    stored: Mapping[object, object] = dataset.attrs
    own = {"export_command": command, "export_version": package_version()}
    return {str(key): str(value) for key, value in stored.items()} | own


def _attrs(dataset: xr.Dataset, name: str) -> Mapping[str, object]:
    return dataset[name].attrs if name in dataset.variables else {}


def _ordered(dims: Sequence[str]) -> tuple[str, ...]:
    """Dims of runs first, the others in the order of the variable."""
    return (*(dim for dim in RUN_DIMS if dim in dims), *(dim for dim in dims if dim not in RUN_DIMS))


def _name(keys: Sequence[str]) -> str:
    if "time" not in keys:
        return "_".join(keys)
    return "_".join(key for key in keys if key not in RUN_DIMS) or NATION
