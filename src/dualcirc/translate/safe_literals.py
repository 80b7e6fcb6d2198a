"""Reader of literals that stands in for ``eval`` in PySD's translators: numbers, pairs of numbers, quoted texts.

PySD 3.14 hands parts of a model file to ``eval``, among them what stands between the square brackets of a lookup,
which may be anything (``vensim_element.LookupsVisitor.visit_regularLookup``). A name of a module hides the builtin of
that name, so the translators, once sealed, can read nothing but literals.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from types import ModuleType

from parsimonious import NodeVisitor

Literal = int | float | str | tuple["Literal", ...]

_TOKEN = re.compile(
    r"[ \t\n\\]*(?:(?P<sign>[+-])?[ \t\n\\]*(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<mark>[()\[\],]))",
    re.ASCII,
)
_DIGITS = 400


class LiteralError(ValueError):
    """A text that is no literal stands where one is expected."""


@dataclass(frozen=True)
class _Number:
    value: int | float
    signed: bool
    """Whether it was written with a sign, so that it may follow another number, as in ``1 - 0.2``."""


_Mark = _Number | str


def literal(text: str) -> Literal:
    """
    Value of a literal: a number, a sum of numbers, a text in quotes, or numbers and tuples with commas between them.

    Notes
    -----
    PySD's grammar takes ``1 - 0.2`` for a list of numbers, of which ``eval`` makes one.

    Raises
    ------
    LiteralError
        If the text is anything else.
    """
    stripped = text.strip(" \t\n\\")
    if len(stripped) > 1 and stripped[0] == stripped[-1] == "'" and "'" not in stripped[1:-1]:
        return stripped[1:-1]
    marks = _marks(stripped)
    values, at = _sequence(marks, 0, "")
    if at != len(marks):
        raise _fault(text)
    return values


def seal(module: ModuleType) -> None:
    """
    Let ``eval`` mean ``literal`` in a module of the translator.

    Notes
    -----
    What its visitors raise reaches the caller as it is: parsimonious would draw the whole syntax tree into the message.
    """
    vars(module)["eval"] = literal
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, NodeVisitor):
            setattr(value, "unwrapped_exceptions", (Exception,))  # noqa: B010 - a plain assignment fails mypy


def _marks(text: str) -> list[_Mark]:
    """Numbers, brackets and commas of a text."""
    marks: list[_Mark] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise _fault(text)
        marks.append(_number(match["sign"] or "", match["number"]) if match["number"] else match["mark"])
        at = match.end()
    return marks


def _number(sign: str, digits: str) -> _Number:
    if len(digits) > _DIGITS:
        raise _fault(digits)
    value = int(digits) if digits.isdigit() else float(digits)
    if abs(value) > 1.7e308 or not math.isfinite(value):
        raise LiteralError(f"{digits[:40]} is too large a number")
    return _Number(-value if sign == "-" else value, bool(sign))


def _sequence(marks: list[_Mark], at: int, close: str) -> tuple[Literal, int]:
    """Values up to a closing bracket: one alone is itself, several are a tuple, as in Python."""
    values: list[Literal] = []
    comma = True
    while at < len(marks) and marks[at] not in (")", "]"):
        mark = marks[at]
        if mark == ",":
            if comma:
                raise LiteralError("a comma stands where a number is expected")
            comma, at = True, at + 1
            continue
        value, at = _value(marks, at)
        if comma:
            values.append(value)
        else:
            values[-1] = _sum(values[-1], value, mark)
        comma = False
    if not values or (close and (at >= len(marks) or marks[at] != close)):
        raise LiteralError("brackets do not match, or hold nothing")
    several = len(values) > 1 or comma or close == "]"
    return (tuple(values) if several else values[0]), at


def _sum(first: Literal, second: Literal, mark: _Mark) -> Literal:
    """Sum of a number and a signed one that follows without a comma."""
    if not (isinstance(first, int | float) and isinstance(second, int | float)):
        raise LiteralError("a comma is missing between two pairs")
    if not (isinstance(mark, _Number) and mark.signed):
        raise LiteralError("a comma is missing between two numbers")
    return first + second


def _value(marks: list[_Mark], at: int) -> tuple[Literal, int]:
    """One number, or what stands in brackets."""
    mark = marks[at]
    if isinstance(mark, _Number):
        return mark.value, at + 1
    value, end = _sequence(marks, at + 1, ")" if mark == "(" else "]")
    return value, end + 1


def _fault(text: str) -> LiteralError:
    return LiteralError(f"'{text.strip()[:60]}' stands where numbers are expected")
