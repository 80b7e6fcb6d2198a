"""Effects of policy packages, alone and together, from a result that holds a scenario for each combination.

A package can be any set of measures: all it takes is which packages each scenario holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from dualcirc.analysis.compare import band, band_frame
from dualcirc.analysis.places import NATION, over_places
from dualcirc.analysis.shapley import SEPARATOR, shapley, superadditivity
from dualcirc.errors import DataError, Problem
from dualcirc.files.combinations import Combination, subsets
from dualcirc.files.registry_checks import LEVELS
from dualcirc.observe import annual_flow
from dualcirc.results.schema import BASELINE

Members = Mapping[str, Collection[str]]
"""Packages that each scenario holds."""
Scale = Literal["percent", "log", "absolute"]


def members_of(dataset: xr.Dataset, ambition: str | None = None) -> dict[str, tuple[str, ...]]:
    """Packages of every scenario whose name is that of a :class:`Combination`, and the baseline, which holds none.

    Parameters
    ----------
    dataset
        A result. A coordinate ``combination`` along its scenarios, of the same form, stands in for the names.
    ambition
        Ambition to read; by default the only one of the result.
    """
    names = [str(name) for name in dataset["scenario"].values]
    texts = [str(text) for text in dataset["combination"].values] if "combination" in dataset.coords else names
    read = {name: Combination.parse(text) for name, text in zip(names, texts, strict=True)}
    found = {name: combination for name, combination in read.items() if combination is not None}
    held = sorted({combination.ambition for combination in found.values()})
    if ambition is None and len(held) > 1:
        raise DataError(Problem(f"the result holds the ambitions {', '.join(held)}", expected="one of them by name"))
    wanted = held[:1] if ambition is None else [ambition]
    chosen = {name: part.packages for name, part in found.items() if part.ambition in wanted}
    if not chosen:
        what = "the result holds no scenario of packages" + (f" at the ambition '{ambition}'" if ambition else "")
        raise DataError(Problem(what, expected=f"names as '{Combination(('A', 'C'), 'central').name}'"))
    return ({BASELINE: ()} if BASELINE in names else {}) | chosen


def holds_every_combination(dataset: xr.Dataset) -> bool:
    """Whether a result holds the baseline and every combination of two or more packages, at one ambition."""
    names = [str(name) for name in dataset["scenario"].values]
    if len({found.ambition for name in names if (found := Combination.parse(name))}) != 1:
        return False
    sets = {frozenset(packages) for packages in members_of(dataset).values()}
    packages = frozenset[str]().union(*sets)
    return len(packages) > 1 and sets == set(map(frozenset, subsets(packages)))


def package_effects(
    dataset: xr.Dataset, variable: str, year: int, members: Members | None = None, scale: Scale = "percent"
) -> xr.DataArray:
    """Effect of every combination against none of the packages, (combination, draw, place).

    Parameters
    ----------
    dataset
        A result with a scenario for every combination of interest, and one without any package.
    variable
        Dataset name of a variable by province.
    year
        Calendar year; its flow is the rate at its middle.
    members
        Packages that each scenario holds, by name of the scenario; read from the names by default.
    scale
        ``percent`` of the run without packages; ``log``, a hundred times the difference of logs, on which effects that
        merely multiply do not count as interaction; ``absolute``, in the unit of the variable.

    Returns
    -------
    xarray.DataArray
        ``combination`` holds the packages joined by ``+``, small sets first, without the empty one. Differences are
        taken within a draw.
    """
    by_set = _scenario_by_set(dataset, members_of(dataset) if members is None else members)
    values = annual_flow(over_places(dataset, variable), [year]).isel(year=0, drop=True)
    values = values.drop_vars("scenario_title", errors="ignore")
    base = values.sel(scenario=by_set[frozenset()], drop=True)
    order = [part for part in map(frozenset, subsets(frozenset[str]().union(*by_set))) if part and part in by_set]
    labels = [SEPARATOR.join(sorted(part)) for part in order]
    chosen = values.sel(scenario=[by_set[part] for part in order]).rename(scenario="combination")
    effects = _difference(chosen.assign_coords(combination=labels), base, scale)
    units = {"percent": "%", "log": "log points"}.get(scale, str(values.attrs.get("units", "")))
    return effects.rename(variable).assign_attrs(values.attrs | {"units": units, "year": year, "scale": scale})


def package_table(effects: xr.DataArray, place: str = NATION) -> pd.DataFrame:
    """Effect and super-additivity of every combination in one place, with the range over the draws.

    Parameters
    ----------
    effects
        Effects of :func:`package_effects`.
    place
        ``China``, a region or a province.

    Returns
    -------
    pandas.DataFrame
        Index: combination. Columns: ``effect``, ``effect_low``, ``effect_high``; ``surplus`` (effect less the sum of
        single effects; empty for a single package), ``surplus_low``, ``surplus_high``, in the unit of the effects.
    """
    columns: dict[str, pd.Series[float]] = {}
    for name, values in {"effect": effects, "surplus": superadditivity(effects)}.items():
        central, low, high = (edge.to_series() for edge in band(values.sel(place=place, drop=True)))
        columns |= {name: central, f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(columns).reindex(effects["combination"].values).rename_axis("combination")


def package_tables(
    dataset: xr.Dataset, variables: Sequence[str], year: int, ambitions: Sequence[str] = LEVELS
) -> pd.DataFrame:
    """Effects of every combination on some variables of the nation, at each ambition, one table below the other.

    Parameters
    ----------
    dataset
        Result that holds every combination at each ambition.
    variables
        Names in the Dataset.
    year
        Calendar year.
    ambitions
        As in the names of the scenarios.

    Returns
    -------
    pandas.DataFrame
        Index: ambition, variable, combination. Columns of :func:`package_table`, per cent of the baseline.
    """
    members = {ambition: members_of(dataset, ambition) for ambition in ambitions}
    tables = {
        (ambition, name): package_table(package_effects(dataset, name, year, held))
        for ambition, held in members.items()
        for name in variables
    }
    return pd.concat(tables, names=["ambition", "variable"])


def shapley_table(
    dataset: xr.Dataset, variable: str, year: int, ambition: str | None = None, place: str = NATION
) -> pd.DataFrame:
    """What each package is worth in one place, with the range over the draws.

    Parameters
    ----------
    dataset
        Result that holds every combination.
    variable, year
        As in :func:`package_effects`.
    ambition
        As in :func:`members_of`.
    place
        ``China``, a region or a province.

    Returns
    -------
    pandas.DataFrame
        Index: package. Columns ``central``, ``low``, ``high``: Shapley values, per cent of the baseline.
    """
    effects = package_effects(dataset, variable, year, members_of(dataset, ambition))
    return band_frame(shapley(effects).sel(place=place, drop=True))


def _difference(values: xr.DataArray, base: xr.DataArray, scale: Scale) -> xr.DataArray:
    if scale == "absolute":
        return values - base
    return 100.0 * (xr.apply_ufunc(np.log, values / base) if scale == "log" else (values - base) / base)


def _scenario_by_set(dataset: xr.Dataset, members: Members) -> dict[frozenset[str], str]:
    """Scenario of every set of packages; two that hold the same are refused."""
    held = [str(name) for name in dataset["scenario"].values]
    by_set: dict[frozenset[str], str] = {}
    for name, packages in members.items():
        part = frozenset(packages)
        if name not in held:
            raise DataError(Problem(f"the result has no scenario '{name}'", expected=f"one of {', '.join(held)}"))
        if part in by_set:
            what = f"'{by_set[part]}' and '{name}' hold the same packages"
            raise DataError(Problem(what, expected="one scenario for every combination"))
        by_set[part] = name
    if frozenset() not in by_set or len(by_set) < 2:
        what = "the result has no scenario with packages" if by_set else "no scenario is named"
        what = "the result has no scenario without packages" if frozenset() not in by_set else what
        raise DataError(Problem(what, mend="Run the baseline together with the packages."))
    return by_set
