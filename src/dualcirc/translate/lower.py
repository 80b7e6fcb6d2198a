"""Translator's abstract section -> variables, states and time settings; every fault is named, then raised once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.constants import constant, constant_in_parts, written_dims
from dualcirc.translate.constructs import STRUCTURE_NAMES, fold
from dualcirc.translate.expressions import EquationReader, Names, RefusedError
from dualcirc.translate.ir import Expression, FloatArray, Interpolation, Kind, Level, Series, State, Variable
from dualcirc.translate.lines import line_of
from dualcirc.translate.tables import Tables

CONTROL = ("initial_time", "final_time", "time_step", "saveper")
_INTERPOLATIONS: Mapping[str | None, Interpolation] = {None: "linear", "interpolate": "linear", "hold_backward": "hold"}


@dataclass
class Lowered:
    """What one model file says."""

    subscripts: dict[str, tuple[str, ...]]
    variables: dict[str, Variable] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    tables: list[Path] = field(default_factory=list)


@dataclass
class _Lowering:
    """Names, tables and faults met while the elements are lowered."""

    path: Path
    text: str
    names: Names
    tables: Tables
    result: Lowered
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, what: str, mend: str = "") -> None:
        """Note one fault of one variable."""
        line = line_of(self.text, name)
        self.problems.append(Problem(f"variable '{name}': {what}", str(self.path), line, mend=mend))


def lower(section: Any, path: Path) -> Lowered:
    """
    Variables, states and subscripts of the model.

    Raises
    ------
    ModelFileError
        With every variable that uses an unknown construct, a wrong table or an unknown name.
    """
    text = path.read_text(encoding="utf-8", errors="ignore")
    problems: list[Problem] = []
    subscripts = _subscripts(section.subscripts, path, problems)
    names = _names(section.elements, subscripts)
    work = _Lowering(path, text, names, Tables(path.parent), Lowered(subscripts), problems)
    for check in (*section.constraints, *section.test_inputs):
        work.refuse(check.name, "a reality check is not supported")
    for element in section.elements:
        try:
            variable = _variable(element, work)
        except RefusedError as refused:
            work.refuse(element.name, refused.what, refused.mend)
        else:
            work.result.variables[variable.name] = variable
    if problems:
        raise ModelFileError(problems)
    work.result.tables = sorted(work.tables.read)
    return work.result


def _subscripts(ranges: Sequence[Any], path: Path, problems: list[Problem]) -> dict[str, tuple[str, ...]]:
    """Elements of every range; ``A <-> B`` makes A an alias of B."""
    elements: dict[str, tuple[str, ...]] = {}
    for subscript in sorted(ranges, key=lambda entry: isinstance(entry.subscripts, str)):
        known = {fold(name): name for name in elements}
        alias = isinstance(subscript.subscripts, str)
        # PySD gives every alias one shared list of mappings, which its own builder fills.
        if isinstance(subscript.subscripts, dict) or (subscript.mapping and not alias):
            problems.append(Problem(f"subscript range '{subscript.name}': mappings are not supported", str(path)))
        elif not alias:
            elements[subscript.name] = tuple(subscript.subscripts)
        elif fold(subscript.subscripts) in known:
            elements[subscript.name] = elements[known[fold(subscript.subscripts)]]
        else:
            problems.append(Problem(f"subscript range '{subscript.name}' copies an unknown range", str(path)))
    if problems:
        raise ModelFileError(problems)
    return elements


def _names(elements: Sequence[Any], subscripts: Mapping[str, tuple[str, ...]]) -> Names:
    """Every name of the model under its folded form."""
    names = Names({}, {fold(name): name for name in subscripts}, subscripts)
    variables = {fold(e.name): (e.name, written_dims(e.components, names)) for e in elements}
    return replace(names, variables=variables)


def _variable(element: Any, work: _Lowering) -> Variable:
    """One element of the model."""
    component = element.components[0]
    dims = _dims(element, work.names)
    shape = tuple(len(work.names.elements[dim]) for dim in dims)
    base = Variable(
        name=element.name,
        dims=dims,
        unit=element.units.strip(),
        kind="auxiliary",
        documentation=element.documentation.strip(),
        line=line_of(work.text, element.name),
    )
    if len(element.components) > 1:
        return _with(base, kind="constant", value=constant_in_parts(element.components, dims, work.names, work.tables))
    match type(component).__name__:
        case "AbstractData":
            return _with(base, kind="data", series=_series(component, shape, work.tables))
        case "AbstractComponent":
            return _equation(base, component.ast, shape, work)
        case "AbstractUnchangeableConstant":
            raise RefusedError("an unchangeable constant ('==') is not supported", "Write '='.")
    construct = STRUCTURE_NAMES.get(type(component.ast).__name__, "a lookup")
    raise RefusedError(f"{construct} is not supported")


def _dims(element: Any, names: Names) -> tuple[str, ...]:
    """Ranges on the left of the equation."""
    if any(component.subscripts[1] for component in element.components):
        raise RefusedError(":EXCEPT: is not supported")
    dims = names.variables[fold(element.name)][1]
    if any(len(component.subscripts[0]) != len(dims) for component in element.components):
        raise RefusedError("its equations have different numbers of subscripts")
    for text in dims:
        if fold(text) not in names.ranges:
            raise RefusedError(f"'{text}' on the left is no subscript range", "Write one equation for the whole range.")
    if len(dims) != len(set(dims)):
        raise RefusedError("a subscript is repeated on the left", "Use an alias, A <-> B.")
    return dims


def _equation(base: Variable, tree: Any, shape: tuple[int, ...], work: _Lowering) -> Variable:
    """Constant or equation."""
    value = constant(tree, shape, work.tables)
    control = fold(base.name) in CONTROL
    if value is not None and not control:
        return _with(base, kind="constant", value=value)
    reader = EquationReader(work.names, base.name, base.dims)
    expression = reader.read(tree)
    work.result.states.update({state.name: state for state in reader.states})
    whole = isinstance(expression, Level) and reader.states[-1].function == "INTEG"
    kind: Kind = "control" if control else "stock" if whole else "auxiliary"
    return _with(base, kind=kind, expression=expression)


def _series(component: Any, shape: tuple[int, ...], tables: Tables) -> Series:
    """Table of a data variable."""
    if component.keyword not in _INTERPOLATIONS:
        keyword = f":{component.keyword.upper().replace('_', ' ')}:"
        raise RefusedError(f"{keyword} is not supported", "Known: :INTERPOLATE:, :HOLD BACKWARD:.")
    tree = component.ast
    kind = type(tree).__name__
    if kind != "GetDataStructure":
        raise RefusedError(f"{STRUCTURE_NAMES.get(kind, 'an expression')} is not supported in a data equation")
    times, values = tables.series(tree.file, tree.tab, tree.time_row_or_col, tree.cell, shape)
    return Series(times, values, _INTERPOLATIONS[component.keyword])


def _with(
    base: Variable,
    *,
    kind: Kind,
    expression: Expression | None = None,
    value: FloatArray | None = None,
    series: Series | None = None,
) -> Variable:
    """Complete a variable with what its equation says."""
    if value is not None:
        value.setflags(write=False)
    return Variable(base.name, base.dims, base.unit, kind, base.documentation, base.line, expression, value, series)
