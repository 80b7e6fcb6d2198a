"""The time step is fine enough: halving it does not move what the project reports."""

from __future__ import annotations

import numpy as np
import pytest

from dualcirc.engine import Engine

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
"""What keeps its name in every version of the model; a sector that is not there yet has none of it."""
SCALES = {"net domestic outflow": "GDP"}
"""What changes its sign is measured against what it is a part of."""
FROM = 2025.0


@pytest.fixture(scope="module")
def halved(engine: Engine) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Headline outputs of the baseline, (saved time, ...), with the step of the model and with half of it."""
    names = [name for name in HEADLINE if name in engine.model.variables]
    coarse = Engine(engine.model, names).run([{}])
    fine = Engine(engine.model, names, time_step=engine.model.time.step / 2).run([{}])
    return {name: values[0] for name, values in coarse.items()}, {name: values[0] for name, values in fine.items()}


@pytest.mark.parametrize("name", HEADLINE)
def test_half_a_step_moves_a_headline_output_by_at_most_half_a_per_cent(name: str, engine: Engine, halved) -> None:
    """In every province and year from 2025 on; by at most one per cent of its largest value before.

    Stocks that start from nothing, as the first zones in 2013, are small and follow the step more closely at first.
    """
    coarse, fine = halved
    if name not in coarse:
        pytest.skip(f"the model has no '{name}' yet")
    scale = np.abs(coarse[SCALES.get(name, name)])
    apart = np.abs(fine[name] - coarse[name])
    late = engine.saved_times >= FROM
    assert (apart[late] <= 0.005 * scale[late]).all(), (apart[late] / scale[late]).max()
    assert (apart <= 0.01 * scale.max(axis=0)).all(), (apart / scale.max(axis=0)).max()


def test_most_headline_outputs_are_in_the_model(halved) -> None:
    """A name that was misspelt, or renamed, would be left out above."""
    assert len(halved[0]) >= 15
