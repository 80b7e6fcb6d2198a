"""Single precision as an option for screening."""

from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.errors import DualcircError
from dualcirc.translate import Model, load

MODELS = Path(__file__).parents[1] / "models"
OUTPUTS = ["output", "inequality"]
SIX_DIGITS = 1e-5
"""Single precision rounds at 6e-8; sixteen steps of a few dozen operations lose about two digits of it."""


@pytest.fixture(scope="module")
def growth() -> Model:
    return load(MODELS / "growth_of_regions" / "growth_of_regions.mdl")


def test_single_precision_agrees_to_its_digits_and_says_so(growth: Model) -> None:
    runs = [{}, {"saving": np.array(0.3)}]
    double = Engine(growth, OUTPUTS).run(runs)
    single = Engine(growth, OUTPUTS, precision="float32").run(runs)
    assert (double.precision, single.precision) == ("float64", "float32")
    for name in OUTPUTS:
        assert (double[name].dtype, single[name].dtype) == (np.float64, np.float32)
        error = np.abs(single[name] - double[name]).max()
        assert 0 < error < SIX_DIGITS * np.abs(double[name]).max()


def test_double_precision_stays_after_single(growth: Model) -> None:
    before = Engine(growth, OUTPUTS).run([{}])
    Engine(growth, OUTPUTS, precision="float32").run([{}])
    after = Engine(growth, OUTPUTS).run([{}])
    for name in OUTPUTS:
        np.testing.assert_array_equal(after[name], before[name])


def test_unknown_precision_is_refused(growth: Model) -> None:
    with pytest.raises(DualcircError, match="unknown precision 'float16'"):
        Engine(growth, OUTPUTS, precision="float16")  # type: ignore[arg-type]
