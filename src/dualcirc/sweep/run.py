"""Scenarios through the engine, one after the other; each is kept on disk as soon as it is finished."""

from __future__ import annotations

import platform
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dualcirc.engine import Engine
from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.paths_on_grid import Overrides, overrides_on_grid
from dualcirc.files.registry import Registry
from dualcirc.files.scenario import Scenario, ScenarioSource
from dualcirc.results.io import ResultFolder
from dualcirc.results.schema import Output, build_dataset, combine
from dualcirc.sweep.model import load_model
from dualcirc.sweep.plan import Plan, make_plan, source_hashes
from dualcirc.translate import Model

Array = NDArray[np.float64]

TITLE = "Scenarios of China's dual circulation and its pilot free trade zones"

Progress = Callable[[str, int], None]
"""Called with what is being done and the number of runs finished since the last call."""


class Outputs(Protocol):
    """Every output, (run, time, *dims), by exact name, and how each run ended."""

    status: NDArray[np.object_]

    def items(self) -> ItemsView[str, Array]:
        """Names and values."""


class BaseCase(Protocol):
    """What a scenario changes: the model's own values."""

    @property
    def grid(self) -> Array:
        """Times of the integration."""

    def data_path(self, name: str) -> Array:
        """Values of a data variable on the grid."""

    def constant(self, name: str) -> Array:
        """Value of a constant."""


class Runner(BaseCase, Protocol):
    """What a run needs of the engine."""

    @property
    def saved_times(self) -> Array:
        """Times at which outputs are returned."""

    def run(self, runs: Sequence[Overrides], progress: Callable[[int], None] | None = None) -> Outputs:
        """Run them all."""


def run(
    scenarios: ScenarioSource | Iterable[ScenarioSource],
    draws: int | None = 0,
    out: str | Path | None = None,
    *,
    time_step: float | None = None,
    command: str = "dualcirc.run",
    progress: Progress | None = None,
) -> xr.Dataset:
    """Run scenarios and return their trajectories.

    Parameters
    ----------
    scenarios
        One or several: names of scenarios in ``experiments/scenarios/``, paths of files, or mappings of the same form.
    draws
        Draws of the uncertain parameters of ``experiments/band.yaml`` besides the central one, which is draw 0; the
        number that file names if None.
    out
        Folder in which every scenario is kept as netCDF as soon as it is finished, with a manifest.
    time_step
        Integration step in years; that of the model by default.
    command
        What the user typed, for the record.
    progress
        Told what is being done.

    Returns
    -------
    xarray.Dataset
        Dims scenario, draw, time, and those of the variables: province, region, domain, alliance. Totals over provinces
        are ``national_<name>`` and ``region_<name>``.

    Raises
    ------
    ScenarioError
        With everything wrong in any of the files, before anything is run.
    """
    return run_plan(make_plan(scenarios, draws, out), time_step=time_step, command=command, progress=progress)


def run_plan(
    plan: Plan, *, time_step: float | None = None, command: str = "dualcirc.run", progress: Progress | None = None
) -> xr.Dataset:
    """Run what a plan holds; see :func:`run`."""
    tell = progress or (lambda *_: None)
    tell("reading the model", 0)
    model = load_model()
    engine = _engine(model, saved_variables(plan.registry, model), time_step)
    attrs = _provenance(model, engine, plan, command)
    dims = {name: variable.dims for name, variable in model.variables.items()}
    return execute(plan, engine, dims, attrs, tell, model.subscripts)


def saved_variables(registry: Registry, model: Model) -> tuple[str, ...]:
    """Names of the variables that stand in the Dataset, in the order of the registry."""
    return tuple(name for name, variable in registry.variables.items() if variable.saved and name in model.variables)


@lru_cache(maxsize=2)
def _engine(model: Model, outputs: tuple[str, ...], time_step: float | None) -> Engine:
    return Engine(model, outputs=outputs, time_step=time_step)


def execute(
    plan: Plan,
    engine: Runner,
    dims: Mapping[str, Sequence[str]],
    attrs: Mapping[str, Any],
    tell: Progress,
    elements: Mapping[str, Sequence[str]] | None = None,
) -> xr.Dataset:
    """Run scenario by scenario; what is finished when one fails is on disk and stays there.

    Parameters
    ----------
    plan
        What to run; every scenario is put on the grid, and so checked, before the first is run.
    engine
        Runs a list of overrides.
    dims
        Subscript ranges of every output by exact model name.
    attrs
        Provenance for the Dataset and the manifest.
    tell
        Told what is being done.
    elements
        Elements of the subscript ranges; those of the registry need none.
    """
    changes = _changes(plan, engine)
    folder = None if plan.out is None else ResultFolder(plan.out, attrs)
    finished: list[xr.Dataset] = []
    try:
        for scenario, overrides in zip(plan.scenarios, changes, strict=True):
            tell(scenario.name, 0)
            outputs = engine.run(list(_runs(plan, overrides)), partial(tell, scenario.name))
            values, status = dict(outputs.items()), outputs.status.tolist()
            output = Output(values, dims, engine.saved_times, status, plan.drawn, elements or {})
            finished.append(build_dataset(output, scenario, plan.registry, attrs))
            if folder:
                folder.add(finished[-1])
    except Exception as fault:
        kept = folder.kept() if folder else []
        if kept:
            fault.add_note(f"Finished and kept in {plan.out}: {', '.join(kept)}.")
        raise
    return combine(finished)


def _changes(plan: Plan, engine: Runner) -> list[dict[str, Array]]:
    """Overrides of every scenario; the problems of all are reported at once."""
    changes: list[dict[str, Array]] = []
    problems: list[Problem] = []
    for scenario in plan.scenarios:
        try:
            changes.append(overrides_of(scenario, engine))
        except ScenarioError as fault:
            problems += fault.problems
    if problems:
        raise ScenarioError(list(dict.fromkeys(problems)))
    return changes


def overrides_of(scenario: Scenario, engine: BaseCase) -> dict[str, Array]:
    """Values of every variable that a scenario changes, by exact name, as the engine takes them."""
    return overrides_on_grid(scenario, _base(scenario, engine), engine.grid)


def _base(scenario: Scenario, engine: BaseCase) -> dict[str, Array]:
    """Values without any scenario of what a scenario changes."""
    targets = {change.target.name: change.target for change in scenario.changes}
    return {
        name: engine.constant(name) if target.interpolation == "constant" else engine.data_path(name)
        for name, target in targets.items()
    }


def _runs(plan: Plan, changes: Overrides) -> Iterator[Overrides]:
    """Overrides of every draw; what a scenario sets stays as the scenario sets it."""
    for draw in range(plan.runs):
        drawn = {name: np.asarray(values[draw]) for name, values in plan.drawn.items()}
        follow = {name: np.asarray(values[draw - 1]) for name, values in plan.refitted.items()} if draw else {}
        yield drawn | follow | dict(changes)


def _provenance(model: Model, engine: Engine, plan: Plan, command: str) -> dict[str, Any]:
    """Attributes that trace every number: what was run, with what, from what."""
    return {
        "title": TITLE,
        "model_hash": model.digest,
        **source_hashes(),
        "time_step": float(engine.grid[1] - engine.grid[0]),
        "integrator": "Euler",
        "seed": plan.seed,
        "command": command,
        "history": f"{command} (dualcirc {source_hashes()['dualcirc_version']})",
        # Bits are promised for the same compiler and instruction set alone.
        "jaxlib_version": version("jaxlib"),
        "machine": platform.machine(),
    }
