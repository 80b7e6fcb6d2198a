"""Draws of the uncertain parameters."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dualcirc.errors import ScenarioError
from dualcirc.files.band import read_band
from dualcirc.files.registry import read_registry
from dualcirc.sweep.sample import latin_hypercube, refitted

REGISTRY = read_registry(Path(__file__).parents[1] / "scenarios" / "model")
PARAMETERS = [REGISTRY.parameters["stance leak"], REGISTRY.parameters["pilot pool"]]


def test_first_draw_is_central():
    drawn = latin_hypercube(PARAMETERS, 8, seed=1)
    assert {name: values[0] for name, values in drawn.items()} == {"stance leak": 0.2, "pilot pool": 400}


def test_every_slice_of_every_range_holds_one_draw():
    for parameter, values in zip(PARAMETERS, latin_hypercube(PARAMETERS, 32, seed=1).values(), strict=True):
        slices = np.floor(32 * (values[1:] - parameter.low) / (parameter.high - parameter.low))
        assert sorted(slices) == list(range(32))


def test_seed_decides_the_design():
    first, again, other = (latin_hypercube(PARAMETERS, 5, seed)["pilot pool"].tolist() for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_what_is_fitted_again_moves_with_the_drawn_parameter_and_the_centre_stays():
    """Halfway between two rows of the table stands the mean of both; draw 0 has no entry."""
    table = pd.DataFrame({"pilot rate": [80.0, 60.0]}, index=pd.Index([400.0, 800.0], name="pilot pool"))
    moved = refitted({"pilot pool": np.array([328.0, 600.0, 800.0])}, {"pilot pool": table})
    np.testing.assert_array_equal(moved["pilot rate"], [70.0, 60.0])


def test_a_missing_table_of_refits_is_refused(tmp_path: Path):
    path = tmp_path / "band.yaml"
    path.write_text("parameters: [{parameter: pilot pool, why: x, refit: pilot_pool_fit.csv}]\ndraws: 3\nseed: 1")
    with pytest.raises(ScenarioError, match=r"Did you mean 'pilot_pool_fits\.csv'"):
        read_band(REGISTRY, path)


def test_fixed_parameter_cannot_be_drawn():
    with pytest.raises(ValueError, match="has no range"):
        latin_hypercube([REGISTRY.parameters["calendar offset"]], 3, seed=1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("parameters: [{parameter: pilot pol, why: x}]\ndraws: 3\nseed: 1", "Did you mean 'pilot pool'?"),
        ("parameters: [{parameter: calendar offset, why: x}]\ndraws: 3\nseed: 1", "with a range"),
        ("parameters: [{parameter: pilot pool, why: x}, {parameter: pilot pool, why: x}]\ndraws: 3\nseed: 1", "twice"),
        ("parameters: [{parameter: pilot pool, why: x}]\ndraws: 0\nseed: 1", "band.yaml:2: 'draws': got the number 0"),
        ("parameters: []\ndraws: 3\nseed: 1", "band.yaml:1: 'parameters': got a list"),
        ("draws: 3\nseed: 1", "the key 'parameters' is missing"),
    ],
)
def test_faulty_band_is_refused(tmp_path: Path, text: str, expected: str):
    path = tmp_path / "band.yaml"
    path.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        read_band(REGISTRY, path)
    assert expected in str(caught.value)
