"""What indicators must agree with: the model's own index, its accounts, and their own sums."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis.dual_circulation import circulation_indicators, growth_contributions
from dualcirc.analysis.places import NATION
from dualcirc.analysis.theil import theil_decomposition
from dualcirc.files.registry import Registry
from dualcirc.files.scenario import load_scenario
from dualcirc.results.schema import Output, build_dataset
from dualcirc.translate import Model
from tests.model_runs import Array


@pytest.fixture(scope="module")
def dataset(baseline: Mapping[str, Array], model: Model, registry: Registry, engine) -> xr.Dataset:
    saved = [name for name, row in registry.variables.items() if row.saved and name in baseline]
    dims = {name: model.variables[name].dims for name in saved}
    output = Output({name: baseline[name][np.newaxis] for name in saved}, dims, engine.saved_times, ["ok"])
    return build_dataset(output, load_scenario("baseline", registry), registry, {})


def test_theil_index_is_that_of_the_model_and_the_sum_of_its_parts(dataset: xr.Dataset) -> None:
    parts = theil_decomposition(dataset)
    np.testing.assert_allclose(parts["total"], dataset["theil_index"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(parts["between"], dataset["theil_between_regions"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(
        parts["between"] + parts["within_contribution"].sum("region"), parts["total"], atol=1e-12
    )


@pytest.mark.parametrize("side", ["expenditure", "circulation"])
def test_contributions_sum_to_growth_everywhere(dataset: xr.Dataset, side) -> None:
    parts = growth_contributions(dataset, side)
    rest = parts.sel(component="GDP") - parts.drop_sel(component="GDP").sum("component")
    assert float(abs(rest).max()) < 1e-9


def test_nation_has_no_net_outflow_to_other_provinces(dataset: xr.Dataset) -> None:
    parts = growth_contributions(dataset, "expenditure")
    assert float(abs(parts.sel(component="net outflow to other provinces", place=NATION)).max()) < 1e-9


def test_domestic_share_is_that_of_the_model(dataset: xr.Dataset) -> None:
    share = circulation_indicators(dataset)["domestic_share"].sel(place=NATION)
    np.testing.assert_allclose(share, dataset["domestic_circulation_share"], atol=1e-12)
