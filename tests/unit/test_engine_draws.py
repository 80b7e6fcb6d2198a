"""Random draws: their distributions, and that nothing but seed, draw, step and element decides them."""

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from dualcirc.engine import Engine
from dualcirc.errors import DualcircError
from dualcirc.translate import Model, load
from tests.unit.models_in_text import model_of

MODEL = Path(__file__).parents[1] / "models" / "random" / "random.mdl"
LEVEL = 1e-4
"""Probability with which a right generator fails one comparison; the seeds are fixed, so a pass stays a pass."""


@pytest.fixture(scope="module")
def model() -> Model:
    return load(MODEL)


@pytest.fixture(scope="module")
def engine(model: Model) -> Engine:
    return Engine(model, block=64)


@pytest.fixture(scope="module")
def drawn(engine: Engine) -> dict[str, np.ndarray]:
    """Nine saved times of 1,000 seeds."""
    return engine.run([{}] * 1000, seeds=range(1000))


MEAN, DEVIATION = 2.0, 0.5
DISTRIBUTIONS = {
    "unit": stats.uniform(0, 1),
    "flat": stats.uniform(MEAN, MEAN),
    "bell": stats.norm(MEAN, DEVIATION),
    "cut bell": stats.truncnorm(0, 1 / DEVIATION, MEAN, DEVIATION),
    "far bell": stats.truncnorm(5 / DEVIATION, 9 / DEVIATION, MEAN, DEVIATION),
    "waiting": stats.expon(0, MEAN),
    "cut waiting": stats.truncexpon(2 / MEAN, 1, MEAN),
}
"""As PySD's builder calls scipy (``python_functions.functionspace``)."""


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_draws_have_the_distribution_of_pysd(drawn: dict[str, np.ndarray], name: str) -> None:
    sample, law = drawn[name].ravel(), DISTRIBUTIONS[name]
    assert stats.kstest(sample, law.cdf).pvalue > LEVEL
    low, high = law.support()
    assert sample.min() >= low
    assert sample.max() <= high
    # Means of n draws are normal with the deviation of one over the root of n; 4 of them hold but for 6e-5.
    assert abs(sample.mean() - law.mean()) < 4 * law.std() / np.sqrt(sample.size)
    assert abs(np.var(sample) / law.var() - 1) < 0.1


def test_draws_of_elements_have_their_own_arguments(drawn: dict[str, np.ndarray]) -> None:
    flat = drawn["flat of each"]
    for region, mean in enumerate((1.0, 2.0, 3.0)):
        assert stats.kstest(flat[..., region].ravel(), stats.uniform(0, mean).cdf).pvalue > LEVEL
        # The deviation is 0.5 x Time: none at the start, where the mean itself is drawn.
        np.testing.assert_array_equal(drawn["bell of each"][:, 0, region], mean)


def test_draws_are_independent_of_each_other(drawn: dict[str, np.ndarray]) -> None:
    columns = [
        drawn["unit"][:, 0],
        drawn["unit"][:, 1],
        drawn["flat"][:, 0],
        drawn["twice"][:, 0] - drawn["unit"][:, 0],
    ]
    columns += [drawn["flat of each"][:, 0, region] for region in range(3)]
    correlations = np.corrcoef(columns) - np.eye(len(columns))
    assert np.abs(correlations).max() < 4 / np.sqrt(1000)


def test_neighbouring_seeds_share_no_draw(drawn: dict[str, np.ndarray]) -> None:
    assert len(np.unique(drawn["unit"])) == drawn["unit"].size
    assert abs(np.corrcoef(drawn["unit"][:-1, 0], drawn["unit"][1:, 0])[0, 1]) < 4 / np.sqrt(999)


def test_draws_do_not_hang_on_order_block_or_neighbours(model: Model, drawn: dict[str, np.ndarray]) -> None:
    order = np.random.default_rng(5).permutation(50)
    other = Engine(model, ["unit", "flat of each", "Walk"], block=7, threads=1).run([{}] * 50, seeds=order)
    for name in ("unit", "flat of each", "Walk"):
        np.testing.assert_array_equal(other[name], drawn[name][order])


def test_all_runs_share_their_draws_unless_seeds_are_given(engine: Engine, drawn: dict[str, np.ndarray]) -> None:
    runs = engine.run([{}, {"mean": np.array(3.0)}, {}])
    np.testing.assert_array_equal(runs["unit"][1], runs["unit"][0])
    np.testing.assert_array_equal(runs["unit"][0], drawn["unit"][0])
    np.testing.assert_allclose(runs["flat"][1], 1.5 * runs["flat"][0], rtol=1e-15)  # from 3 to 6 instead of 2 to 4
    np.testing.assert_array_equal(engine.run_one({}, seed=7)["unit"], drawn["unit"][7])


def test_a_draw_is_the_same_where_it_is_saved_and_where_it_moves_a_stock(model: Model) -> None:
    from dataclasses import replace

    fine = Engine(replace(model, time=replace(model.time, saveper=model.time.step)), ["unit", "Walk", "kept"]).run([{}])
    unit, walk, kept = (fine[name][0] for name in ("unit", "Walk", "kept"))
    np.testing.assert_allclose(np.diff(walk), 0.25 * (unit[:-1] - 0.5), rtol=1e-12)
    assert (kept == unit[0]).all()
    coarse = Engine(model, ["unit"]).run([{}])["unit"][0]
    np.testing.assert_array_equal(coarse, unit[::2])


def test_an_equation_more_leaves_the_draws_of_others(tmp_path: Path) -> None:
    alone = Engine(model_of(tmp_path, "b = RANDOM 0 1()")).run([{}])["b"]
    beside = Engine(model_of(tmp_path, "a = RANDOM 0 1()", "b = RANDOM 0 1()")).run([{}])
    np.testing.assert_array_equal(beside["b"], alone)
    assert not np.array_equal(beside["a"], alone)


def test_bounds_that_leave_nothing_fail_the_run(tmp_path: Path) -> None:
    model = model_of(
        tmp_path, "top = 3", "b = RANDOM NORMAL(1, top, 2, 1, 0)", "w = RANDOM EXPONENTIAL(1, top, 0, 1, 0)"
    )
    status = Engine(model).run([{}, {"top": np.array(1.0)}]).status
    assert list(status) == ["ok", "not finite: 'b' is nan at 0; it reads 'top' = 1"]


def test_a_draw_has_a_gradient_by_its_arguments(tmp_path: Path) -> None:
    import jax

    engine = Engine(model_of(tmp_path, "deviation = 1", "b = RANDOM NORMAL(-9, 9, 2, deviation, 0)"), ["b"])
    drawn = engine.run([{}])["b"][0, -1]
    gradient = jax.grad(lambda deviation: engine.simulate({"deviation": deviation})["b"][-1])(1.0)
    assert float(gradient) == pytest.approx(
        drawn - 2, rel=1e-6
    )  # far bounds: the draw is the mean and a score times it


@pytest.mark.parametrize("seeds", [[1], [1, -1], [0.5, 1], [[1, 2]]])
def test_seeds_that_do_not_fit_are_refused(engine: Engine, seeds: list[int]) -> None:
    with pytest.raises(DualcircError, match="2 whole numbers from 0 on"):
        engine.run([{}, {}], seeds=seeds)
