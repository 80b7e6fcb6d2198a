"""Version of the installed package."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def package_version() -> str:
    """Version as the installation records it; ``not installed`` where there is none."""
    try:
        return version("dualcirc")
    except PackageNotFoundError:
        return "not installed"
