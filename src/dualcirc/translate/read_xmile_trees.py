"""Syntax trees of XMILE in the words of Vensim, so that one lowering serves both.

XMILE names an array without subscripts where all of it is meant, has names for the clock, and functions whose
arguments Vensim orders otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from dualcirc.translate.constructs import fold
from dualcirc.translate.read_structures import ArithmeticStructure, CallStructure, reference

WILDCARD = "whole__range"
"""Name that stands for ``*`` between square brackets, which PySD's grammar does not know."""

CLOCK = {"dt": "time_step", "starttime": "initial_time", "stoptime": "final_time"}
"""Names of XMILE 1.0, section 3.5.5, beside ``TIME``."""

_REDUCTIONS = {"sum": "sum", "vmax_xmile": "vmax", "vmin_xmile": "vmin", "prod": "prod"}


@dataclass(frozen=True)
class Ranges:
    """Which dimensions every variable has."""

    elements: Mapping[str, tuple[str, ...]]
    """Folded name of a range -> its folded elements."""
    dims: Mapping[str, tuple[str, ...]]
    """Folded name of a variable -> its ranges."""
    params: frozenset[str] = field(default=frozenset())

    @staticmethod
    def of(subscripts: Mapping[str, Sequence[str]], elements: Sequence[Any], params: Sequence[str]) -> Ranges:
        """Ranges of a section, from the left sides of its equations."""
        folded = {fold(name): tuple(fold(text) for text in texts) for name, texts in subscripts.items()}
        dims = {fold(element.name): _dims(element, folded) for element in elements}
        return Ranges(folded, dims, frozenset(params))


def spelled_out(element: Any, ranges: Ranges) -> Any:
    """Element whose trees say every subscript, and name the clock and the functions as Vensim does."""
    components = [
        replace(component, ast=_tree(component.ast, ranges, tuple(map(fold, component.subscripts[0])), False))
        for component in element.components
    ]
    return replace(element, components=components)


def _dims(element: Any, ranges: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Ranges of a variable; for single elements the first range that has all of them."""
    dims = []
    for texts in zip(*(map(fold, component.subscripts[0]) for component in element.components), strict=True):
        known = [name for name, own in ranges.items() if texts[0] == name or set(texts) <= set(own)]
        dims.append(known[0] if known else texts[0])
    return tuple(dims)


def _tree(node: Any, ranges: Ranges, left: tuple[str, ...], summed: bool) -> Any:
    """Tree of an equation whose left side has the given subscripts; ``summed`` inside a reduction."""
    kind = type(node).__name__
    if kind == "ReferenceStructure":
        return _reference(node, ranges, left, summed)
    if kind == "CallStructure":
        function = node.function.reference
        inside = summed or function in _REDUCTIONS
        arguments = tuple(_tree(argument, ranges, left, inside) for argument in node.arguments)
        name = _REDUCTIONS.get(function, function)
        if function.startswith("X"):
            return _in_vensim(function, arguments)
        subscripts = node.function.subscripts
        return replace(
            node, function=replace(node.function, reference=name, subscripts=subscripts), arguments=arguments
        )
    if isinstance(node, tuple | list):
        return type(node)(_tree(part, ranges, left, summed) for part in node)
    if is_dataclass(node) and not isinstance(node, type):
        parts = {entry.name: _tree(getattr(node, entry.name), ranges, left, summed) for entry in fields(node)}
        return replace(node, **parts)
    return node


def _reference(node: Any, ranges: Ranges, left: tuple[str, ...], summed: bool) -> Any:
    """Reference with its subscripts: those of the left side, elements as they are, all of a range in a reduction."""
    name = fold(node.reference.replace("\\n", " "))
    if name in CLOCK and name not in ranges.dims and name not in ranges.params:
        return reference(CLOCK[name])
    dims = ranges.dims.get(name, ())
    if node.subscripts is None:
        return reference(name, [_understood(dim, ranges, left, summed) for dim in dims])
    texts = node.subscripts.subscripts
    if len(texts) != len(dims):
        return replace(node, reference=name)
    return reference(name, [_written(text, dim, summed) for text, dim in zip(texts, dims, strict=True)])


def _understood(dim: str, ranges: Ranges, left: tuple[str, ...], summed: bool) -> str:
    """Subscript that is left out: the whole range in a reduction, else what stands on the left."""
    if summed:
        return f"{dim}!"
    if dim in left:
        return dim
    fixed = [text for text in left if text in ranges.elements.get(dim, ())]
    return fixed[0] if fixed else dim


def _written(text: str, dim: str, summed: bool) -> str:
    """Subscript as it is written; ``*`` is the whole range."""
    return f"{dim}!" if summed and fold(text) == fold(WILDCARD) else text


def _in_vensim(function: str, arguments: tuple[Any, ...]) -> Any:
    """Functions that PySD names after XMILE (``python_functions.functionspace``)."""
    if function == "Xramp":
        return _call("ramp", (*arguments, reference("final_time")))
    half = ArithmeticStructure(["*"], (0.5, reference("time_step")))
    start, *interval, magnitude = arguments
    height = ArithmeticStructure(["/"], (magnitude, reference("time_step")))
    later = ArithmeticStructure(["+"], (reference("final_time"), reference("time_step")))
    pulse = _call("pulse_train", (start, *interval, half, later)) if interval else _call("pulse", (start, half))
    return ArithmeticStructure(["*"], (height, pulse))


def _call(name: str, arguments: tuple[Any, ...]) -> Any:
    return CallStructure(reference(name), arguments)
