"""Both sides of an equation: which elements it gives, and how its right side reads those of others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dualcirc.errors import did_you_mean
from dualcirc.translate.constructs import RefusedError, fold
from dualcirc.translate.ir import Axis, Numbers, Pick, Table
from dualcirc.translate.ranges import Mappings


@dataclass(frozen=True)
class Names:
    """Names of a model under their folded form."""

    variables: Mapping[str, tuple[str, tuple[str, ...]]]
    """Folded name -> exact name, names of the ranges of its dimensions."""
    ranges: dict[str, str]
    """Folded name -> exact name of a subscript range."""
    elements: dict[str, tuple[str, ...]]
    """Exact name of a range -> its elements; ranges that equations make up are added."""
    mappings: Mappings = field(default_factory=dict)
    numbers: Mapping[str, tuple[str | None, tuple[int, ...]]] = field(default_factory=dict)
    """Ranges and elements read as numbers (``ranges.numbers``)."""
    lookups: dict[str, Table] = field(default_factory=dict)
    """Tables by exact name; uses of a table that read it in another way are added."""

    def range(self, text: str) -> str | None:
        """Exact name of a range; none for what is no range."""
        return self.ranges.get(fold(text))

    def add_lookup(self, owner: str, table: Table) -> str:
        """Name of a new table that an equation holds."""
        name = f"{owner} {sum(known.startswith(f'{owner} ') for known in self.lookups) + 1}"
        self.lookups[name] = table
        return name

    def part(self, dim: str, members: tuple[str, ...]) -> str:
        """Name of a made-up range with these elements of ``dim``, which no other dimension has."""
        for name, elements in self.elements.items():
            if elements == members and name.startswith(f"{dim} part "):
                return name
        name = f"{dim} part {sum(known.startswith(f'{dim} part ') for known in self.elements) + 1}"
        self.elements[name] = members
        return name


@dataclass(frozen=True)
class Side:
    """One subscript of the left side."""

    written: str | None
    """Range as written; none for an element."""
    label: str | None
    """Label of the axis; none for a single element."""
    places: tuple[int, ...]
    """Positions in the dimension of the variable."""
    members: tuple[str, ...]
    """Elements at those positions."""


@dataclass(frozen=True)
class Left:
    """Left side of an equation: a block of elements of its variable."""

    sides: tuple[Side, ...]

    @property
    def axes(self) -> tuple[str, ...]:
        """Labels of its axes."""
        return tuple(side.label for side in self.sides if side.label is not None)

    @property
    def places(self) -> tuple[tuple[int, ...], ...]:
        """Positions that it fills, for each dimension."""
        return tuple(side.places for side in self.sides)

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of its elements, for each dimension."""
        return tuple(len(side.places) for side in self.sides)

    def within(self, block: Left) -> list[list[int]]:
        """For each dimension the positions of a block of its elements among its own."""
        sides = zip(self.sides, block.sides, strict=True)
        return [[side.places.index(place) for place in part.places] for side, part in sides]


def axis(text: str, dim: str, variable: str, names: Names, left: Left, taken: Sequence[Axis] = ()) -> Axis:
    """
    How one subscript on the right reads a dimension.

    Parameters
    ----------
    text
        Range, range marked with ``!``, or element.
    dim
        Range of that dimension.
    variable
        Name of what is read, for messages.
    left
        Left side of the equation: a range that does not stand there may map on one that does.
    taken
        Axes of the subscripts before it; what they have is not mapped on once more, as in PySD (``ReferenceBuilder``).

    Raises
    ------
    RefusedError
        If it is unknown, or has elements that the dimension does not have.
    """
    marked = text.strip().endswith("!")
    bare = text.strip().removesuffix("!").strip()
    known = names.range(bare)
    if dim not in names.elements:
        raise RefusedError(f"'{variable}' has the unknown subscript '{dim}' on its left side")
    whole = names.elements[dim]
    positions = {fold(element): place for place, element in enumerate(whole)}
    if known is None:
        if marked or fold(bare) not in positions:
            raise RefusedError(f"unknown subscript '{bare}' of '{variable}'", did_you_mean(bare, whole))
        return positions[fold(bare)]
    label, members = (f"{known}!", names.elements[known]) if marked else _on_left(known, names, left, taken)
    if any(fold(member) not in positions for member in members):
        raise RefusedError(f"subscript '{bare}' of '{variable}' does not have the elements of '{dim}'")
    places = tuple(positions[fold(member)] for member in members)
    if label is None:
        return places[0]
    return label if places == tuple(range(len(whole))) else Pick(label, places)


def number(text: str, names: Names, left: Left) -> Numbers | None:
    """Range or element as a number, from 1 in its largest range; none for what is neither."""
    found = names.numbers.get(fold(text))
    if found is None:
        return None
    known, positions = found
    if known is None:
        return Numbers((), (float(positions[0]),))
    label, members = _on_left(known, names, left, ())
    by_name = dict(zip(map(fold, names.elements[known]), positions, strict=True))
    return Numbers(() if label is None else (label,), tuple(float(by_name[fold(member)]) for member in members))


def _on_left(known: str, names: Names, left: Left, taken: Sequence[Axis]) -> tuple[str | None, tuple[str, ...]]:
    """Label and elements that a range on the right has: those of the left side, or of what it maps on there."""
    for side in left.sides:
        if side.written == known:
            return side.label, side.members
    used = {entry.axis if isinstance(entry, Pick) else entry for entry in taken}
    for (source, _), pairs in names.mappings.items():
        for side in left.sides:
            free = side.label is None or side.label not in used
            if source == known and free and all(fold(member) in pairs for member in side.members):
                return side.label, tuple(pairs[fold(member)] for member in side.members)
    return known, names.elements[known]


def merged_dims(lefts: Sequence[Sequence[str]], names: Names) -> tuple[str, ...]:
    """
    Ranges that the left sides of a variable's equations make up, one for each position.

    Notes
    -----
    As PySD chooses them (``SubscriptManager.make_merge_list``): a range that is written, else the first with just these
    elements, else the first that has them all and more; one that no other position has. Where the range with just these
    elements is taken, a copy of it is made. A text that is unknown is returned as it is.
    """
    found = [_written(left, names) for left in lefts]
    positions = list(zip(*found, strict=False))
    dims: list[str] = []
    for at, written in enumerate(positions):
        wanted = {fold(element) for left in lefts for element in _elements(left[at], names)}
        others = {known for other, entries in enumerate(positions) if other != at for known in entries}
        dims.append(_range_of(wanted, written, others, names) or lefts[0][at])
    return tuple(dims)


def _elements(text: str, names: Names) -> tuple[str, ...]:
    known = names.range(text)
    return (text,) if known is None else names.elements[known]


def _written(left: Sequence[str], names: Names) -> list[str | None]:
    """Range of each subscript of one left side, for an element the first that has it and does not stand there yet."""
    found: list[str | None] = []
    avoid = {names.range(text) for text in left}
    for text in left:
        known = names.range(text)
        if known is None:
            families = [name for name in names.elements if name not in avoid and _has(names.elements[name], text)]
            known = families[0] if families else None
            avoid.add(known)
        found.append(known)
    return found


def _has(elements: Sequence[str], text: str) -> bool:
    return fold(text) in {fold(element) for element in elements}


def _range_of(wanted: set[str], written: Sequence[str | None], others: set[str | None], names: Names) -> str | None:
    """First suitable range."""
    sets = {name: {fold(element) for element in elements} for name, elements in names.elements.items()}
    for name in written:
        if name is not None and sets[name] == wanted:
            return name
    same = [name for name, elements in sets.items() if elements == wanted]
    free = [name for name in same if name not in others]
    if same and not free:
        return _copy(same[0], names)
    more = [name for name, elements in sets.items() if name not in others and elements > wanted]
    return next(iter([*free, *more]), None)


def _copy(name: str, names: Names) -> str:
    """Range with the same elements under a new name, which no range or element has."""
    taken = {*names.ranges, *(fold(element) for elements in names.elements.values() for element in elements)}
    number = 1
    while fold(f"{name}{number}") in taken:
        number += 1
    copy = f"{name}{number}"
    names.elements[copy] = names.elements[name]
    names.ranges[fold(copy)] = copy
    return copy
