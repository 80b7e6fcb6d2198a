"""Checks from file to finding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dualcirc.checks.arms import expressions_of, run_arms
from dualcirc.checks.expressions import Expression
from dualcirc.checks.judge import Case, Verdict, judge
from dualcirc.checks.names import Names
from dualcirc.checks.structure import faulty_units, unnamed_numbers
from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.check_schema import StocksForm
from dualcirc.files.checks import LoadedCheck, check_files, load_checks
from dualcirc.files.paths import shown
from dualcirc.files.registry import Registry
from dualcirc.translate import Model


@dataclass(frozen=True)
class Finding:
    """What became of one check."""

    name: str
    kind: str
    why: str
    file: str
    line: int | None
    verdicts: tuple[Verdict, ...]

    @property
    def passed(self) -> bool:
        """Whether every demand was met."""
        return all(verdict.passed for verdict in self.verdicts)


def run_checks(checks: Sequence[LoadedCheck], model: Model, registry: Registry) -> list[Finding]:
    """Findings of checks, in their order; all runs are computed together.

    Raises
    ------
    ScenarioError
        With every expression that cannot be used, before anything is run.
    """
    names = Names(model, registry)
    expressions, problems = [], []
    for check in checks:
        try:
            expressions.append(expressions_of(check, names))
        except ScenarioError as fault:
            problems += fault.problems
    if problems:
        raise ScenarioError(problems)
    every: list[Expression] = [expression for texts in expressions for expression in texts.values()]
    arms = run_arms(checks, every, model, registry)
    signed = stocks_of_either_sign(checks, registry)
    cases = zip(checks, arms, expressions, strict=True)
    return [_finding(Case(check, runs, texts, names, signed)) for check, runs, texts in cases]


def check_structure(model: Model) -> list[Finding]:
    """Findings on the equations as they are written."""
    file = shown(model.path)
    return [
        _structural(
            "units_balance",
            "an equation whose units do not balance adds what cannot be added",
            file,
            faulty_units(model),
        ),
        _structural(
            "numbers_have_names", "a number without name has no unit, range or source", file, unnamed_numbers(model)
        ),
    ]


def stocks_of_either_sign(checks: Iterable[LoadedCheck], registry: Registry) -> frozenset[str]:
    """Stocks that may be negative, as checks of kind ``stocks`` list them: the project's own where none is given."""
    lists = [check.form.may_be_negative for check in checks if isinstance(check.form, StocksForm)]
    if not lists:
        own = load_checks(check_files(), registry)
        lists = [check.form.may_be_negative for check in own if isinstance(check.form, StocksForm)]
    return frozenset(name for names in lists for name in names)


def _finding(case: Case) -> Finding:
    form, document = case.check.form, case.check.document
    return Finding(form.name, form.kind, form.why, document.file, document.line(()), tuple(judge(case)))


def _structural(name: str, why: str, file: str, problems: Sequence[Problem]) -> Finding:
    verdicts = tuple(Verdict(False, problem.expected, f"line {problem.line}: {problem.what}") for problem in problems)
    return Finding(name, "equations", why, file, None, verdicts or (Verdict(True, "in every equation", "all are"),))
