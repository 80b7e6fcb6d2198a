"""What a change of a scenario can move: levers, external drivers and parameters, seen in one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dualcirc.errors import did_you_mean
from dualcirc.files.calendar import POLICY_START
from dualcirc.files.registry import Dimension, Driver, Lever, Parameter, Registry

LIMITS: Mapping[Dimension, str] = {"Province": "provinces", "Domain": "domains", "Alliance": "alliances"}
"""Key of a change that names the elements for which it holds, by dimension."""

LIST_LEVERS = "List all levers: dualcirc levers"


@dataclass(frozen=True)
class Target:
    """An exogenous variable of the model with the values that a scenario may give it."""

    name: str
    """Exact name in the model file."""
    label: str
    """How messages call it, as ``lever A1``."""
    unit: str
    low: float | None
    high: float | None
    """Bounds; both None where the registry fixes the value."""
    interpolation: Literal["constant", "hold", "linear"]
    start: float
    """Calendar date from which a scenario that is no counterfactual may move it."""
    dimension: Dimension = ""
    elements: tuple[str, ...] = ()
    """Elements of its dimension in the order of the model; empty for the nation."""
    is_lever: bool = False

    @property
    def is_date(self) -> bool:
        """Whether the value itself is a calendar date, as the opening year of a zone is."""
        return self.is_lever and self.interpolation == "constant" and self.unit == "year"


def lever_targets(registry: Registry) -> Mapping[str, Target]:
    """Targets by the id of the lever."""
    return {lever.id: _of_row(lever, registry) for lever in registry.levers.values()}


def variable_targets(registry: Registry) -> Mapping[str, Target]:
    """Targets by the exact model name: external drivers and parameters."""
    drivers = {driver.variable: _of_row(driver, registry) for driver in registry.drivers.values()}
    return {parameter.name: _of_parameter(parameter) for parameter in registry.parameters.values()} | drivers


def _of_row(row: Lever | Driver, registry: Registry) -> Target:
    return Target(
        row.variable,
        f"lever {row.id}" if isinstance(row, Lever) else f"driver '{row.variable}'",
        row.unit,
        row.low,
        row.high,
        row.interpolation,
        max(row.start_year, POLICY_START) if isinstance(row, Lever) else POLICY_START,
        row.dimension,
        tuple(registry.elements[row.dimension]) if row.dimension else (),
        isinstance(row, Lever),
    )


def _of_parameter(parameter: Parameter) -> Target:
    label = f"parameter '{parameter.name}'"
    return Target(parameter.name, label, parameter.unit, parameter.low, parameter.high, "constant", POLICY_START)


def why_unknown(key: str, got: str, registry: Registry) -> tuple[str, str]:
    """Return what was expected in place of an unknown name, and how to mend it."""
    levers, variables = lever_targets(registry), variable_targets(registry)
    of_variable = {target.name: name for name, target in levers.items()}
    if key == "lever":
        expected = "the id of a lever"
        if got in variables:
            return expected, f"'{got}' is no lever: write 'variable: {got}'."
        if got in of_variable:
            return expected, f"Did you mean '{of_variable[got]}'?  {LIST_LEVERS}"
        return expected, did_you_mean(got, levers, listing=LIST_LEVERS)
    expected = "the exact name of an external driver or parameter"
    if got in levers or got in of_variable:
        return expected, f"'{got}' is a lever: write 'lever: {of_variable.get(got, got)}'."
    return expected, did_you_mean(
        got, variables, listing="All are listed in model/drivers.csv and model/parameters.csv."
    )
