"""YAML text as plain data with the line of every value; nothing in it can construct an object or surprise the reader.

Refused: tags, anchors and aliases, duplicate keys, several documents, deep nesting, and numbers that YAML 1.1 reads
otherwise than a person does (``1:30`` is 90, ``010`` is 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from dualcirc.errors import Problem, ScenarioError
from dualcirc.files.paths import shown

MAX_BYTES = 1_000_000
"""A larger file is no scenario; refused before it is parsed."""

MAX_DEPTH = 20
"""Deeper nesting than any schema of the project uses; PyYAML composes by recursion."""

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?")

Location = tuple[str | int | float | None, ...]
"""Keys and list positions that lead from the top of the document to a value."""


@dataclass(frozen=True)
class Document:
    """A YAML mapping with the line on which every value stands."""

    file: str
    data: Mapping[Any, Any]
    text: str = ""
    lines: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    path: Path | None = None
    """Where it was read; None for data that came from no file."""

    def line(self, location: Location) -> int | None:
        """Line of a value, or of the innermost value around it when it is missing."""
        for end in range(len(location), -1, -1):
            found = self.lines.get(_canonical(location[:end]))
            if found is not None:
                return found
        return None

    def part(self, location: Location, data: Mapping[Any, Any]) -> Document:
        """Document of what stands at a location, with the lines of the file; of no path, for it is no file."""
        root = _canonical(location)
        lines = {at[len(root) :]: line for at, line in self.lines.items() if at[: len(root)] == root}
        return Document(self.file, data, repr(data), lines)


def read_yaml(path: Path) -> Document:
    """Read one YAML mapping from a file in UTF-8.

    Raises
    ------
    ScenarioError
        The file is missing, empty, no text, no YAML, no mapping, or uses what is refused; every problem at once.
    """
    return replace(parse_yaml(_text(path), shown(path)), path=path)


def parse_yaml(text: str, file: str) -> Document:
    """Read one YAML mapping from text; ``file`` is named in messages."""
    try:
        problems = list(_refused(text, file))
        if problems:
            raise ScenarioError(problems)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as fault:
        raise ScenarioError(_syntax_problem(fault, file)) from None
    except yaml.reader.ReaderError as fault:
        what = f"got the character {fault.character!r}, which YAML does not allow"
        line = text.count("\n", 0, fault.position) + 1
        raise ScenarioError(Problem(what, file, line, "printable text in UTF-8")) from None
    if not isinstance(node, yaml.MappingNode):
        got = "nothing" if node is None else f"a {_kind(node)}"
        line = 1 if node is None else node.start_mark.line + 1
        raise ScenarioError(Problem(f"got {got}", file, line, "keys with values, such as 'name: my_scenario'"))
    builder = _Builder(file)
    data = builder.mapping(node, ())
    if builder.problems:
        raise ScenarioError(builder.problems)
    return Document(file, data, text, builder.lines)


def _text(path: Path) -> str:
    file = shown(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ScenarioError(Problem("got no such file", file, expected="a file in YAML (.yaml)")) from None
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) else fault
        raise ScenarioError(Problem(f"cannot be read: {reason}", file, expected="a readable text file")) from None
    if len(raw) > MAX_BYTES:
        raise ScenarioError(Problem(f"got {len(raw):,} bytes", file, expected=f"at most {MAX_BYTES:,} bytes"))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = raw.count(b"\n", 0, fault.start) + 1
        what = f"got the byte 0x{raw[fault.start]:02x}, which is no UTF-8 text"
        raise ScenarioError(
            Problem(what, file, line, "text in UTF-8", "Save the file in the encoding UTF-8.")
        ) from None
    if not text.strip():
        mend = "Begin with a copy of experiments/scenarios/wider_layout.yaml."
        raise ScenarioError(Problem("got an empty file", file, 1, "a scenario, beginning with 'name: ...'", mend))
    return text


def _refused(text: str, file: str) -> Iterator[Problem]:
    """Whatever the plain events of the parser show to be refused; no node exists yet."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = _line(event.start_mark)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                yield Problem("got a second document", file, line, "one document", "Remove the line '---'.")
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth == MAX_DEPTH:
                yield Problem(f"got {depth} levels of nesting", file, line, "a few levels")
                return
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        yield from _refused_marks(event, file, line)


def _refused_marks(event: Any, file: str, line: int) -> Iterator[Problem]:
    if isinstance(event, yaml.AliasEvent):
        yield Problem(f"got the alias '*{event.anchor}'", file, line, "plain values", "Write the value out.")
    elif isinstance(event, yaml.NodeEvent) and event.anchor:
        yield Problem(f"got the anchor '&{event.anchor}'", file, line, "plain values", "Remove the anchor.")
    if getattr(event, "tag", None):
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        yield Problem(f"got the tag '{tag}'", file, line, "plain values without tags", "Remove the tag.")


def _syntax_problem(fault: yaml.MarkedYAMLError, file: str) -> Problem:
    line = _line(fault.problem_mark or fault.context_mark)
    detail = " ".join(part for part in (fault.problem, fault.context) if part)
    mend = "Check quotes, brackets, indentation by spaces, and a space after every colon."
    return Problem(f"got text that is no YAML: {detail}", file, line, "YAML", mend)


class _Builder:
    """Plain data from nodes, gathering lines and problems on the way."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[tuple[str, ...], int] = {}
        self.problems: list[Problem] = []

    def mapping(self, node: yaml.MappingNode, at: Location) -> dict[Any, Any]:
        data: dict[Any, Any] = {}
        self.lines.setdefault(_canonical(at), node.start_mark.line + 1)
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append(Problem(f"got a {_kind(key_node)} as a key", self.file, line, "a word or a year"))
                continue
            key = self.scalar(key_node)
            if key in data:
                first = self.lines[_canonical((*at, key))]
                what = f"got the key '{key_node.value}' twice; the first stands in line {first}"
                mend = f"Keep one '{key_node.value}'."
                self.problems.append(Problem(what, self.file, line, "every key once", mend))
                continue
            self.lines[_canonical((*at, key))] = line
            data[key] = self.value(value_node, (*at, key))
        return data

    def value(self, node: yaml.Node, at: Location) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            for place, item in enumerate(node.value):
                self.lines[_canonical((*at, place))] = item.start_mark.line + 1
            return [self.value(item, (*at, place)) for place, item in enumerate(node.value)]
        return self.scalar(node)

    def scalar(self, node: yaml.Node) -> str | int | float | bool | None:
        """Value of a scalar; what is no plain number, true, false or null stays the text that was written."""
        text: str = node.value
        kind = node.tag.rpartition(":")[2]
        if kind == "null":
            return None
        if kind == "bool":
            return text.casefold() in ("true", "yes", "on")
        if kind == "int" and _INTEGER.fullmatch(text):
            return int(text)
        if kind == "float" and _DECIMAL.fullmatch(text):
            return float(text)
        if kind in ("int", "float"):
            line = node.start_mark.line + 1
            self.problems.append(
                Problem(f"got the number '{text}'", self.file, line, "a plain decimal number, as 0.25")
            )
        return text


def _line(mark: Any) -> int:
    """Line of a parser's mark, counted from one; the parser may give no mark."""
    return mark.line + 1 if mark else 1


def _kind(node: yaml.Node) -> str:
    return {"MappingNode": "mapping", "SequenceNode": "list"}.get(type(node).__name__, "single value")


def _canonical(location: Location) -> tuple[str, ...]:
    """Location as text: the year 2026 and 2026.0 are one key, as they are for Python and for pydantic."""
    return tuple(_canonical_key(part) for part in location)


def _canonical_key(part: str | int | float | None) -> str:
    try:
        return repr(float(part))  # type: ignore[arg-type]  # `~:` is a key without a value
    except (ValueError, TypeError, OverflowError):
        return str(part)
