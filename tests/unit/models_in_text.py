"""Tiny models from their equations."""

from __future__ import annotations

from pathlib import Path

from dualcirc.translate import Model, load


def model_of(folder: Path, *equations: str, step: float = 0.25, final: float = 4) -> Model:
    """Model of equations in Vensim's language, saved at every step, with three regions."""
    times = (("INITIAL TIME", 0), ("FINAL TIME", final), ("TIME STEP", step), ("SAVEPER", "TIME STEP"))
    entries = ["Region: north, south, east", *equations, *(f"{name} = {value}" for name, value in times)]
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + "".join(f"{entry} ~ Dmnl ~ |\n" for entry in entries), encoding="utf-8")
    return load(path)
