"""Units of measure: read, multiply, compare."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from dualcirc.errors import Problem, UnitsError

_DIMENSIONLESS = {"1", "dmnl", "dimensionless"}
_ATOM = r"[^\W\d][\w$%#']*(?:[ ]+[^\W\d][\w$%#']*)*"
_TOKEN = re.compile(rf"\s*(?:\d+(?:\.\d+)?|{_ATOM}|[*/^()-])")


@dataclass(frozen=True)
class Unit:
    """Product of atoms, each to a power; no atom means dimensionless."""

    powers: tuple[tuple[str, Fraction], ...] = ()
    """Atoms in alphabetical order with their powers, none of them zero. An atom may have several words."""

    @classmethod
    def of(cls, powers: Mapping[str, Fraction]) -> Unit:
        """Unit with these powers, zeros left out."""
        return cls(tuple(sorted((atom, power) for atom, power in powers.items() if power)))

    def __mul__(self, other: Unit) -> Unit:
        """Product of two units."""
        powers = dict(self.powers)
        for atom, power in other.powers:
            powers[atom] = powers.get(atom, Fraction(0)) + power
        return Unit.of(powers)

    def __truediv__(self, other: Unit) -> Unit:
        """Quotient of two units."""
        return self * other ** Fraction(-1)

    def __pow__(self, exponent: Fraction | int) -> Unit:
        """Power of a unit."""
        return Unit.of({atom: power * exponent for atom, power in self.powers})

    def __str__(self) -> str:
        above = [_factor(atom, power) for atom, power in self.powers if power > 0]
        below = [_factor(atom, -power) for atom, power in self.powers if power < 0]
        denominator = f"({'*'.join(below)})" if len(below) > 1 else "".join(below)
        return "*".join(above or ["1"]) + (f"/{denominator}" if below else "")

    @property
    def dimensionless(self) -> bool:
        """Whether the unit is 1."""
        return not self.powers


DIMENSIONLESS = Unit()


def parse_unit(text: str, *, file: str = "", line: int | None = None) -> Unit:
    """
    Unit written as ``text``.

    Parameters
    ----------
    text
        For example ``billion CNY/(person*year)``, ``1/year``, ``km^2``, ``Dmnl``. Words joined by blanks are one atom;
        spelling and case count. ``1``, ``Dmnl`` and ``dimensionless`` are the same.
    file, line
        Place named in the error.

    Raises
    ------
    UnitsError
        If the text is empty or is no product of powers.
    """
    try:
        return _Parser(_tokens(text)).parse()
    except _SyntaxFault as fault:
        expected = "atoms joined by * and /, for example 'billion CNY/year'; 'Dmnl' where there is no unit"
        raise UnitsError(Problem(f"unit '{text}' cannot be read: {fault}", file, line, expected)) from None


def same_unit(left: str, right: str) -> bool:
    """Whether two unit texts mean the same unit."""
    return parse_unit(left) == parse_unit(right)


class _SyntaxFault(Exception):  # noqa: N818 - the public error is UnitsError
    """A unit text is no product of powers."""


def _factor(atom: str, power: Fraction) -> str:
    return atom if power == 1 else f"{atom}^{power}"


def _tokens(text: str) -> list[str]:
    """Numbers, atoms and signs of a unit text."""
    tokens, position, end = [], 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise _SyntaxFault(f"'{text[position:].strip()[0]}' is not part of a unit")
        tokens.append(" ".join(match.group().split()))
        position = match.end()
    return tokens


class _Parser:
    """Recursive descent over ``product := power (('*' | '/') power)*``."""

    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def parse(self) -> Unit:
        """Whole text."""
        unit = self.product()
        if self.tokens:
            raise _SyntaxFault(f"'{self.tokens[0]}' was not expected")
        return unit

    def product(self) -> Unit:
        """Powers joined by ``*`` and ``/``, from left to right."""
        unit = self.power()
        while self.tokens and self.tokens[0] in "*/":
            times = self.tokens.pop(0) == "*"
            factor = self.power()
            unit = unit * factor if times else unit / factor
        return unit

    def power(self) -> Unit:
        """Atom or parenthesis, with an optional whole exponent."""
        unit = self.base()
        if self.tokens[:1] != ["^"]:
            return unit
        self.tokens.pop(0)
        sign = -1 if self.tokens[:1] == ["-"] and self.tokens.pop(0) else 1
        exponent = self.take()
        if not exponent.isdigit():
            raise _SyntaxFault(f"the exponent '{exponent}' is not a whole number")
        return unit ** (sign * int(exponent))

    def base(self) -> Unit:
        """Atom, ``1``, or a product in parentheses."""
        token = self.take()
        if token == "(":
            unit = self.product()
            if self.take() != ")":
                raise _SyntaxFault("a parenthesis is not closed")
            return unit
        if token.casefold() in _DIMENSIONLESS:
            return DIMENSIONLESS
        if not token[0].isalpha():
            raise _SyntaxFault(f"'{token}' was not expected")
        return Unit.of({token: Fraction(1)})

    def take(self) -> str:
        """Next token."""
        if not self.tokens:
            raise _SyntaxFault("it ends too early")
        return self.tokens.pop(0)
