"""Packages together and alone: games whose answer is known, and what holds for every game."""

from __future__ import annotations

from itertools import permutations
from math import log

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from dualcirc.analysis.packages import holds_every_combination, members_of, package_effects, package_table
from dualcirc.analysis.places import NATION
from dualcirc.analysis.shapley import interactions, shapley, superadditivity
from dualcirc.errors import DataError, ScenarioError
from dualcirc.files.combinations import Combination, subsets

from .small_result import small_result

FOUR = [part for part in subsets("ABCD") if part]


def game(value) -> xr.DataArray:
    """Effects of a game over the subsets of four packages."""
    coords = {"combination": ["+".join(part) for part in FOUR]}
    return xr.DataArray([float(value(frozenset(part))) for part in FOUR], dims="combination", coords=coords)


def worth_by_orders(value) -> dict[str, float]:
    """Shapley value by its first definition: what a package adds, over all orders of joining."""
    orders = list(permutations("ABCD"))
    worth = dict.fromkeys("ABCD", 0.0)
    for order in orders:
        for place, name in enumerate(order):
            before = frozenset(order[:place])
            worth[name] += (value(before | {name}) - (value(before) if before else 0.0)) / len(orders)
    return worth


def left_gloves(part: frozenset[str]) -> float:
    """A holds a left glove, B and C a right one each, D nothing; a pair is worth 6."""
    return 6.0 * ("A" in part and bool(part & {"B", "C"}))


def test_glove_game_has_its_known_shapley_value() -> None:
    # The scarce glove takes two thirds: 4, 1, 1, and nothing for who brings nothing (shapley1953).
    assert shapley(game(left_gloves)).values == pytest.approx([4.0, 1.0, 1.0, 0.0])


def test_interaction_of_the_glove_game() -> None:
    pair = interactions(game(left_gloves))
    assert pair.sel(first="A").values == pytest.approx([0.0, 6.0, 6.0, 0.0])  # each right glove completes the pair
    assert pair.sel(first="B").values == pytest.approx([6.0, 0.0, 0.0, 0.0])
    mean = interactions(game(left_gloves), "average")
    # A and B: worth 6 together unless C is there already: half of the weight of all sets.
    assert float(mean.sel(first="A", second="B")) == pytest.approx(3.0)
    assert float(mean.sel(first="B", second="C")) == pytest.approx(-3.0)  # rivals where A is there
    assert float(mean.sel(first="A", second="A")) == pytest.approx(4.0)


def test_additive_packages_have_no_interaction_and_are_worth_what_they_do_alone() -> None:
    alone = dict(zip("ABCD", (1.0, 2.0, -3.0, 0.5), strict=True))
    effects = game(lambda part: sum(alone[name] for name in part))
    assert shapley(effects).values == pytest.approx(list(alone.values()))
    assert superadditivity(effects).values == pytest.approx(0.0, abs=1e-12)
    for kind in ("pair", "average"):
        assert interactions(effects, kind).values == pytest.approx(np.diag(list(alone.values())), abs=1e-12)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(-100.0, 100.0), min_size=15, max_size=15))
def test_shapley_values_are_those_of_all_orders_and_sum_to_the_whole(values: list[float]) -> None:
    table = {frozenset(part): value for part, value in zip(FOUR, values, strict=True)}
    worth = shapley(game(table.__getitem__))
    assert worth.values == pytest.approx(list(worth_by_orders(table.__getitem__).values()), abs=1e-9)
    assert float(worth.sum()) == pytest.approx(table[frozenset("ABCD")], abs=1e-9)


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(-100.0, 100.0), min_size=15, max_size=15))
def test_interactions_are_symmetric_and_a_pair_is_its_superadditivity(values: list[float]) -> None:
    effects = game(dict(zip(map(frozenset, FOUR), values, strict=True)).__getitem__)
    pair, surplus = interactions(effects), superadditivity(effects)
    assert pair.values == pytest.approx(pair.values.T)
    assert float(pair.sel(first="A", second="C")) == pytest.approx(float(surplus.sel(combination="A+C")))


def packages_result(draws: int = 2) -> xr.Dataset:
    """A raises GDP by 10 per cent, C by 20, both by 32: they multiply and do nothing else in draw 0."""
    names = {"baseline": 0.0, **{Combination(p, "low").name: e for p, e in ((("A",), 0.1), (("C",), 0.2))}}
    return small_result(names | {Combination(("A", "C"), "low").name: 0.32}, draws)


def test_effects_are_read_from_the_names_of_the_scenarios() -> None:
    effects = package_effects(packages_result(), "gdp", 2031)
    assert effects["combination"].values.tolist() == ["A", "C", "A+C"]
    assert effects.sel(draw=0, place="East").values == pytest.approx([10.0, 20.0, 32.0])
    assert effects.sel(draw=1, place="Jilin").values == pytest.approx([20.0, 40.0, 64.0])
    assert effects.attrs["units"] == "%"


def test_what_merely_multiplies_does_not_interact_on_the_scale_of_logs() -> None:
    ds = packages_result()
    assert superadditivity(package_effects(ds, "gdp", 2031)).sel(draw=0, place=NATION).item() == pytest.approx(2.0)
    logs = package_effects(ds, "gdp", 2031, scale="log")
    assert logs.sel(draw=0, place=NATION).values[0] == pytest.approx(100 * log(1.1))
    assert superadditivity(logs).sel(draw=0, place=NATION).item() == pytest.approx(0.0, abs=1e-9)


def test_absolute_effects_add_up_over_provinces() -> None:
    effects = package_effects(packages_result(), "gdp", 2030, scale="absolute").sel(draw=0, combination="A")
    assert float(effects.sel(place=NATION)) == pytest.approx(10.0)
    assert float(effects.where(effects["level"] == "province", drop=True).sum()) == pytest.approx(10.0)
    assert effects.attrs["units"] == "billion CNY/year"


def test_table_holds_the_band_over_the_draws() -> None:
    table = package_table(package_effects(packages_result(), "gdp", 2030))
    assert table.loc["A+C"].tolist() == pytest.approx([32.0, 32.0, 64.0, 2.0, 2.0, 4.0])
    assert table.loc["A", ["surplus", "surplus_low"]].isna().all()


def test_all_combinations_are_told_from_some() -> None:
    ds = packages_result()
    assert holds_every_combination(ds)
    assert not holds_every_combination(ds.sel(scenario=["baseline", "packages_a_low"]))  # one package alone
    assert not holds_every_combination(ds.sel(scenario=["packages_a_low", "packages_c_low", "packages_a_c_low"]))
    assert not holds_every_combination(small_result())


def test_packages_can_be_any_sets_of_scenarios() -> None:
    ds = small_result({"nothing": 0.0, "jilin": 0.1, "both": 0.3, "shanxi": 0.1})
    members = {"nothing": (), "jilin": ["Jilin"], "shanxi": ["Shanxi"], "both": ["Shanxi", "Jilin"]}
    effects = package_effects(ds, "gdp", 2030, members).sel(draw=0, place=NATION)
    assert effects["combination"].values.tolist() == ["Jilin", "Shanxi", "Jilin+Shanxi"]
    assert shapley(effects).values == pytest.approx([15.0, 15.0])


def test_a_coordinate_stands_in_for_the_names() -> None:
    ds = small_result({"baseline": 0.0, "one": 0.1})
    ds = ds.assign_coords(combination=("scenario", ["baseline", "packages_b_high"]))
    assert members_of(ds) == {"baseline": (), "one": ("B",)}


def test_two_ambitions_must_be_told_apart() -> None:
    ds = small_result({"baseline": 0.0, "packages_a_low": 0.1, "packages_a_high": 0.2})
    with pytest.raises(DataError, match="ambitions high, low"):
        members_of(ds)
    assert members_of(ds, "high") == {"baseline": (), "packages_a_high": ("A",)}
    with pytest.raises(DataError, match="at the ambition 'central'"):
        members_of(ds, "central")


def test_what_is_missing_is_named() -> None:
    ds = packages_result()
    with pytest.raises(DataError, match="no scenario holds A alone"):
        shapley(package_effects(ds.sel(scenario=["baseline", "packages_c_low", "packages_a_c_low"]), "gdp", 2030))
    with pytest.raises(DataError, match="without packages"):
        package_effects(ds.sel(scenario=["packages_c_low"]), "gdp", 2030)
    with pytest.raises(DataError, match="no scenario of packages"):
        package_effects(small_result(), "gdp", 2030)
    with pytest.raises(DataError, match="single packages only"):
        superadditivity(package_effects(ds.sel(scenario=["baseline", "packages_c_low"]), "gdp", 2030))
    with pytest.raises(DataError, match="hold the same packages"):
        package_effects(ds, "gdp", 2030, {"baseline": (), "packages_a_low": "A", "packages_c_low": "A"})


@pytest.mark.parametrize(("packages", "name"), [((), "packages_central"), (("C", "A", "A"), "packages_a_c_central")])
def test_names_of_combinations_are_read_back(packages: tuple[str, ...], name: str) -> None:
    combination = Combination(packages, "central")
    assert combination.name == name
    assert Combination.parse(name) == combination


@pytest.mark.parametrize(
    "name", ["baseline", "", "packages", "packages_", "packages_c_a_low", "package_a_low", "packages_a__low"]
)
def test_other_names_are_no_combination(name: str) -> None:
    assert Combination.parse(name) is None


def test_a_package_of_wrong_form_is_refused() -> None:
    with pytest.raises(ScenarioError, match="got the package 'a'"):
        Combination(("a",), "central")
