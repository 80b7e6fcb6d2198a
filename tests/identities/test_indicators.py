"""What indicators must agree with: the model's own index, its accounts, and their own sums."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis.channels import channels
from dualcirc.analysis.dual_circulation import circulation_indicators, growth_contributions
from dualcirc.analysis.places import NATION
from dualcirc.analysis.theil import theil_decomposition
from dualcirc.files.registry import Registry
from dualcirc.files.scenario import load_scenario
from dualcirc.results.schema import Output, build_dataset, combine
from dualcirc.translate import Model
from tests.model_runs import Array, first, random_levers


@pytest.fixture(scope="module")
def dataset(baseline: Mapping[str, Array], model: Model, registry: Registry, engine) -> xr.Dataset:
    return saved_dataset(baseline, "baseline", model, registry, engine)


def saved_dataset(run: Mapping[str, Array], scenario: str, model: Model, registry: Registry, engine) -> xr.Dataset:
    """What a result holds of one run."""
    saved = [name for name, row in registry.variables.items() if row.saved and name in run]
    dims = {name: model.variables[name].dims for name in saved}
    output = Output({name: run[name][np.newaxis] for name in saved}, dims, engine.saved_times, ["ok"])
    return build_dataset(output, load_scenario(scenario, registry), registry, {})


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


def test_channels_cover_every_factor_of_production(
    dataset: xr.Dataset, model: Model, registry: Registry, engine
) -> None:
    # The pandemic is the same in both runs, so that the rest is rounding; a factor left out would stand there.
    levers = first(engine.run([random_levers(engine, registry, seed=11)]))
    both = combine([dataset, saved_dataset(levers, "wider_layout", model, registry, engine)])
    found = channels(both)
    assert float(abs(found.sel(channel="GDP")).max()) > 1.0
    assert float(abs(found.sel(channel="rest")).max()) < 1e-9
