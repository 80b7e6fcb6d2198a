"""The project's model, translated once in a process."""

from __future__ import annotations

from functools import lru_cache

from dualcirc.files.paths import model_file
from dualcirc.translate import Model, load


@lru_cache(maxsize=1)
def load_model() -> Model:
    """Translate the project's model, once in a process."""
    return load(model_file())
