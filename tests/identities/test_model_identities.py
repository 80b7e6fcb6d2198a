"""The base year is that of the accounts, and base paths spelled out change nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from dualcirc.engine import Engine
from dualcirc.files.paths import tables_dir
from dualcirc.files.registry import Registry


def test_base_year_equals_the_reconciled_accounts(baseline: dict[str, np.ndarray]) -> None:
    accounts = pd.read_csv(tables_dir() / "base_accounts.csv", index_col="Province")
    for name in ("household consumption", "government consumption", "investment", "exports", "imports", "GDP"):
        expected = accounts[f"base {name}"].to_numpy()
        np.testing.assert_allclose(baseline[name][0], expected, rtol=1e-11, err_msg=name)
    outflow = accounts["base net domestic outflow"].to_numpy()
    np.testing.assert_allclose(baseline["net domestic outflow"][0], outflow, atol=1e-11 * baseline["GDP"][0].sum())
    np.testing.assert_allclose(baseline["utilisation"][0], 1.0, rtol=1e-11)


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
