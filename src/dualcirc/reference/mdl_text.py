"""A model file as text: its entries as written, its groups, its sketch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from dualcirc.translate.constructs import fold
from dualcirc.translate.entries import SKETCH

SKETCH_END = "///---\\\\\\"

_QUOTED = r'"(?:\\.|[^"\\])*"'
# As PySD's section_elements.peg: quotes protect in an equation, not in a documentation.
_ENTRY = re.compile(rf'((?:{_QUOTED}|[^~|"])*)~([^|]*)\|')
_GROUP = re.compile(r"\*{3,}\s*\.(.+?)\s*\*{3,}")
_NAME = re.compile(rf"\s*({_QUOTED}|[^\[=:(<]+)")
_ENCODING = re.compile(r"\{UTF-8\}", re.IGNORECASE)


@dataclass(frozen=True)
class Entry:
    """Equation of a variable with its place in the text; several in a row where a constant is written in parts."""

    name: str
    start: int
    end: int
    """Span of the equation in the text, without unit and documentation."""
    equation: str
    group: str


@dataclass(frozen=True)
class MdlText:
    """Text of a model file in parts."""

    text: str
    entries: tuple[Entry, ...]
    groups: Mapping[str, str]
    """Name of every group -> its comment, in the order of the file."""

    @cached_property
    def by_name(self) -> Mapping[str, Entry]:
        """Entries by the folded name of what they define."""
        return {fold(entry.name): entry for entry in self.entries}

    @property
    def sketch_start(self) -> int:
        """Where the sketch begins; the end of the text where there is none."""
        at = self.text.find(SKETCH)
        return len(self.text) if at < 0 else at

    def replaced(self, equations: Iterable[tuple[Entry, str]]) -> str:
        """Text with the equations of some entries replaced."""
        text = self.text
        for entry, equation in sorted(equations, key=lambda pair: -pair[0].start):
            text = text[: entry.start] + equation + text[entry.end :]
        return text


def read_mdl_text(path: Path) -> MdlText:
    """Parts of a model file."""
    text = path.read_text(encoding="utf-8")
    at = text.find(SKETCH)
    entries: list[Entry] = []
    groups: dict[str, str] = {}
    group = ""
    for match in _ENTRY.finditer(text, 0, len(text) if at < 0 else at):
        head = _GROUP.search(match[1])
        if head is not None:
            group = head[1].strip()
            groups[group] = " ".join(match[2].split())
            continue
        whole = _ENCODING.sub(lambda found: " " * len(found[0]), match[1])
        equation = whole.strip()
        start = match.start() + len(whole) - len(whole.lstrip())
        name = _NAME.match(equation)
        if name is not None:
            entries.append(Entry(name[1].strip(), start, start + len(equation), equation, group))
            if len(entries) > 1 and fold(entries[-2].name) == fold(entries[-1].name):
                last, first = entries.pop(), entries.pop()
                entries.append(replace(first, end=last.end, equation=text[first.start : last.end]))
    return MdlText(text, tuple(entries), groups)
