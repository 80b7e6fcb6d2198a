"""The time step is fine enough: halving it does not move what the project reports."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from dualcirc.engine import Engine
from tests.model_runs import Array

HEADLINE = (
    "GDP",
    "household consumption",
    "government consumption",
    "investment",
    "exports",
    "imports",
    "net domestic outflow",
    "FDI inflow",
    "Foreign capital",
    "Population",
    "Technology",
    "disposable income per head",
    "RD expenditure",
    "recorded trade",
    "retail sales",
    "zone share of FDI",
    "zone share of trade",
    "domestic circulation share",
    "Theil index",
    "logistics cost share",
    "duty free sales",
)
"""What keeps its name in every version of the model."""
SCALES = {"net domestic outflow": "GDP"}
"""What changes its sign is measured against what it is a part of."""
FROM_NOTHING = {"zone share of FDI", "zone share of trade", "duty free sales"}
FROM = 2025.0


@pytest.fixture(scope="module")
def halved(engine: Engine, baseline: Mapping[str, Array]) -> tuple[Mapping[str, Array], Mapping[str, Array]]:
    """Headline outputs of the baseline, (saved time, ...), with the step of the model and with half of it."""
    fine = Engine(engine.model, HEADLINE, time_step=engine.model.time.step / 2).run([{}])
    return baseline, {name: values[0] for name, values in fine.items()}


@pytest.mark.parametrize("name", HEADLINE)
def test_half_a_step_moves_a_headline_output_by_at_most_half_a_per_cent(name: str, engine: Engine, halved) -> None:
    """In every province and year; what starts from nothing from 2025 on, by one per cent of its largest value before.

    The first zones of 2013 and the first duty-free shops are small at first and follow the step more closely.
    """
    coarse, fine = halved
    scale = np.abs(coarse[SCALES.get(name, name)])
    apart = np.abs(fine[name] - coarse[name])
    held = engine.saved_times >= (FROM if name in FROM_NOTHING else 0.0)
    assert (apart[held] <= 0.005 * scale[held]).all(), (apart[held] / scale[held]).max()
    assert (apart[~held] <= 0.01 * scale.max()).all()
