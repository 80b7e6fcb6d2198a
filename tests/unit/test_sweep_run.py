"""Scenarios times draws through an engine; here one that counts instead of simulating."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from dualcirc.errors import DualcircError, OutputError, ScenarioError
from dualcirc.files.registry import read_registry
from dualcirc.files.scenario import load_scenarios
from dualcirc.results.io import open_results, read_manifest
from dualcirc.sweep.plan import MAX_DRAWS, Plan, make_plan
from dualcirc.sweep.run import execute
from dualcirc.sweep.sample import latin_hypercube

REGISTRY = read_registry(Path(__file__).parents[1] / "scenarios" / "model")
DIMS = {"GDP": ("Province",), "Theil index": ()}


class Outputs(dict[str, np.ndarray]):
    status: np.ndarray


class CountingEngine:
    """GDP of every province is the leak; the Theil index is the world demand shift in the last year."""

    def __init__(self, fails_at: int | None = None) -> None:
        self.grid = 2010 + np.arange(321) * 0.125
        self.saved_times = np.array([2010.0, 2050.0])
        self.calls: list[Sequence[Mapping[str, np.ndarray]]] = []
        self.fails_at = fails_at

    def data_path(self, name: str) -> np.ndarray:
        return {"world demand shift": np.ones(321)}[name]

    def constant(self, name: str) -> np.ndarray:
        opening = np.full(31, 9999.0)
        opening[0] = 2020.7
        return {"zone opening year": opening, "stance leak": np.array(0.2)}[name]

    def run(self, runs: Sequence[Mapping[str, np.ndarray]], progress: Callable[[int], None] | None = None) -> Outputs:
        if len(self.calls) == self.fails_at:
            raise RuntimeError("the engine broke")
        self.calls.append(runs)
        leak = np.array([run.get("stance leak", np.array(0.2)) for run in runs])
        demand = np.array([run.get("world demand shift", np.ones(321))[-1] for run in runs])
        outputs = Outputs(
            {
                "GDP": np.broadcast_to(leak[:, None, None], (len(runs), 2, 31)),
                "Theil index": np.broadcast_to(demand[:, None], (len(runs), 2)),
            }
        )
        outputs.status = np.array(["ok"] * len(runs))
        if progress:
            progress(len(runs))
        return outputs


def slump(name: str, level: float) -> dict[str, Any]:
    change = {"variable": "world demand shift", "unit": "1", "path": {2030: level}, "why": "x"}
    return {"name": name, "changes": [change]}


def plan(*sources: dict[str, Any], draws: int = 0, out: Path | None = None) -> Plan:
    drawn = latin_hypercube([REGISTRY.parameters["stance leak"]], draws, seed=1) if draws else {}
    return Plan(REGISTRY, tuple(load_scenarios(sources, REGISTRY)), drawn, 1, out)


def run(plan: Plan, engine: CountingEngine) -> xr.Dataset:
    return execute(plan, engine, DIMS, {"title": "trial"}, lambda *_: None)


def test_every_scenario_gets_its_own_values():
    result = run(plan({"name": "base"}, slump("mild", 0.9), slump("deep", 0.5)), CountingEngine())
    assert result["theil_index"].isel(draw=0, time=1).values.tolist() == [1.0, 0.9, 0.5]
    assert result.sizes["draw"] == 1


def test_scenario_without_changes_overrides_nothing():
    engine = CountingEngine()
    run(plan({"name": "base"}), engine)
    assert engine.calls == [[{}]]


def test_draws_are_the_same_for_every_scenario():
    result = run(plan({"name": "base"}, slump("deep", 0.5), draws=4), CountingEngine())
    leak = result["gdp"].isel(time=0, province=0)
    np.testing.assert_array_equal(leak.sel(scenario="base"), leak.sel(scenario="deep"))
    np.testing.assert_array_equal(leak.sel(scenario="base"), result["drawn_parameters"].isel(parameter=0))
    assert leak.values[0, 0] == 0.2


def test_parameter_set_by_a_scenario_stays_as_set():
    change = {"variable": "stance leak", "unit": "1/year", "value": 0.15, "why": "x"}
    result = run(plan({"name": "fixed", "changes": [change]}, draws=3), CountingEngine())
    assert (result["gdp"] == 0.15).all()


LEAK = {"variable": "stance leak", "unit": "1/year", "value": 0.2, "why": "its central value"}


def test_parameter_set_by_any_scenario_is_drawn_for_none():
    """Else the difference to the baseline would show the draws of the baseline alone."""
    fixed = {"name": "fixed", "changes": [LEAK]}
    made = make_plan([fixed], draws=4, with_baseline=True)
    assert "stance leak" not in made.drawn
    assert made.remarks == ("stance leak is set by a scenario and is not drawn",)
    gdp = run(made, CountingEngine())["gdp"]
    assert gdp.sizes["draw"] == 5
    np.testing.assert_array_equal(gdp.sel(scenario="fixed"), gdp.sel(scenario="baseline"))


def test_other_parameters_keep_their_draws_when_one_is_set():
    whole, fixed = make_plan("baseline", draws=4), make_plan({"name": "fixed", "changes": [LEAK]}, draws=4)
    assert set(whole.drawn) - set(fixed.drawn) == {"stance leak"}
    for name, values in fixed.drawn.items():
        np.testing.assert_array_equal(values, whole.drawn[name])
    assert whole.remarks == ()
    assert make_plan({"name": "fixed", "changes": [LEAK]}, draws=0).remarks == ()


@pytest.mark.parametrize(
    ("name", "unit", "value"), [("pilot pool", "reforms", 400), ("pilot rate", "reforms/year", 80)]
)
def test_parameters_fitted_together_are_all_left_undrawn(name: str, unit: str, value: float):
    change = {"variable": name, "unit": unit, "value": value, "why": "x"}
    made = make_plan({"name": "fixed", "changes": [change]}, draws=4)
    assert "pilot pool" not in made.drawn
    assert not made.refitted
    assert made.remarks[0].startswith(f"{name} is set by a scenario")


def test_files_that_are_gone_are_not_said_to_be_kept(tmp_path: Path):
    class Emptying(CountingEngine):
        def run(
            self, runs: Sequence[Mapping[str, np.ndarray]], progress: Callable[[int], None] | None = None
        ) -> Outputs:
            if self.calls:
                shutil.rmtree(tmp_path / "out")
            return super().run(runs, progress)

    (tmp_path / "out").mkdir()
    with pytest.raises(OutputError, match="cannot be written") as caught:
        run(plan({"name": "one"}, slump("two", 0.9), out=tmp_path / "out"), Emptying())
    assert not hasattr(caught.value, "__notes__")


def test_finished_scenarios_are_kept_when_a_later_one_fails(tmp_path: Path):
    three = plan({"name": "one"}, slump("two", 0.9), slump("three", 0.5), out=tmp_path)
    with pytest.raises(RuntimeError, match="the engine broke") as caught:
        run(three, CountingEngine(fails_at=2))
    assert caught.value.__notes__ == [f"Finished and kept in {tmp_path}: one, two."]
    assert open_results(tmp_path)["scenario"].values.tolist() == ["one", "two"]
    assert list(read_manifest(tmp_path)["scenarios"]) == ["one", "two"]


def test_kept_results_are_what_was_returned(tmp_path: Path):
    result = run(plan({"name": "one"}, slump("two", 0.9), draws=2, out=tmp_path), CountingEngine())
    assert open_results(tmp_path).identical(result)


def test_nothing_runs_when_a_scenario_would_rewrite_the_past():
    engine = CountingEngine()
    moved = {"name": "moved", "changes": [{"lever": "A1", "unit": "year", "values": {"Beijing": 2030}, "why": "x"}]}
    again = {**moved, "name": "again"}
    with pytest.raises(ScenarioError) as caught:
        run(plan({"name": "one"}, moved, again), engine)
    assert len(caught.value.problems) == 2
    assert engine.calls == []


def test_plan_of_the_project_checks_everything_first(tmp_path: Path):
    made = make_plan(["wider_layout"], draws=2, out=tmp_path / "out", with_baseline=True)
    assert [scenario.name for scenario in made.scenarios] == ["baseline", "wider_layout"]
    assert made.runs == 3
    assert made.drawn["stance leak"][0] == made.registry.parameters["stance leak"].value
    assert made.out == tmp_path / "out"


def test_plan_takes_one_name_or_several_and_the_draws_of_the_band():
    assert [scenario.name for scenario in make_plan("baseline").scenarios] == ["baseline"]
    assert make_plan("baseline", draws=None).runs == 33


@pytest.mark.parametrize(("sources", "draws"), [([], 0), (["baseline"], -1), (["baseline"], MAX_DRAWS + 1)])
def test_plan_without_scenarios_or_with_a_senseless_number_of_draws_is_refused(sources: list[str], draws: int):
    with pytest.raises(DualcircError, match="got"):
        make_plan(sources, draws=draws)
