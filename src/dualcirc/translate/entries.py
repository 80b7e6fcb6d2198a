"""Take the text of a Vensim file apart: macros, groups, and of each entry its equation, units and documentation.

PySD's grammar of sections loses macros that stand after other equations (its ``main_part`` runs to the last
``:MACRO:``) and knows no comments in braces; the grammars of single equations are PySD's own (``read_mdl``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from dualcirc.errors import ModelFileError, Problem

SKETCH = "\\\\\\---///"
"""Marks the begin of the sketch, and of every view in it."""
_MACRO = re.compile(r"[ \t]*:MACRO:([^(~|\n]*)\(([^()~|]*)\)", re.IGNORECASE)
_END = re.compile(r"[ \t]*:END[ ]OF[ ]MACRO:[ \t]*", re.IGNORECASE)
_HEADER = re.compile(r"\s*\{[^{}\n]*\}")
_REALITY = re.compile(r":(?:THE CONDITION|TEST INPUT):", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """One equation, range or lookup as it is written."""

    equation: str
    """Without comments and line breaks."""
    units: str
    documentation: str
    line: int

    @property
    def name(self) -> str:
        """What stands left of the equation, for messages."""
        return re.split(r"[\[=:(<]", self.equation, maxsplit=1)[0].strip()[:80] or self.equation[:40]

    @property
    def is_reality_check(self) -> bool:
        """Whether it demands something of a run, or changes one to see what comes of it, and is no part of it."""
        return bool(_REALITY.search(re.sub(r'"[^"]*"', "", self.equation)))


@dataclass
class MdlSection:
    """The model, or one macro."""

    name: str
    """Empty for the model."""
    params: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    line: int = 1


def sections_of(text: str, path: Path) -> list[MdlSection]:
    """
    Entries of the model and of every macro, the model first.

    Raises
    ------
    ModelFileError
        If a quote, a comment, an entry or a macro has no end, or an entry has too few or too many ``~``.
    """
    return _Scanner(_equations(text), path).sections()


def _equations(text: str) -> str:
    """Text up to the sketch, its header blanked so that lines keep their numbers."""
    head = text.split(SKETCH, 1)[0]
    match = _HEADER.match(head)
    return head if match is None else re.sub(r"[^\n]", " ", match[0]) + head[match.end() :]


class _Scanner:
    """Reads from the start to the end, once."""

    def __init__(self, text: str, path: Path) -> None:
        self.text = text
        self.path = path
        self.at = 0
        self.line = 1

    def sections(self) -> list[MdlSection]:
        main = MdlSection("")
        found, current = [main], main
        while self._skip_blank():
            if _MACRO.match(self.text, self.at):
                if current is not main:
                    self._fail(f"macro '{current.name}' has no :END OF MACRO:", current.line)
                current = self._macro()
                found.append(current)
            elif match := _END.match(self.text, self.at):
                if current is main:
                    self._fail(":END OF MACRO: stands without :MACRO:", self.line)
                self._move(match.end())
                current = main
            else:
                current.entries += self._entry()
        if current is not main:
            self._fail(f"macro '{current.name}' has no :END OF MACRO:", current.line)
        return found

    def _skip_blank(self) -> bool:
        """Move to what comes next; false at the end of the text."""
        while self.at < len(self.text):
            if self.text[self.at] == "{":
                self._move(self._end_of_comment())
            elif self.text[self.at].isspace():
                self._move(self.at + 1)
            else:
                return True
        return False

    def _macro(self) -> MdlSection:
        match = _MACRO.match(self.text, self.at)
        assert match is not None
        params, _, returns = match[2].partition(":")
        section = MdlSection(" ".join(match[1].split()), _names(params), _names(returns), line=self.line)
        if not section.name or len({*section.params, *section.returns}) < len(section.params) + len(section.returns):
            self._fail(f"macro '{section.name}' has no name, or names an argument twice", self.line)
        self._move(match.end())
        return section

    def _entry(self) -> Iterator[Entry]:
        """Entry up to its ``|``; nothing for the heading of a group."""
        line = self.line
        equation = self._equation()
        rest = self.text.find("|", self.at)
        if not equation.ended and rest < 0:
            self._fail(f"entry '{_short(equation.text)}' has no end ('|')", line)
        fields = [] if equation.ended else self.text[self.at : rest].split("~")
        if not equation.ended:
            self._move(rest + 1)
        yield from self._made(equation.text, fields, line)

    def _made(self, equation: str, fields: list[str], line: int) -> Iterator[Entry]:
        """Entry with its fields; a heading of a group has one field, an equation two, a supplementary one three."""
        if equation.startswith("*"):
            return
        told = f"entry '{_short(equation)}'"
        if len(fields) not in (2, 3):
            self._fail(f"{told} has {len(fields)} '~'; it needs one before its units and one before its comment", line)
        if not equation:
            self._fail("an entry has no equation", line)
        units, documentation = (" ".join(text.split()) for text in fields[:2])
        yield Entry(equation, re.sub(r"\{[^{}]*\}", "", units).strip(), documentation, line)

    def _equation(self) -> _Equation:
        """Text up to ``~`` or ``|``, both free in quotes; comments and broken lines made blanks."""
        start, kept = self.line, []
        while self.at < len(self.text):
            match = re.compile(r'[^"{~|]+').match(self.text, self.at)
            if match:
                kept.append(match[0])
                self._move(match.end())
                continue
            mark = self.text[self.at]
            if mark in "~|":
                self._move(self.at + 1)
                return _Equation(_joined(kept), mark == "|")
            end = self._end_of_quote() if mark == '"' else self._end_of_comment()
            kept.append(self.text[self.at : end] if mark == '"' else " ")
            self._move(end)
        self._fail(f"entry '{_short(_joined(kept))}' has no end ('|')", start)
        raise AssertionError

    def _end_of_quote(self) -> int:
        match = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL).match(self.text, self.at)
        if match is None:
            self._fail('a quote (") is opened and not closed', self.line)
        assert match is not None
        return match.end()

    def _end_of_comment(self) -> int:
        end = self.text.find("}", self.at)
        if end < 0:
            self._fail("a comment ({) is opened and not closed", self.line)
        return end + 1

    def _move(self, to: int) -> None:
        self.line += self.text.count("\n", self.at, to)
        self.at = to

    def _fail(self, what: str, line: int) -> None:
        raise ModelFileError(Problem(what, str(self.path), line))


@dataclass(frozen=True)
class _Equation:
    text: str
    ended: bool
    """Whether it ended with ``|``, so that no fields follow."""


def _joined(parts: list[str]) -> str:
    """One line, as PySD's ``VensimFile._clean`` makes it."""
    return " ".join(re.sub(r"\\[ \t]*\n", " ", "".join(parts)).split())


def _names(text: str) -> list[str]:
    return [" ".join(name.split()) for name in text.split(",") if name.strip()]


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."
