"""What stocks hold is what flowed in and out of them, whatever policy does; the sums are taken here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.files.registry import Registry
from dualcirc.translate import Model
from tests.model_runs import Array, random_levers

SEEDS = range(4)


@pytest.fixture(scope="module")
def fine(every_step: Engine, registry: Registry) -> Mapping[str, Array]:
    """Runs with random policies at every step, (run, step, ...)."""
    outputs = every_step.run([random_levers(every_step, registry, seed, drivers=True) for seed in SEEDS])
    assert set(outputs.status) == {"ok"}
    return dict(outputs.items())


def accumulated(flow: Array, model: Model) -> Array:
    """(run, step, ...): what a flow has brought by each step."""
    added = np.cumsum(flow[:, :-1], axis=1) * model.time.step
    return np.concatenate([np.zeros_like(added[:, :1]), added], axis=1)


def rise(stock: Array) -> Array:
    """(run, step, ...): what a stock holds beyond its start."""
    return stock - stock[:, :1]


def test_debt_is_the_sum_of_deficits(fine: Mapping[str, Array], model: Model) -> None:
    scale = np.abs(fine["Debt"]).max()
    np.testing.assert_allclose(rise(fine["Debt"]), accumulated(fine["government deficit"], model), atol=1e-9 * scale)


def test_foreign_assets_are_what_provinces_have_lent(fine: Mapping[str, Array], model: Model) -> None:
    """Inflows of provinces from each other cancel; what is left the world has lent."""
    lent = -accumulated(fine["net capital inflow"].sum(-1), model)
    scale = np.abs(fine["net capital inflow"]).sum(-1).max()
    np.testing.assert_allclose(rise(fine["Net foreign assets"]), lent, atol=1e-9 * scale)


def test_the_nation_grows_by_natural_increase_alone(fine: Mapping[str, Array], model: Model) -> None:
    grown = accumulated(fine["natural increase"].sum(-1), model)
    nation = fine["Population"].sum(-1)
    np.testing.assert_allclose(rise(nation), grown, atol=1e-9 * nation.max())


def test_capital_abroad_is_what_went_out_and_stayed(
    fine: Mapping[str, Array], model: Model, registry: Registry
) -> None:
    gone = registry.parameters["outward exit rate"].value * fine["Outward capital"] + fine["return investment"]
    net = accumulated(fine["outward investment"] - gone, model)
    np.testing.assert_allclose(rise(fine["Outward capital"]), net, atol=1e-9 * fine["Outward capital"].max())


def test_capital_is_investment_less_what_wore_out(fine: Mapping[str, Array], model: Model, registry: Registry) -> None:
    net = accumulated(fine["investment"] - registry.parameters["depreciation rate"].value * fine["Capital"], model)
    np.testing.assert_allclose(rise(fine["Capital"]), net, atol=1e-9 * fine["Capital"].max())
