"""What a factor of a design changes: nothing at its usual value, the ambition of the registry at share 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.errors import ScenarioError
from dualcirc.files.calendar import to_model_time
from dualcirc.files.registry import Registry
from dualcirc.files.scenario import load_scenarios
from dualcirc.sweep.factors import Axis, axes_of
from dualcirc.sweep.packages import package_scenarios
from dualcirc.sweep.run import overrides_of
from dualcirc.translate import Model
from tests.experiments_in_text import of


@pytest.fixture(scope="module")
def base(model: Model) -> Engine:
    """Gives grid and values; it is never asked to run."""
    return Engine(model, outputs=["GDP"])


@pytest.fixture
def axis(tmp_path: Path, registry: Registry, model: Model, base: Engine):
    def make(factor: dict) -> Axis:
        (found,) = axes_of(of(tmp_path, registry, [factor]), [], model, base, registry)
        return found

    return make


def same(one: dict, other: dict) -> None:
    assert one.keys() == other.keys()
    for name in one:
        np.testing.assert_array_equal(one[name], other[name], err_msg=name)


@pytest.mark.parametrize("package", "ABCD")
@pytest.mark.parametrize("ambition", ["central", "high"])
def test_share_one_is_the_scenario_of_the_package(
    axis, registry: Registry, model: Model, base: Engine, package: str, ambition: str
) -> None:
    (scenario,) = load_scenarios(package_scenarios(registry, model, ambition, package), registry)
    same(axis({"package": package, "to": ambition}).overrides(1.0), overrides_of(scenario, base))


def test_share_zero_changes_nothing(axis):
    found = axis({"package": "C", "to": "high"})
    assert found.usual == 0.0
    assert found.overrides(0.0) == {}
    assert found.overrides(0.5)


def test_share_is_linear_between_business_as_usual_and_the_ambition(axis, base: Engine):
    found = axis({"lever": "C3", "to": "high"})
    (name,) = found.spans
    usual, full = base.data_path(name), found.overrides(1.0)[name]
    # Four roundings of numbers of at most one.
    np.testing.assert_allclose(found.overrides(0.25)[name], 0.75 * usual + 0.25 * full, rtol=0, atol=1e-15)


def test_nothing_moves_before_the_year_in_which_the_factor_starts(axis, base: Engine):
    found = axis({"lever": "C3", "unit": "1", "low": 0, "high": 0.6, "from_year": 2031, "full_year": 2035})
    values = found.overrides(0.6)["hidden barrier cleanup"]
    usual = base.data_path("hidden barrier cleanup")
    before, after = base.grid <= to_model_time(2031), base.grid >= to_model_time(2035)
    assert values[before].tobytes() == usual[before].tobytes()
    # The path ends at 0.6 itself, and linear interpolation ends at its last knot.
    assert (values[after] == 0.6).all()
    middle = np.searchsorted(base.grid, to_model_time(2033))
    np.testing.assert_allclose(values[middle], 0.3, rtol=1e-12)


def test_every_lever_of_the_registry_leaves_history_alone(axis, registry: Registry, base: Engine):
    past = base.grid < to_model_time(2026)
    for lever in registry.levers.values():
        if lever.ambition_high and lever.interpolation != "constant":
            for name, values in axis({"lever": lever.id, "to": "high"}).overrides(0.7).items():
                assert values[past].tobytes() == base.data_path(name)[past].tobytes(), lever.id


def test_opening_years_switch_from_closed_to_open_in_the_middle(axis, base: Engine):
    found = axis({"lever": "A1", "to": "central"})
    (name,) = found.spans
    assert found.overrides(0.49)[name].tobytes() == base.constant(name).tobytes()
    assert found.overrides(0.5)[name].tobytes() == found.overrides(1.0)[name].tobytes()
    assert (found.overrides(1.0)[name] != base.constant(name)).any()


def test_parameter_takes_its_values_and_leaves_the_model_alone_at_its_own(axis, registry: Registry):
    row = registry.parameters["siphon share"]
    found = axis({"variable": "siphon share"})
    assert found.usual == row.value
    assert found.overrides(row.value) == {}
    assert found.overrides(row.low)["siphon share"] == row.low
    assert found.overrides(row.high)["siphon share"] == row.high


def test_driver_is_at_its_value_from_the_start_of_policy_on(axis, base: Engine):
    found = axis({"variable": "world demand shift", "unit": "1", "low": 0.8, "high": 1.2, "from_year": 2030})
    values = found.overrides(0.8)["world demand shift"]
    start = to_model_time(2030)
    assert (values[base.grid >= start] == 0.8).all()
    usual = base.data_path("world demand shift")
    assert values[base.grid < start - 1].tobytes() == usual[base.grid < start - 1].tobytes()


def test_elements_that_are_not_named_stay(axis, model: Model, base: Engine):
    factor = {"lever": "C3", "unit": "1", "low": 0, "high": 0.6, "provinces": ["Jilin"]}
    values = axis(factor).overrides(0.6)["hidden barrier cleanup"]
    others = np.array([name != "Jilin" for name in model.subscripts["Province"]])
    assert values[:, others].tobytes() == base.data_path("hidden barrier cleanup")[:, others].tobytes()
    assert (values[base.grid >= to_model_time(2030)][:, ~others] == 0.6).all()


def test_usual_value_is_that_of_the_elements_named(axis, model: Model, base: Engine):
    # The shares of the zones differ between provinces, so that all together have no usual value, and one has.
    factor = {"lever": "A2", "unit": "1", "low": 0, "high": 0.6}
    assert np.isnan(axis(factor).usual)
    place = model.subscripts["Province"].index("Shanghai")
    own = base.data_path("zone scope target")[np.searchsorted(base.grid, to_model_time(2030)), place]
    assert axis(factor | {"provinces": ["Shanghai"]}).usual == pytest.approx(own, abs=1e-12)  # rounded to 12 decimals


def test_two_factors_that_move_the_same_variable_are_refused(
    tmp_path: Path, registry: Registry, model: Model, base: Engine
) -> None:
    factors = [{"lever": "C3", "to": "high"}, {"package": "C", "to": "high"}]
    with pytest.raises(ScenarioError, match="which factor 'C3' moves too") as raised:
        axes_of(of(tmp_path, registry, factors), [], model, base, registry)
    assert raised.value.problems[0].line == 9


def test_factor_and_scenario_that_move_the_same_variable_are_refused(
    tmp_path: Path, registry: Registry, model: Model, base: Engine
) -> None:
    experiment = of(tmp_path, registry, [{"lever": "A1", "to": "central"}])
    with pytest.raises(ScenarioError, match="which scenario 'wider_layout' moves too") as raised:
        axes_of(experiment, load_scenarios(["wider_layout"], registry), model, base, registry)
    assert raised.value.problems[0].line == 8


def test_value_that_a_scenario_file_would_refuse_is_told_at_the_factor(
    tmp_path: Path, registry: Registry, model: Model, base: Engine
) -> None:
    factor = {"lever": "A1", "unit": "year", "low": 2020, "high": 2030, "provinces": ["Jilin"]}
    with pytest.raises(ScenarioError, match=r"factor 'A1': .*year 2020, which is before the start") as raised:
        axes_of(of(tmp_path, registry, [factor]), [], model, base, registry)
    assert (raised.value.problems[0].file, raised.value.problems[0].line) == (str(tmp_path / "small.yaml"), 8)
