"""Free numbers to paths and back; the committed tables are what the estimation gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from dualcirc.calibrate import Fit, fit, overrides, pool_fits, scope_tables
from dualcirc.calibrate.holdout import drift_after
from dualcirc.calibrate.paths import Free, deviation_table, on_grid, trend_table
from dualcirc.engine import Engine
from dualcirc.files.paths import project_root, tables_dir


def test_free_numbers_are_sixty_in_paths_and_three_by_province() -> None:
    free = Free(2022)
    assert (free.trend_count, free.deviation_count, free.amenity_count, free.size) == (60, 62, 31, 153)


def test_paths_start_at_one_and_grow_on_by_the_stated_rate() -> None:
    """A logarithm of .1 in 2022 and a growth of 2 per cent give exp(.14) in 2024."""
    free = Free(2022)
    vector = np.full(free.size, 0.1)
    growth = dict.fromkeys(("consumption trend", "government trend", "world demand", "import trend"), 0.02)
    table = trend_table(free, vector, growth | {"world FDI climate": 0.0})
    assert table.loc[2010.0, "world demand"] == 1.0
    assert table.loc[2022.0, "world demand"] == pytest.approx(np.exp(0.1))
    assert table.loc[2024.0, "world demand"] == pytest.approx(np.exp(0.14))
    assert table.loc[2050.0, "world FDI climate"] == pytest.approx(np.exp(0.1))


def test_deviations_change_once_and_fade_to_zero() -> None:
    free = Free(2022)
    vector = np.concatenate([np.zeros(free.trend_count), np.full(31, 0.01), np.full(31, 0.02)])
    table = deviation_table(free, vector)["Beijing"]
    assert table.to_dict() == {2010: 0.01, 2016: 0.01, 2017: 0.02, 2022: 0.02, 2023: 0.01, 2031: 0.0}


def test_on_grid_is_linear_between_rows_and_held_after() -> None:
    table = pd.DataFrame({"x": [0.0, 2.0]}, index=pd.Index([2010.0, 2012.0], name="time"))
    np.testing.assert_array_equal(on_grid(table, np.array([2010.0, 2010.5, 2012.0, 2013.0]))["x"], [0.0, 0.5, 2.0, 2.0])


def test_drift_is_the_mean_growth_of_the_last_years(engine: Engine) -> None:
    estimate = fit(engine, 2016)
    logs = estimate.free.trends(estimate.vector)[2]
    assert drift_after(estimate)["world demand"] == pytest.approx((logs[-1] - logs[-6]) / 5)
    assert overrides(estimate.tables(), engine.grid)["technology growth deviation"].shape == (321, 31)


@pytest.fixture(scope="module")
def estimate(engine: Engine) -> Fit:
    return fit(engine, 2022)


def test_committed_paths_are_what_the_estimation_gives(estimate: Fit) -> None:
    """To five digits: the search ends at a relative change of 1e-6 of the sum of squares."""
    for name, table in estimate.tables().items():
        committed = pd.read_csv(tables_dir() / f"{name}.csv", index_col="time")
        assert list(committed.columns) == list(table.columns)
        np.testing.assert_allclose(table.to_numpy(), committed.to_numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


def test_committed_scope_and_traits_are_what_the_rules_give(engine: Engine, estimate: Fit) -> None:
    for name, table in scope_tables(engine, estimate).items():
        committed = pd.read_csv(tables_dir() / f"{name}.csv", index_col=table.index.name)
        pd.testing.assert_frame_equal(table, committed, check_exact=False, atol=1e-5, obj=name)


def test_central_zone_numbers_are_the_fit_of_the_smallest_pool(engine: Engine) -> None:
    """The literals of the model are that fit, rounded."""
    fits = pd.read_csv(project_root() / "model" / "pilot_pool_fits.csv", index_col="pilot pool")
    assert float(engine.constant("pilot pool")) == fits.index[0]
    for name, value in fits.iloc[0].drop("misfit").items():
        assert float(engine.constant(str(name))) == pytest.approx(value, rel=0.005), name
    assert fits["misfit"].is_monotonic_increasing


@pytest.mark.long
def test_committed_zone_numbers_are_what_the_search_gives(engine: Engine) -> None:
    committed = pd.read_csv(project_root() / "model" / "pilot_pool_fits.csv", index_col="pilot pool")
    np.testing.assert_allclose(pool_fits(engine).to_numpy(), committed.to_numpy(), rtol=0.01, atol=1e-3)
