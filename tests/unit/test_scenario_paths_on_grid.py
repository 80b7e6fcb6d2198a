"""Changes on the integration grid, against values worked out by hand.

A calendar date d enters at model time d - 0.5; the step is 1/8 year.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dualcirc.errors import ScenarioError
from dualcirc.files.paths_on_grid import held, linear, overrides_on_grid
from dualcirc.files.registry import read_registry
from dualcirc.files.scenario import Scenario, load_scenario

REGISTRY = read_registry(Path(__file__).parents[1] / "scenarios" / "model")
PROVINCES = tuple(REGISTRY.provinces)
GRID = 2010 + np.arange(321) * 0.125
NONE = 9999.0


def at(values: np.ndarray, time: float) -> Any:
    return values[round((time - 2010) / 0.125)]


def base() -> dict[str, np.ndarray]:
    opening = np.full(31, NONE)
    opening[PROVINCES.index("Shanghai")] = 2013.74
    return {
        "zone opening year": opening,
        "zone scope target": np.tile(np.linspace(0.1, 0.2, 31), (321, 1)),
        "domestic indicator weight": 0.1 + 0.01 * np.sin(GRID),
        "zone negative list items": np.full(321, 27.0),
        "city duty free shops": np.zeros((321, 31)),
        "world demand shift": np.ones(321),
        "opening of services": np.tile(np.arange(6.0), (321, 1)),
        "alliance coordination": np.zeros((321, 6)),
        "foreign standards": np.ones((321, 6)),
        "stance leak": np.array(0.2),
    }


def scenario(*changes: dict[str, Any], **keys: Any) -> Scenario:
    return load_scenario({"name": "trial", "changes": [{"why": "x", **change} for change in changes], **keys}, REGISTRY)


def on_grid(*changes: dict[str, Any], **keys: Any) -> dict[str, np.ndarray]:
    return overrides_on_grid(scenario(*changes, **keys), base(), GRID)


def weight(path: dict[float, float]) -> dict[str, Any]:
    return {"lever": "B2", "unit": "1", "path": path}


def items(path: dict[float, float]) -> dict[str, Any]:
    return {"lever": "C1.zone", "unit": "items", "path": path}


def test_scenario_without_changes_overrides_nothing():
    assert on_grid() == {}


def test_linear_path_between_knots_before_and_after():
    values = on_grid(weight({2026: 0.1, 2030: 0.5}))["domestic indicator weight"]
    assert at(values, 2025.5) == pytest.approx(0.1)  # 1 January 2026
    assert at(values, 2027.5) == pytest.approx(0.3)  # half-way
    assert at(values, 2029.5) == pytest.approx(0.5)
    assert at(values, 2050) == 0.5
    before = GRID < 2025.5
    np.testing.assert_array_equal(values[before], base()["domestic indicator weight"][before])


def test_linear_path_that_begins_within_a_step_begins_at_the_next_grid_time():
    values = on_grid(weight({2026.55: 0.6}))["domestic indicator weight"]
    assert at(values, 2026) == at(base()["domestic indicator weight"], 2026)
    assert at(values, 2026.125) == 0.6


def test_held_count_changes_on_a_date_of_the_grid_without_a_mixture():
    values = on_grid(items({2026: 20, 2030: 10}))["zone negative list items"]
    assert set(np.unique(values)) == {10, 20, 27}
    assert (at(values, 2025.375), at(values, 2025.5)) == (27, 20)
    assert (at(values, 2029.375), at(values, 2029.5)) == (20, 10)


def test_held_count_that_changes_within_a_step_is_the_mean_over_the_step():
    values = on_grid(items({2026.55: 20}))["zone negative list items"]
    # The date is t = 2026.05: 0.05 of the 0.125 years from 2026 are old, 40 per cent.
    assert at(values, 2026) == pytest.approx(0.4 * 27 + 0.6 * 20)
    assert at(values, 2026.125) == 20


def test_two_changes_within_a_step_count_for_their_parts():
    values = on_grid(items({2026.525: 20, 2026.6: 10}))["zone negative list items"]
    # t = 2026.025 and 2026.1: parts 0.2 old, 0.6 at 20, 0.2 at 10.
    assert at(values, 2026) == pytest.approx(0.2 * 27 + 0.6 * 20 + 0.2 * 10)


def test_provinces_not_named_keep_their_path_bit_for_bit():
    change = {"lever": "A2", "unit": "1", "path": {2026: 0.3}, "provinces": ["Jilin", "Hebei"]}
    values = on_grid(change)["zone scope target"]
    named = np.isin(PROVINCES, ["Jilin", "Hebei"])
    np.testing.assert_array_equal(values[:, ~named], base()["zone scope target"][:, ~named])
    assert (values[GRID >= 2025.5][:, named] == 0.3).all()


def test_values_by_province_and_plain_value_hold_from_the_start_of_scenarios():
    change = {"lever": "B8.city_shops", "unit": "shops", "values": {"Beijing": 2, "Jilin": 3}}
    values = on_grid(change)["city duty free shops"]
    assert values[:, PROVINCES.index("Jilin")].tolist() == [0.0] * 124 + [3.0] * 197  # t = 2025.5 is step 124
    everywhere = on_grid({"lever": "B8.city_shops", "unit": "shops", "value": 1})["city duty free shops"]
    assert everywhere.sum() == 197 * 31


def test_values_by_domain_stand_at_the_places_of_their_domains():
    values = on_grid({"lever": "C4", "unit": "1", "values": {"telecom and digital": 5, "finance": 3.5}})
    opening = values["opening of services"]
    assert at(opening, 2025.375).tolist() == [0, 1, 2, 3, 4, 5]
    assert at(opening, 2025.5).tolist() == [0, 1, 3.5, 5, 4, 5]


def test_path_holds_for_the_alliances_named():
    change = {"lever": "D1", "unit": "1", "path": {2030: 0.4}, "alliances": ["Northeast alliance", "Greater Bay Area"]}
    values = on_grid(change)["alliance coordination"]
    assert at(values, 2029.5).tolist() == [0, 0.4, 0, 0.4, 0, 0]
    assert (values[GRID < 2029.5] == 0).all()


def test_path_of_a_driver_by_domain_holds_for_all_domains_or_those_named():
    change = {"variable": "foreign standards", "unit": "1", "path": {2030: 1.2}}
    assert at(on_grid(change)["foreign standards"], 2030).tolist() == [1.2] * 6
    assert at(on_grid({**change, "domains": ["manufacturing"]})["foreign standards"], 2030).tolist() == [1.2] + [1] * 5


def test_opening_years_are_calendar_dates_and_need_no_conversion():
    values = on_grid({"lever": "A1", "unit": "year", "values": {"Jilin": 2027, "Shanxi": 2028.5}})["zone opening year"]
    assert values[PROVINCES.index("Jilin")] == 2027
    assert values[PROVINCES.index("Shanxi")] == 2028.5
    assert values[PROVINCES.index("Shanghai")] == 2013.74


def test_open_zone_is_moved_by_a_counterfactual_only():
    never = {"lever": "A1", "unit": "year", "value": "never"}
    assert (on_grid(never, counterfactual=True)["zone opening year"] == NONE).all()
    with pytest.raises(ScenarioError, match="lever A1: got never for Shanghai, where a zone is open already"):
        on_grid(never)
    with pytest.raises(ScenarioError, match="add 'counterfactual: true'"):
        on_grid({"lever": "A1", "unit": "year", "values": {"Shanghai": 2030}})
    # Where there is no zone, `never` changes nothing and may be said.
    on_grid({"lever": "A1", "unit": "year", "value": "never", "provinces": ["Jilin"]})


def test_parameter_keeps_its_shape():
    values = on_grid({"variable": "stance leak", "unit": "1/year", "value": 0.3})["stance leak"]
    assert values.shape == ()
    assert values == 0.3


def test_child_keeps_the_path_of_its_parent_before_its_first_knot(tmp_path: Path):
    text = "name: {name}\n{extends}changes:\n  - {{lever: B2, unit: '1', path: {{{path}}}, why: x}}\n"
    (tmp_path / "parent.yaml").write_text(text.format(name="parent", extends="", path="2026: 0.1, 2028: 0.3"))
    child = tmp_path / "child.yaml"
    child.write_text(text.format(name="child", extends="extends: parent\n", path="2032: 0.8"))
    values = overrides_on_grid(load_scenario(child, REGISTRY), base(), GRID)["domestic indicator weight"]
    assert at(values, 2026.5) == pytest.approx(0.2)
    assert at(values, 2031.375) == pytest.approx(0.3)
    assert at(values, 2031.5) == 0.8


def test_inputs_are_not_changed():
    given_base = base()
    overrides_on_grid(scenario(weight({2026: 0.9})), given_base, GRID)
    np.testing.assert_array_equal(given_base["domestic indicator weight"], base()["domestic indicator weight"])


DATES = st.lists(st.floats(2010, 2049), min_size=1, max_size=5, unique=True).map(sorted)


@given(dates=DATES)
def test_parts_of_every_step_sum_to_one(dates: list[float]):
    times = np.array(dates)
    share, after = held(times, np.ones(len(times)), GRID)
    np.testing.assert_allclose(share + after, 1.0, atol=1e-7)


@given(dates=DATES, step=st.sampled_from([0.125, 0.0625, 0.1]))
def test_held_path_keeps_its_integral(dates: list[float], step: float):
    """However a date meets the grid, the count summed over time is what the dates say."""
    grid = 2010 + np.arange(round(40 / step) + 1) * step
    times, levels = np.array(dates), np.arange(1.0, len(dates) + 1)
    share, after = held(times, levels, grid)
    ends = np.append(times[1:], grid[-1] + step)
    exact = 7.0 * (times[0] - 2010) + (levels * (ends - times)).sum()
    assert ((7.0 * share + after) * step).sum() == pytest.approx(exact, rel=1e-9)


@given(dates=DATES, levels=st.lists(st.floats(0, 1), min_size=5, max_size=5))
def test_linear_path_stays_within_its_knots(dates: list[float], levels: list[float]):
    values = np.array(levels[: len(dates)])
    share, after = linear(np.array(dates), values, GRID)
    new = after[share == 0]
    assert new.min() >= values.min()
    assert new.max() <= values.max()
