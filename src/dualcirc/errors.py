"""One family of errors: what, where, got, expected, how to mend."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One fault in the user's input, with its place and the way to mend it."""

    what: str
    """What is wrong, with the value that was got."""
    file: str = ""
    line: int | None = None
    expected: str = ""
    """What would have been valid: range, unit, list of names."""
    mend: str = ""
    """How to mend it, for example the nearest valid name."""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}: " if self.line else f"{self.file}: " if self.file else ""
        lines = [f"{place}{self.what}"]
        if self.expected:
            lines.append(f"  Expected: {self.expected}")
        if self.mend:
            lines.append(f"  {self.mend}")
        return "\n".join(lines)


class DualcircError(Exception):
    """Base of every error the user can mend; the command line answers it with exit code 2."""

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[DualcircError], tuple[list[Problem]], dict[str, object]]:
        """Travel from a worker process with every problem and note."""
        return type(self), (self.problems,), self.__dict__


class ScenarioError(DualcircError):
    """A scenario or experiment file is wrong."""


class ModelFileError(DualcircError):
    """The model, or a table it reads, is wrong or uses what the engine does not know."""


class UnitsError(DualcircError):
    """Units do not parse or do not balance."""


class RegistryError(DualcircError):
    """A row of variables.csv, parameters.csv, levers.csv or drivers.csv is wrong."""


class DataError(DualcircError):
    """A table of observations is missing, incomplete or inconsistent."""


class OutputError(DualcircError):
    """A result cannot be written or read."""


class ConformityError(DualcircError):
    """The engine and the reference disagree beyond the tolerance."""


def nearest(got: str, valid: Iterable[str], cutoff: float = 0.5) -> str | None:
    """Valid name nearest to what was got, case-insensitively; None where none is as similar as the cutoff."""
    by_fold = {name.casefold(): name for name in valid}
    near = difflib.get_close_matches(got.casefold(), by_fold, n=1, cutoff=cutoff)
    return by_fold[near[0]] if near else None


def did_you_mean(got: str, valid: Iterable[str], *, listing: str = "") -> str:
    """Suggest the nearest valid name; ``listing`` tells where all are found."""
    near = nearest(got, valid)
    hint = f"Did you mean '{near}'?" if near is not None else ""
    return " ".join(part for part in (hint, listing) if part)
