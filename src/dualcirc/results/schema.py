"""Engine output as a labelled Dataset: dims, labels and units from the registry, totals, and a status for every run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dualcirc.files.registry import Registry, Variable, dataset_name
from dualcirc.files.scenario import Scenario

Array = NDArray[np.float64]

RUN_DIMS = ("scenario", "draw", "time")

BASELINE = "baseline"
"""Scenario that every other one is compared with."""
OK = "ok"
"""Status of a run that ended well; any other status tells what went wrong and when."""


STATUS_ATTRS = {"long_name": "status of the run", "comment": "a run that failed keeps what was computed"}


@dataclass(frozen=True)
class Output:
    """What the engine returns for the runs of one scenario."""

    values: Mapping[str, Array]
    """(draw, time, *dims) by exact model name."""
    dims: Mapping[str, Sequence[str]]
    """Names of the model's subscript ranges by exact model name."""
    time: Array
    """Saved model times."""
    status: Sequence[str]
    """How each run ended."""
    drawn: Mapping[str, Array] = field(default_factory=dict)
    """(draw,) by exact name of an uncertain parameter; draw 0 holds the central value."""
    elements: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Elements of the model's subscript ranges; those of the registry need none."""


def build_dataset(output: Output, scenario: Scenario, registry: Registry, attrs: Mapping[str, str]) -> xr.Dataset:
    """Dataset of one scenario: dims scenario (1), draw, time and those of each variable, as province or domain.

    Parameters
    ----------
    output
        Values of the runs; every name stands in ``variables.csv``.
    scenario
        The scenario that was run.
    registry
        Labels, units, and how totals are formed.
    attrs
        Provenance: hashes, versions, time step, seed.
    """
    totals: dict[str, xr.Variable] = {}
    own: dict[str, xr.Variable] = {}
    for name, values in output.values.items():
        variable = registry.variables[name]
        dims = tuple(dataset_name(dim) for dim in output.dims[name])
        own[dataset_name(name)] = xr.Variable((*RUN_DIMS, *dims), values[np.newaxis], variable_attrs(variable))
        totals |= totals_of(own[dataset_name(name)], variable, registry)
    # Where the model itself has a variable with the name of a total, its own definition stands.
    data = {**totals, **own, "status": xr.Variable(("scenario", "draw"), [list(output.status)], STATUS_ATTRS)}
    coords = _coordinates(output, scenario, registry)
    if output.drawn:
        data["drawn_parameters"] = drawn_parameters(output.drawn, registry)
        coords["parameter"] = xr.Variable("parameter", [dataset_name(name) for name in output.drawn])
    return xr.Dataset(data, coords, dict(attrs))


def combine(datasets: Sequence[xr.Dataset]) -> xr.Dataset:
    """Put scenarios of the same design side by side along dim ``scenario``."""
    whole = xr.concat(
        list(datasets),
        dim="scenario",
        data_vars="minimal",
        coords="minimal",
        compat="equals",
        join="exact",
        combine_attrs="drop_conflicts",
    )
    hashes = zip(whole["scenario"].values, whole["scenario_hash"].values, strict=True)
    whole.attrs["scenario_hashes"] = " ".join(f"{name}:{digest}" for name, digest in hashes)
    return whole


def _coordinates(output: Output, scenario: Scenario, registry: Registry) -> dict[str, xr.Variable]:
    draws = len(next(iter(output.values.values())))
    return {
        **scenario_coordinates([scenario]),
        "draw": xr.Variable("draw", np.arange(draws), {"long_name": "draw; 0 has central parameters"}),
        **place_coordinates(
            output.time, {dim for name in output.values for dim in output.dims[name]}, output.elements, registry
        ),
    }


def scenario_coordinates(scenarios: Sequence[Scenario]) -> dict[str, xr.Variable]:
    """Names, titles and digests of scenarios."""
    rows = {
        "scenario": ([scenario.name for scenario in scenarios], "scenario"),
        "scenario_title": ([scenario.title_en for scenario in scenarios], "title of the scenario"),
        "scenario_title_zh": ([scenario.title_zh for scenario in scenarios], "Chinese title"),
        "scenario_hash": ([scenario.digest for scenario in scenarios], "SHA-256 of the scenario files"),
    }
    return {name: xr.Variable("scenario", values, {"long_name": label}) for name, (values, label) in rows.items()}


def place_coordinates(
    time: Array, used: Collection[str], elements: Mapping[str, Sequence[str]], registry: Registry
) -> dict[str, xr.Variable]:
    """
    Times, and names of the elements of every range, with Chinese labels where the registry has them.

    Parameters
    ----------
    time
        Saved model times.
    used
        Ranges of the outputs.
    elements
        Elements of the model's ranges; those of the registry need none.
    registry
        Names of provinces, regions and other elements.
    """
    time_attrs = {"long_name": "model time", "units": "year", "comment": "t is the middle of calendar year t"}
    regions = [province.macro_region for province in registry.provinces.values()]
    coords = {
        "time": xr.Variable("time", time, time_attrs),
        "macro_region": xr.Variable("province", regions, {"long_name": "macro-region"}),
    }
    others = {dim: names for dim, names in elements.items() if dim in used}
    for dim, names in {**others, **registry.elements}.items():
        name = dataset_name(dim)
        coords[name] = xr.Variable(name, list(names), {"long_name": dim.lower()})
        if isinstance(names, Mapping):
            coords[f"{name}_zh"] = xr.Variable(name, list(names.values()), {"long_name": "Chinese name"})
    return coords


def variable_attrs(variable: Variable) -> dict[str, str]:
    """Labels, unit and meaning of a variable, as attributes of its array."""
    return {
        "long_name": variable.label_en,
        "long_name_zh": variable.label_zh,
        "units": "1" if variable.unit == "Dmnl" else variable.unit,
        "kind": variable.kind,
        "price_basis": variable.price_basis,
        "sector": variable.sector,
        "mdl_name": variable.name,
        "cell_methods": "time: point",
        "definition": variable.definition,
    }


def totals_of(provincial: xr.Variable, variable: Variable, registry: Registry) -> dict[str, xr.Variable]:
    """National and regional sums, by name in the Dataset; none of a variable that is not summed over provinces."""
    if variable.aggregation != "sum" or provincial.dims[-2:] != ("time", "province"):
        return {}
    name, values, dims = dataset_name(variable.name), provincial.data, provincial.dims[:-1]
    attrs = variable_attrs(variable) | {"cell_methods": "time: point province: sum"}
    national = {"long_name": f"National {_in_sentence(variable.label_en)}", "long_name_zh": f"全国{variable.label_zh}"}
    regional = {
        "long_name": f"Regional {_in_sentence(variable.label_en)}",
        "long_name_zh": f"分区域{variable.label_zh}",
    }
    belongs = np.array([province.macro_region for province in registry.provinces.values()])
    by_region = np.stack([_sum(values, np.flatnonzero(belongs == region)) for region in registry.regions], axis=-1)
    return {
        f"national_{name}": xr.Variable(dims, _sum(values, np.arange(len(belongs))), attrs | national),
        f"region_{name}": xr.Variable((*dims, "region"), by_region, attrs | regional),
    }


def _sum(values: Any, places: NDArray[np.intp]) -> Any:
    """Sum over places of the last dimension, of numpy or of Dask, which has that dimension in one piece.

    One place after the other: the sums of numpy are rounded in an order that depends on where the numbers stand in
    memory, and totals of a run, of a stored sweep and below its quantiles must have the same bits.
    """
    if hasattr(values, "map_blocks"):
        return values.map_blocks(_sum, places, drop_axis=values.ndim - 1, dtype=values.dtype)
    total = values[..., places[0]].copy()
    for place in places[1:]:
        total += values[..., place]
    return total


def _in_sentence(label: str) -> str:
    """Label after another word: its first letter small, unless it begins with an abbreviation."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def drawn_parameters(drawn: Mapping[str, Array], registry: Registry) -> xr.Variable:
    """Values of the uncertain parameters, (draw, parameter)."""
    units = "; ".join(f"{dataset_name(name)}: {registry.parameters[name].unit}" for name in drawn)
    attrs = {"long_name": "values of the uncertain parameters", "units": units}
    return xr.Variable(("draw", "parameter"), np.stack(list(drawn.values()), axis=-1), attrs)
