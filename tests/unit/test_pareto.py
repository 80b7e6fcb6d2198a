"""Fronts that can be read off, hypervolumes that are sums of rectangles, and the aims of the studies."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from dualcirc.analysis import hypervolume, objectives, pareto_front, pareto_table, theil_decomposition
from dualcirc.errors import DataError

from .designs import design_of
from .small_result import small_result


def two_aims() -> xr.Dataset:
    """Growth up, cost down. Points 0, 1 and 3 are the front; 2 is beaten by 1, 4 equals 3, 5 is missing."""
    coords = {"point": np.arange(6)}
    growth = xr.DataArray([1.0, 3.0, 2.0, 4.0, 4.0, np.nan], dims="point", coords=coords)
    cost = xr.DataArray([1.0, 2.0, 2.5, 5.0, 5.0, 0.0], dims="point", coords=coords)
    return xr.Dataset(
        {
            "growth": growth.assign_attrs(direction="max", units="%/year"),
            "cost": cost.assign_attrs(direction="min", units="%"),
        }
    )


def test_front_of_two_aims() -> None:
    front = pareto_front(two_aims())
    assert front.dtype == bool
    assert front.values.tolist() == [True, True, False, True, True, False]
    assert front.attrs["objectives"] == "max growth, min cost"


def test_directions_that_are_named_replace_those_of_the_objectives() -> None:
    front = pareto_front(two_aims(), {"growth": "min", "cost": "min"})
    assert front.values.tolist() == [True, False, False, False, False, False]
    assert pareto_front(two_aims(), {"growth": "max"}).values.tolist() == [False, False, False, True, True, False]


def test_a_front_agrees_with_the_definition_for_random_points_of_five_aims() -> None:
    rng = np.random.default_rng(2)
    table = rng.integers(0, 4, size=(60, 5)).astype(float)
    aims = xr.Dataset({f"aim{i}": ("point", column, {"direction": "min"}) for i, column in enumerate(table.T)})
    dominated = [any((other <= row).all() and (other < row).any() for other in table) for row in table]
    assert pareto_front(aims).values.tolist() == [not beaten for beaten in dominated]


def test_every_draw_has_a_front_of_its_own() -> None:
    first = two_aims()
    second = first.assign(growth=(first["growth"] * 0.0 + 1.0).assign_attrs(direction="max"))
    both = xr.concat([first, second], dim="draw").assign_coords(draw=[0, 1])
    front = pareto_front(both)
    assert front.sel(draw=0).values.tolist() == pareto_front(first).values.tolist()
    assert front.sel(draw=1).values.tolist() == [True, False, False, False, False, False]


def test_table_holds_the_members_with_their_factors() -> None:
    ds = design_of("latin_hypercube", np.arange(12.0).reshape(6, 2), [0.0, 1.0], [10.0, 11.0])
    table = pareto_table(two_aims(), pareto_front(two_aims()), ds)
    assert table.index.tolist() == [3, 4, 1, 0]
    assert table.columns.tolist() == ["growth", "cost", "x1", "x2"]
    assert table.loc[1].tolist() == [3.0, 2.0, 2.0, 3.0]
    assert table.attrs["units"] == {"growth": "%/year", "cost": "%", "x1": "1", "x2": "1"}


def test_hypervolume_is_a_sum_of_rectangles() -> None:
    # Up to growth 0 and cost 6: 1 x 5, then 2 x 4 beyond growth 1, then 1 x 1 beyond growth 3.
    assert float(hypervolume(two_aims(), {"growth": 0.0, "cost": 6.0})) == pytest.approx(5.0 + 8.0 + 1.0)
    with pytest.raises(DataError, match="reference has no cost"):
        hypervolume(two_aims(), {"growth": 0.0})


def test_wrong_aims_are_refused() -> None:
    with pytest.raises(DataError, match="Did you mean 'growth'"):
        pareto_front(two_aims(), {"grwth": "max"})
    with pytest.raises(DataError, match="direction 'up'"):
        pareto_front(two_aims(), {"growth": "up"})
    with pytest.raises(DataError, match="the dim 'scenario'"):
        pareto_front(two_aims(), over="scenario")


def result() -> xr.Dataset:
    """GDP grows by a tenth a year; half of it is consumed, a thousandth spent on levers; risk by province."""
    ds = small_result({"baseline": 0.0, "better": 0.5})
    risk = ds["technology"].assign_attrs(units="1", kind="stock")
    return ds.assign(unresolved_risk=risk * xr.DataArray([1.0, 2.0], dims="scenario"))


def test_aims_of_the_studies_by_hand() -> None:
    found = objectives(result(), 2030, 2032).sel(draw=0)
    assert found["growth"].values == pytest.approx([10.0, 10.0])
    assert found["consumption_share"].values == pytest.approx([50.0, 50.0])
    assert found["fiscal_cost"].values == pytest.approx([0.1, 0.1])
    # 1, 2, 3, 4 weighted by 40, 30, 20, 10: the mean is 2, twice as much in the other scenario.
    assert found["risk"].values == pytest.approx([2.0, 4.0])
    gap = theil_decomposition(result())["total"].sel(draw=0, time=2032)
    assert found["regional_gap"].values == pytest.approx(gap.values)
    assert {name: found[name].attrs["direction"] for name in found.data_vars} == {
        "growth": "max",
        "consumption_share": "max",
        "regional_gap": "min",
        "risk": "min",
        "fiscal_cost": "min",
    }


def test_aims_of_a_sweep_over_points() -> None:
    ds = result().rename(scenario="point").assign_coords(point=[0, 1]).expand_dims(scenario=["baseline"])
    found = objectives(ds, 2030, 2032)
    assert found["growth"].sizes == {"scenario": 1, "point": 2, "draw": 1}
    front = pareto_front(found.isel(scenario=0, draw=0))
    assert front.values.tolist() == [True, False]  # alike in all but risk


def test_years_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(DataError, match="2032 and 2030"):
        objectives(result(), 2032, 2030)
