"""Every lever of the registry does what its row claims: it moves its target and its cost, from its start on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dualcirc.checks.levers import Claim, check_levers, claim_of, judge_claims
from dualcirc.checks.run import Finding
from dualcirc.engine import Engine
from dualcirc.files.registry import Registry, read_registry

REGISTRY = read_registry()

C3 = Claim(
    lever="C3",
    variable="hidden barrier cleanup",
    strong=1.0,
    enters="Hidden barriers",
    target="Hidden barriers",
    claim=-0.8,
    kind="relative",
    cost_enters="policy outlays",
    cost_direction="up",
)
"""A claim that holds, for the tests of the method."""


@pytest.fixture(scope="module")
def findings(engine: Engine, registry: Registry) -> dict[str, Finding]:
    return {finding.name: finding for finding in check_levers(engine, registry)}


@pytest.mark.parametrize("lever", REGISTRY.levers)
def test_lever_does_what_its_row_claims(lever: str, findings: dict[str, Finding]) -> None:
    unmet = [f"{verdict.demanded}: {verdict.measured}" for verdict in findings[lever].verdicts if not verdict.passed]
    assert unmet == []


def test_a_lever_without_claim_is_told(engine: Engine, registry: Registry) -> None:
    empty = replace(registry.levers["C3"], target="")
    (finding,) = check_levers(engine, replace(registry, levers={"C3": empty}))
    assert not finding.passed


@pytest.mark.parametrize(
    ("change", "unmet"),
    [
        ({}, ""),
        ({"claim": 0.8}, "[Hidden barriers] relative"),
        ({"claim": -100.0}, "[Hidden barriers] relative"),
        ({"target": "world demand"}, "[world demand] relative"),
        ({"kind": "absolute", "claim": -0.8}, ""),
        ({"enters": "FDI inflow"}, "[FDI inflow] reads"),
        ({"cost_direction": "down"}, "[policy outlays] down"),
        ({"cost_enters": "world demand"}, "[world demand] hangs on it"),
        ({"target": "Hiden barriers"}, "names of variables"),
        ({"cost_enters": "cleanup cost share"}, "names of variables"),
        ({"cost_enters": ""}, "names of variables"),
    ],
)
def test_claim_fails_where_it_does_not_hold(
    change: dict[str, str | float], unmet: str, engine: Engine, registry: Registry
) -> None:
    claim = replace(C3, **change)  # type: ignore[arg-type]
    verdicts = judge_claims([claim], engine, registry)["C3"]
    failed = [verdict.demanded for verdict in verdicts if not verdict.passed]
    assert bool(failed) == bool(unmet)
    assert any(text.startswith(unmet) for text in failed) or not unmet


def test_a_row_without_claim_makes_none() -> None:
    row = REGISTRY.levers["C3"]
    assert claim_of(row) is not None
    assert claim_of(replace(row, target="")) is None
    assert claim_of(replace(row, claim=None)) is None


def test_an_opening_year_opens_zones_only_where_there_are_none(engine: Engine, registry: Registry) -> None:
    """A1: the provinces with a zone keep it, and zones are felt in exposure and outlays."""
    claim = Claim("A1", "zone opening year", 2027.0, "zone open", "zone count", 0.3, "relative", "zone outlays", "up")
    verdicts = judge_claims([claim], engine, registry)["A1"]
    assert [verdict for verdict in verdicts if not verdict.passed] == []
    measured = next(verdict.measured for verdict in verdicts if verdict.demanded.startswith("[zone count]"))
    years = engine.model.variables["zone opening year"].value
    assert years is not None
    assert float(measured) == pytest.approx((years >= 9999).sum() / (years < 9999).sum(), rel=0.01)
