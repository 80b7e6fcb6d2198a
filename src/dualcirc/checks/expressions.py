"""Arithmetic over the outputs of a run, as checks write it: ``sum([net domestic outflow]) / national_gdp``.

A name is the exact name of a variable of the model in brackets, or the name it has in a Dataset. Python's parser reads
the text, and nothing but the few nodes listed here is ever evaluated.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from dualcirc.checks.names import RUN_DIMS, ExpressionError, Names, choose
from dualcirc.errors import did_you_mean
from dualcirc.files.registry import dataset_name
from dualcirc.files.strict import MAX_NUMBER
from dualcirc.translate import Model

MAX_LENGTH, MAX_DEPTH = 1000, 50
"""More than any expression that a person reads: letters, and parts inside parts."""

_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
_POINTWISE: Mapping[str, Callable[..., Any]] = {"abs": np.abs, "log": np.log, "exp": np.exp}
_OVER_ELEMENTS = ("sum", "mean", "min", "max")
FUNCTIONS = (*_OVER_ELEMENTS, *_POINTWISE)

Values = Callable[[str], xr.DataArray]
"""Values of a variable by its exact name: (time, *subscripts), perhaps with dim ``run``."""


@dataclass(frozen=True)
class Expression:
    """An expression that was read; it can be evaluated on any run of the model."""

    text: str
    tree: ast.expr
    written: Mapping[str, str]
    """Name in brackets by the identifier that stands for it in the tree."""
    names: Names

    @property
    def variables(self) -> tuple[str, ...]:
        """Exact names of the variables that it reads."""
        found = [self._variable(name) for name in _names_read(self.tree)]
        return tuple(dict.fromkeys(found))

    def __call__(self, values: Values) -> xr.DataArray:
        """Value, (time, *subscripts): what is left of the subscripts of its variables."""
        with np.errstate(all="ignore"):
            return xr.DataArray(self._value(self.tree, values))

    def _value(self, node: ast.expr, values: Values) -> Any:
        match node:
            case ast.Constant(value=int() | float() as number):
                return np.float64(number)  # which divides by zero and overflows without an exception
            case ast.UnaryOp(op=op, operand=operand):
                return _OPERATORS[type(op)](self._value(operand, values))
            case ast.BinOp(op=op, left=left, right=right):
                return _OPERATORS[type(op)](self._value(left, values), self._value(right, values))
            case ast.Name(id=name):
                value = values(self._variable(name))
                return _over_elements("sum", value) if self._is_total(name) else value
            case ast.Call(func=ast.Name(id=function), args=[first, *rest]):
                value = self._value(first, values)
                if function in _POINTWISE:
                    return _POINTWISE[function](value)
                return _over_elements(function, self._chosen(value, rest) if rest else value)
        raise AssertionError(node)

    def _chosen(self, value: xr.DataArray, places: Sequence[ast.expr]) -> xr.DataArray:
        return choose(value, [self._plain(node) for node in places], self.names)

    def _plain(self, node: ast.expr) -> str:
        assert isinstance(node, ast.Name)
        return self.written.get(node.id, node.id)

    def _is_total(self, name: str) -> bool:
        return name not in self.written and self.names.variable(name) is None

    def _variable(self, name: str) -> str:
        """Exact name of a variable in the tree."""
        if name in self.written:
            return self.written[name]
        found = self.names.variable(name) or self.names.total(name)
        assert found is not None
        return found


def read_expression(text: str, names: Names) -> Expression:
    """Read and check an expression.

    Raises
    ------
    ExpressionError
        Naming what is not known or not allowed.
    """
    written: dict[str, str] = {}

    def shorten(found: re.Match[str]) -> str:
        identifier = f"_in_brackets_{len(written)}_"
        written[identifier] = found[1].strip()
        return identifier

    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"got {len(text)} letters", f"at most {MAX_LENGTH}")
    plain = re.sub(r"\[([^\[\]]*)\]", shorten, text).strip()
    try:
        tree = ast.parse(plain.replace("^", "**"), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"got '{text}'", "arithmetic, as sum([GDP]) / national_gdp") from None
    if _depth(tree) > MAX_DEPTH:
        raise ExpressionError(f"got '{text}'", f"at most {MAX_DEPTH} parts inside parts")
    for fault in _faults(tree, written, names, of_place=False):
        raise fault
    expression = Expression(text, tree, written, names)
    if not expression.variables:
        raise ExpressionError(f"got '{text}', which reads no variable", "a name of a variable")
    expression(lambda name: _example(name, names.model))  # the subscripts must fit
    return expression


def _faults(node: ast.expr, written: Mapping[str, str], names: Names, *, of_place: bool) -> Iterator[ExpressionError]:
    """Everything in a tree that is not arithmetic, or a name that is not known."""
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool) and number < MAX_NUMBER:
            return
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield from _faults(operand, written, names, of_place=False)
        case ast.BinOp(op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.Pow(), left=left, right=right):
            yield from _faults(left, written, names, of_place=False)
            yield from _faults(right, written, names, of_place=False)
        case ast.Name(id=name):
            if not of_place:  # a place is checked where the subscripts are known
                yield from _unknown(name, written, names)
        case ast.Call(func=ast.Name(id=function), args=[first, *rest], keywords=[]) if function in FUNCTIONS:
            yield from _faults(first, written, names, of_place=False)
            for place in rest:
                if function in _POINTWISE or not isinstance(place, ast.Name):
                    yield _not_arithmetic(place)
                yield from _faults(place, written, names, of_place=True)
        case _:
            yield _not_arithmetic(node)


def _depth(tree: ast.AST) -> int:
    """How deep parts stand inside parts, found without going as deep."""
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [part for node in level for part in ast.iter_child_nodes(node)]
    return depth


def _not_arithmetic(node: ast.expr) -> ExpressionError:
    got = ast.unparse(node)
    return ExpressionError(f"got '{got}'", f"+ - * / ^, numbers, names, and the functions {', '.join(FUNCTIONS)}")


def _unknown(name: str, written: Mapping[str, str], names: Names) -> Iterator[ExpressionError]:
    if name in written:
        if written[name] not in names.model.variables:
            mend = did_you_mean(written[name], names.model.variables)
            yield ExpressionError(f"unknown variable '{written[name]}'", "the exact name of a variable", mend)
    elif names.variable(name) is None and names.total(name) is None:
        mend = did_you_mean(name, [dataset_name(known) for known in names.model.variables])
        expected = "a variable as a Dataset names it, or its exact name in brackets"
        yield ExpressionError(f"unknown name '{name}'", expected, mend)


def _names_read(tree: ast.expr) -> Iterator[str]:
    """Identifiers of variables: functions and places are none."""
    match tree:
        case ast.Name(id=name):
            yield name
        case ast.Call(args=[first, *_]):
            yield from _names_read(first)
        case _:
            for part in ast.iter_child_nodes(tree):
                if isinstance(part, ast.expr):
                    yield from _names_read(part)


def _over_elements(function: str, value: Any) -> Any:
    """Sum, mean, least or largest over all subscripts; a number stays what it is."""
    if not isinstance(value, xr.DataArray):
        return value
    dims = [dim for dim in value.dims if dim not in RUN_DIMS]
    # What is no number stays so: by default xarray would leave it out.
    return getattr(value, function)(dims, skipna=False) if dims else value


def _example(name: str, model: Model) -> xr.DataArray:
    """A variable of ones, with its subscripts."""
    dims = model.variables[name].dims
    coords = {dim: list(model.subscripts[dim]) for dim in dims}
    return xr.DataArray(np.ones((1, *model.shape(name))), {"time": [0.0], **coords}, ("time", *dims))
