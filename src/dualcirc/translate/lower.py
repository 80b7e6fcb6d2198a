"""Translator's abstract section -> variables, states and time settings; every fault is named, then raised once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.clock import CONTROL
from dualcirc.translate.constants import as_expression, constant, constant_in_parts
from dualcirc.translate.constructs import RefusedError, fold
from dualcirc.translate.data import over_time, series
from dualcirc.translate.expressions import EquationReader
from dualcirc.translate.ir import Expression, Kind, Level, State, Table, Variable
from dualcirc.translate.lines import line_of
from dualcirc.translate.lookups import table
from dualcirc.translate.parts import check_cover, joined, left_side, without
from dualcirc.translate.ranges import Ranges, numbers, read_ranges
from dualcirc.translate.safe import shape_fault
from dualcirc.translate.sheets import file_aliases
from dualcirc.translate.subscripts import Left, Names, merged_dims
from dualcirc.translate.tables import Tables

_LOOKUPS = ("LookupsStructure", "GetLookupsStructure")
_DATA = ("DataStructure", "GetDataStructure")


@dataclass
class Lowered:
    """What one model file says."""

    subscripts: dict[str, tuple[str, ...]]
    variables: dict[str, Variable] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    lookups: dict[str, Table] = field(default_factory=dict)
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


def lower(section: Any, path: Path, text: str) -> Lowered:
    """
    Variables, states, lookups and subscripts of the model.

    Raises
    ------
    ModelFileError
        With every variable that uses an unknown construct, a wrong table or an unknown name.
    """
    tables = Tables(path.parent, file_aliases(text))
    names = _names(section.elements, _ranges(section.subscripts, path, text, tables))
    work = _Lowering(path, text, names, tables, Lowered(names.elements, lookups=names.lookups))
    lookups = {fold(element.name) for element in section.elements if _all_are(element, _LOOKUPS)}
    for element in sorted(section.elements, key=lambda element: fold(element.name) not in lookups):
        try:
            variable = _variable(element, work)
        except RefusedError as refused:
            work.refuse(element.name, refused.what, refused.mend)
        else:
            work.result.variables[variable.name] = variable
    if work.problems:
        raise ModelFileError(work.problems)
    order = [element.name for element in section.elements]
    work.result.variables = {name: work.result.variables[name] for name in order}
    work.result.tables = tables.read
    return work.result


def _ranges(entries: Sequence[Any], path: Path, text: str, tables: Tables) -> Ranges:
    """Subscript ranges, or every fault in them."""
    ranges, faults = read_ranges(entries, tables)
    if faults:
        told = [Problem(f"subscript range '{n}': {what}", str(path), line_of(text, n)) for n, what in faults]
        raise ModelFileError(told)
    return ranges


def _names(elements: Sequence[Any], ranges: Ranges) -> Names:
    """Every name of the model under its folded form."""
    folded = {fold(name): name for name in ranges.elements}
    names = Names({}, folded, dict(ranges.elements), ranges.mappings, numbers(ranges))
    variables = {
        fold(e.name): (e.name, merged_dims([component.subscripts[0] for component in e.components], names))
        for e in elements
    }
    return replace(names, variables=variables)


def _all_are(element: Any, kinds: Sequence[str]) -> bool:
    """Whether every equation of an element is of these kinds."""
    return all(type(component.ast).__name__ in kinds for component in element.components)


def _variable(element: Any, work: _Lowering) -> Variable:
    """One element of the model."""
    dims = _dims(element, work.names)
    if fault := shape_fault([len(work.names.elements[dim]) for dim in dims]):
        raise RefusedError(fault)
    base = Variable(
        name=element.name,
        dims=dims,
        unit=element.units.strip(),
        kind="auxiliary",
        documentation=element.documentation.strip(),
        line=line_of(work.text, element.name),
        unchangeable=any(type(c).__name__ == "AbstractUnchangeableConstant" for c in element.components),
    )
    if _all_are(element, _LOOKUPS):
        work.names.lookups[base.name] = table(element.components, dims, work.names, work.tables)
        return replace(base, kind="lookup")
    if _all_are(element, _DATA):
        points = series(element.components, dims, work.names, work.tables)
        points.times.setflags(write=False)
        points.values.setflags(write=False)
        return replace(base, kind="data", series=points)
    if any(type(component.ast).__name__ in _LOOKUPS for component in element.components):
        raise RefusedError("its equations mix lookups with others", "Write one kind of equation for all elements.")
    return _equations(base, element.components, work)


def _dims(element: Any, names: Names) -> tuple[str, ...]:
    """Ranges on the left of the equations."""
    dims = names.variables[fold(element.name)][1]
    if len({len(component.subscripts[0]) for component in element.components}) > 1:
        raise RefusedError("its equations have different numbers of subscripts")
    for text in dims:
        if names.range(text) is None:
            raise RefusedError(f"'{text}' on the left is no subscript range nor an element of one")
    if len(dims) != len(set(dims)):
        raise RefusedError("a subscript is repeated on the left", "Use an alias, A <-> B.")
    return dims


def _equations(base: Variable, components: Sequence[Any], work: _Lowering) -> Variable:
    """Constant, or variable with one equation or several."""
    names = work.names
    wholes = [left_side(component.subscripts[0], base.dims, names) for component in components]
    blocks = [
        (whole, without(whole, component.subscripts[1], base.dims, names))
        for whole, component in zip(wholes, components, strict=True)
    ]
    check_cover([block for _, left in blocks for block in left], base.dims, names)
    control = fold(base.name) in CONTROL
    value = None if control else constant_in_parts(components, blocks, base.dims, names, work.tables)
    if value is not None:
        value.setflags(write=False)
        return replace(base, kind="constant", value=value)
    states: list[State] = []
    parts = [
        (block, _expression(component, whole, block, base.name, states, work))
        for component, (whole, left) in zip(components, blocks, strict=True)
        for block in left
    ]
    work.result.states.update({state.name: state for state in states})
    kind: Kind = "control" if control else "stock" if _are_stocks(parts, work.result.states) else "auxiliary"
    return replace(base, kind=kind, expression=joined(parts, base.dims))


def _expression(
    component: Any, whole: Left, block: Left, owner: str, states: list[State], work: _Lowering
) -> Expression:
    """Right-hand side of one equation for a block of its elements."""
    value = constant(component.ast, whole.shape, work.tables)
    if value is not None:
        return as_expression(value, whole, block)
    if type(component.ast).__name__ in _DATA:
        return over_time(owner, component, whole, block, work.names, work.tables)
    return EquationReader(work.names, owner, block.axes, states, left=block).read(component.ast)


def _are_stocks(parts: Sequence[tuple[Left, Expression]], states: dict[str, State]) -> bool:
    """Whether each part is the level of an INTEG and nothing else."""
    return all(isinstance(part, Level) and states[part.state].function == "INTEG" for _, part in parts)
