"""States run by run: orders and lengths that differ inside one block, starts, steps and their limits."""

from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine, reference
from dualcirc.engine.trace import Trace
from dualcirc.errors import DualcircError
from tests.conformity.compare import assert_conforms
from tests.unit.models_in_text import model_of


def test_each_run_of_a_block_has_the_order_that_its_delay_time_allows(tmp_path: Path) -> None:
    model = model_of(tmp_path, "delay = 3", "late = DELAY3I(1 + Time, delay, 2)", "n = DELAY N(Time, delay, 1, 5)")
    runs = [{"delay": np.array(delay)} for delay in (3.0, 1.25, 1.0, 0.75, 0.6, 0.5, 0.3, 0.25)]
    outputs = Engine(model, ["late", "n"], block=8).run(runs)
    assert list(outputs.status) == ["ok"] * len(runs)
    for number, overrides in enumerate(runs):
        # PySD lowers the order of each run by itself (statefuls.Delay.initialize).
        wanted = reference.run(model.path, overrides, ["late", "n"])
        assert_conforms(outputs, wanted, run=number, tolerance=1e-12)


def test_a_delay_below_one_step_fails_its_run_alone(tmp_path: Path) -> None:
    model = model_of(tmp_path, "delay = 3", "late = DELAY1(Time, delay)", "own[Region] = DELAY3(Time, delay)")
    outputs = Engine(model, ["late", "own"]).run([{}, {"delay": np.array(0.2)}, {}])
    assert list(outputs.status) == ["ok", "a delay time is below one time step", "ok"]
    np.testing.assert_array_equal(outputs["late"][0], outputs["late"][2])


def test_the_number_of_compartments_may_differ_by_run_up_to_that_of_the_base(tmp_path: Path) -> None:
    equations = ("order = 4", "smooth = SMOOTH N(Time, 2, 1, INTEGER(order))", "late = DELAY N(Time, 2, 1, order)")
    model = model_of(tmp_path, *equations)
    orders = [4.0, 1.0, 2.9, 3.0, 5.0, 0.5]
    outputs = Engine(model, ["smooth", "late"], block=3).run([{"order": np.array(order)} for order in orders])
    assert list(outputs.status[:4]) == ["ok"] * 4
    assert outputs.status[4] == "a smooth or delay has a higher order than built"
    assert outputs.status[5] == "the order of a smooth or delay is below 1"
    for number in range(4):
        wanted = reference.run(model.path, {"order": np.array(orders[number])}, ["smooth", "late"])
        assert_conforms(outputs, wanted, run=number, tolerance=1e-12)


def test_an_order_that_is_none_in_the_base_is_refused(tmp_path: Path) -> None:
    model = model_of(tmp_path, "order = 0", "smooth = SMOOTH N(Time, 2, 1, INTEGER(order))")
    with pytest.raises(DualcircError, match="variable 'smooth': the order of a smooth or delay is 0"):
        Engine(model)


@pytest.mark.parametrize("delay", [0.0, 0.25, 0.374, 0.375, 0.6, 1.0, 3.9, 4.0, 4.25, 1e3])
def test_a_fixed_delay_is_as_many_steps_long_as_pysd_rounds_it(tmp_path: Path, delay: float) -> None:
    equations = ("delay = 1", "input[Region] = level[Region] * (1 + Time)", "level[Region] = 1, 2, 3")
    model = model_of(tmp_path, *equations, "late[Region] = DELAY FIXED(input[Region], delay, -level[Region])")
    overrides = {"delay": np.array(delay)}
    outputs = Engine(model, ["late"]).run([{}, overrides])
    wanted = reference.run(model.path, overrides, ["late"])
    np.testing.assert_array_equal(outputs["late"][1], wanted["late"].to_numpy())


def test_a_fixed_delay_may_differ_by_element(tmp_path: Path) -> None:
    # PySD takes one number for all elements; by hand: the input is Time, so each element lags by its own delay.
    model = model_of(tmp_path, "delay[Region] = 0.5, 1, 2", "late[Region] = DELAY FIXED(Time, delay[Region], -1)")
    engine = Engine(model, ["late"])
    lagged = engine.grid[:, None] - engine.constant("delay")
    np.testing.assert_array_equal(engine.run([{}])["late"][0], np.where(lagged < 0, -1, lagged))


def test_a_fixed_delay_has_the_gradient_of_what_went_in(tmp_path: Path) -> None:
    import jax

    model = model_of(tmp_path, "slope = 3", "late = DELAY FIXED(slope * Time, 1, 0)", "delay = 1")
    gradient = jax.grad(lambda slope: Engine(model, ["late"]).simulate({"slope": slope})["late"][-1])(3.0)
    assert float(gradient) == 3.0  # the input of Time = 4 - 1


def test_a_trace_steps_like_the_engine_where_an_order_is_lowered(tmp_path: Path) -> None:
    model = model_of(tmp_path, "delay = 0.6", "late = DELAY3I(1 + Time, delay, 2)", "share = RANDOM 0 1()")
    trace = Trace(model)
    moments = trace.run({})
    engine = Engine(model, ["late", "share"]).run([{}])
    np.testing.assert_allclose(moments.known["late"].array, engine["late"][0], rtol=1e-13)
    np.testing.assert_array_equal(moments.known["share"].array, engine["share"][0])
    level = np.asarray(moments.levels["late #1"])
    rate = np.asarray(trace.rate(trace.states[0], moments))
    np.testing.assert_allclose(level[..., 1:], (level + 0.25 * rate)[..., :-1], rtol=1e-13)
