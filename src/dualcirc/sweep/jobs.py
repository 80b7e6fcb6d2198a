"""What a sweep computes: scenarios times points of a design times draws, cut into blocks of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from dualcirc.engine import Engine
from dualcirc.errors import DualcircError, Problem, ScenarioError
from dualcirc.files.combinations import ALL, Combination, subsets
from dualcirc.files.experiment import Experiment
from dualcirc.files.paths_on_grid import Overrides
from dualcirc.files.registry import Registry, dataset_name
from dualcirc.files.scenario import ScenarioSource
from dualcirc.files.yaml_reader import Document
from dualcirc.results.schema import drawn_parameters, place_coordinates, scenario_coordinates, totals_of, variable_attrs
from dualcirc.results.sweep_store import Layout
from dualcirc.sweep.designs import design_points
from dualcirc.sweep.factors import Axis, axes_of
from dualcirc.sweep.plan import Plan, make_plan
from dualcirc.sweep.run import overrides_of
from dualcirc.translate import Model

Array = NDArray[np.float64]

MOST_RUNS = 1_000_000_000
"""Runs of a sweep."""
MOST_BLOCKS = 5_000_000
"""Blocks of a sweep; each is a line of the journal and a file for every output."""
_CHUNK_BYTES = 4 * 2**20
"""Of the largest array in a block: chunks of some megabytes are quick to write, and few."""
_BLOCK_RUNS = 256
"""Runs in a block: what is computed again when a process is lost, some tenths of a second."""


@dataclass(frozen=True)
class Job:
    """Everything that a worker needs to compute any block."""

    model: str
    """Digest of the model."""
    outputs: tuple[str, ...]
    """Exact names."""
    scenarios: tuple[Overrides, ...]
    """What each scenario changes."""
    drawn: Mapping[str, Array]
    """(draw,) by exact name of a parameter; draw 0 holds the central value."""
    refitted: Mapping[str, Array]
    """(draw after the central one,) by exact name."""
    axes: tuple[Axis, ...]
    points: Array
    """(point, factor)."""
    draws: int
    """Runs of each scenario and point, the central one included."""
    times: tuple[int, ...]
    """Places of the saved times that are kept."""
    quantiles: tuple[float, ...]
    """Kept of the draws; empty where every draw is kept."""
    layout: Layout
    url: str

    @property
    def runs_per_row(self) -> int:
        """Runs behind a row of the store: one, or all draws where quantiles are kept."""
        return self.draws if self.quantiles else 1

    def runs(self, rows: Sequence[int]) -> Iterator[dict[str, Array]]:
        """Overrides of the runs of some rows, in their order; made one by one, for they are half a megabyte each."""
        first, last = rows[0] * self.runs_per_row, (rows[-1] + 1) * self.runs_per_row
        return map(self._run, range(first, last))

    def _run(self, number: int) -> dict[str, Array]:
        cell, draw = divmod(number, self.draws)
        scenario, point = divmod(cell, len(self.points))
        run = {name: values[draw] for name, values in self.drawn.items()}
        if draw:
            run |= {name: values[draw - 1] for name, values in self.refitted.items()}
        run |= self.scenarios[scenario]
        for axis, value in zip(self.axes, self.points[point], strict=True):
            run |= axis.overrides(float(value))
        return run


@dataclass(frozen=True)
class Prepared:
    """A job with what describes it."""

    job: Job
    sizes: Mapping[str, int]
    """Length of scenario, point and draw as far as the result has them, and of quantile."""
    labels: xr.Dataset
    """Coordinates of the result."""
    fixed: Mapping[str, xr.Variable]
    """Arrays that do not grow: values of the factors and of the drawn parameters."""
    remarks: tuple[str, ...]
    plan: Plan

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.job.layout.rows * self.job.runs_per_row


def prepare(experiment: Experiment, registry: Registry, model: Model, url: str) -> Prepared:
    """
    Put an experiment on the grid of the model, and so check the rest of it.

    Parameters
    ----------
    experiment
        A checked experiment file.
    registry
        The project's registry.
    model
        The project's model.
    url
        Place of the arrays.

    Raises
    ------
    DualcircError
        With everything wrong in a scenario, a factor or the table of points.
    """
    form = experiment.form
    engine = Engine(model, experiment.outputs)
    plan = _plan(experiment, registry)
    axes = axes_of(experiment, plan.scenarios, model, engine, registry)
    _check_draws(plan, {name for axis in axes for name in axis.spans}, experiment.document)
    points = design_points(experiment, {axis.name: axis.usual for axis in axes}) if axes else np.empty((1, 0))
    quantiles = tuple(form.reduce.quantiles) if form.reduce else ()
    times = _times(experiment, engine.saved_times)
    kept = {name: model.variables[name].dims for name in experiment.outputs}
    sizes = {"scenario": len(plan.scenarios)} | ({"point": len(points)} if axes else {})
    sizes |= {"quantile": len(quantiles)} if quantiles else {"draw": plan.runs}
    rows = prod(size for axis, size in sizes.items() if axis != "quantile")
    arrays = _arrays(kept, model, registry, len(times), quantiles)
    layout = Layout(rows, _block(form.block, rows, arrays, plan.runs if quantiles else 1), arrays)
    _check_size(layout, plan.runs if quantiles else 1, experiment.document)
    job = Job(
        model=model.digest,
        outputs=experiment.outputs,
        scenarios=tuple(overrides_of(scenario, engine) for scenario in plan.scenarios),
        drawn=plan.drawn,
        refitted=plan.refitted,
        axes=tuple(axes),
        points=points,
        draws=plan.runs,
        times=tuple(times),
        quantiles=quantiles,
        layout=layout,
        url=url,
    )
    coords = _labels(experiment, plan, axes, engine.saved_times[times], kept, model, registry, quantiles)
    return Prepared(job, sizes, coords, _fixed(job, registry), plan.remarks, plan)


def _sources(experiment: Experiment, registry: Registry) -> list[ScenarioSource]:
    """Scenarios, those of all combinations of packages named one by one."""
    sources: list[ScenarioSource] = []
    for source in experiment.scenario_sources():
        if isinstance(source, str) and source.startswith(ALL):
            ambition = source.removeprefix(ALL)
            sources += [Combination(names, ambition).name for names in subsets(registry.packages) if names]
        else:
            sources.append(source)
    return sources


def _plan(experiment: Experiment, registry: Registry) -> Plan:
    """Scenarios and draws; a fault that tells no place is told at the list of scenarios."""
    draws = experiment.form.draws
    document = experiment.document
    try:
        return make_plan(list(_sources(experiment, registry)), draws.number if draws else 0)
    except DualcircError as fault:
        line = document.line(("scenarios",))
        told = [p if p.file else replace(p, file=document.file, line=line) for p in fault.problems]
        raise type(fault)(told) from None


def _check_draws(plan: Plan, moved: set[str], document: Document) -> None:
    """Refuse to draw what the design moves."""
    for name in plan.drawn:
        if name in moved:
            what = f"'{name}' is a factor of the design, and a draw of the band would set it too"
            mend = "Leave out 'draws', or the factor."
            raise ScenarioError(Problem(what, document.file, document.line(("draws",)), mend=mend))


def _check_size(layout: Layout, runs_per_row: int, document: Document) -> None:
    """Refuse more than any machine would finish, before lists of it are made."""
    runs, line = layout.rows * runs_per_row, document.line(("name",))
    if runs > MOST_RUNS:
        mend = "Name fewer scenarios, points or draws."
        raise ScenarioError(Problem(f"got {runs:,} runs", document.file, line, f"at most {MOST_RUNS:,}", mend))
    if layout.blocks > MOST_BLOCKS:
        what, expected = f"got {layout.blocks:,} blocks", f"at most {MOST_BLOCKS:,}, for each of them is a file"
        raise ScenarioError(Problem(what, document.file, line, expected, "Name a larger 'block', or none."))


def _times(experiment: Experiment, saved: Array) -> list[int]:
    """Places of the times that are kept."""
    wanted = experiment.form.times
    if wanted is None:
        return list(range(len(saved)))
    first = np.flatnonzero(saved == wanted.start)
    if not len(first) or wanted.end not in saved:
        what = f"times: got {wanted.start:g} to {wanted.end:g}"
        line = experiment.document.line(("times",))
        expected = f"whole years from {saved[0]:g} to {saved[-1]:g}"
        raise ScenarioError(Problem(what, experiment.document.file, line, expected))
    return np.flatnonzero(np.isin(saved, np.arange(wanted.start, wanted.end + 0.5, wanted.every))).tolist()


def _arrays(
    kept: Mapping[str, Sequence[str]], model: Model, registry: Registry, times: int, quantiles: Sequence[float]
) -> dict[str, tuple[tuple[str, ...], tuple[int, ...], dict[str, str]]]:
    """Dimensions after the row, their sizes and attributes; national and regional sums only beside quantiles."""
    arrays: dict[str, tuple[tuple[str, ...], tuple[int, ...], dict[str, str]]] = {}
    for name, dims in kept.items():
        sizes = (times, *(len(model.subscripts[dim]) for dim in dims))
        row = registry.variables[name]
        variable = xr.Variable(("time", *map(dataset_name, dims)), np.zeros(sizes), variable_attrs(row))
        found = {dataset_name(name): variable}
        if quantiles:
            found |= totals_of(variable, row, registry)
        for key, one in found.items():
            before = (("quantile", len(quantiles)),) if quantiles else ()
            shape = (*before, *zip(map(str, one.dims), one.shape, strict=True))
            own = tuple(dim for dim, _ in shape), tuple(size for _, size in shape), dict(one.attrs)
            # Where the model itself has a variable with the name of a total, its own definition stands.
            if key == dataset_name(name) or key not in {dataset_name(other) for other in kept}:
                arrays[key] = own
    return arrays


def _block(
    asked: int | None, rows: int, arrays: Mapping[str, tuple[Any, tuple[int, ...], Any]], runs_per_row: int
) -> int:
    """Rows of a block."""
    if asked is not None:
        return max(1, min(-(-asked // runs_per_row), rows))
    largest = max(8 * prod(sizes) for _, sizes, _ in arrays.values())
    return max(1, min(_CHUNK_BYTES // largest, _BLOCK_RUNS // runs_per_row, rows))


def _labels(
    experiment: Experiment,
    plan: Plan,
    axes: Sequence[Axis],
    times: Array,
    kept: Mapping[str, Sequence[str]],
    model: Model,
    registry: Registry,
    quantiles: Sequence[float],
) -> xr.Dataset:
    used = {dim for dims in kept.values() for dim in dims}
    coords = scenario_coordinates(plan.scenarios) | place_coordinates(times, used, model.subscripts, registry)
    if quantiles:
        coords["quantile"] = xr.Variable("quantile", list(quantiles), {"long_name": "quantile over the draws"})
    else:
        coords["draw"] = xr.Variable("draw", np.arange(plan.runs), {"long_name": "draw; 0 has central parameters"})
    if plan.drawn:
        coords["parameter"] = xr.Variable("parameter", [dataset_name(name) for name in plan.drawn])
    if axes:
        rows = {
            "factor": [factor.name for factor in experiment.factors],
            "factor_label": [factor.label_en for factor in experiment.factors],
            "factor_label_zh": [factor.label_zh for factor in experiment.factors],
            "factor_unit": [factor.unit for factor in experiment.factors],
            "factor_low": [factor.low for factor in experiment.factors],
            "factor_high": [factor.high for factor in experiment.factors],
            "factor_central": [axis.usual for axis in axes],
        }
        coords |= {name: xr.Variable("factor", values) for name, values in rows.items()}
    return xr.Dataset(coords=coords)


def _fixed(job: Job, registry: Registry) -> dict[str, xr.Variable]:
    fixed = {}
    if job.axes:
        attrs = {"long_name": "value of the factor at the point", "comment": "NaN: left at business as usual"}
        fixed["factor_values"] = xr.Variable(("point", "factor"), job.points, attrs)
    if job.drawn:
        fixed["drawn_parameters"] = drawn_parameters(job.drawn, registry)
    return fixed
