"""Combinations of policy packages: how scenarios that hold several packages are named, and read back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from dualcirc.errors import Problem, ScenarioError

PREFIX = "packages"
ALL = f"{PREFIX}_all_"
"""In an experiment: every combination of packages at the ambition that follows."""
_PACKAGE, _AMBITION = re.compile(r"[A-Z][A-Z0-9]*"), re.compile(r"[a-z]+")


@dataclass(frozen=True)
class Combination:
    """Packages that a scenario holds, each at the same ambition; no package is the baseline.

    A package is the part of a lever's id before its number: lever ``C1.zone`` belongs to package ``C``.
    """

    packages: tuple[str, ...]
    """Capital letters, digits after the first, in alphabetical order."""
    ambition: str
    """Column of ``levers.csv`` without ``ambition_``, as ``central``."""

    def __post_init__(self) -> None:
        wrong = [name for name in self.packages if not _PACKAGE.fullmatch(name)]
        if wrong or not _AMBITION.fullmatch(self.ambition):
            what = f"got the package '{wrong[0]}'" if wrong else f"got the ambition '{self.ambition}'"
            raise ScenarioError(Problem(what, expected="a package as 'A', an ambition as 'central'"))
        object.__setattr__(self, "packages", tuple(sorted(set(self.packages))))

    @property
    def name(self) -> str:
        """Name of its scenario: packages A and C at central ambition are ``packages_a_c_central``."""
        return "_".join([PREFIX, *(name.lower() for name in self.packages), self.ambition])

    @property
    def label(self) -> str:
        """Short label: ``A+C``."""
        return "+".join(self.packages) or "none"

    @classmethod
    def parse(cls, name: str) -> Combination | None:
        """Combination of a scenario of that name; None where the name is of another form."""
        prefix, *packages, ambition = name.split("_") if "_" in name else ("", "")
        try:
            found = cls(tuple(package.upper() for package in packages), ambition)
        except ScenarioError:
            return None
        return found if prefix == PREFIX and found.name == name else None


def subsets(packages: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Every subset, the empty one first, small ones before large ones."""
    names = sorted(set(packages))
    for size in range(len(names) + 1):
        yield from combinations(names, size)
