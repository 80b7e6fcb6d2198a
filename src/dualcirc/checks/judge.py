"""Whether runs meet a check: one function for each kind, each telling what was measured against what is demanded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from dualcirc.checks.arms import Arms, Run, problem_of
from dualcirc.checks.effects import difference, named, span, window
from dualcirc.checks.expressions import Expression
from dualcirc.checks.names import ExpressionError, Names, choose
from dualcirc.errors import ScenarioError
from dualcirc.files.calendar import to_model_time
from dualcirc.files.check_schema import (
    BoundsForm,
    ConservationForm,
    DelayForm,
    ExpectForm,
    ExtremeForm,
    IdenticalForm,
    OrderingForm,
    PlaceboPlaceForm,
    PlaceboTimeForm,
    SignForm,
    StocksForm,
)
from dualcirc.files.checks import LoadedCheck
from dualcirc.files.scenario_checks import plain


@dataclass(frozen=True)
class Verdict:
    """One demand of a check and what was measured."""

    passed: bool
    demanded: str
    measured: str


@dataclass(frozen=True)
class Case:
    """A check with all that is needed to judge it."""

    check: LoadedCheck
    arms: Arms
    expressions: Mapping[str, Expression]
    names: Names
    may_be_negative: frozenset[str]
    """Stocks that may be negative."""

    def value(self, text: str, run: Run, where: Sequence[str] | None = None) -> xr.DataArray:
        """Value of an expression in a run, (time, *subscripts), in the elements that are looked at."""
        value = self.expressions[text](run)
        return choose(value, where, self.names) if where else value


def judge(case: Case) -> list[Verdict]:
    """Every demand of a check, with what was measured.

    Raises
    ------
    ScenarioError
        The check names elements or years that its outputs do not have.
    """
    failed = [run.status for run in (case.arms.own, case.arms.than) if run.status != "ok"]
    if failed:
        return [Verdict(False, "a run that ends well", failed[0])]
    try:
        return list(_JUDGES[case.check.form.kind](case, case.check.form))
    except ExpressionError as fault:
        raise ScenarioError(problem_of(case.check, fault)) from None


def _bounds(case: Case, form: BoundsForm) -> Iterator[Verdict]:
    for text in form.outputs:
        value = window(case.value(text, case.arms.own, form.where), form)
        low, high = float(value.min(skipna=False)), float(value.max(skipna=False))
        passed = (form.low is None or low >= form.low) and (form.high is None or high <= form.high)
        bounds = [f"at least {plain(form.low)}"] if form.low is not None else []
        bounds += [f"at most {plain(form.high)}"] if form.high is not None else []
        yield Verdict(passed, f"{text}: {', '.join(bounds)}", span(value))


def _expect(case: Case, form: ExpectForm, than: Run) -> Iterator[Verdict]:
    for text in form.outputs:
        own, other = (case.value(text, run, form.where) for run in (case.arms.own, than))
        effect = window(difference(own, other, form.measure), form)
        size = effect if form.direction == "up" else -effect
        passed = (size > 0.0) & (size >= form.at_least) & (size <= (np.inf if form.at_most is None else form.at_most))
        sizes = [f"at least {plain(form.at_least)}"] if form.at_least else []
        sizes += [f"at most {plain(form.at_most)}"] if form.at_most is not None else []
        yield Verdict(bool(passed.all()), f"{text}: {form.direction} {', '.join(sizes)}".rstrip(), span(effect))


def _sign(case: Case, form: SignForm) -> Iterator[Verdict]:
    yield from _expect(case, form, case.arms.than)


def _extreme(case: Case, form: ExtremeForm) -> Iterator[Verdict]:
    yield _all_finite(case.arms.own)
    yield _stocks_not_negative(case)
    for expect in form.expect:
        yield from _expect(case, expect, case.arms.baseline)


def _stocks(case: Case, form: StocksForm) -> Iterator[Verdict]:
    stocks = [name for name, variable in case.names.model.variables.items() if variable.kind == "stock"]
    unknown = [name for name in form.may_be_negative if name not in stocks]
    if unknown:
        raise ExpressionError(f"unknown stock '{unknown[0]}'", "the exact names of stocks")
    yield _all_finite(case.arms.own)
    yield _stocks_not_negative(case)


def _delay(case: Case, form: DelayForm) -> Iterator[Verdict]:
    for text in form.outputs:
        own, other = (case.value(text, run, form.where) for run in (case.arms.own, case.arms.than))
        effect = difference(own, other, form.measure)
        late = window(effect, [form.late])[0]
        grows = late > 0.0 if form.direction == "up" else late < 0.0
        yield Verdict(bool(grows.all()), f"{text}: {form.direction} by {plain(form.late)}", span(late))
        if form.early is not None and form.share is not None:
            share = window(effect, [form.early])[0] / late
            demanded = f"{text}: at most {plain(form.share)} of it by {plain(form.early)}"
            yield Verdict(bool((abs(share) <= form.share).all()), demanded, span(share))
        if form.change_date is not None and form.half_time is not None:
            least, largest = form.half_time
            taken = _half_time(effect, late) - to_model_time(form.change_date)
            passed = bool(((taken >= least) & (taken <= largest)).all())
            yield Verdict(passed, f"{text}: half of it in {plain(least)} to {plain(largest)} years", span(taken))


def _half_time(effect: xr.DataArray, late: xr.DataArray) -> xr.DataArray:
    """Model time at which half of the late difference is first reached, straight between saved times."""
    share, times = (effect / late).transpose("time", ...), effect["time"].values
    reached = (share >= 0.5).values
    first = np.argmax(reached, axis=0)
    before = np.maximum(first - 1, 0)
    low, high = (np.take_along_axis(share.values, place[None], 0)[0] for place in (before, first))
    rise = np.where(high > low, high - low, 1.0)
    at = times[before] + (times[first] - times[before]) * np.clip((0.5 - low) / rise, 0.0, 1.0)
    return late.copy(data=np.where(reached.any(axis=0), at, np.nan))


def _conservation(case: Case, form: ConservationForm) -> Iterator[Verdict]:
    zero, scale = case.expressions[form.zero], case.expressions[form.scale]
    worst = residual(zero, scale, case.arms.own)
    yield Verdict(worst <= form.tolerance, f"{form.zero} within {form.tolerance:g} of {form.scale}", f"{worst:.2g}")


def residual(zero: Expression, scale: Expression, values: Callable[[str], xr.DataArray]) -> float:
    """Largest size of what must be zero relative to its scale, over all times and elements; never missing."""
    relative = abs(zero(values)) / abs(scale(values))
    worst = float(relative.max(skipna=False))
    return worst if np.isfinite(worst) else np.inf


def _placebo_time(case: Case, form: PlaceboTimeForm) -> Iterator[Verdict]:
    own, than = case.arms.own, case.arms.than
    early = own.times < to_model_time(form.before)
    moved = [name for name in _moving(case) if not _same(own.outputs[name][early], than.outputs[name][early])]
    yield Verdict(not moved, f"no variable moves before {plain(form.before)}", named(moved) or "none moves")
    later = [name for name in _moving(case) if not _same(own.outputs[name][~early], than.outputs[name][~early])]
    yield Verdict(bool(later), "some variable moves afterwards", f"{len(later)} move")


def _placebo_place(case: Case, form: PlaceboPlaceForm) -> Iterator[Verdict]:
    for text in form.outputs:
        own, other = case.value(text, case.arms.own), case.value(text, case.arms.than)
        effect = abs(difference(own, other, "relative" if form.at_most else "absolute"))
        still = window(choose(effect, form.where, case.names) if form.where else effect, form)
        bound = f"moves at most {plain(form.at_most)}" if form.at_most else "does not move"
        yield Verdict(bool((still <= form.at_most).all()), f"{text}: {bound}", span(still))
        if form.treated:
            treated = window(choose(abs(difference(own, other, "relative")), form.treated, case.names), form)
            most = window(choose(abs(difference(own, other, "relative")), form.where or (), case.names), form)
            others = [dim for dim in most.dims if dim != "time"]
            passed = bool((treated > most.max(others, skipna=False)).all())
            yield Verdict(passed, f"{text}: {named(form.treated)} moves more", span(treated))


def _ordering(case: Case, form: OrderingForm) -> Iterator[Verdict]:
    for text in form.outputs:
        own, than, base = (
            case.value(text, run, form.where) for run in (case.arms.own, case.arms.than, case.arms.baseline)
        )
        larger, smaller = (window(difference(run, base, form.measure), form) for run in (own, than))
        ratio = larger / smaller
        passed = bool(((ratio > 1.0) & (ratio >= form.times)).all())
        yield Verdict(passed, f"{text}: ratio above {plain(form.times)}", span(ratio))


def _identical(case: Case, form: IdenticalForm) -> Iterator[Verdict]:  # noqa: ARG001 - every kind is judged alike
    own, than = case.arms.own.outputs, case.arms.than.outputs
    moved = [name for name in _moving(case) if not _same(own[name], than[name])]
    yield Verdict(not moved, "the same bit for bit", named(moved) or "the same")


def _all_finite(run: Run) -> Verdict:
    faulty = [name for name, values in run.outputs.items() if not np.isfinite(values).all()]
    return Verdict(not faulty, "every variable is finite", named(faulty) or "all are")


def _stocks_not_negative(case: Case) -> Verdict:
    model, outputs = case.names.model, case.arms.own.outputs
    stocks = [name for name in outputs if model.variables[name].kind == "stock" and name not in case.may_be_negative]
    negative = [f"{name} {float(outputs[name].min()):.3g}" for name in stocks if not (outputs[name] >= 0.0).all()]
    return Verdict(not negative, "no stock is negative", named(negative) or "none is")


def _moving(case: Case) -> Iterator[str]:
    """Variables that a run computes: what it is given may differ."""
    variables = case.names.model.variables
    return (name for name in case.arms.own.outputs if variables[name].kind != "constant")


def _same(left: Any, right: Any) -> bool:
    return np.array_equal(left, right, equal_nan=True)


_JUDGES: Mapping[str, Callable[[Case, Any], Iterator[Verdict]]] = {
    "bounds": _bounds,
    "sign": _sign,
    "extreme": _extreme,
    "delay": _delay,
    "conservation": _conservation,
    "placebo_time": _placebo_time,
    "placebo_place": _placebo_place,
    "ordering": _ordering,
    "identical": _identical,
    "stocks": _stocks,
}
