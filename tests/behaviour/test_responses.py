"""Responses that compare several runs or many draws; what one run or two can show stands in ``model/checks``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.files.registry import Registry
from tests.model_runs import Array, Overrides, first, ramp

NEW = [3, 4, 6]
"""Shanxi, Inner Mongolia, Jilin."""
NEVER = 9999.0


def test_the_weight_of_domestic_indicators_needs_tasks_to_act_on(engine: Engine, baseline: Mapping[str, Array]) -> None:
    """Effort is tasks times weight: half of both gives half, and more than either alone."""
    weight = ramp(engine, "domestic indicator weight", 0.5, 2026.0)
    tasks = ramp(engine, "domestic task share", 0.5, 2026.0)
    alone, other, both = (first(engine.run([inputs])) for inputs in (weight, tasks, weight | tasks))
    np.testing.assert_allclose(both["Domestic effort"][30:], 0.5, rtol=0.001)  # after six adjustment times
    gain = [1 - run["Circulation cost"][30] for run in (alone, other, both)]
    hosts = baseline["Zone maturity"][30] > 0
    assert (gain[2][hosts] > gain[0][hosts] + gain[1][hosts]).all()
    assert (gain[2][~hosts] == 0.0).all()


def test_opening_a_zone_costs_at_first(engine: Engine, baseline: Mapping[str, Array]) -> None:
    years = np.array(engine.constant("zone opening year"))
    years[NEW] = 2030.0
    output = first(engine.run([{"zone opening year": years}]))
    assert (output["policy outlays"][21:, NEW] > baseline["policy outlays"][21:, NEW]).all()
    assert (output["FDI inflow"][22:30, NEW] > baseline["FDI inflow"][22:30, NEW]).all()


@pytest.mark.parametrize("end", ["low", "high"])
def test_levers_at_either_end_stay_sensible(end: str, engine: Engine, registry: Registry) -> None:
    inputs: Overrides = {}
    for lever in registry.levers.values():
        if lever.interpolation == "constant":
            inputs[lever.variable] = np.full(31, 2026.0 if end == "high" else NEVER)
        else:
            inputs |= ramp(engine, lever.variable, getattr(lever, end), 2026.0)
    output = first(engine.run([inputs]))
    assert all(np.isfinite(values).all() for values in output.values())
    assert (output["GDP"] > 0).all()
    assert (output["imports"] > 0).all()


def test_random_parameters_do_not_flutter(every_step: Engine, registry: Registry) -> None:
    """150 draws over the ranges of all uncertain parameters: the sign of the change of utilisation never alternates.

    A run of ten alternating steps after the first two years, larger than rounding, would be a flutter of the method.
    """
    draw = np.random.default_rng(20250101)
    uncertain = [row for row in registry.parameters.values() if row.prior and row.low != row.high]
    runs = [{row.name: np.array(draw.uniform(row.low, row.high)) for row in uncertain} for _ in range(150)]
    utilisation = every_step.run(runs)["utilisation"][:, 16:]
    assert np.isfinite(utilisation).all()
    step = np.diff(utilisation, axis=1)
    alternates = (np.sign(step[:, 1:]) * np.sign(step[:, :-1]) < 0) & (np.abs(step[:, 1:]) > 1e-4)
    windows = np.lib.stride_tricks.sliding_window_view(alternates, 10, axis=1).all(axis=-1)
    assert not windows.any()
