"""A run's bits hang on nothing but the run."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine, Overrides
from dualcirc.engine.pool import blocks_of_workers
from dualcirc.files.paths import model_file
from dualcirc.translate import load

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "prov31.mdl"
OUTPUTS = ["output", "Population", "trade openness", "partner technology", "in migration", "inequality"]


@pytest.fixture(scope="module")
def engine() -> Engine:
    """Thirty-one provinces with trade and migration between any two, lookups, smooths and delays."""
    return Engine(load(BENCHMARK), OUTPUTS, threads=2)


@pytest.fixture(scope="module")
def runs(engine: Engine) -> list[Overrides]:
    random = np.random.default_rng(11)
    names = ["gravity exponent", "migration distance", "alpha capital", "policy start", "perception time"]
    return [{name: engine.constant(name) * random.uniform(0.99, 1.01) for name in names} for _ in range(65)]


@pytest.fixture(scope="module")
def wanted(engine: Engine, runs: list[Overrides]) -> dict[str, np.ndarray]:
    return engine.run(runs)


def test_same_run_gives_the_same_bits_in_every_lane(engine: Engine, runs: list[Overrides]) -> None:
    outputs = engine.run([runs[3]] * engine.block)
    for name in OUTPUTS:
        assert np.array_equal(outputs[name], np.broadcast_to(outputs[name][:1], outputs[name].shape)), name


@pytest.mark.parametrize("count", [1, 2, 7, 64, 65])
def test_bits_do_not_hang_on_the_number_of_runs(
    engine: Engine, runs: list[Overrides], wanted: dict[str, np.ndarray], count: int
) -> None:
    _assert_same(engine.run(runs[:count]), wanted, range(count))


def test_bits_do_not_hang_on_the_order(engine: Engine, runs: list[Overrides], wanted: dict[str, np.ndarray]) -> None:
    order = np.random.default_rng(2).permutation(len(runs))
    _assert_same(engine.run([runs[i] for i in order]), wanted, order)


@pytest.mark.parametrize("threads", [1, 4])
def test_bits_do_not_hang_on_the_threads(
    engine: Engine, runs: list[Overrides], wanted: dict[str, np.ndarray], threads: int
) -> None:
    other = Engine(engine.model, OUTPUTS, threads=threads)
    _assert_same(other.run(runs), wanted, range(len(runs)))


def test_blocks_give_the_same_bits_in_order_from_a_stream(
    engine: Engine, runs: list[Overrides], wanted: dict[str, np.ndarray]
) -> None:
    seen = []
    for places, outputs in engine.blocks(iter(runs)):
        seen += range(places.start, places.stop)
        _assert_same(outputs, wanted, range(places.start, places.stop))
    assert seen == list(range(len(runs)))


@pytest.mark.parametrize("workers", [1, 2])
def test_workers_give_the_same_bits(
    engine: Engine, runs: list[Overrides], wanted: dict[str, np.ndarray], workers: int
) -> None:
    seen = []
    for places, outputs in blocks_of_workers(engine.model, iter(runs), OUTPUTS, workers=workers):
        seen += range(places.start, places.stop)
        _assert_same(outputs, wanted, range(places.start, places.stop))
    assert seen == list(range(len(runs)))


@pytest.mark.long
def test_a_thousand_runs_and_four_workers_give_the_same_bits(
    engine: Engine, runs: list[Overrides], wanted: dict[str, np.ndarray]
) -> None:
    many = [runs[i % len(runs)] for i in range(1000)]
    _assert_same(engine.run(many), wanted, [i % len(runs) for i in range(1000)])
    for places, outputs in blocks_of_workers(engine.model, iter(many), OUTPUTS, workers=4):
        _assert_same(outputs, wanted, [i % len(runs) for i in range(places.start, places.stop)])


@pytest.mark.long
def test_runs_of_the_whole_model_have_the_same_bits_in_every_lane_and_number() -> None:
    names = ["GDP", "Population", "zone share of FDI"]
    engine = Engine(load(model_file()), names)
    scalars = [name for name, v in engine.model.variables.items() if v.kind == "constant" and not v.dims]
    random = np.random.default_rng(5)
    free = [name for name in scalars if not engine.model.variables[name].unchangeable]
    runs = [{name: engine.constant(name) * random.uniform(0.995, 1.005) for name in free} for _ in range(20)]
    wanted = engine.run(runs)
    assert not wanted.failed.any()
    turned = engine.run([*runs[::-1], *runs[:3]])
    alone = engine.run_one(runs[7])
    for name in names:
        assert np.array_equal(turned[name], wanted[name][[*range(19, -1, -1), 0, 1, 2]]), name
        np.testing.assert_allclose(alone[name], wanted[name][7], rtol=0, atol=1e-12 * np.abs(wanted[name][7]).max())


def _assert_same(got: dict[str, np.ndarray], wanted: dict[str, np.ndarray], places: Sequence[int]) -> None:
    for name in OUTPUTS:
        assert np.array_equal(got[name], wanted[name][list(places)]), name
