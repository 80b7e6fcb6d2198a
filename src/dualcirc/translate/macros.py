"""Put the variables of every macro call into the model, so that what follows knows no macros.

A call ``x[Region] = STEADY(inflow[Region], 3)`` of a macro with the variable ``level`` makes the variables
``#x>STEADY>level#`` and the like, over the ranges on the left of the equation, after Vensim's manual ("Macros":
the left-hand side, the macro, its variables). No name of a model begins so, and they are no outputs unless asked for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.constructs import fold
from dualcirc.translate.ir import is_inner
from dualcirc.translate.lines import line_of
from dualcirc.translate.read_structures import element as make_element
from dualcirc.translate.read_structures import reference

CALLS = 10_000
"""Macros that call macros double with every storey; no model comes near this number."""

GLOBAL = ("time", "initial_time", "final_time", "time_step", "saveper")
"""What a macro reads of the model without a dollar sign, as in PySD."""

_BINDING = ("sum", "prod", "vmin", "vmax", "vmin_xmile", "vmax_xmile", "elmcount")
_NOT_OUTPUTS = re.compile(r":(?:AND|OR|NOT|NA):|\"(?:[^\"\\]|\\.)*\"|'[^']*'|[():]", re.IGNORECASE)


class _MacroError(Exception):
    """One call cannot be expanded."""


@dataclass(frozen=True)
class _Scope:
    """What names mean where an expression stands, and what its calls are named after."""

    owner: str
    dims: tuple[str, ...]
    names: Mapping[str, str] | None = None
    """Folded name -> folded name in the model; none in the model itself."""
    tables: frozenset[str] = frozenset()
    """Folded names in the model of tables, which have no dimensions."""
    macro: str = ""
    storeys: tuple[str, ...] = ()
    """Macros that this one stands in."""
    counts: dict[str, int] = field(default_factory=dict)


def expand(main: Any, macros: Sequence[Any], path: Path, text: str) -> Any:
    """
    Section of the model without calls of macros.

    Raises
    ------
    ModelFileError
        If a macro calls itself, is called with a wrong number of arguments, reads what it does not define, or has
        subscripts of its own; with the variable that calls it.
    """
    known = {fold(macro.name): macro for macro in macros}
    if len(known) < len(macros):
        raise ModelFileError(Problem("two macros have the same name", str(path)))
    forged = [element.name for element in main.elements if is_inner(element.name)]
    if forged:
        told = f"variable '{forged[0]}': a name like this is kept for the variables of macros"
        raise ModelFileError(Problem(told, str(path), line_of(text, forged[0])))
    if not known:
        return main
    work = _Expansion(known, {fold(entry.name) for entry in main.subscripts}, _tables(main))
    elements, problems = [], []
    for element in main.elements:
        try:
            elements += work.element(element)
        except _MacroError as error:
            what = f"variable '{element.name}': {error}"
            problems.append(Problem(what, str(path), line_of(text, element.name)))
    problems += _twice([*elements, *work.made], path)
    if problems:
        raise ModelFileError(problems)
    return replace(main, elements=elements + work.made)


def _twice(elements: Sequence[Any], path: Path) -> list[Problem]:
    """Outputs of macros that have an equation of their own as well."""
    count = Counter(fold(element.name) for element in elements)
    return [
        Problem(f"variable '{element.name}' is an output of a macro and has another equation", str(path))
        for element in elements
        if count[fold(element.name)] > 1
    ][:1]


def with_outputs_as_arguments(equation: str, macros: Sequence[str]) -> str:
    """
    Equation whose calls ``M(a, b : c, d)`` read ``M(a, b, 'c', 'd')``.

    The outputs after the colon become quoted arguments, for PySD's grammar of calls knows commas alone.
    """
    for macro in macros:
        words = r"[ _]+".join(map(re.escape, re.split(r"[ _]+", macro)))
        for call in reversed(list(re.finditer(rf"(?<![\w$']){words}\s*\(", equation, re.IGNORECASE))):
            equation = equation[: call.end()] + _outputs_quoted(equation[call.end() :])
    return equation


def _outputs_quoted(rest: str) -> str:
    """Text after the bracket of a call, outputs quoted."""
    depth, colon = 0, -1
    for match in _NOT_OUTPUTS.finditer(rest):
        mark = match[0]
        if mark == ")" and depth == 0:
            if colon < 0:
                return rest
            names = [f"'{name.strip()}'" for name in rest[colon + 1 : match.start()].split(",") if name.strip()]
            return ", ".join([rest[:colon], *names]) + rest[match.start() :]
        depth += {"(": 1, ")": -1}.get(mark, 0)
        colon = match.start() if mark == ":" and depth == 0 and colon < 0 else colon
    return rest


@dataclass
class _Expansion:
    """Macros by folded name, and the elements that their calls make."""

    macros: Mapping[str, Any]
    ranges: set[str]
    tables: frozenset[str]
    made: list[Any] = field(default_factory=list)
    calls: int = 0

    def element(self, element: Any) -> list[Any]:
        """Element of the model with its calls read from what they make."""
        counts: dict[str, int] = {}
        components = []
        for component in element.components:
            dims = tuple(text for text in component.subscripts[0] if fold(text) in self.ranges)
            scope = _Scope(element.name, dims, tables=self.tables, counts=counts)
            components.append(replace(component, ast=self.tree(component.ast, scope)))
        return [replace(element, components=components)]

    def tree(self, node: Any, scope: _Scope) -> Any:
        """Syntax tree with calls replaced and names of a macro's variables made those of the model."""
        kind = type(node).__name__
        if kind == "CallStructure" and fold(node.function.reference) in self.macros:
            return self._call(node, scope)
        if kind == "CallStructure":
            function = node.function
            if scope.names is not None and function.reference in scope.names:
                function = reference(scope.names[function.reference])
            return replace(node, function=function, arguments=tuple(self.tree(a, scope) for a in node.arguments))
        if kind == "ReferenceStructure":
            return node if scope.names is None else _renamed(node, scope)
        if isinstance(node, tuple | list):
            return type(node)(self.tree(part, scope) for part in node)
        if is_dataclass(node) and not isinstance(node, type):
            parts = {entry.name: self.tree(getattr(node, entry.name), scope) for entry in fields(node)}
            return replace(node, **parts)
        return node

    def _call(self, node: Any, scope: _Scope) -> Any:
        """Make the variables of one call; a reference to its value."""
        macro = self.macros[fold(node.function.reference)]
        self.calls += 1
        if macro.name in scope.storeys:
            raise _MacroError(f"macro '{macro.name}' calls itself")
        if self.calls > CALLS:
            raise _MacroError(f"the model calls macros more than {CALLS:,} times")
        outputs = [argument for argument in node.arguments if isinstance(argument, str)]
        arguments = list(node.arguments[: len(node.arguments) - len(outputs)])
        if len(arguments) != len(macro.params) or len(outputs) > len(macro.returns):
            given = f"{len(arguments)} arguments and {len(outputs)} outputs are given"
            raise _MacroError(f"macro '{macro.name}' takes {len(macro.params)} and {len(macro.returns)}, {given}")
        marked = tuple(dict.fromkeys(mark for argument in arguments for mark in _marks(argument)))
        if set(marked) & set(scope.dims):
            raise _MacroError(f"macro '{macro.name}' is called inside a sum over a subscript of the left side")
        arguments = [_unmarked(argument, marked) for argument in arguments]
        inner = self._instance(macro, arguments, scope, marked)
        for output, returned in zip(outputs, macro.returns, strict=False):
            tree = reference(_named(inner, returned, macro.name), inner.dims)
            self.made.append(make_element(output.partition("[")[0].strip(), inner.dims, tree))
        subscripts = [*scope.dims, *(f"{mark}!" for mark in marked)]
        return reference(_named(inner, macro.name, macro.name), subscripts)

    def _instance(self, macro: Any, arguments: Sequence[Any], scope: _Scope, marked: tuple[str, ...]) -> _Scope:
        """Put the parameters and the variables of one call into the model."""
        number = scope.counts[macro.name] = scope.counts.get(macro.name, 0) + 1
        owner = f"{scope.owner}>{macro.name}" + (f" {number}" if number > 1 else "")
        dims = (*scope.dims, *marked)
        caller = replace(scope, owner=owner, dims=dims)
        names, tables = {}, set(self.tables)
        for param, argument in zip(macro.params, arguments, strict=True):
            names[fold(param)] = fold(f"#{owner}>{param}#")
            if type(argument).__name__ == "ReferenceStructure" and _meaning(argument, scope) in scope.tables:
                names[fold(param)] = _meaning(argument, scope)
            else:
                self.made.append(make_element(f"#{owner}>{param}#", dims, self.tree(argument, caller)))
        for element in macro.elements:
            names[fold(element.name)] = fold(f"#{owner}>{element.name}#")
            tables |= {names[fold(element.name)]} if _is_table(element) else set()
        storeys = (*scope.storeys, macro.name)
        inner = _Scope(owner, dims, names, frozenset(tables), macro.name, storeys)
        for element in macro.elements:
            self.made.append(self._inner(element, inner))
        return inner

    def _inner(self, element: Any, scope: _Scope) -> Any:
        """Variable of a macro as one of the model."""
        if any(component.subscripts[0] for component in element.components) or len(element.components) > 1:
            raise _MacroError(f"'{element.name}' of macro '{scope.macro}' has subscripts, or several equations")
        component = element.components[0]
        dims = [] if _is_table(element) else list(scope.dims)
        tree = self.tree(component.ast, replace(scope, owner=f"{scope.owner}>{element.name}", counts={}))
        made = replace(component, subscripts=(dims, []), ast=tree)
        return replace(element, name=f"#{scope.owner}>{element.name}#", components=[made])


def _renamed(node: Any, scope: _Scope) -> Any:
    """Reference of a macro's equation as one of the model."""
    assert scope.names is not None
    name = node.reference
    if node.subscripts is not None:
        raise _MacroError(f"'{name}' in macro '{scope.macro}' has subscripts, which a macro cannot have")
    if name in scope.names:
        meant = scope.names[name]
        return reference(meant, () if meant in scope.tables else scope.dims)
    if name.endswith("$"):  # a variable of the model, in Vensim's manual
        return reference(fold(name[:-1]))
    if name not in GLOBAL:
        told = name.replace("_", " ")
        raise _MacroError(
            f"macro '{scope.macro}' reads '{told}' and does not define it; write '{told}$' for the model's"
        )
    return node


def _meaning(node: Any, scope: _Scope) -> str:
    """Folded name in the model of what a reference means."""
    name = str(node.reference)
    return name if scope.names is None else scope.names.get(name, name)


def _named(scope: _Scope, variable: str, macro: str) -> str:
    """Name in the model of an output of a macro."""
    assert scope.names is not None
    if fold(variable) not in scope.names:
        raise _MacroError(f"macro '{macro}' has no equation for its output '{variable}'")
    return scope.names[fold(variable)]


def _marks(node: Any) -> Iterator[str]:
    """Ranges marked with ``!`` in an argument, and not summed over inside it."""
    kind = type(node).__name__
    if kind == "CallStructure" and node.function.reference in _BINDING:
        return
    if kind == "SubscriptsReferenceStructure":
        yield from (text.rstrip("! ") for text in node.subscripts if text.rstrip().endswith("!"))
    elif isinstance(node, tuple | list):
        for part in node:
            yield from _marks(part)
    elif is_dataclass(node):
        for entry in fields(node):
            yield from _marks(getattr(node, entry.name))


def _unmarked(node: Any, marked: tuple[str, ...]) -> Any:
    """Argument with its ranges read one by one; the sum stands around the call."""
    kind = type(node).__name__
    if not marked or (kind == "CallStructure" and node.function.reference in _BINDING):
        return node
    if kind == "SubscriptsReferenceStructure":
        bare = [text.rstrip("! ") if text.rstrip("! ") in marked else text for text in node.subscripts]
        return replace(node, subscripts=bare)
    if isinstance(node, tuple | list):
        return type(node)(_unmarked(part, marked) for part in node)
    if is_dataclass(node) and not isinstance(node, type):
        return replace(node, **{entry.name: _unmarked(getattr(node, entry.name), marked) for entry in fields(node)})
    return node


def _is_table(element: Any) -> bool:
    return type(element.components[0]).__name__ == "AbstractLookup"


def _tables(main: Any) -> frozenset[str]:
    """Folded names of the model's tables."""
    return frozenset(fold(element.name) for element in main.elements if _is_table(element))
