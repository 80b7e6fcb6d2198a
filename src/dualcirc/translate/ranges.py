"""Subscript ranges: their elements, what maps on what, and their elements as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dualcirc.translate.constructs import RefusedError, fold
from dualcirc.translate.tables import Tables

Mappings = dict[tuple[str, str], dict[str, str]]
"""(range, range that it maps on) -> folded element of the second -> element of the first."""
_QUOTED = r'"(?:\\"|[^"])*"'
_ITEM = re.compile(rf"\(\s*({_QUOTED}|[^:]+?)\s*:((?:{_QUOTED}|[^()])*)\)|({_QUOTED}|[^,()\"]+)")
_LISTED = re.compile(rf"\s*({_QUOTED}|[^,]+)")
_DEFINED = re.compile(rf"\s*({_QUOTED}|[^:\"]+?)\s*:")


@dataclass
class Ranges:
    """Subscript ranges of a model."""

    elements: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Exact name of a range -> its elements."""
    mappings: Mappings = field(default_factory=dict)
    copies: set[str] = field(default_factory=set)
    """Ranges written as ``A <-> B``."""


def restore_mappings(entries: Sequence[Any], equations: Sequence[str]) -> None:
    """
    Give the translator's ranges their mappings as pairs of a range and the elements listed for it, none if none are.

    The translator adds the elements of ``-> (B: b2, b1)`` to the range itself, so they are read from the text.
    """
    by_name = {fold(entry.name): entry for entry in entries if isinstance(entry.subscripts, list) and entry.mapping}
    for equation in equations:
        name = _DEFINED.match(equation)
        entry = by_name.get(fold(name[1])) if name else None
        if entry is not None:
            entry.mapping = _written_mappings(equation)
            entry.subscripts = entry.subscripts[: len(entry.subscripts) - sum(len(names) for _, names in entry.mapping)]


def _written_mappings(equation: str) -> list[tuple[str, list[str]]]:
    unquoted = re.sub(_QUOTED, lambda match: "_" * len(match.group()), equation)
    found = []
    for match in _ITEM.finditer(equation[unquoted.index("->") + 2 :]):
        target, listed, bare = match.groups()
        if target:
            found.append((target.strip(), [name.strip() for name in _LISTED.findall(listed) if name.strip()]))
        elif bare.strip(" \t\n\\"):
            found.append((bare.strip(" \t\n\\"), []))
    return found


def read_ranges(entries: Sequence[Any], tables: Tables) -> tuple[Ranges, list[tuple[str, str]]]:
    """
    Ranges in the order of PySD (copies last), and what is wrong with them: name and fault.

    Parameters
    ----------
    entries
        Translator's ranges, their mappings as texts or as pairs from ``written_mappings``.
    tables
        Reader of the elements that stand in a table (GET DIRECT SUBSCRIPT).
    """
    found, faults = Ranges(), []
    for entry in sorted(entries, key=lambda entry: isinstance(entry.subscripts, str)):
        try:
            _add(entry, found, entries, tables)
        except RefusedError as refused:
            faults.append((entry.name, refused.what))
    for entry in entries:
        try:
            _map(entry, found)
        except RefusedError as refused:
            faults.append((entry.name, refused.what))
    return found, faults


def numbers(ranges: Ranges) -> dict[str, tuple[str | None, tuple[int, ...]]]:
    """
    Folded names that stand for numbers: a range and the positions of its elements, or an element and its position.

    Notes
    -----
    Positions count from 1 in the largest range, as PySD has it (``SubscriptManager._get_subscript2num``).
    """
    sets = {name: {fold(element) for element in elements} for name, elements in ranges.elements.items()}
    found: dict[str, tuple[str | None, tuple[int, ...]]] = {}
    for name, elements in ranges.elements.items():
        if not _is_main(name, sets, ranges.copies):
            continue
        places = {fold(element): place for place, element in enumerate(elements, start=1)}
        found.update({element: (None, (place,)) for element, place in places.items()})
        for other, members in ranges.elements.items():
            if sets[other] <= sets[name]:
                found[fold(other)] = (other, tuple(places[fold(member)] for member in members))
    return found


def _is_main(name: str, sets: Mapping[str, set[str]], copies: set[str]) -> bool:
    """Whether no other range has more elements, nor the same ones under a name that goes first."""
    for other, members in sets.items():
        same = other != name and members == sets[name]
        first = (other in copies, fold(other)) < (name in copies, fold(name))
        if members > sets[name] or (same and first):
            return False
    return True


def _add(entry: Any, found: Ranges, entries: Sequence[Any], tables: Tables) -> None:
    """Elements of one range."""
    if isinstance(entry.subscripts, dict):
        source = entry.subscripts
        names = tables.names(source["file"], source["tab"], source["firstcell"], source["lastcell"])
        found.elements[entry.name] = tuple(f"{source['prefix'] or ''}{name}" for name in names)
    elif isinstance(entry.subscripts, str):
        found.elements[entry.name] = found.elements[_original(entry, found, entries)]
        found.copies.add(entry.name)
    else:
        found.elements[entry.name] = tuple(_expanded(entry, {fold(other.name): other for other in entries}, ()))
    folded = [fold(element) for element in found.elements[entry.name]]
    twice = [element for element in folded if folded.count(element) > 1]
    if twice:
        raise RefusedError(f"its element '{twice[0]}' stands twice")


def _original(entry: Any, found: Ranges, entries: Sequence[Any]) -> str:
    """Range that a copy copies, through other copies if need be."""
    by_name = {fold(other.name): other for other in entries}
    seen = {fold(entry.name)}
    other = by_name.get(fold(entry.subscripts))
    while other is not None and isinstance(other.subscripts, str) and fold(other.name) not in seen:
        seen.add(fold(other.name))
        other = by_name.get(fold(other.subscripts))
    if other is None or other.name not in found.elements:
        raise RefusedError(f"it copies an unknown range '{entry.subscripts}'")
    return str(other.name)


def _expanded(entry: Any, by_name: Mapping[str, Any], outer: tuple[str, ...]) -> Iterable[str]:
    """Elements, those of the ranges that it names included."""
    if fold(entry.name) in outer:
        raise RefusedError("it contains itself")
    for name in entry.subscripts:
        inner = by_name.get(fold(name))
        if inner is None or not isinstance(inner.subscripts, list):
            yield name
        else:
            yield from _expanded(inner, by_name, (*outer, fold(entry.name)))


def _map(entry: Any, found: Ranges) -> None:
    """Mappings of one range; a copy maps on what it copies, each element on itself."""
    own = found.elements.get(entry.name, ())
    if isinstance(entry.subscripts, str):
        known = {fold(name): name for name in found.elements}
        target = known.get(fold(entry.subscripts))
        if target is not None:
            found.mappings[entry.name, target] = {fold(element): element for element in own}
        return
    for item in entry.mapping:
        target, listed = (item, []) if isinstance(item, str) else item
        exact = {fold(name): name for name in found.elements}.get(fold(target))
        if exact is None:
            raise RefusedError(f"it maps on an unknown range '{target}'")
        found.mappings[entry.name, exact] = _pairs(own, exact, listed, found.elements)


def _pairs(
    own: Sequence[str], target: str, listed: Sequence[str], elements: Mapping[str, tuple[str, ...]]
) -> dict[str, str]:
    """Element of the range for each element of the target; a range in the list stands for all its elements."""
    written = list(listed) or list(elements[target])
    if len(written) != len(own):
        raise RefusedError(f"its {len(own)} elements map on {len(written)} of '{target}'")
    ranges = {fold(name): members for name, members in elements.items()}
    members = {fold(element) for element in elements[target]}
    pairs: dict[str, str] = {}
    for element, name in zip(own, written, strict=True):
        found = [name] if fold(name) in members else ranges.get(fold(name), ())
        if not found or not members.issuperset(map(fold, found)):
            raise RefusedError(f"it maps on '{name}', which is not of '{target}'")
        pairs.update({fold(member): element for member in found})
    return pairs
