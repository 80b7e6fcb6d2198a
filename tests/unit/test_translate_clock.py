"""Number of steps and of saved times, and values that never change."""

from pathlib import Path

import numpy as np
import pytest

from dualcirc.translate import load
from dualcirc.translate.clock import number_of_steps, steps_per_save
from dualcirc.translate.fixed import fixed_values
from dualcirc.translate.ir import TimeSettings


@pytest.mark.parametrize(
    ("final", "step", "saveper", "steps", "per_save"),
    [
        (10, 0.25, 1, 40, 4),
        (10, 0.1, 0.3, 100, 3),
        (10, 0.3, 0.3, 34, 1),
        (10, 0.5, 0.75, 20, 3),
        (10, 1, 0.5, 10, 1),
        (10, 1, 20, 10, 11),
        (10, 0.3, 7, 34, None),
        (3000, 0.0078125, 1, 384000, 128),
    ],
)
def test_steps_reach_the_end_and_saves_are_common_multiples(
    final: float, step: float, saveper: float, steps: int, per_save: int | None
) -> None:
    time = TimeSettings(0, final, step, saveper)
    assert number_of_steps(time) == steps
    assert steps_per_save(time) == per_save


def test_fixed_values_are_those_of_what_reads_constants_alone(tmp_path: Path) -> None:
    equations = (
        "A: a1, a2",
        "B <-> A",
        "c[A] = 2, 3",
        "m[A, B] = 1, 2; 3, 4;",
        "table((0,0),(4,8))",
        "sum[A] = SUM(m[A, B!] * c[B!])",
        "turned[A, B] = m[B, A] - m[A, A]",
        "parts[a1] = PROD(c[A!])",
        "parts[a2] = VMAX(m[A!, B!])",
        "chosen[A] = IF THEN ELSE(c[A] > 2 :AND: sum[A] > 0, ZIDZ(c[A], 0), A)",
        "looked up[A] = table(c[A])",
        "moving[A] = c[A] * Time",
        "reads moving = SUM(moving[A!])",
        "INITIAL TIME = 0",
        "FINAL TIME = 1",
        "TIME STEP = 1",
        "SAVEPER = 1",
    )
    path = tmp_path / "model.mdl"
    path.write_text("{UTF-8}\n" + "".join(f"{equation}\n\t~\tDmnl\n\t~\n\t|\n\n" for equation in equations))
    found = fixed_values(load(path))
    np.testing.assert_array_equal(found["sum"], [8, 18])
    np.testing.assert_array_equal(found["turned"], [[0, 2], [-2, 0]])
    np.testing.assert_array_equal(found["parts"], [6, 4])
    np.testing.assert_array_equal(found["chosen"], [1, 0])
    np.testing.assert_array_equal(found["looked up"], [4, 6])
    assert not {"moving", "reads moving"} & set(found)
