"""Read a model file with its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from dualcirc.errors import ModelFileError, Problem
from dualcirc.translate.clock import settled, time_settings
from dualcirc.translate.ir import Model
from dualcirc.translate.lower import lower
from dualcirc.translate.macros import expand
from dualcirc.translate.order import initial_order, step_order
from dualcirc.translate.read_mdl import Sections, read_mdl
from dualcirc.translate.read_xmile import read_xmile
from dualcirc.translate.safe import decode, deep_stack, read_bytes

READERS = {".mdl": read_mdl, ".xmile": read_xmile, ".stmx": read_xmile, ".xml": read_xmile}
_UNICODE = ("ascii", "utf-8", "utf-16")


def load(path: Path) -> Model:
    """
    Model of a Vensim or XMILE file, with the tables that it reads below its folder.

    Nothing in the file is evaluated, and nothing outside its folder is opened: it may come from anyone.

    Parameters
    ----------
    path
        A ``.mdl`` file of Vensim, or an XMILE file (``.xmile``, ``.stmx``, ``.xml``).

    Raises
    ------
    ModelFileError
        With everything found wrong: unknown constructs by name and variable, tables, subscripts, algebraic loops.
    """
    path = Path(path)
    text, encoding = decode(read_bytes(path), path)
    sections = _reader(path)(text, path)
    with deep_stack():
        lowered = lower(expand(sections.main, sections.macros, path, text), path, text)
    model = Model(
        path=path,
        subscripts=lowered.subscripts,
        variables=settled(lowered.variables),
        states=lowered.states,
        lookups=lowered.lookups,
        time=time_settings(lowered.variables, lowered.subscripts, lowered.lookups, path),
        digest=_digest(path, lowered.tables),
        tables=tuple(lowered.tables),
        notes=sections.notes + (() if encoding in _UNICODE else (f"{path}: the file is read as {encoding}",)),
    )
    step_order(model)
    initial_order(model)
    return model


def _reader(path: Path) -> Callable[[str, Path], Sections]:
    """Reader of a file by the end of its name."""
    suffix = path.suffix.lower()
    if suffix not in READERS:
        known = ", ".join(READERS)
        raise ModelFileError(
            Problem(f"'{path.name}' is no model file", str(path), expected=f"a name that ends in {known}")
        )
    return READERS[suffix]


def _digest(path: Path, tables: Sequence[Path]) -> str:
    """SHA-256 over the file and its tables, each with its name, in the order of names."""
    digest = hashlib.sha256()
    for file in (path, *tables):
        name = file.name if file == path else file.relative_to(path.parent.resolve()).as_posix()
        digest.update(f"{name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
