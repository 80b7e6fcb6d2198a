"""The model responds as an economy does: signs, sizes that evidence brackets, no effect before its cause."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.files.registry import Registry
from tests.model_runs import Array, Overrides, first, ramp

SHOCK = 2030.0
NEW = [3, 4, 6]
"""Shanxi, Inner Mongolia, Jilin."""
NEVER = 9999.0


def total(values: Array) -> Array:
    return values.sum(axis=-1)


def change(engine: Engine, baseline: Mapping[str, Array], inputs: Overrides, name: str) -> Array:
    """Relative change of a national sum, (saved time)."""
    values = first(engine.run([inputs]))[name]
    return total(values) / total(baseline[name]) - 1.0


def test_a_fall_of_world_demand_costs_output_and_consumption_at_every_horizon(
    engine: Engine, baseline: Mapping[str, Array]
) -> None:
    output = first(engine.run([ramp(engine, "world demand shift", 0.7, SHOCK)]))
    for name, first_felt in (("GDP", 20), ("household consumption", 21)):  # consumption follows perceived income
        effect = total(output[name]) / total(baseline[name]) - 1.0
        assert (effect[:20] == 0.0).all(), name
        assert (effect[first_felt:] < 0.0).all(), (name, effect[20:])


@pytest.mark.parametrize("leak", [0.1, 0.3])
def test_a_fall_of_world_demand_costs_over_the_whole_range_of_the_leak(leak: float, engine: Engine) -> None:
    drawn = {"stance leak": np.array(leak)}
    calm, slump = (
        total(values) for values in engine.run([drawn, drawn | ramp(engine, "world demand shift", 0.7, SHOCK)])["GDP"]
    )
    assert (slump[20:] < calm[20:]).all()


def test_a_stop_of_foreign_investment_is_survived(engine: Engine) -> None:
    output = first(engine.run([ramp(engine, "foreign investment climate shift", 0.0, SHOCK)]))
    assert all(np.isfinite(values).all() for values in output.values())
    assert (total(output["FDI inflow"])[20:] == 0.0).all()
    assert (output["zone share of FDI"][20:] == 0.0).all()


def test_shares_of_zones_stay_below_one_when_every_lever_is_for_them(engine: Engine) -> None:
    inputs = {"zone opening year": np.full(31, 2026.0), "siphon share": np.array(0.0)}
    for name, value in (("zone scope target", 0.6), ("rules alignment target", 1.0), ("zone negative list items", 1.0)):
        inputs |= ramp(engine, name, value, 2026.0)
    output = first(engine.run([inputs]))
    for name in ("zone share of province FDI", "zone share of province trade"):
        assert output[name].max() < 1.0, name


def test_a_longer_list_in_the_zones_than_in_the_nation_is_no_policy(engine: Engine) -> None:
    """Law is not stricter in a zone than outside: such a list changes nothing against an equal one."""
    national = ramp(engine, "national negative list items", 15.0, 2026.0)
    equal, longer = engine.run(
        [national | ramp(engine, "zone negative list items", items, 2026.0) for items in (15.0, 40.0)]
    )["GDP"]
    np.testing.assert_array_equal(equal, longer)


def test_debt_ratio_stays_near_its_base_without_new_levers(baseline: Mapping[str, Array]) -> None:
    """Only policy outlays move it: the tax rule neither snowballs nor repays."""
    ratio = total(baseline["Debt"]) / total(baseline["Perceived output"])
    assert ratio[0] == pytest.approx(0.35)
    assert ((ratio > 0.33) & (ratio < 0.43)).all()


def test_one_per_cent_less_internal_trade_cost_adds_what_evidence_brackets(
    engine: Engine, baseline: Mapping[str, Array]
) -> None:
    """Evidence row 16: 0.3 to 0.8 per cent of output per per cent of cost."""
    effect = change(engine, baseline, ramp(engine, "internal trade cost shift", 0.99, SHOCK), "GDP")
    assert (effect[20:] >= 0.003).all()
    assert (effect[20:] <= 0.008).all()


def test_a_zone_opened_in_2030_changes_nothing_before_bit_for_bit(
    engine: Engine, baseline: Mapping[str, Array]
) -> None:
    years = np.array(engine.constant("zone opening year"))
    years[NEW] = 2030.0
    output = first(engine.run([{"zone opening year": years}]))
    for name, values in output.items():
        if values.ndim and len(values) == 41 and name != "zone opening year":
            np.testing.assert_array_equal(values[:20], baseline[name][:20], err_msg=name)
    assert (output["GDP"][20:, NEW] != baseline["GDP"][20:, NEW]).all()


def test_provinces_show_no_effect_of_their_zone_before_it_opens(engine: Engine, baseline: Mapping[str, Array]) -> None:
    """Without any zone, output before the first zone (September 2013, t = 2013.24) is the same bit for bit."""
    none = first(engine.run([{"zone opening year": np.full(31, NEVER)}]))
    np.testing.assert_array_equal(none["GDP"][:4], baseline["GDP"][:4])
    assert (none["zone share of FDI"] == 0.0).all()


def test_halving_the_step_moves_output_of_2035_by_less_than_half_a_per_cent(
    engine: Engine, baseline: Mapping[str, Array]
) -> None:
    half = Engine(engine.model, outputs=["GDP"], time_step=engine.model.time.step / 2)
    fine = first(half.run([{}]))["GDP"]
    assert np.abs(fine[25] / baseline["GDP"][25] - 1.0).max() <= 0.005


LEVERS: dict[str, tuple[str, float, str, int, str, int]] = {
    # lever: (variable, value, first target, its sign, cost, its sign)
    "A2": ("zone scope target", 0.3, "zone share of province FDI", 1, "policy outlays", 1),
    "B1": ("domestic task share", 0.8, "Circulation cost", -1, "zone share of province FDI", -1),
    "B8.quota": ("duty free quota", 200000.0, "Duty free turnover", 1, "duty forgone", 1),
    "B8.city_shops": ("city duty free shops", 2.0, "Duty free turnover", 1, "duty forgone", 1),
    "B8.first_stores": ("first store brands", 1.0, "Duty free turnover", 1, "duty forgone", 1),
    "C1.zone": ("zone negative list items", 5.0, "zone share of province FDI", 1, "risk loss", 1),
    "C1.national": ("national negative list items", 5.0, "FDI inflow", 1, "risk loss", 1),
    "C3": ("hidden barrier cleanup", 1.0, "FDI inflow", 1, "policy outlays", 1),
    "C7.rules": ("rules alignment target", 1.0, "Piloted reforms", 1, "policy outlays", 1),
}


@pytest.mark.parametrize("lever", LEVERS)
def test_a_lever_moves_its_target_and_its_cost(
    lever: str, engine: Engine, baseline: Mapping[str, Array], registry: Registry
) -> None:
    variable, value, target, sign, cost, cost_sign = LEVERS[lever]
    assert registry.levers[lever].variable == variable
    output = first(engine.run([ramp(engine, variable, value, 2026.0)]))
    for name, expected in ((target, sign), (cost, cost_sign)):
        difference = np.sum(output[name] - baseline[name], axis=tuple(range(1, output[name].ndim)))
        assert (np.sign(difference[20:30]) == expected).all(), (name, difference[16:30])


def test_the_weight_of_domestic_indicators_needs_tasks_to_act_on(engine: Engine, baseline: Mapping[str, Array]) -> None:
    """Effort is tasks times weight: half of both gives half, and more than either alone."""
    weight = ramp(engine, "domestic indicator weight", 0.5, 2026.0)
    tasks = ramp(engine, "domestic task share", 0.5, 2026.0)
    alone, other, both = (first(engine.run([inputs])) for inputs in (weight, tasks, weight | tasks))
    np.testing.assert_allclose(both["Domestic effort"][30:], 0.5, rtol=0.001)  # after six adjustment times
    gain = [1 - run["Circulation cost"][30] for run in (alone, other, both)]
    hosts = baseline["Zone maturity"][30] > 0
    assert (gain[2][hosts] > gain[0][hosts] + gain[1][hosts]).all()
    assert (gain[2][~hosts] == 0.0).all()


def test_levers_of_this_model_are_all_tried(registry: Registry) -> None:
    assert set(registry.levers) == set(LEVERS) | {"A1", "B2"}


def test_opening_a_zone_costs_at_first(engine: Engine, baseline: Mapping[str, Array]) -> None:
    years = np.array(engine.constant("zone opening year"))
    years[NEW] = 2030.0
    output = first(engine.run([{"zone opening year": years}]))
    assert (output["policy outlays"][21:, NEW] > baseline["policy outlays"][21:, NEW]).all()
    assert (output["FDI inflow"][22:30, NEW] > baseline["FDI inflow"][22:30, NEW]).all()


@pytest.mark.parametrize("end", ["low", "high"])
def test_levers_at_either_end_stay_sensible(end: str, engine: Engine, registry: Registry) -> None:
    inputs: Overrides = {}
    for lever in registry.levers.values():
        if lever.interpolation == "constant":
            inputs[lever.variable] = np.full(31, 2026.0 if end == "high" else NEVER)
        else:
            inputs |= ramp(engine, lever.variable, getattr(lever, end), 2026.0)
    output = first(engine.run([inputs]))
    assert all(np.isfinite(values).all() for values in output.values())
    assert (output["GDP"] > 0).all()
    assert (output["imports"] > 0).all()


def test_zero_world_demand_is_survived(engine: Engine) -> None:
    output = first(engine.run([ramp(engine, "world demand shift", 0.0, SHOCK)]))
    assert all(np.isfinite(values).all() for values in output.values())
    assert (total(output["exports"])[20:] == 0.0).all()
    assert (output["GDP"] > 0).all()


def test_random_parameters_do_not_flutter(every_step: Engine, registry: Registry) -> None:
    """150 draws over the ranges of all uncertain parameters: the sign of the change of utilisation never alternates.

    A run of ten alternating steps after the first two years, larger than rounding, would be a flutter of the method.
    """
    draw = np.random.default_rng(20250101)
    uncertain = [row for row in registry.parameters.values() if row.prior and row.low != row.high]
    runs = [{row.name: np.array(draw.uniform(row.low, row.high)) for row in uncertain} for _ in range(150)]
    utilisation = every_step.run(runs)["utilisation"][:, 16:]
    assert np.isfinite(utilisation).all()
    step = np.diff(utilisation, axis=1)
    alternates = (np.sign(step[:, 1:]) * np.sign(step[:, :-1]) < 0) & (np.abs(step[:, 1:]) > 1e-4)
    windows = np.lib.stride_tricks.sliding_window_view(alternates, 10, axis=1).all(axis=-1)
    assert not windows.any()
