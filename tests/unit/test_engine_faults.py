"""What a run that goes wrong says, word for word, and that its neighbours do not notice."""

import numpy as np
import pytest

from dualcirc.engine import Code, Engine
from dualcirc.errors import DualcircError
from dualcirc.translate import load

MODEL = """{UTF-8}
Region: north, south ~~|
divisor[Region] = 2, 4 ~~|
limit = 0 ~~|
growth = 1 ~~|
share[Region] = 1 / divisor[Region] ~~|
ratio = growth / limit ~~|
chosen = IF THEN ELSE(limit = 0, growth, ratio) ~~|
Stock[Region] = INTEG(growth * Stock[Region] * share[Region], 1) ~~|
seen[Region] = Stock[Region] + chosen ~~|
smoothed = SMOOTHI(LN(seen[north]), 1, 0) ~~|
FINAL TIME = 3 ~~|
INITIAL TIME = 0 ~~|
TIME STEP = 0.5 ~~|
SAVEPER = 1 ~~|
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    path = tmp_path_factory.mktemp("faults") / "faults.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return Engine(load(path), ["seen", "smoothed"], block=4, threads=1)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        # A constant part: before the first step.
        (
            {"divisor": np.array([2.0, 0.0])},
            "not finite: 'share'[south] is inf at 0; it reads 'divisor' = 0",
        ),
        # Between two saved times: Stock is 1 at 0, and 1 + 0.5 x 1e307 x 100 is above 1.8e308.
        (
            {"growth": np.array(1e307), "divisor": np.array([1e-2, 1.0])},
            "not finite: 'Stock'[north] is inf at 0.5; it reads 'growth' = 1e+307, 'share' = 100, 'Stock' = 1",
        ),
        # seen[north] = 1 - 2 = -1 at 0: its logarithm is no number, nor is the smooth a step later.
        ({"growth": np.array(-2.0)}, "not finite: 'smoothed' is nan at 0.5; it reads 'seen'[north] = -1"),
    ],
)
def test_status_names_variable_element_value_time_and_what_it_reads(engine: Engine, overrides, told) -> None:  # type: ignore[no-untyped-def]
    result = engine.run([overrides])
    assert list(result.codes) == [Code.NOT_FINITE]
    assert list(result.status) == [told]
    with pytest.raises(DualcircError) as error:
        engine.run_one(overrides)
    assert str(error.value) == f"the run failed: {told}"


def test_what_is_infinite_in_a_branch_not_taken_is_no_fault(engine: Engine) -> None:
    # ratio = 1 / 0 at every step, and never chosen.
    assert list(engine.run([{}]).status) == ["ok"]


def test_poisoned_runs_leave_the_bits_of_the_others_alone(engine: Engine) -> None:
    good = [{"growth": np.array(0.1 * number)} for number in range(1, 9)]
    bad = [{"divisor": np.array([0.0, 1.0])}, {"growth": np.array(-2.0)}]
    alone = engine.run(good)
    mixed = engine.run([bad[0], *good[:3], bad[1], *good[3:], bad[0]])
    kept = np.flatnonzero(~mixed.failed)
    assert list(kept) == [1, 2, 3, 5, 6, 7, 8, 9]
    assert all(np.array_equal(mixed[name][kept], alone[name]) for name in alone)
