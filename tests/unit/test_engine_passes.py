from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.engine.functions import log, power, safe_log, square_root, whole_power, xidz
from dualcirc.engine.guarded import divide
from dualcirc.engine.passes import Equation, plan
from dualcirc.engine.settings import prepare_jax
from dualcirc.translate import Model, load
from dualcirc.translate.ir import Call, walk

MODELS = Path(__file__).parents[1] / "models"


@pytest.fixture(scope="module")
def growth() -> Model:
    return load(MODELS / "growth_of_regions" / "growth_of_regions.mdl")


def test_plan_leaves_out_what_the_outputs_do_not_need(growth: Model) -> None:
    found = plan(growth, ["Skill"])
    assert [state.owner for state in found.states] == ["Skill"]
    assert found.data == ("skill growth",)
    assert found.constants == ("endowment",)
    assert [equation.name for equation in found.step] == ["Skill"]
    assert [equation.name for equation in found.record] == ["Skill"]


def test_plan_computes_for_outputs_alone_only_at_saved_times(growth: Model) -> None:
    found = plan(growth, ["inequality", "output"])
    assert "inequality" in {equation.name for equation in found.record}
    assert "inequality" not in {equation.name for equation in found.step}


def test_plan_lifts_constant_parts_out_of_the_time_loop(growth: Model) -> None:
    found = plan(growth, ["output"])
    lifted = {equation.expression for equation in found.static}
    price = next(equation for equation in found.step if equation.name == "price")
    exponent = next(part for part in walk(growth.variables["price"].expression) if isinstance(part, Call)).arguments[1]
    assert exponent in lifted
    assert exponent not in set(walk(price.expression))


def test_plan_orders_initial_values(growth: Model) -> None:
    entries = plan(growth, ["output"]).initial
    names = [entry.name for entry in entries if isinstance(entry, Equation)]
    assert names.index("price") < names.index("demand") < names.index("investment")


def test_sum_over_a_shared_matrix_makes_no_temporary_of_its_size(growth: Model) -> None:
    engine = Engine(growth, ["output"], block=16)
    program = engine._program(16)
    assert "31,31,16" not in program.as_text()


def test_sum_of_a_constant_cube_with_two_vectors_makes_no_temporary_of_its_size() -> None:
    model = load(MODELS / "three_dimensions" / "three_dimensions.mdl")
    text = Engine(model, ["total", "of a moving product"], block=5)._program(5).as_text()
    assert "2,3,3,5" not in text
    assert "3,3,5" in text


def test_power_at_and_around_zero_is_that_of_numpy() -> None:
    prepare_jax()
    bases, exponents = (grid.ravel() for grid in np.meshgrid([0.0, 1e-300, 0.5, 1.0, 7.0], [-1.5, 0.0, 0.3, 2.5]))
    with np.errstate(divide="ignore", over="ignore"):
        wanted = bases**exponents
    base = jnp.asarray(bases)
    np.testing.assert_allclose(power(base, safe_log(base), jnp.asarray(exponents)), wanted, rtol=1e-12)


def test_whole_power_keeps_the_sign_of_a_negative_base() -> None:
    prepare_jax()
    np.testing.assert_array_equal(whole_power(jnp.asarray([-2.0, 0.0, 3.0]), 3), [-8, 0, 27])
    np.testing.assert_array_equal(whole_power(jnp.asarray([-2.0, 4.0]), -2), [0.25, 0.0625])


@pytest.mark.parametrize("function", [log, square_root, lambda x: divide(1.0 + x, x), lambda x: xidz(1.0 + x, x, x)])
def test_gradient_stays_finite_where_the_branch_is_not_taken(function) -> None:  # type: ignore[no-untyped-def]
    prepare_jax()
    gradient = jax.grad(lambda x: jnp.where(x > 0, function(x), 2.0 * x))(0.0)
    assert gradient == 2.0


@pytest.mark.parametrize(("function", "wanted"), [(log, [-np.inf, 0.0]), (square_root, [0.0, 1.0])])
def test_guarded_functions_give_what_numpy_gives(function, wanted) -> None:  # type: ignore[no-untyped-def]
    prepare_jax()
    np.testing.assert_array_equal(function(jnp.asarray([0.0, 1.0])), wanted)
    assert np.isnan(function(jnp.asarray(-1.0)))
