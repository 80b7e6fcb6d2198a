"""Scenario discovery on a box that is known."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import qmc

from dualcirc.analysis import discover_box
from dualcirc.errors import DataError

from .designs import design_of, outcome_of


def hypercube(points: int = 1000) -> xr.Dataset:
    """Latin hypercube of three factors, the second from 10 to 20."""
    values = qmc.LatinHypercube(d=3, rng=4).random(points) * [1.0, 10.0, 1.0] + [0.0, 10.0, 0.0]
    return design_of("latin_hypercube", values, [0.0, 10.0, 0.0], [1.0, 20.0, 1.0])


def in_corner(ds: xr.Dataset) -> xr.DataArray:
    """Of interest where the first factor is above 0.6 and the second below 15: a fifth of the space."""
    x = ds["factor_values"].values
    return outcome_of((x[:, 0] > 0.6) & (x[:, 1] < 15.0))


def test_the_known_box_is_found() -> None:
    ds = hypercube()
    interest = in_corner(ds)
    box = discover_box(ds, interest, density=0.9)
    assert set(box.limits.index) == {"x1", "x2"}
    # A peel takes a twentieth of what is left: an end can miss by that part of the range of the box it came from.
    assert box.limits.loc["x1", "low"] == pytest.approx(0.6, abs=0.05)
    assert box.limits.loc["x2", "high"] == pytest.approx(15.0, abs=0.5)
    assert box.limits.loc["x1", ["quasi_p_high"]].isna().all()
    assert box.limits.loc["x1", "quasi_p_low"] < 1e-6
    assert box.limits.loc["x2", "label"] == "Factor x2"
    assert box.density >= 0.9
    assert (box.cases, box.left_out) == (1000, 0)


def test_coverage_density_and_mass_are_those_of_the_points_in_the_box() -> None:
    ds = hypercube()
    interest = in_corner(ds)
    box = discover_box(ds, interest, density=0.8)
    x = ds["factor_values"].to_pandas()
    ends = box.limits
    inside = np.logical_and.reduce(
        [x[name].between(ends.loc[name, "low"], ends.loc[name, "high"]) for name in ends.index]
    )
    both = int((inside & interest.values).sum())
    assert box.coverage == pytest.approx(both / int(interest.sum()))
    assert box.density == pytest.approx(both / int(inside.sum()))
    assert box.mass == pytest.approx(inside.mean())


def test_the_trajectory_starts_with_all_cases_and_marks_the_box_chosen() -> None:
    ds = hypercube()
    box = discover_box(ds, in_corner(ds), density=0.8)
    first = box.trajectory.iloc[0]
    assert (first["coverage"], first["mass"], first["restricted"]) == (1.0, 1.0, 0)
    assert first["density"] == pytest.approx(float(in_corner(ds).mean()))
    chosen = box.trajectory[box.trajectory["chosen"]]
    assert chosen["coverage"].tolist() == [box.coverage]
    dense = box.trajectory[box.trajectory["density"] >= 0.8]
    assert dense["coverage"].max() == box.coverage


def test_points_with_a_failed_run_are_left_out() -> None:
    ds = hypercube()
    ds["status"][0, :10, 0] = "not_finite"
    box = discover_box(ds, in_corner(ds), density=0.8)
    assert (box.cases, box.left_out) == (990, 10)


def test_what_cannot_be_told_apart_is_refused() -> None:
    ds = hypercube(100)
    with pytest.raises(DataError, match="0 of 100 points"):
        discover_box(ds, outcome_of(np.zeros(100, dtype=bool)), density=0.8)
    with pytest.raises(DataError, match="true or false"):
        discover_box(ds, outcome_of(np.zeros(100)), density=0.8)
    with pytest.raises(DataError, match="density 80"):
        discover_box(ds, in_corner(ds), density=80)
    chance = outcome_of(np.random.default_rng(3).random(100) > 0.5)
    with pytest.raises(DataError, match=r"densest box reaches 0\."):
        discover_box(ds, chance, density=1.0, smallest=0.3)
