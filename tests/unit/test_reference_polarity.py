from __future__ import annotations

from pathlib import Path

import pytest

from dualcirc.reference.causal import causal_loops
from dualcirc.reference.graph import Graph
from dualcirc.reference.mdl_text import read_mdl_text
from dualcirc.reference.polarity import Polarity
from dualcirc.translate import Model, load
from dualcirc.translate.order import varying

MODEL = """{UTF-8}
a = 2 ~ Dmnl ~ |
negative number = -3 ~ Dmnl ~ |
share = 0.3 ~ Dmnl ~ |
x = Time ~ Dmnl ~ |
y = Time + 1 ~ Dmnl ~ |
Stock = INTEG(x - Stock / a, 1) ~ Dmnl ~ |
Smoothed = SMOOTHI(x, a, x) ~ Dmnl ~ |
sum = x + a ~ Dmnl ~ |
difference = a - x ~ Dmnl ~ |
product = x * negative number ~ Dmnl ~ |
quotient = y / x ~ Dmnl ~ |
falling power = x ^ (1 - a) ~ Dmnl ~ |
rising power = x ^ (1 - share) ~ Dmnl ~ |
above one = a ^ x ~ Dmnl ~ |
below one = share ^ x ~ Dmnl ~ |
share left = (1 - y) * x ~ Dmnl ~ |
both = x - EXP(x) ~ Dmnl ~ |
gap = (x - y) * x ~ Dmnl ~ |
branches = IF THEN ELSE(y > 2, x, 2 * x) ~ Dmnl ~ |
nested = -LN(MAX(x, 1)) ~ Dmnl ~ |
log = LN(y) ~ Dmnl ~ |
on a log = x * log ~ Dmnl ~ |
on a switch = x * MAX(0, y - x) ~ Dmnl ~ |
share of both = x * y / (x * y + (1 - x)) ~ Dmnl ~ |
on the way = x * (y + share * (sum - y)) ~ Dmnl ~ |
several taken = (1 - share * y - share * log) * x ~ Dmnl ~ |
base account = a + negative number ~ Dmnl ~ |
on account = base account * x ~ Dmnl ~ |
guarded = x * XIDZ(1, y, 1) ~ Dmnl ~ |
INITIAL TIME = 0 ~ year ~ |
FINAL TIME = 4 ~ year ~ |
TIME STEP = 1 ~ year ~ |
SAVEPER = 1 ~ year ~ |
"""


@pytest.fixture(scope="module")
def polarity(tmp_path_factory: pytest.TempPathFactory) -> Polarity:
    path = tmp_path_factory.mktemp("signs") / "signs.mdl"
    path.write_text(MODEL, encoding="utf-8")
    return Polarity(Graph(load(path), read_mdl_text(path)))


@pytest.mark.parametrize(
    ("cause", "use", "sign"),
    [
        ("x", "Stock", "+"),
        ("x", "Smoothed", "+"),
        ("x", "sum", "+"),
        ("x", "difference", "-"),
        ("x", "product", "-"),
        ("y", "quotient", "+"),
        ("x", "quotient", "-"),
        ("x", "falling power", "-"),
        ("x", "rising power", "+"),
        ("x", "above one", "+"),
        ("x", "below one", "-"),
        ("x", "share left", "+"),
        ("y", "share left", "-"),
        ("x", "both", "?"),
        ("y", "gap", "-"),
        ("x", "gap", "?"),
        ("x", "branches", "+"),
        ("y", "branches", "?"),
        ("x", "nested", "-"),
        ("x", "on a log", "?"),
        ("y", "on a switch", "+"),
        ("x", "share of both", "+"),
        ("y", "share of both", "+"),
        ("y", "on the way", "+"),
        ("sum", "on the way", "+"),
        ("x", "several taken", "+"),
        ("y", "several taken", "-"),
        ("x", "on account", "-"),
        ("x", "guarded", "+"),
    ],
)
def test_sign_follows_from_the_form_of_the_equation(polarity: Polarity, cause: str, use: str, sign: str):
    assert polarity.of(cause, use) == sign


@pytest.mark.parametrize(
    ("cause", "use", "sign"),
    [
        ("return ratio", "relative return", "+"),
        ("world FDI climate", "investment pool", "+"),
        ("Risk exposure", "risk creation", "+"),
        ("recorded trade", "zone share of trade", "?"),
        ("Technology", "normal potential output", "+"),
        ("risk loss", "normal potential output", "-"),
        ("Price", "relative supply", "-"),  # the elasticity of substitution is above one
        ("Price", "exports", "-"),
        ("Real exchange rate", "exports", "+"),
        ("confidence loss", "investor confidence", "-"),
        ("hidden barrier cleanup", "Hidden barriers", "-"),  # at rest the lever is zero
        ("utilisation", "Log price", "+"),
    ],
)
def test_signs_of_the_model_are_those_of_the_economics(model: Model, cause: str, use: str, sign: str):
    assert Polarity(Graph(model, read_mdl_text(model.path))).of(cause, use) == sign


def test_causal_picture_shows_all_that_moves_with_a_sign(model: Model):
    graph = Graph(model, read_mdl_text(model.path))
    moving = varying(model)
    for sector in graph.sectors:
        view = causal_loops(graph, sector)
        shown = {(arrow.cause, arrow.use) for arrow in view.arrows} | {
            (one.mark.name, one.use) for one in view.listings
        }
        assert shown == {
            (c, name) for name in graph.sectors[sector] if name in moving for c in graph.causes[name] if c in moving
        }
        assert {arrow.sign for arrow in view.arrows} <= {"+", "\N{MINUS SIGN}", "?"}
        assert {one.sign for one in view.listings} <= {"+", "\N{MINUS SIGN}", "?"}
        assert view.width <= 1250


def test_causal_picture_closes_a_loop(model: Model):
    view = causal_loops(Graph(model, read_mdl_text(model.path)), "Zones")
    arrows = {(arrow.cause, arrow.use): arrow for arrow in view.arrows}
    flow, back = arrows["reform replication", "Replicated reforms"], arrows["Replicated reforms", "reform replication"]
    assert (flow.sign, back.sign) == ("+", "\N{MINUS SIGN}")
    assert flow.points[0][0] < flow.points[-1][0]
    assert back.points[0][0] > back.points[-1][0]


def test_model_of_signs_has_no_group_and_still_a_picture(tmp_path: Path):
    path = tmp_path / "signs.mdl"
    path.write_text(MODEL, encoding="utf-8")
    graph = Graph(load(path), read_mdl_text(path))
    assert list(graph.sectors) == ["Control"]
    assert "Stock" in causal_loops(graph, "Control").marks
