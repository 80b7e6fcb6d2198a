from pathlib import Path

import jax
import numpy as np
import pytest

from dualcirc.engine import Code, Engine, Overrides
from dualcirc.errors import DualcircError
from dualcirc.translate import load

MODELS = Path(__file__).parents[1] / "models"
OUTPUTS = ["output", "demand", "inequality", "Capital", "endowment", "world demand"]


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Thirty-one regions with trade, a delay and a smooth."""
    return Engine(load(MODELS / "growth_of_regions" / "growth_of_regions.mdl"), OUTPUTS, threads=2)


@pytest.fixture(scope="module")
def runs(engine: Engine) -> list[Overrides]:
    """Runs that replace different inputs: none, scalars, vectors, paths."""
    random = np.random.default_rng(7)
    result: list[Overrides] = []
    for number in range(65):
        overrides = {"elasticity": np.array(random.uniform(1.5, 4)), "saving": np.array(random.uniform(0.2, 0.5))}
        if number % 3 == 0:
            overrides["opening year"] = random.integers(2011, 2029, 31).astype(float)
        if number % 5 == 0:
            overrides["skill growth"] = engine.data_path("skill growth") * random.uniform(0.5, 1.5)
        result.append({} if number % 8 == 7 else overrides)
    return result


@pytest.fixture(scope="module")
def outputs(engine: Engine, runs: list[Overrides]) -> dict[str, np.ndarray]:
    return engine.run(runs)


@pytest.mark.parametrize("count", [1, 2, 7, 64, 65])
def test_run_gives_the_same_bits_for_any_number_of_runs(
    engine: Engine, runs: list[Overrides], outputs: dict[str, np.ndarray], count: int
) -> None:
    again = engine.run(runs[:count])
    assert all(np.array_equal(again[name], outputs[name][:count]) for name in OUTPUTS)


def test_run_gives_the_same_bits_in_any_order(
    engine: Engine, runs: list[Overrides], outputs: dict[str, np.ndarray]
) -> None:
    order = np.random.default_rng(1).permutation(len(runs))
    again = engine.run([runs[i] for i in order])
    assert all(np.array_equal(again[name], outputs[name][order]) for name in OUTPUTS)


def test_run_gives_the_same_bits_when_a_run_names_its_base_values(engine: Engine) -> None:
    base = {name: engine.constant(name) for name in ("elasticity", "opening year", "base share")}
    base["world demand"] = engine.data_path("world demand")
    result = engine.run([{}, base])
    assert all(np.array_equal(result[name][0], result[name][1]) for name in OUTPUTS)


def test_run_gives_the_same_bits_beside_a_run_with_another_matrix(
    engine: Engine, runs: list[Overrides], outputs: dict[str, np.ndarray]
) -> None:
    turned = {"base share": np.ascontiguousarray(engine.constant("base share")[::-1])}
    result = engine.run([turned, *runs[:20], turned])
    assert all(np.array_equal(result[name][1:-1], outputs[name][:20]) for name in OUTPUTS)
    assert np.array_equal(result["output"][0], result["output"][-1])
    assert not np.array_equal(result["output"][0], outputs["output"][7])


def test_run_one_agrees_with_the_block(engine: Engine, runs: list[Overrides], outputs: dict[str, np.ndarray]) -> None:
    alone = engine.run_one(runs[0])
    for name in OUTPUTS:
        # Another program for another shape: sums and fused operations may round differently.
        np.testing.assert_allclose(alone[name], outputs[name][0], rtol=1e-12)


def test_simulate_has_the_gradient_that_differences_give(engine: Engine) -> None:
    def final_output(saving: jax.Array) -> jax.Array:
        return engine.simulate({"saving": saving})["output"][-1].sum()

    saving = engine.constant("saving")
    value, gradient = jax.jit(jax.value_and_grad(final_output))(saving)
    assert float(value) == pytest.approx(engine.run([{}])["output"][0, -1].sum(), rel=1e-12)
    step = 1e-5
    high, low = (final_output(saving + sign * step) for sign in (1, -1))
    assert float(gradient) == pytest.approx(float(high - low) / (2 * step), rel=1e-7)


def test_simulate_has_a_gradient_along_a_path(engine: Engine) -> None:
    def final_output(path: jax.Array) -> jax.Array:
        return engine.simulate({"world demand": path})["output"][-1].sum()

    gradient = np.asarray(jax.jit(jax.grad(final_output))(engine.data_path("world demand")))
    assert gradient.shape == engine.grid.shape
    # Demand becomes output through investment: it helps at every step but the last ones, which build nothing in time.
    assert (gradient[:-1] >= 0).all()
    assert gradient[0] > 0
    assert gradient[-1] == 0


def test_a_run_that_leaves_the_numbers_has_a_named_status_and_leaves_others_alone(engine: Engine) -> None:
    broken = {"world demand": np.where(engine.grid < 2014.3, 1.0, 1e300)}
    result = engine.run([{}, broken, {}])
    # The first step at or after 2014.3 is 2014.375: demand takes the 1e300 in, and overflows once output is large.
    told = (
        "not finite: 'demand'[region1] is inf at 2015; it reads 'world demand' = 1e+300, "
        "'price' = 1.07164e-47, 'elasticity' = 2.5"
    )
    assert list(result.status) == ["ok", told, "ok"]
    assert list(result.codes) == [Code.OK, Code.NOT_FINITE, Code.OK] == [0, 1, 0]
    assert list(result.failed) == [False, True, False]
    assert np.array_equal(result["output"][0], result["output"][2])
    with pytest.raises(DualcircError) as error:
        engine.run_one(broken)
    assert str(error.value) == f"the run failed: {told}"


def test_a_delay_below_one_step_has_a_named_status(engine: Engine) -> None:
    # PySD lowers the order of a delay shorter than its steps; below one step nothing is left of it.
    result = engine.run([{"build time": np.array(time)} for time in (0.3, 0.1, 0.125)])
    assert list(result.status) == ["ok", "a delay time is below one time step", "ok"]


def test_times_come_from_whole_steps(engine: Engine) -> None:
    assert engine.grid.shape == (161,)
    np.testing.assert_array_equal(engine.saved_times, np.arange(2010, 2031))
    fine = Engine(engine.model, ["output"], time_step=0.1)
    assert fine.grid[-1] == 2030
    assert fine.grid[3] == 2010 + 3 * 0.1


def test_data_path_interpolates_and_holds(engine: Engine) -> None:
    demand = engine.data_path("world demand")
    growth = engine.data_path("skill growth")
    at = {time: index for index, time in enumerate(engine.grid)}
    assert demand[at[2012.5]] == pytest.approx((demand[at[2010]] + demand[at[2015]]) / 2, rel=1e-15)
    np.testing.assert_array_equal(growth[at[2014.875]], growth[at[2010]])
    np.testing.assert_array_equal(growth[at[2022.5]], growth[at[2030]])
    assert growth.shape == (161, 31)


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        ({"elastisity": np.array(1.0)}, "Did you mean 'elasticity'?"),
        ({"output": np.ones(31)}, "'output' is no constant or data variable: it is computed, from 'Capital'"),
        ({"endowment": np.ones(30)}, r"has shape \(30,\)"),
        ({"world demand": np.array(1.0)}, r"Expected: shape \(161,\) \(time\)"),
        ({"saving": np.array(np.nan)}, "holds a value that is no number"),
    ],
)
def test_run_refuses_overrides_that_do_not_fit(engine: Engine, overrides: Overrides, told: str) -> None:
    with pytest.raises(DualcircError, match=told):
        engine.run([{}, overrides])


def test_engine_refuses_unknown_outputs_and_steps(engine: Engine) -> None:
    with pytest.raises(DualcircError, match="Did you mean 'output'"):
        Engine(engine.model, ["outputs"])
    with pytest.raises(DualcircError, match="does not divide"):
        Engine(engine.model, time_step=0.3)


def test_progress_counts_every_run(engine: Engine, runs: list[Overrides]) -> None:
    seen: list[int] = []
    engine.run(runs[:20], progress=seen.append)
    assert sorted(seen) == [4, 16]
