"""Every lever held to what its row in ``levers.csv`` claims: it moves its target, and costs, from its start on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dualcirc.checks.effects import named
from dualcirc.checks.judge import Verdict
from dualcirc.checks.run import Finding
from dualcirc.engine import Engine
from dualcirc.files.calendar import NEVER, to_model_time
from dualcirc.files.registry import Lever, Registry
from dualcirc.translate import Model
from dualcirc.translate.order import initial_parts, state_parts, uses

Array = NDArray[np.float64]

START = 2027.0
"""Calendar date from which a lever is moved."""
YEAR = 2040.0
"""Model time at which its effect is measured."""
LEAST_OF_CLAIM = 0.01
"""Part of the claimed size that must be met: the claim is that of the full economy, not a fit."""
LEAST_MOVE, ROUNDING = 1e-6, 1e-9
"""Smallest relative move of a target, and of a cost, that is no rounding."""
FILE = "model/levers.csv"


@dataclass(frozen=True)
class Claim:
    """What a row of ``levers.csv`` says the lever does."""

    lever: str
    variable: str
    strong: float
    enters: str
    target: str
    claim: float
    kind: str
    """relative or absolute"""
    cost_enters: str
    cost_direction: str
    """up or down"""


def claim_of(lever: Lever) -> Claim | None:
    """Claim of a lever; None where its row is not filled in."""
    if lever.strong is None or lever.claim is None or not (lever.target and lever.claim_kind and lever.cost_direction):
        return None
    return Claim(
        lever.id,
        lever.variable,
        lever.strong,
        lever.enters,
        lever.target,
        lever.claim,
        lever.claim_kind,
        lever.cost_enters,
        lever.cost_direction,
    )


def check_levers(engine: Engine, registry: Registry) -> list[Finding]:
    """Findings on every lever of the registry; a row without a claim fails.

    Parameters
    ----------
    engine
        With all variables that move as its outputs.
    registry
        Levers and their claims; how variables are aggregated.
    """
    claims = {lever.id: claim_of(lever) for lever in registry.levers.values()}
    measured = judge_claims([claim for claim in claims.values() if claim], engine, registry)
    missing = Verdict(False, "columns target, claim, claim_kind, strong, cost_direction", "empty ones")
    return [
        Finding(lever.id, "lever", f"{lever.label_en}: {lever.acts_on}", FILE, None, measured.get(lever.id, (missing,)))
        for lever in registry.levers.values()
    ]


def judge_claims(claims: Sequence[Claim], engine: Engine, registry: Registry) -> dict[str, tuple[Verdict, ...]]:
    """Verdicts on every claim by lever; all levers run together, each from the same date alone."""
    model = engine.model
    unknown = {claim.lever: _unknown(claim, engine.outputs) for claim in claims}
    known = [claim for claim in claims if not unknown[claim.lever]]
    inputs = [{claim.variable: strong_input(engine, claim)} for claim in known]
    outputs = engine.run([{}, *inputs])
    runs = [{name: array[number] for name, array in outputs.items()} for number in range(len(known) + 1)]
    times = engine.saved_times
    found = {
        claim.lever: (
            *_structure(claim, model),
            Verdict(status == "ok", "a run that ends well", str(status)),
            *_moves(claim, run, runs[0], times, registry),
        )
        for claim, run, status in zip(known, runs[1:], outputs.status[1:], strict=True)
    }
    faults = {
        lever: (Verdict(False, "names of variables that move", named(names)),)
        for lever, names in unknown.items()
        if names
    }
    return {claim.lever: {**faults, **found}[claim.lever] for claim in claims}


def strong_input(engine: Engine, claim: Claim) -> Array:
    """Values of a lever at the strong end from the start on, in its whole dimension.

    A lever without time is set at once; where it is an opening year, only what has none opens, in that year.
    """
    if engine.model.variables[claim.variable].kind == "constant":
        base = engine.constant(claim.variable)
        never = base >= NEVER
        base[...] = np.where(never, START, base) if never.any() else claim.strong
        return base
    path = engine.data_path(claim.variable)
    path[engine.grid >= to_model_time(START)] = claim.strong
    return path


def national(name: str, values: Array, registry: Registry) -> Array:
    """(time,): a variable of the nation, summed where the register says so, else the mean over its elements."""
    row = registry.variables.get(name)
    if values.ndim == 1:
        return values
    elements = tuple(range(1, values.ndim))
    total: Array = values.sum(axis=elements)
    is_sum = row is not None and row.aggregation == "sum"
    return total if is_sum else total / np.prod(values.shape[1:])


def _unknown(claim: Claim, moving: Sequence[str]) -> list[str]:
    """Names of a row that are none of the variables that move."""
    return [name or "(empty)" for name in (claim.enters, claim.target, claim.cost_enters) if name not in moving]


def _structure(claim: Claim, model: Model) -> list[Verdict]:
    """Whether the equations that the row names read the lever."""
    direct = claim.variable in _reads(model, claim.enters)
    downstream = claim.variable in upstream(model, claim.cost_enters)
    return [
        Verdict(direct, f"[{claim.enters}] reads [{claim.variable}]", "it does" if direct else "it does not"),
        Verdict(downstream, f"[{claim.cost_enters}] hangs on it", "it does" if downstream else "it does not"),
    ]


def upstream(model: Model, name: str) -> set[str]:
    """Names of all variables on which a variable depends, through equations and states, itself included."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _reads(model, name)
    return found


def _reads(model: Model, name: str) -> set[str]:
    """Names that the equation of a variable reads, those inside its stocks, averages and delays included."""
    expression = model.variables[name].expression
    parts = [expression] if expression is not None else []
    for state in model.states.values():
        if state.owner == name:
            parts += [*state_parts(state), *initial_parts(state)]
    return set().union(*(uses(part)[0] for part in parts))


def _moves(
    claim: Claim, run: Mapping[str, Array], base: Mapping[str, Array], times: Array, registry: Registry
) -> list[Verdict]:
    """Whether target and cost move as claimed, and nothing before the start."""
    at = int(np.argmin(np.abs(times - YEAR)))
    early = times < to_model_time(START)
    level = partial(national, registry=registry)
    target, before = (float(level(claim.target, each[claim.target])[at]) for each in (run, base))
    relative = claim.kind == "relative"
    effect = (target - before) / abs(before) if relative else target - before
    least = max(LEAST_OF_CLAIM * abs(claim.claim), LEAST_MOVE * (1.0 if relative else abs(before)))
    cost, cost_before = (float(level(claim.cost_enters, each[claim.cost_enters])[at]) for each in (run, base))
    rise = cost - cost_before if claim.cost_direction == "up" else cost_before - cost
    moved = [name for name, values in run.items() if not np.array_equal(values[early], base[name][early])]
    return [
        Verdict(
            bool(effect * np.sign(claim.claim) >= least),
            f"[{claim.target}] {claim.kind} {claim.claim:+g}, at least {math.copysign(least, claim.claim):+.2g}",
            f"{effect:+.3g}",
        ),
        Verdict(
            bool(rise > ROUNDING * abs(cost_before)),
            f"[{claim.cost_enters}] {claim.cost_direction}",
            f"{cost_before:.5g} to {cost:.5g}",
        ),
        Verdict(not moved, f"nothing moves before {START:g}", named(moved) or "none moves"),
    ]
