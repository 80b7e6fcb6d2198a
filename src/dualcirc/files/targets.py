"""What a change of a scenario can move: levers, external drivers and parameters, seen in one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from dualcirc.errors import did_you_mean
from dualcirc.files.calendar import POLICY_START
from dualcirc.files.registry import Driver, Lever, Parameter, Registry

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
    by_province: bool
    start: float
    """Calendar date from which a scenario that is no counterfactual may move it."""
    is_lever: bool = False

    @property
    def is_date(self) -> bool:
        """Whether the value itself is a calendar date, as the opening year of a zone is."""
        return self.is_lever and self.interpolation == "constant" and self.unit == "year"


def lever_targets(registry: Registry) -> Mapping[str, Target]:
    """Targets by lever id."""
    return {lever.id: _of_lever(lever) for lever in registry.levers.values()}


def variable_targets(registry: Registry) -> Mapping[str, Target]:
    """Targets by the exact model name: external drivers and parameters."""
    drivers = {driver.variable: _of_driver(driver) for driver in registry.drivers.values()}
    return {parameter.name: _of_parameter(parameter) for parameter in registry.parameters.values()} | drivers


def _of_lever(lever: Lever) -> Target:
    return Target(
        lever.variable,
        f"lever {lever.id}",
        lever.unit,
        lever.low,
        lever.high,
        lever.interpolation,
        by_province=lever.dimension == "Province",
        start=max(lever.start_year, POLICY_START),
        is_lever=True,
    )


def _of_driver(driver: Driver) -> Target:
    return Target(
        driver.variable,
        f"driver '{driver.variable}'",
        driver.unit,
        driver.low,
        driver.high,
        driver.interpolation,
        by_province=driver.dimension == "Province",
        start=POLICY_START,
    )


def _of_parameter(parameter: Parameter) -> Target:
    label = f"parameter '{parameter.name}'"
    bounds = (parameter.low, parameter.high)
    return Target(parameter.name, label, parameter.unit, *bounds, "constant", by_province=False, start=POLICY_START)


def why_unknown(key: str, got: str, registry: Registry) -> tuple[str, str]:
    """Return what was expected in place of an unknown name, and how to mend it."""
    levers, variables = lever_targets(registry), variable_targets(registry)
    of_variable = {target.name: name for name, target in levers.items()}
    if key == "lever":
        expected = f"one of {', '.join(levers)}"
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
