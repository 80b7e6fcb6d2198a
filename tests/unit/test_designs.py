"""Points of every design, against scipy, SALib or by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from SALib.sample import morris, sobol
from scipy.stats import qmc

from dualcirc.errors import ScenarioError
from dualcirc.files.registry import Registry
from dualcirc.sweep.designs import design_points
from tests.experiments_in_text import of

FACTORS = [
    {"lever": "C3", "unit": "1", "low": 0.1, "high": 0.5},
    {"lever": "C8", "to": "high"},
    {"variable": "world demand shift", "unit": "1", "low": 0.9, "high": 1.3},
]
LOW, HIGH = np.array([0.1, 0.0, 0.9]), np.array([0.5, 1.0, 1.3])
USUAL = {"C3": 0.2, "C8": 0.0, "world demand shift": 1.0}


def points(folder: Path, registry: Registry, design: str, factors: list[dict] | None = None) -> np.ndarray:
    return design_points(of(folder, registry, factors or FACTORS, design=design), USUAL)


def scaled(unit: np.ndarray) -> np.ndarray:
    return LOW + (HIGH - LOW) * unit


def close(got: np.ndarray, wanted: np.ndarray) -> None:
    """Equal but for the rounding of two ways to write a line between two numbers."""
    np.testing.assert_allclose(got, wanted, rtol=0, atol=4 * np.finfo(float).eps)


def test_grid_varies_the_last_factor_fastest(tmp_path: Path, registry: Registry):
    factors = [FACTORS[0] | {"levels": [0.1, 0.5]}, FACTORS[1] | {"levels": 3}]
    got = points(tmp_path, registry, "kind: grid", factors)
    assert got.tolist() == [[0.1, 0], [0.1, 0.5], [0.1, 1], [0.5, 0], [0.5, 0.5], [0.5, 1]]


def test_grid_of_more_factors_than_numpy_has_dimensions(tmp_path: Path, registry: Registry):
    rows = [row for row in registry.parameters.values() if row.low is not None and row.low < row.high]
    factors = [{"variable": row.name, "levels": 1} for row in rows[:70]]
    got = points(tmp_path, registry, "kind: grid", [*factors, FACTORS[1]])
    assert got.shape == (2, 71)
    assert got[:, -1].tolist() == [0, 1]


def test_one_at_a_time_begins_at_the_centre_and_moves_one_factor(tmp_path: Path, registry: Registry):
    got = points(tmp_path, registry, "kind: one_at_a_time")
    centre = [0.2, 0.0, 1.0]
    wanted = [
        centre,
        [0.1, 0, 1], [0.5, 0, 1],
        [0.2, 0, 1], [0.2, 1, 1],
        [0.2, 0, 0.9], [0.2, 0, 1.3],
    ]  # fmt: skip
    assert got.tolist() == wanted


def test_factor_without_one_usual_value_is_left_alone_at_the_centre(tmp_path: Path, registry: Registry):
    got = design_points(of(tmp_path, registry, FACTORS), USUAL | {"C3": float("nan")})
    assert np.isnan(got[:, 0]).tolist() == [True, False, False, True, True, True, True]


def test_latin_hypercube_is_scipys_and_has_one_point_in_every_stratum(tmp_path: Path, registry: Registry):
    got = points(tmp_path, registry, "kind: latin_hypercube; points: 20; seed: 7")
    close(got, scaled(qmc.LatinHypercube(3, rng=np.random.default_rng(7)).random(20)))
    strata = np.floor((got - LOW) / (HIGH - LOW) * 20).astype(int)
    assert all(sorted(column) == list(range(20)) for column in strata.T.tolist())


def test_sobol_is_scipys_scrambled_sequence(tmp_path: Path, registry: Registry):
    got = points(tmp_path, registry, "kind: sobol; points: 16; seed: 7")
    close(got, scaled(qmc.Sobol(3, rng=np.random.default_rng(7)).random(16)))


def test_saltelli_is_salibs_sample_without_second_order(tmp_path: Path, registry: Registry):
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": np.stack([LOW, HIGH], axis=1).tolist()}
    got = points(tmp_path, registry, "kind: saltelli; points: 8; seed: 7")
    assert got.shape == (8 * (3 + 2), 3)
    close(got, sobol.sample(problem, 8, calc_second_order=False, seed=7))


def test_morris_is_salibs_trajectories_on_four_levels(tmp_path: Path, registry: Registry):
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": np.stack([LOW, HIGH], axis=1).tolist()}
    got = points(tmp_path, registry, "kind: morris; points: 5; seed: 7")
    assert got.shape == (5 * (3 + 1), 3)
    close(got, morris.sample(problem, 5, num_levels=4, seed=7))
    moved = np.count_nonzero(np.diff(got.reshape(5, 4, 3), axis=1), axis=-1)
    assert (moved == 1).all()  # each step of a trajectory moves one factor


@pytest.mark.parametrize("kind", ["latin_hypercube", "sobol", "saltelli", "morris"])
def test_same_seed_gives_the_same_points_and_another_seed_others(tmp_path: Path, registry: Registry, kind: str):
    first, again, other = (points(tmp_path, registry, f"kind: {kind}; points: 8; seed: {s}") for s in (3, 3, 4))
    assert first.tobytes() == again.tobytes()
    assert (first != other).any()
    assert ((first >= LOW) & (first <= HIGH)).all()


def table(folder: Path, registry: Registry, content: str | bytes) -> np.ndarray:
    (folder / "points.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    return points(folder, registry, "kind: points; file: points.csv", FACTORS[:2])


def test_table_of_points_is_read_by_the_names_of_its_columns(tmp_path: Path, registry: Registry):
    assert table(tmp_path, registry, "\ufeffC8,C3\n1,0.1\n0,0.35\n").tolist() == [[0.1, 1], [0.35, 0]]


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        ("C8,C33\n1,0.1\n", 1, "got the columns C8, C33"),
        ("C3\n0.1\n", 1, "got the columns C3"),
        ("C3,C8,C8\n0.1,1,1\n", 1, "got the columns C3, C8, C8.1"),
        ("C3,C8\n0.1,1\n0.6,1\n", 3, "C3: got '0.6'"),
        ("C3,C8\n0.1,1\n0.2,\n", 3, "C8: got 'nan'"),
        ("C3,C8\n\n0.2,1\n", 2, "C3: got 'nan'"),
        ("C3,C8\n0.1,many\n", 2, "C8: got 'many'"),
        ("C3,C8\n0.1,inf\n", 2, "C8: got 'inf'"),
        ("C3,C8\n0.1,true\n", 2, "C8: got 'True'"),
        ("C3,C8\n", None, "the table has no points"),
        ("", None, "cannot be read"),
        ("C3,C8\n0.1,1,7\n", None, "cannot be read"),
        (b"C3,C8\n\xff,1\n", None, "cannot be read"),
    ],
)
def test_fault_of_a_table_is_told_at_its_line(
    tmp_path: Path, registry: Registry, content: str | bytes, line: int | None, what: str
) -> None:
    with pytest.raises(ScenarioError) as raised:
        table(tmp_path, registry, content)
    found = raised.value.problems[0]
    assert what in found.what
    assert (found.file, found.line) == (str(tmp_path / "points.csv"), line)
    assert found.expected


def test_few_of_many_faults_of_a_column_are_told(tmp_path: Path, registry: Registry):
    with pytest.raises(ScenarioError) as raised:
        table(tmp_path, registry, "C3,C8\n" + "9,1\n" * 1000)
    assert len(raised.value.problems) == 5
