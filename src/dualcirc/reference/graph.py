"""Which variable acts on which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from dualcirc.reference.mdl_text import MdlText
from dualcirc.translate.constructs import fold
from dualcirc.translate.ir import Expression, Model, Reference, State, Variable, walk

CONTROL_GROUP = "Control"


@dataclass(frozen=True)
class Graph:
    """A model seen as variables and arrows between them."""

    model: Model
    text: MdlText

    @cached_property
    def causes(self) -> dict[str, tuple[str, ...]]:
        """What each variable reads at every step, in the order of its equation."""
        return {name: _distinct(self.moving_parts(name), name) for name in self.model.variables}

    @cached_property
    def initial_causes(self) -> dict[str, tuple[str, ...]]:
        """What each variable reads at the start alone."""
        found = {}
        for name in self.model.variables:
            starts = [state.initial for state in self.states(name)]
            found[name] = tuple(cause for cause in _distinct(starts, name) if cause not in self.causes[name])
        return found

    @cached_property
    def uses(self) -> dict[str, tuple[str, ...]]:
        """Variables that read each variable, at every step or at the start, in the order of the file."""
        found: dict[str, list[str]] = {name: [] for name in self.model.variables}
        for name in self.model.variables:
            for cause in (*self.causes[name], *self.initial_causes[name]):
                found[cause].append(name)
        return {name: tuple(users) for name, users in found.items()}

    @cached_property
    def sectors(self) -> dict[str, tuple[str, ...]]:
        """Names of the variables of every group of the model file, in its order."""
        found: dict[str, list[str]] = {group: [] for group in self.text.groups}
        for name in self.model.variables:
            found.setdefault(self.sector(name), []).append(name)
        return {group: tuple(names) for group, names in found.items() if names}

    def sector(self, name: str) -> str:
        """Group of the model file in which a variable stands."""
        return self.text.by_name[fold(name)].group or CONTROL_GROUP

    def equation(self, name: str) -> str:
        """Equation of a variable as it is written."""
        return self.text.by_name[fold(name)].equation

    def states(self, name: str) -> list[State]:
        """What a variable accumulates: its INTEG, SMOOTHI and DELAY3I."""
        return [state for state in self.model.states.values() if state.owner == name]

    def reads(self, part: Expression) -> tuple[str, ...]:
        """Variables that a part of an equation names."""
        return _distinct([part], "")

    def moving_parts(self, name: str) -> list[Expression]:
        """Expressions that give a variable its value at a step, those inside its states included."""
        variable: Variable = self.model.variables[name]
        parts = [variable.expression] if variable.expression is not None else []
        for state in self.states(name):
            parts += [state.flow] if state.time is None else [state.flow, state.time]
        return parts


def _distinct(parts: list[Expression], owner: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in _references(parts) if name != owner))


def _references(parts: list[Expression]) -> Iterator[str]:
    for root in parts:
        for part in walk(root):
            if isinstance(part, Reference):
                yield part.name
