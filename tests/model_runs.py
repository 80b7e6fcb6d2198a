"""Inputs of runs that tests share."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from dualcirc.engine import Engine
from dualcirc.files.registry import Registry

Array = NDArray[np.float64]
Overrides = dict[str, Array]

EVERY_STEP = (
    "utilisation", "zone productivity",
    "Debt", "government deficit", "Net foreign assets", "net capital inflow", "Population", "natural increase",
    "Capital", "investment", "Outward capital", "outward investment", "return investment",
)  # fmt: skip
"""Variables of the fixture ``every_step``."""


def first(output: Mapping[str, Array]) -> dict[str, Array]:
    """The only run of an output."""
    return {name: values[0] for name, values in output.items()}


def ramp(engine: Engine, variable: str, value: float, start: float, provinces: list[int] | None = None) -> Overrides:
    """The base path of a variable, and ``value`` from model time ``start`` on, in all or some provinces."""
    path = np.array(engine.data_path(variable))
    late = engine.grid >= start
    if path.ndim == 1:
        path[late] = value
    else:
        chosen = range(path.shape[1]) if provinces is None else provinces
        path[np.ix_(late, list(chosen))] = value
    return {variable: path}


def random_levers(engine: Engine, registry: Registry, seed: int, *, drivers: bool = False) -> Overrides:
    """An admissible vector of all levers: every value drawn between its bounds, from a random date on.

    With ``drivers`` the external drivers move as well.
    """
    draw = np.random.default_rng(seed)
    inputs: Overrides = {}
    for row in (*registry.levers.values(), *(registry.drivers.values() if drivers else ())):
        if row.interpolation == "constant":
            size = np.shape(engine.constant(row.variable))
            never = draw.random(size) < 0.3
            inputs[row.variable] = np.where(never, row.high, draw.uniform(row.low, 2050.0, size))
            continue
        path = np.array(engine.data_path(row.variable))
        late = engine.grid >= draw.uniform(2010.0, 2040.0)
        path[late] = draw.uniform(row.low, row.high, path.shape[1:])
        inputs[row.variable] = path
    return inputs
