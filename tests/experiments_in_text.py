"""Small experiments for tests: the text of a file with a design of one's own, read or put on the grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from dualcirc.files.experiment import Experiment, read_experiment
from dualcirc.files.registry import Registry


def written(folder: Path, factors: list[dict[str, Any]], *, design: str = "kind: one_at_a_time") -> Path:
    """Experiment file with a design of these factors, each on a line of its own from line 8 on."""
    lines = [f"    - {yaml.safe_dump(factor, default_flow_style=True, width=9999).strip()}" for factor in factors]
    text = "\n".join(
        [
            "name: small",
            'title: {en: "Small", zh: "小"}',
            "scenarios: [baseline]",
            "outputs: [GDP, household consumption]",
            "design:",
            f"  {design.replace('; ', chr(10) + '  ')}",
            "  factors:",
            *lines,
        ]
    )
    path = folder / "small.yaml"
    path.write_text(text + "\n", encoding="utf-8")
    return path


def of(folder: Path, registry: Registry, factors: list[dict[str, Any]], **design: str) -> Experiment:
    """Checked experiment with a design of these factors."""
    return read_experiment(written(folder, factors, **design), registry)
