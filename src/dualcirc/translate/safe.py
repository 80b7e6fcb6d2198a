"""What any file may ask of the reader: its size, its encoding, how deep it nests, which tables it may open.

A model file is text from a stranger: it is decoded, measured and taken apart, and nothing in it is ever evaluated.
"""

from __future__ import annotations

import codecs
import math
import re
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from dualcirc.errors import ModelFileError, Problem

FILE_BYTES = 32 * 2**20
"""The largest published models have some megabytes."""
TABLE_BYTES = 32 * 2**20
EQUATION_CHARACTERS = 200_000
NESTING = 64
"""Brackets inside brackets in one equation."""
EXPRESSION_DEPTH = 250
"""Operations inside operations; a chain a + b + c + ... nests once for each sign."""
RANGE_ELEMENTS = 10_000
VARIABLE_ELEMENTS = 10_000_000
STEPS = 10_000_000
LARGEST_ORDER = 1000
"""Compartments of a smooth or delay."""

_STACK = 20_000
"""Frames of the parser: some forty for each bracket that stands in another."""
_HEADER = re.compile(rb"\s*\{([A-Za-z0-9_ .-]{1,40})\}")
_ENCODING = re.compile(r"utf-8|ascii|cp\d+|iso8859-\d+|latin-1|gb\w+|big5\w*|shift_jis\w*|euc_\w+|koi8-\w|mac-\w+")
"""Encodings of text; Python knows others, which turn text into other text."""
_BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_bytes(path: Path) -> bytes:
    """
    Bytes of a model file.

    Raises
    ------
    ModelFileError
        If there is no such file, it cannot be read, or it is too large to be a model.
    """
    if not path.is_file():
        raise ModelFileError(Problem("model file not found", str(path)))
    try:
        size = path.stat().st_size
        if size > FILE_BYTES:
            told = f"the file has {size:,} bytes; a model has up to {FILE_BYTES:,}"
            raise ModelFileError(Problem(told, str(path)))
        return path.read_bytes()
    except OSError as error:
        raise ModelFileError(Problem(f"model file cannot be read: {error.strerror}", str(path))) from None


def decode(content: bytes, path: Path) -> tuple[str, str]:
    """
    Text of a model file, and the name of its encoding.

    Notes
    -----
    A byte order mark decides, then the encoding named in braces on the first line, then UTF-8. Many older files of
    Vensim name none or a wrong one: where high bytes stand in pairs they are read as Chinese (GB 18030), else as
    Windows-1252.
    """
    if not content.strip():
        raise ModelFileError(Problem("the file is empty", str(path)))
    marked = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), None)
    for name in [marked] if marked else [*_named(content), "utf-8", _guessed(content), "cp1252", "latin-1"]:
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        return _checked(text, path), name.removesuffix("-sig")
    raise ModelFileError(Problem(f"the file begins as {marked} and is not", str(path)))


def _checked(text: str, path: Path) -> str:
    """Text with plain line ends; refused where it holds what no text holds."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    control = re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff]", text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise ModelFileError(Problem("this is no text file: it holds control characters", str(path), line))
    return text


def _named(content: bytes) -> list[str]:
    """Encoding named in braces at the start of a Vensim file."""
    match = _HEADER.match(content)
    if match is None:
        return []
    try:
        name = codecs.lookup(match[1].decode("ascii").strip()).name
    except LookupError:
        return []
    return [name] if _ENCODING.fullmatch(name) else []


def _guessed(content: bytes) -> str:
    """Chinese where high bytes stand in pairs, Western European otherwise."""
    runs = re.findall(rb"[\x80-\xff]+", content)
    return "gb18030" if all(len(run) % 2 == 0 for run in runs) else "cp1252"


def nesting(text: str) -> int:
    """How many brackets stand inside one another."""
    depth = deepest = 0
    for bracket in re.findall(r"[()\[\]]", text):
        depth += 1 if bracket in "([" else -1
        deepest = max(deepest, depth)
    return deepest


def equation_fault(text: str) -> str | None:
    """What makes an equation too much for the parser: its length or its nesting."""
    if len(text) > EQUATION_CHARACTERS:
        return f"the equation has {len(text):,} characters; up to {EQUATION_CHARACTERS:,} are read"
    deepest = nesting(text)
    return f"{deepest} brackets stand inside one another; up to {NESTING} are read" if deepest > NESTING else None


def tree_fault(tree: Any) -> str | None:
    """What makes a syntax tree too deep, as operations of one chain stand inside one another; or a table unnamed."""
    waiting, deepest = [(tree, 0)], 0
    while waiting:
        node, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(node, tuple | list):
            waiting += [(part, depth) for part in node if not isinstance(part, int | float | str)]
        elif is_dataclass(node) and not isinstance(node, type):
            parts = [getattr(node, entry.name) for entry in fields(node)]
            if type(node).__name__.startswith("Get") and not all(isinstance(part, str) for part in parts):
                return "file and cells of a table stand in single quotes"
            below = depth + max(1, len(getattr(node, "operators", ())))
            waiting += [(part, below) for part in parts]
    told = f"{deepest:,} operations stand in a row or inside one another; up to {EXPRESSION_DEPTH} are read"
    return told if deepest > EXPRESSION_DEPTH else None


def range_fault(text: str) -> str | None:
    """What is wrong with the numbered ranges, as in ``(a1-a9)``, of a subscript definition."""
    for inner in re.findall(r"\(([^()]*)\)", text):
        first, dash, last = inner.partition("-")
        numbers = [side.strip()[len(side.strip().rstrip("0123456789")) :] for side in (first, last)]
        counted = bool(dash) and all(numbers)
        if counted and (max(map(len, numbers)) > 15 or int(numbers[1]) - int(numbers[0]) >= RANGE_ELEMENTS):
            return f"range ({inner.strip()[:60]}) has too many elements; up to {RANGE_ELEMENTS:,} are read"
    return None


def shape_fault(shape: Sequence[int]) -> str | None:
    """Whether a variable has too many elements for the memory of a machine."""
    size = math.prod(shape)
    told = " x ".join(map(str, shape))
    return f"it has {told} elements; up to {VARIABLE_ELEMENTS:,} are read" if size > VARIABLE_ELEMENTS else None


def table_path(folder: Path, name: str) -> Path | str:
    """
    Path of a table below the model's folder, links followed, or what is wrong with its name.

    Notes
    -----
    Nothing outside the folder is touched, not even to see whether it exists. ``?name`` stands in Vensim for a file
    that is chosen elsewhere, which there is not here.
    """
    windows = PureWindowsPath(name)  # Vensim's own paths; a drive or a server stands at their beginning
    if name.startswith("?"):
        return f"table '{name}' is named indirectly, and the settings of the model name no file for it"
    if not name.strip() or not name.isprintable():
        return f"table {name!r} has no valid name"
    if windows.drive or windows.root or name.startswith("~") or ".." in windows.parts:
        return f"table '{name}' lies outside the model's folder"
    try:
        path = (folder / name.replace("\\", "/")).resolve()
        below = path.is_relative_to(folder.resolve())
        large = below and path.is_file() and path.stat().st_size > TABLE_BYTES
    except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a name too long
        return f"table '{name[:80]}' cannot be found: {getattr(error, 'strerror', None) or 'links in a circle'}"
    if not below:
        return f"table '{name}' lies outside the model's folder"
    if large:
        return f"table '{name}' has more than {TABLE_BYTES:,} bytes"
    return path


def workbook_fault(path: Path) -> str | None:
    """What makes a workbook too large once it is unpacked: a few bytes may unfold to any number."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return "cannot be read as a workbook"
    return f"unpacks to {size:,} bytes; up to {TABLE_BYTES:,} are read" if size > TABLE_BYTES else None


@contextmanager
def deep_stack() -> Iterator[None]:
    """Room for a parser that calls itself for every bracket; what nests deeper has been refused before."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _STACK))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)
