"""China's dual circulation and its pilot free trade zones: run the model, read the results.

``import dualcirc as dc`` is quick: the engine is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dualcirc.files.lever_table import levers
    from dualcirc.results.io import open_results
    from dualcirc.results.sweep_open import open_sweep
    from dualcirc.sweep.api import sweep
    from dualcirc.sweep.model import load_model
    from dualcirc.sweep.run import run

    __version__: str

__all__ = ["__version__", "levers", "load_model", "open_results", "open_sweep", "run", "sweep"]

_HOMES = {
    "levers": "dualcirc.files.lever_table",
    "load_model": "dualcirc.sweep.run",
    "open_results": "dualcirc.results.io",
    "open_sweep": "dualcirc.results.sweep_open",
    "run": "dualcirc.sweep.run",
    "sweep": "dualcirc.sweep.api",
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name == "__version__":
        from dualcirc.files.version import package_version

        return package_version()
    if name not in _HOMES:
        raise AttributeError(f"module 'dualcirc' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Return the public names."""
    return sorted(__all__)
