"""Derivatives through a whole run, and of every guarded function at its pole."""

from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.engine.functions import GUARDED, PLAIN, log, power, safe_log, square_root
from dualcirc.engine.settings import prepare_jax
from dualcirc.errors import DualcircError
from dualcirc.translate import load

MODELS = Path(__file__).parents[1] / "models"
NAMES = ["saving", "elasticity", "endowment", "world demand", "skill growth"]


def welfare(outputs: dict[str, jax.Array]) -> jax.Array:
    return jnp.sum(jnp.log(outputs["output"])) + jnp.sum(outputs["inequality"])


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(load(MODELS / "growth_of_regions" / "growth_of_regions.mdl"), ["output", "inequality"], threads=1)


def differences(engine: Engine, name: str, direction: np.ndarray) -> float:
    """Derivative along a direction: central differences with two steps, from which Richardson removes the error."""
    base = engine.data_path(name) if name in ("world demand", "skill growth") else engine.constant(name)
    steps = np.array([2e-4, 1e-4])
    runs = [{name: base + sign * step * direction} for step in steps for sign in (1, -1)]
    outputs = engine.run(runs)
    values = np.log(outputs["output"]).sum((1, 2)) + outputs["inequality"].reshape(4, -1).sum(1)
    slopes = (values[::2] - values[1::2]) / (2 * steps)
    return float((4 * slopes[1] - slopes[0]) / 3)


def test_gradient_by_scalars_vectors_and_paths_is_that_of_differences(engine: Engine) -> None:
    gradient = engine.value_and_grad(welfare, NAMES)
    value, found = gradient({})
    outputs = {name: jnp.asarray(array[0]) for name, array in engine.run([{}]).items()}
    assert value == pytest.approx(float(welfare(outputs)), rel=1e-12)
    random = np.random.default_rng(0)
    for name, derivative in found.items():
        direction = random.uniform(0.5, 1.0, derivative.shape)
        # The error of the differences: rounding 1e-16 x 1e4 of a value near 1e3, and the fifth derivative.
        assert (derivative * direction).sum() == pytest.approx(differences(engine, name, direction), rel=1e-6)


def test_gradient_takes_values_and_fixed_inputs(engine: Engine) -> None:
    saving, wear = np.array(0.3), np.array(0.06)
    gradient = engine.value_and_grad(welfare, ["saving"], fixed={"wear": wear})
    value, _ = gradient({"saving": saving})
    outputs = engine.run_one({"saving": saving, "wear": wear})
    assert value == pytest.approx(float(welfare({n: jnp.asarray(a) for n, a in outputs.items()})), rel=1e-12)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["savings"], "Did you mean 'saving'?"),
        (["output"], "'output' is no constant or data variable: it is computed, from 'Capital'"),
    ],
)
def test_gradient_by_what_is_no_input_is_refused(engine: Engine, names: list[str], told: str) -> None:
    with pytest.raises(DualcircError) as error:
        engine.value_and_grad(welfare, names)
    assert told in str(error.value)


def test_simulate_maps_over_a_batch(engine: Engine) -> None:
    savings = np.array([0.2, 0.3, 0.4])
    many = jax.jit(jax.vmap(lambda saving: engine.simulate({"saving": saving})["output"]))(savings)
    wanted = engine.run([{"saving": saving} for saving in savings])["output"]
    np.testing.assert_allclose(many, wanted, rtol=1e-12)


def test_forward_and_backward_derivatives_agree(engine: Engine) -> None:
    def of(saving: jax.Array) -> jax.Array:
        return welfare(engine.simulate({"saving": saving}))

    saving = jnp.asarray(engine.constant("saving"))
    _, forward = jax.jit(lambda x: jax.jvp(of, (x,), (jnp.ones(()),)))(saving)
    assert float(forward) == pytest.approx(float(jax.jit(jax.grad(of))(saving)), rel=1e-10)


def test_second_derivatives_come_forwards_over_backwards(engine: Engine) -> None:
    def slope(saving: jax.Array) -> jax.Array:
        return jax.grad(lambda x: welfare(engine.simulate({"saving": x})))(saving)

    saving, step = jnp.asarray(engine.constant("saving")), 1e-5
    second = jax.jit(jax.jacfwd(slope))(saving)
    slopes = jax.jit(slope)
    assert float(second) == pytest.approx(float(slopes(saving + step) - slopes(saving - step)) / (2 * step), rel=1e-6)


POLES = {
    "quotient": lambda p: GUARDED["/"](*p),
    "logarithm": lambda p: log(p[1]),
    "square root": lambda p: square_root(p[1]),
    "overflow": lambda p: GUARDED["EXP"](1e4 * p[0]),
    "whole power": lambda p: GUARDED["whole power"](p[1], -2),
    "power": lambda p: power(p[1], safe_log(p[1]), -p[0]),
    "quotient of quotients": lambda p: GUARDED["/"](p[0], GUARDED["/"](*p)),
}


@pytest.mark.parametrize("pole", POLES)
def test_a_pole_in_a_branch_not_taken_leaves_the_gradient_alone(pole: str) -> None:
    # d/dc of IF THEN ELSE(b = 0, 3 c, c * f(a, b)) at b = 0 is 3, all else is 0: zero times infinity must not enter.
    prepare_jax()

    def chosen(a: jax.Array, b: jax.Array, c: jax.Array) -> jax.Array:
        return jnp.where(b == 0, 3.0 * c, GUARDED["*"](c, POLES[pole]((a, b))))

    assert jax.grad(chosen, argnums=(0, 1, 2))(1.0, 0.0, 2.0) == (0.0, 0.0, 3.0)


@pytest.mark.parametrize("name", ["*", "/", "EXP"])
def test_guarded_functions_have_the_values_and_derivatives_of_the_plain_ones(name: str) -> None:
    prepare_jax()
    points = [1.3] if name == "EXP" else [1.3, -0.7]
    guarded, plain = (jax.value_and_grad(functions[name], argnums=0)(*points) for functions in (GUARDED, PLAIN))
    assert guarded == plain


def test_minimum_and_maximum_share_a_tie() -> None:
    prepare_jax()
    for name in ("MIN", "MAX"):
        assert jax.grad(PLAIN[name], argnums=(0, 1))(2.0, 2.0) == (0.5, 0.5)


@pytest.mark.parametrize("name", ["XIDZ", "ZIDZ"])
def test_quotients_with_a_value_for_zero_have_no_slope_there(name: str) -> None:
    prepare_jax()
    rest = (5.0,) if name == "XIDZ" else ()
    slope = jax.grad(lambda a, b: jnp.sum(PLAIN[name](a, b, *rest)), argnums=(0, 1))
    assert slope(1.0, 0.0) == (0.0, 0.0)
    assert slope(1.0, 2.0) == (0.5, -0.25)
