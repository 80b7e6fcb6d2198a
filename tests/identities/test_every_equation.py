"""Stocks accumulate their flows and equations hold, as a second reading of them in numpy finds from saved values.

So do the conservation checks of ``model/checks`` at every time step: for the baseline, every lever at both ends of its
range, and random admissible levers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pytest
import xarray as xr

from dualcirc.checks.expressions import read_expression
from dualcirc.checks.judge import residual
from dualcirc.checks.names import Names
from dualcirc.checks.run import stocks_of_either_sign
from dualcirc.engine import Engine
from dualcirc.files.calendar import NEVER
from dualcirc.files.check_schema import ConservationForm
from dualcirc.files.checks import check_files, load_checks
from dualcirc.files.registry import Lever, Registry, read_registry
from dualcirc.sweep.run import overrides_of
from dualcirc.translate import Model
from dualcirc.translate.order import varying
from tests.identities.ir_numpy import Reading
from tests.model_runs import Array, Overrides, ramp, random_levers

TOLERANCE = 1e-9
"""Relative to the largest value of the element in the run; rounding of sums over 31 provinces is 1e-15."""
AT_ONCE = 8
"""Runs kept in memory together: every variable at every time step."""

CONSERVED = [check for check in load_checks(check_files(), read_registry()) if isinstance(check.form, ConservationForm)]


@pytest.fixture(scope="module")
def fine(model: Model) -> Engine:
    """Every variable that moves, at every time step."""
    moving = [name for name in varying(model) if model.variables[name].expression is not None]
    names = [name for name in moving if model.variables[name].kind != "control"]
    return Engine(replace(model, time=replace(model.time, saveper=model.time.step)), names, block=AT_ONCE)


@dataclass(frozen=True)
class Saved:
    """Some runs: what was saved of them and what the equations make of it."""

    reading: Reading
    outputs: dict[str, Array]
    status: Sequence[str]

    def __call__(self, name: str) -> xr.DataArray:
        """Values of a variable, (run, time, *subscripts) without what has one value alone."""
        array, dims = self.reading.variable(name)
        coords = {dim: list(self.reading.model.subscripts[dim]) for dim in dims}
        return xr.DataArray(array, coords, ("run", "time", *dims)).squeeze(
            [dim for dim, length in zip(("run", "time"), array.shape, strict=False) if length == 1]
        )


def saved(engine: Engine, runs: Sequence[Overrides]) -> Iterator[Saved]:
    """Runs, some at a time."""
    data = [name for name, variable in engine.model.variables.items() if variable.kind == "data"]
    for first in range(0, len(runs), AT_ONCE):
        some = runs[first : first + AT_ONCE]
        outputs = engine.run(some)
        given = {name: engine.data_path(name)[None] for name in data}
        for name in {name for run in some for name in run}:
            own = engine.data_path(name) if name in given else engine.constant(name)
            values = np.stack([np.asarray(run.get(name, own), dtype=float) for run in some])
            given[name] = values if name in given else values[:, None]
        reading = Reading(engine.model, {**outputs, **given}, engine.grid)
        yield Saved(reading, dict(outputs), outputs.status.tolist())


def at_end(engine: Engine, lever: Lever, value: float) -> Overrides:
    """One lever at one end of its range from 2026 on; an opening year at its low end opens in 2026."""
    if lever.interpolation == "constant":
        opens = lever.unit == "year" and value < NEVER
        return {lever.variable: np.full_like(engine.constant(lever.variable), max(value, 2026.0) if opens else value)}
    return ramp(engine, lever.variable, value, 2026.0)


def together(engine: Engine, registry: Registry, end: str) -> Overrides:
    """All levers at one end of their ranges."""
    every: Overrides = {}
    for lever in registry.levers.values():
        every |= at_end(engine, lever, getattr(lever, end))
    return every


def short_list(engine: Engine, registry: Registry) -> list[Overrides]:
    """The baseline, all levers at either end of their ranges, and some random vectors: one block of runs."""
    ends = [together(engine, registry, end) for end in ("low", "high")]
    return [{}, *ends, *(random_levers(engine, registry, seed, drivers=True) for seed in range(AT_ONCE - 3))]


def long_list(engine: Engine, registry: Registry) -> list[Overrides]:
    """Every lever alone at both ends of its range, and two hundred random vectors of levers and drivers."""
    ends = [at_end(engine, lever, end) for lever in registry.levers.values() for end in (lever.low, lever.high)]
    return [*ends, *(random_levers(engine, registry, 1000 + seed, drivers=True) for seed in range(200))]


def faults(batch: Saved) -> list[str]:
    """Variables whose saved values are not what their equation makes of the others."""
    variables = batch.reading.model.variables
    found = []
    for name, got in batch.outputs.items():
        expression = variables[name].expression
        assert expression is not None
        expected = batch.reading.spread(expression, variables[name].dims).array
        scale = np.abs(got).max(axis=1, keepdims=True)
        apart = np.abs(got - expected)
        if not (apart <= TOLERANCE * scale).all():
            found.append(f"{name}: {np.max(apart / np.where(scale > 0, scale, 1.0)):.2g}")
    return found


def negative(batch: Saved, registry: Registry) -> list[str]:
    """Stocks that are negative although they may not, and variables that are no number."""
    signed = stocks_of_either_sign((), registry)
    stocks = {name for name, row in registry.variables.items() if row.kind == "stock"} - signed
    below = [name for name, values in batch.outputs.items() if name in stocks and not (values >= 0.0).all()]
    return below + [name for name, values in batch.outputs.items() if not np.isfinite(values).all()]


@pytest.mark.parametrize("vectors", [short_list, pytest.param(long_list, marks=pytest.mark.long)])
def test_stocks_accumulate_their_flows_and_every_equation_holds(vectors, fine: Engine, registry: Registry) -> None:
    for batch in saved(fine, vectors(fine, registry)):
        assert set(batch.status) == {"ok"}
        assert faults(batch) == []
        assert negative(batch, registry) == []


@pytest.mark.parametrize("vectors", [short_list, pytest.param(long_list, marks=pytest.mark.long)])
def test_conservation_checks_hold_at_every_step(vectors, fine: Engine, registry: Registry) -> None:
    names = Names(fine.model, registry)
    assert CONSERVED
    forms_of: dict[str, list[ConservationForm]] = {}
    changes: dict[str, Overrides] = {}
    for check in CONSERVED:
        own = overrides_of(check.own.scenario, fine)
        key = repr(sorted((name, value.tobytes()) for name, value in own.items()))
        assert isinstance(check.form, ConservationForm)
        forms_of.setdefault(key, []).append(check.form)
        changes[key] = own
    for key, forms in forms_of.items():
        for batch in saved(fine, [{**vector, **changes[key]} for vector in vectors(fine, registry)]):
            for form in forms:
                worst = residual(read_expression(form.zero, names), read_expression(form.scale, names), batch)
                assert worst <= form.tolerance, (form.name, worst)


@pytest.mark.parametrize("name", ["Capital", "foreign capital completion", "Perceived output", "GDP", "Debt"])
def test_a_changed_number_is_found(name: str, fine: Engine) -> None:
    """A stock, a delay, an average and a sum over a matrix, each off by a millionth in one province at one time."""
    (batch,) = saved(fine, [{}])
    batch.outputs[name][0, 200, 3] *= 1.0 + 1e-6
    assert any(fault.startswith(f"{name}:") for fault in faults(batch))
