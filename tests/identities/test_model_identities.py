"""What holds for any admissible lever vector: the accounts close at every step."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dualcirc.engine import Engine
from dualcirc.files.paths import tables_dir
from dualcirc.files.registry import Registry
from tests.model_runs import Overrides, first, ramp, random_levers

TOLERANCE = 1e-9
"""Relative; rounding of sums over 31 provinces is 1e-15."""


@pytest.fixture(scope="module")
def vectors(every_step: Engine, registry: Registry) -> list[Overrides]:
    """The baseline and twenty random admissible lever vectors."""
    return [{}, *(random_levers(every_step, registry, seed) for seed in range(20))]


def test_product_equals_expenditure_at_every_step(every_step: Engine, vectors: list[Overrides]) -> None:
    output = every_step.run(vectors)
    product, demand, exports, imports = (
        output[name].sum(axis=-1) for name in ("GDP", "domestic demand", "exports", "imports")
    )
    residual = (product - demand - exports + imports) / product
    assert residual.shape == (21, 321)
    assert np.abs(residual).max() <= TOLERANCE


def test_net_domestic_outflows_sum_to_zero_at_every_step(every_step: Engine, vectors: list[Overrides]) -> None:
    output = every_step.run(vectors)
    total = output["net domestic outflow"].sum(axis=-1) / output["GDP"].sum(axis=-1)
    assert np.abs(total).max() <= TOLERANCE


def test_all_variables_stay_finite_and_stocks_nonnegative(engine: Engine, registry: Registry) -> None:
    output = engine.run([random_levers(engine, registry, seed) for seed in range(20)])
    signed = {"Log price", "Log exchange rate", "Stance integral", "Debt"}
    for name, values in output.items():
        assert np.isfinite(values).all(), name
        if registry.variables[name].kind == "stock" and name not in signed:
            assert values.min() >= 0.0, name


def test_base_year_equals_the_reconciled_accounts(baseline: dict[str, np.ndarray]) -> None:
    accounts = pd.read_csv(tables_dir() / "base_accounts.csv", index_col="Province")
    for name in ("household consumption", "government consumption", "investment", "exports", "imports", "GDP"):
        expected = accounts[f"base {name}"].to_numpy()
        np.testing.assert_allclose(baseline[name][0], expected, rtol=1e-11, err_msg=name)
    outflow = accounts["base net domestic outflow"].to_numpy()
    np.testing.assert_allclose(baseline["net domestic outflow"][0], outflow, atol=1e-11 * baseline["GDP"][0].sum())
    np.testing.assert_allclose(baseline["utilisation"][0], 1.0, rtol=1e-11)


def test_all_foreign_investment_is_conserved_by_a_full_siphon(every_step: Engine) -> None:
    """With siphon share one a province gains only what another loses: the sum is the pool, whatever the zones do."""
    output = first(every_step.run([{"siphon share": np.array(1.0)}]))
    np.testing.assert_allclose(output["FDI inflow"].sum(axis=-1), output["investment pool"], rtol=TOLERANCE)


def test_debt_is_the_sum_of_deficits(engine: Engine) -> None:
    """Euler: the change of a year is the mean of eight deficits; summed here from outputs at every step."""
    flows = ["Debt", "government consumption", "policy outlays", "government revenue"]
    fine = Engine(replace(engine.model, time=replace(engine.model.time, saveper=0.125)), outputs=flows)
    output = first(fine.run([ramp(fine, "duty free quota", 200000.0, 2026.0)]))
    deficit = (
        output["government consumption"]
        + output["policy outlays"]
        + 0.04 * output["Debt"]
        - output["government revenue"]
    )
    expected = output["Debt"][0] + 0.125 * np.cumsum(deficit[:-1], axis=0)
    np.testing.assert_allclose(output["Debt"][1:], expected, rtol=TOLERANCE)


def test_a_rerun_with_the_base_paths_spelled_out_is_the_baseline_bit_for_bit(
    engine: Engine, registry: Registry
) -> None:
    same = {
        lever.variable: np.array(engine.data_path(lever.variable))
        for lever in registry.levers.values()
        if lever.id != "A1"
    }
    plain, spelled = engine.run([{}]), engine.run([same])
    for name in plain:
        np.testing.assert_array_equal(plain[name], spelled[name], err_msg=name)
