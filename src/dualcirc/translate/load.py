"""Read a model file with its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from dualcirc.translate.clock import settled, time_settings
from dualcirc.translate.ir import Model
from dualcirc.translate.lower import lower
from dualcirc.translate.order import initial_order, step_order
from dualcirc.translate.read_mdl import read_mdl


def load(path: Path) -> Model:
    """
    Model of a Vensim file, with the tables that it reads below its folder.

    Parameters
    ----------
    path
        The ``.mdl`` file. It must be the user's own: the translator evaluates parts of it.

    Raises
    ------
    ModelFileError
        With everything found wrong: unknown constructs by name and variable, tables, subscripts, algebraic loops.
    """
    path = Path(path)
    lowered = lower(read_mdl(path), path)
    model = Model(
        path=path,
        subscripts=lowered.subscripts,
        variables=settled(lowered.variables),
        states=lowered.states,
        lookups=lowered.lookups,
        time=time_settings(lowered.variables, lowered.subscripts, lowered.lookups, path),
        digest=_digest(path, lowered.tables),
        tables=tuple(lowered.tables),
    )
    step_order(model)
    initial_order(model)
    return model


def _digest(path: Path, tables: Sequence[Path]) -> str:
    """SHA-256 over the file and its tables, each with its name, in the order of names."""
    digest = hashlib.sha256()
    for file in (path, *tables):
        name = file.name if file == path else file.relative_to(path.parent.resolve()).as_posix()
        digest.update(f"{name}\0{file.stat().st_size}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
