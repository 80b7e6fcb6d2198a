"""Runge and Kutta's method: its order, and what holds over a step."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from dualcirc.engine import Engine
from dualcirc.errors import DualcircError
from tests.unit.models_in_text import model_of

CLOSED = {
    "exponential": (("Y = INTEG(0.4 * Y, 1)",), lambda t: np.exp(0.4 * t)),
    "logistic": (("Y = INTEG(1.3 * Y * (1 - Y / 5), 0.5)",), lambda t: 5 / (1 + 9 * np.exp(-1.3 * t))),
    "oscillator": (("Y = INTEG(V, 1)", "V = INTEG(-Y, 0)"), np.cos),
    "smooth of a line": (("Y = SMOOTHI(Time, 2, 1)",), lambda t: t - 2 + 3 * np.exp(-t / 2)),
    "driven by time": (("Y = INTEG(COS(Time) * Y, 1)",), lambda t: np.exp(np.sin(t))),
}
"""Equations of a stock Y, and its path."""


def error(folder: Path, name: str, step: float, integrator: str) -> float:
    equations, path = CLOSED[name]
    engine = Engine(model_of(folder, *equations, step=step), ["Y"], integrator=integrator)
    return float(np.abs(engine.run([{}])["Y"][0] - path(engine.grid)).max())


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize(("integrator", "order"), [("euler", 1), ("rk4", 4)])
def test_halving_the_step_cuts_the_error_by_the_order(tmp_path: Path, name: str, integrator: str, order: int) -> None:
    errors = [error(tmp_path, name, step, integrator) for step in (0.125, 0.0625, 0.03125)]
    observed = np.log2(errors[0] / np.array(errors[1:])) / [1, 2]
    # The next term of the error shifts the observed order by about the step.
    np.testing.assert_allclose(observed, order, atol=0.3)


REGIONS = (
    "start[Region] = 1, 2, 3",
    "pull[Region] = 0.3, 0.5, 0.8",
    "Y[Region] = INTEG(SUM(pull[Region!] * Y[Region!]) / 4 - pull[Region] * Y[Region] ^ 1.5, start[Region])",
    "late[Region] = DELAY3I(Y[Region], 1 + pull[Region], start[Region])",
    "seen[Region] = SMOOTH3I(late[Region] * Time, 2, start[Region])",
)


def test_rk4_agrees_with_scipy_for_a_subscripted_model(tmp_path: Path) -> None:
    engine = Engine(model_of(tmp_path, *REGIONS, step=1 / 128), ["Y", "late", "seen"], integrator="rk4")
    got = engine.run([{}])
    start, pull = np.array([1.0, 2, 3]), np.array([0.3, 0.5, 0.8])
    delay = 1 + pull

    def slope(time: float, flat: np.ndarray) -> np.ndarray:
        y, first, second, third, *seen = flat.reshape(7, 3)
        entering = [y, first / delay, second / delay]
        pipe = [3 * (inflow - level / delay) for inflow, level in zip(entering, (first, second, third), strict=True)]
        before = [third / delay * time, *seen[:2]]
        smooth = [3 * (one - level) / 2 for one, level in zip(before, seen, strict=True)]
        return np.concatenate([(pull * y).sum() / 4 - pull * y**1.5, *pipe, *smooth])

    first = np.concatenate([start, *[start * delay] * 3, *[start] * 3])
    exact = solve_ivp(slope, (0, 4), first, method="DOP853", rtol=1e-12, atol=1e-12, t_eval=engine.grid).y.T
    wanted = {"Y": exact[:, :3], "late": exact[:, 9:12] / delay, "seen": exact[:, 18:]}
    for name, values in wanted.items():
        # A step of 1/128 to the fourth, times derivatives of order 1 to 10.
        np.testing.assert_allclose(got[name][0], values, rtol=0, atol=1e-7)


def test_what_jumps_holds_over_a_step(tmp_path: Path) -> None:
    equations = ("late = DELAY FIXED(Time, 0.5, 0)", "kept = SAMPLE IF TRUE(MODULO(Time, 1) < 0.1, Time, 0)")
    draw = ("draw = RANDOM 0 1()", "Y = INTEG(late + draw, 0)", "order = 2", "n = DELAY N(Time, 1, 0, order)")
    model = model_of(tmp_path, *equations, *draw)
    euler, rk4 = (Engine(model, integrator=integrator).run([{}]) for integrator in ("euler", "rk4"))
    for name in ("late", "draw", "kept"):
        np.testing.assert_array_equal(rk4[name], euler[name])
    # A flow that holds over the step is integrated exactly by both.
    np.testing.assert_allclose(rk4["Y"], euler["Y"], rtol=1e-14)


@pytest.mark.parametrize(
    ("keyword", "exact"),
    [
        (":INTERPOLATE:", lambda t: t**2 / 2),
        (":HOLD BACKWARD:", lambda t: np.floor(t) * (np.floor(t) - 1) / 2 + np.floor(t) * (t % 1)),
    ],
)
def test_data_within_a_step_follow_their_interpolation(
    tmp_path: Path, keyword: str, exact: Callable[[np.ndarray], np.ndarray]
) -> None:
    (tmp_path / "t.csv").write_text("time,value\n" + "".join(f"{t},{t}\n" for t in range(5)), encoding="utf-8")
    model = model_of(tmp_path, f"d {keyword} := GET DIRECT DATA('t.csv', ',', 'A', 'B2')", "Y = INTEG(d, 0)")
    engine = Engine(model, ["Y"], integrator="rk4")
    got, grid = engine.run([{}])["Y"][0], engine.grid
    # At its end a step sees the next row; a value that holds jumps there, which costs a sixth of the step's part of it.
    jumps = np.floor(grid) if keyword == ":HOLD BACKWARD:" else np.zeros_like(grid)
    np.testing.assert_allclose(got, exact(grid) + jumps * 0.25 / 6, rtol=1e-13, atol=1e-15)


def test_a_stock_may_be_saved_less_often_than_it_is_stepped(tmp_path: Path) -> None:
    from dataclasses import replace

    model = model_of(tmp_path, "Y = INTEG(COS(Time) * Y, 1)")
    every = Engine(model, ["Y"], integrator="rk4").run([{}])["Y"][0]
    some = Engine(replace(model, time=replace(model.time, saveper=1.0)), ["Y"], integrator="rk4").run([{}])["Y"][0]
    np.testing.assert_allclose(some, every[::4], rtol=1e-14)


def test_rk4_has_a_gradient(tmp_path: Path) -> None:
    import jax

    engine = Engine(model_of(tmp_path, "r = 0.4", "Y = INTEG(r * Y, 1)"), ["Y"], integrator="rk4")
    gradient = jax.grad(lambda r: engine.simulate({"r": r})["Y"][-1])(0.4)
    assert float(gradient) == pytest.approx(4 * np.exp(1.6), rel=1e-5)  # of exp(4 r), up to the method's own error


def test_an_unknown_integrator_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DualcircError, match="unknown integrator 'heun'"):
        Engine(model_of(tmp_path, "Y = INTEG(1, 0)"), integrator="heun")  # type: ignore[arg-type]
