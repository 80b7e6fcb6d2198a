"""Values of the computed variables that never change, as base accounts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import xarray as xr

from dualcirc.translate.ir import Call, Expression, FloatArray, Model, Number, Pick, Reference, Sum
from dualcirc.translate.order import step_order, varying

_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "+": lambda one, other: one + other,
    "-": lambda one, other: one - other,
    "*": lambda one, other: one * other,
    "/": lambda one, other: one / other,
    "^": lambda one, other: one**other,
    "negative": lambda one: -one,
    "EXP": np.exp,
    "LN": np.log,
    "MIN": np.minimum,
    "MAX": np.maximum,
}


def fixed_values(model: Model) -> dict[str, FloatArray]:
    """
    Values (*dims) of the auxiliaries that read constants alone, by name.

    One whose equation has a function beyond arithmetic is left out, and so is what reads it.
    """
    moving = varying(model)
    known: dict[str, FloatArray] = {}
    for name in step_order(model):
        variable = model.variables[name]
        if name in moving:
            continue
        if variable.value is not None:
            known[name] = variable.value
        elif variable.expression is not None:
            value = _evaluated(variable.expression, known)
            if value is not None and set(value.dims) == set(variable.dims):
                known[name] = value.transpose(*variable.dims).to_numpy()
    return {name: value for name, value in known.items() if model.variables[name].value is None}


def _evaluated(expression: Expression, known: Mapping[str, FloatArray]) -> xr.DataArray | None:
    """Value of an expression by its axes; none where it names what is not known."""
    match expression:
        case Number(value=value):
            return xr.DataArray(value)
        case Reference(name=name, axes=axes) if name in known and not any(isinstance(axis, Pick) for axis in axes):
            values = known[name][tuple(axis if isinstance(axis, int) else slice(None) for axis in axes)]
            return xr.DataArray(values, dims=[axis for axis in axes if isinstance(axis, str)])
        case Sum(axes=axes, argument=argument):
            inner = _evaluated(argument, known)
            return inner.sum(axes) if inner is not None and set(axes) <= set(inner.dims) else None
        case Call(function=function, arguments=arguments) if function in _FUNCTIONS:
            parts = [_evaluated(part, known) for part in arguments]
            return None if any(part is None for part in parts) else _FUNCTIONS[function](*parts)
    return None
