"""Other initial values of stocks, as inputs of one and the same compiled model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from dualcirc.checks.names import ExpressionError, Names
from dualcirc.errors import did_you_mean
from dualcirc.files.check_schema import StartForm
from dualcirc.translate import Model, State, Variable
from dualcirc.translate.ir import Call, Reference

Array = NDArray[np.float64]


def with_free_starts(model: Model, stocks: Iterable[str]) -> Model:
    """Model in which stocks start at their initial value times a factor plus a value, one and zero if nothing is said.

    Both are exact, so that without other starts every run is that of the model bit for bit.
    """
    variables, states = dict(model.variables), dict(model.states)
    for stock in dict.fromkeys(stocks):
        state = state_of(model, stock)
        factor, value = (
            _constant(model, state, name, number) for name, number in zip(_inputs(stock), (1, 0), strict=True)
        )
        variables |= {factor.name: factor, value.name: value}
        scaled = Call("*", (state.initial, Reference(factor.name, state.dims)))
        states[state.name] = replace(state, initial=Call("+", (scaled, Reference(value.name, state.dims))))
    return replace(model, variables=variables, states=states)


def state_of(model: Model, stock: str) -> State:
    """Level of a stock: a variable whose equation is an INTEG."""
    return next(state for state in model.states.values() if state.owner == stock)


def start_inputs(starts: Iterable[StartForm], names: Names) -> dict[str, Array]:
    """Inputs of a run that give stocks their other initial values.

    Raises
    ------
    ExpressionError
        A stock or a place is unknown.
    """
    inputs: dict[str, Array] = {}
    for start in starts:
        variable = _stock(start.stock, names)
        chosen = _chosen(start.places, variable, names)
        factor_name, value_name = _inputs(start.stock)
        factor = inputs.setdefault(factor_name, np.ones(chosen.shape))
        value = inputs.setdefault(value_name, np.zeros(chosen.shape))
        factor[chosen] = 0.0 if start.factor is None else start.factor
        value[chosen] = 0.0 if start.value is None else start.value
    return inputs


def _stock(name: str, names: Names) -> Variable:
    stocks = [known for known, variable in names.model.variables.items() if variable.kind == "stock"]
    if name not in stocks:
        raise ExpressionError(f"unknown stock '{name}'", "the exact name of a stock", did_you_mean(name, stocks))
    return names.model.variables[name]


def _chosen(places: list[str] | None, variable: Variable, names: Names) -> NDArray[np.bool_]:
    """(*dims): which elements are meant; a stock without subscripts has one."""
    shape = names.model.shape(variable.name)
    if places is None:
        return np.ones(shape, dtype=bool)
    elements = {element for place in places for element in names.places(place) or ()}
    first = names.model.subscripts[variable.dims[0]] if variable.dims else ()
    unknown = [place for place in places if not set(names.places(place) or ()) & set(first)]
    if unknown:
        mend = did_you_mean(unknown[0], first)
        raise ExpressionError(f"'{variable.name}' has no element '{unknown[0]}'", "its elements, or regions", mend)
    chosen = np.zeros(shape, dtype=bool)
    chosen[[element in elements for element in first]] = True
    return chosen


def _inputs(stock: str) -> tuple[str, str]:
    """Names of the factor and of the value; no name of a model file holds a colon."""
    return f"start factor: {stock}", f"start value: {stock}"


def _constant(model: Model, state: State, name: str, number: float) -> Variable:
    shape = tuple(len(model.subscripts[dim]) for dim in state.dims)
    return Variable(name, state.dims, "Dmnl", "constant", value=np.full(shape, float(number)))
