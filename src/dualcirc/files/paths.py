"""Where the project's own files are: model, data, scenarios."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def project_root() -> Path:
    """Folder that holds ``model/`` and ``experiments/``: the checkout, or the copy inside the installed package."""
    checkout = _PACKAGE.parents[1]
    return checkout if (checkout / "model" / "dual_circulation.mdl").is_file() else _PACKAGE / "_project"


def model_file() -> Path:
    """Path of the model's equations."""
    return project_root() / "model" / "dual_circulation.mdl"


def tables_dir() -> Path:
    """Folder of the wide tables that the model reads."""
    return project_root() / "model" / "tables"


def data_dir() -> Path:
    """Folder of the tidy published tables."""
    return project_root() / "model" / "data"


def scenarios_dir() -> Path:
    """Folder of the named scenarios."""
    return project_root() / "experiments" / "scenarios"


def exists(path: Path) -> bool:
    """Whether anything stands at a path; nothing does where its name is longer than names can be."""
    try:
        return path.exists()
    except OSError:
        return False


def shown(path: Path) -> str:
    """Path as messages show it: relative to the working folder when it lies inside."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
