"""Loop dominance on models whose answer is known by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.engine.trace import Trace
from dualcirc.errors import DualcircError
from dualcirc.loops import analyse
from dualcirc.loops.dominance import by_year, dominant, periods, polarity
from dualcirc.loops.families import Family, Loop, families, find_loops, loop_score, on_loops, relative, stock_node
from dualcirc.loops.links import LinkScores, Node, link_scores, structure
from dualcirc.plots.loops import loop_label, loop_shares
from dualcirc.translate import load
from dualcirc.translate.ir import FloatArray

CONTROL = "INITIAL TIME = 0 ~~|\nFINAL TIME = {end} ~~|\nTIME STEP = {step} ~~|\nSAVEPER = TIME STEP ~~|\n"

LOGISTIC = """{{UTF-8}}
Population = INTEG(net growth, 50) ~~|
net growth = Population * growth rate ~~|
growth rate = 0.08 * (1 - {crowd} / 10000) ~~|
{extra}
"""

EPIDEMIC = """{UTF-8}
Susceptible = INTEG(-infection, 990) ~~|
Infected = INTEG(infection - recovery, 10) ~~|
infection = contacts * Infected * Susceptible / 1000 ~~|
recovery = Infected / duration ~~|
contacts = 0.5 ~~|
duration = 5 ~~|
"""

Write = Callable[[str, float, float], Trace]


@pytest.fixture
def trace(tmp_path: Path) -> Write:
    """Model text with its end and its step, translated."""

    def write(text: str, end: float, step: float) -> Trace:
        path = tmp_path / "model.mdl"
        path.write_text(text + CONTROL.format(end=end, step=step), encoding="utf-8")
        return Trace(load(path))

    return write


def _scores(trace: Trace) -> tuple[dict[Node, tuple[Node, ...]], LinkScores]:
    links = dict(on_loops(structure(trace)))
    steps = np.arange(len(trace.grid))
    run = trace.run({})
    return links, link_scores(trace, links, run.pick(steps[:-1]), run.pick(steps[1:]))


def _loops(trace: Trace, stock: str) -> tuple[tuple[Loop, ...], Node, LinkScores]:
    links, scores = _scores(trace)
    node = stock_node(trace.model, links, stock)
    return find_loops(scores, node).loops, node, scores


def _through(loops: tuple[Loop, ...], *names: str) -> Loop:
    """The loop whose variables are these and no others."""
    (found,) = [loop for loop in loops if {node.name for node in loop.nodes if not node.is_state} == set(names)]
    return found


def _values(trace: Trace, name: str) -> FloatArray:
    """Values before each step."""
    return np.asarray(trace.run({}).known[name].array)[:-1]


def _family(found: list[Family], *owners: str) -> FloatArray:
    (score,) = [f.score for f in found if {node.name.split(" #")[0] for node in f.stocks} == set(owners)]
    return score


def test_link_scores_match_table_1_of_the_paper(trace: Write):
    """Table 1 of schoenberg2020: z = 2 x + y; x goes from 5 to 7, y from 4 to 5, so z by 4 and 1 of 5."""
    model = trace("{UTF-8}\nx = 5 + 2 * Time ~~|\ny = 4 + Time ~~|\nz = 2 * x + y ~~|\n", 1, 1)
    run = model.run({})
    x, y, z = Node("x"), Node("y"), Node("z")
    scores = link_scores(model, {z: (x, y)}, run.pick(np.array([0])), run.pick(np.array([1])))
    assert scores.share[x, z] == pytest.approx([4 / 5])
    assert scores.share[y, z] == pytest.approx([1 / 5])


def test_logistic_growth_shifts_from_reinforcing_to_balancing_at_half_capacity(trace: Write):
    model = trace(LOGISTIC.format(crowd="Population", extra=""), 150, 0.25)
    loops, _, scores = _loops(model, "Population")
    growth = loop_score(_through(loops, "Population", "net growth"), scores)
    crowding = loop_score(_through(loops, "Population", "growth rate", "net growth"), scores)
    full = _values(model, "Population") / 10000
    inside = slice(0, 550)  # later the population hardly moves
    assert (growth[inside] > 0).all()
    assert (crowding[inside] < 0).all()
    np.testing.assert_allclose((growth / -crowding)[inside], ((1 - full) / full)[inside], rtol=1e-6)
    assert full[0] < 0.5 < full[549]


def test_sum_of_parallel_pathways_changes_sign_at_half_capacity(trace: Write):
    model = trace(LOGISTIC.format(crowd="Population", extra=""), 150, 0.25)
    loops, node, scores = _loops(model, "Population")
    (only,) = families(loops, scores, node)
    full = _values(model, "Population") / 10000
    assert only.members == 2
    clear = np.abs(full - 0.5) > 0.01
    assert (np.sign(only.score)[clear] == np.sign(0.5 - full)[clear]).all()


def test_contagion_over_recovery_is_the_effective_reproduction_number(trace: Write):
    model = trace(EPIDEMIC, 30, 0.125)
    loops, _, scores = _loops(model, "Infected")
    contagion = loop_score(_through(loops, "Infected", "infection"), scores)
    recovery = loop_score(_through(loops, "Infected", "recovery"), scores)
    reproduction = 0.5 * 5 * _values(model, "Susceptible") / 1000
    np.testing.assert_allclose(contagion / -recovery, reproduction, rtol=1e-6)
    assert reproduction[0] > 1 > reproduction[-1]


def test_undamped_oscillator_is_one_balancing_loop(trace: Write):
    text = "{UTF-8}\nPosition = INTEG(speed, 1) ~~|\nspeed = Momentum ~~|\nMomentum = INTEG(-Position, 0) ~~|\n"
    loops, node, scores = _loops(trace(text, 6, 0.125), "Position")
    found = families(loops, scores, node)
    assert len(found) == 1
    np.testing.assert_allclose(relative(found)[:, 1:], -1.0)  # at the start the position stands still


def test_a_quick_lag_carries_what_no_lag_would(trace: Write):
    """The published score of a loop through a lag grows as the lag gets shorter; the corrected one does not."""
    lagged = LOGISTIC.format(crowd="perceived", extra="perceived = SMOOTHI(Population, 0.1, Population) ~~|")
    model = trace(lagged, 100, 0.05)
    loops, node, scores = _loops(model, "Population")
    full = _values(model, "Population") / 10000
    late = slice(400, None)  # the lag starts from its goal
    wanted = ((1 - full) / full)[late]
    ratio = {}
    for published in (False, True):
        found = families(loops, scores, node, published=published)
        ratio[published] = _family(found, "Population")[late] / -_family(found, "Population", "perceived")[late]
    np.testing.assert_allclose(ratio[False], wanted, rtol=0.02)
    assert np.median(wanted / ratio[True]) > 20


def test_equal_regions_behave_as_one(trace: Write):
    text = (
        "{UTF-8}\nRegion: north, south ~~|\n"
        "Population[Region] = INTEG(net growth[Region], 50) ~~|\n"
        "net growth[Region] = Population[Region] * growth rate ~~|\n"
        "growth rate = 0.08 * (1 - SUM(Population[Region!]) / 20000) ~~|\n"
    )
    model = trace(text, 100, 0.25)
    loops, _, scores = _loops(model, "Population")
    growth = loop_score(_through(loops, "Population", "net growth"), scores)
    crowding = loop_score(_through(loops, "Population", "growth rate", "net growth"), scores)
    full = np.asarray(model.run({}).known["Population"].array)[0, :-1] / 10000
    np.testing.assert_allclose(growth / -crowding, (1 - full) / full, rtol=1e-6)


def test_shares_of_all_loops_sum_to_one_in_every_year(trace: Write):
    found = analyse(trace(EPIDEMIC, 30, 0.125), {"baseline": {}, "same": {}}, "Infected", "baseline").shares
    size = (found["reinforcing"] - found["balancing"]).sum("loop")
    over_time = found["view"].values == "over time"
    np.testing.assert_allclose(size.values[over_time], 1.0, rtol=1e-12)
    assert (size.values[~over_time] == 0).all(), "a scenario that changes nothing differs by nothing"


def test_difference_to_the_baseline_starts_with_the_change(trace: Write):
    model = trace(EPIDEMIC, 30, 0.125)
    runs = {"baseline": {}, "longer": {"duration": np.array(6.0)}}
    found = analyse(model, runs, "Infected", "baseline").shares
    differs = found.isel(case=2)
    assert str(differs["view"].values) == "to baseline"
    assert float((differs["reinforcing"] - differs["balancing"]).sum("loop").isel(year=-1)) == pytest.approx(1.0)


def test_unknown_stock_is_refused_with_the_nearest(trace: Write):
    with pytest.raises(DualcircError, match="Did you mean 'Infected'"):
        analyse(trace(EPIDEMIC, 10, 0.5), {"baseline": {}}, "Infectd", "baseline")


def test_weakest_links_are_left_out_first_when_there_are_too_many_loops(trace: Write):
    links, scores = _scores(trace(EPIDEMIC, 30, 0.5))
    weak = (Node("Infected"), Node("recovery"))
    share = {**scores.share, weak: 1e-4 * scores.share[weak]}
    stock = next(node for node in links if node.name == "Infected #1")
    few = find_loops(LinkScores(share, scores.accord), stock, most=2)
    assert few.weakest > 0
    (contagion,) = few.loops  # the recovery is left out; the depletion of the susceptible is a loop of another stock
    assert Node("infection") in contagion.nodes


@pytest.mark.parametrize("name", ["smoothi", "delay3i", "integ"])
def test_trace_agrees_with_the_engine(name: str):
    model = load(Path(__file__).parents[1] / "models" / name / f"{name}.mdl")
    trace, engine = Trace(model), Engine(model)
    known = trace.run({}).known
    every = round(model.time.saveper / model.time.step)
    for output, values in engine.run_one({}).items():
        own = np.moveaxis(np.asarray(known[output].array), -1, 0)[::every]
        np.testing.assert_allclose(np.broadcast_to(own, values.shape), values, rtol=1e-12, atol=1e-12)


def test_years_are_calendar_years():
    shares = np.array([[0.5, -0.5, 1.0, 1.0], [-0.5, 0.5, 0.0, 0.0]])
    years, positive, negative = by_year(shares, np.array([2010.0, 2010.25, 2010.5, 2010.75]))
    assert years == [2010, 2011]
    np.testing.assert_allclose(positive, [[0.25, 1.0], [0.25, 0.0]])
    np.testing.assert_allclose(negative, [[-0.25, 0.0], [-0.25, 0.0]])


def test_fewest_loops_of_the_stronger_polarity_that_make_half_dominate():
    up = np.array([[0.3, 0.6], [0.25, 0.0], [0.05, 0.0], [0.0, 0.1]])
    down = np.array([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [-0.4, -0.3]])
    assert dominant(up, down).tolist() == [[True, True], [True, False], [False, False], [False, False]]


def test_polarity_and_periods_in_words():
    up, down = np.array([0.5, 0.3]), np.array([0.0, -0.1])
    assert polarity(up, 0 * down) == "reinforcing"
    assert polarity(up, down) == "mostly reinforcing"
    assert polarity(up, -up) == "changing sign"
    assert polarity(0 * up, 0 * up) == "inactive"
    assert periods([2010, 2011, 2012, 2013], [True, True, False, True]) == "2010-2011, 2013"


def test_loop_is_named_by_its_other_stocks():
    labels = {"Capital": "Capital stock", "Perceived output": "Perceived output"}
    assert loop_label("Capital > Perceived output > Debt", labels) == "perceived output → debt"
    assert loop_label("Capital", labels) == "no other stock"


def test_figure_has_a_panel_a_view_and_names_the_strongest_loops(trace: Write):
    model = trace(EPIDEMIC, 30, 0.125)
    analysis = analyse(model, {"baseline": {}, "longer": {"duration": np.array(6.0)}}, "Infected", "baseline")
    labels = {"Infected": "Infected persons"}
    one = loop_shares(analysis.shares, "baseline", labels, "Infected persons", "Business as usual")
    two = loop_shares(analysis.shares, "longer", labels, "Infected persons", "Longer illness")
    assert (len(one.axes), len(two.axes)) == (1, 2)
    assert "L1: no other stock" in [text.get_text() for text in two.legends[0].get_texts()]
    drawn = np.concatenate([area.get_paths()[0].vertices[:, 1] for area in one.axes[0].collections])
    shares = analysis.shares.isel(case=0)
    assert drawn.max() == pytest.approx(100 * float(shares["reinforcing"].sum("loop").max()))
    assert drawn.min() == pytest.approx(100 * float(shares["balancing"].sum("loop").min()))
