"""Content of the report on a study: what its manifest lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from dualcirc.plots.words import Language, say
from dualcirc.readable import stored_table, told
from dualcirc.report.content import Content, Picture, Sheet


def study_content(folder: Path, manifest: Mapping[str, Any], language: Language) -> Content:
    """Read figures and tables of a study; figures in the language where they were drawn in it."""
    hashes = {
        say("hash of the {what}", what=say(key)): str(value) for key, value in manifest["hashes"].items() if value
    }
    facts = {say(key.replace("_", " ")): str(manifest[key]) for key in _FACTS if manifest.get(key) not in (None, "")}
    return Content(
        title=told(manifest["title"], language) or str(manifest.get("name", "")),
        question=told(manifest["question"], language),
        source=str(manifest.get("source", "")),
        caveats=[str(text) for text in manifest["caveats"]],
        findings=[told(words, language) for words in manifest["findings"]],
        pictures=list(_pictures(folder, manifest["figures"], language)),
        sheets=[
            Sheet(str(name), told(entry.get("caption", {}), language), stored_table(folder, manifest, entry, language))
            for name, entry in manifest["tables"].items()
        ],
        scenarios=manifest["scenarios"],
        parameters=manifest["parameters"],
        factors=manifest["factors"],
        runs=manifest["runs"],
        provenance=facts | hashes,
        uncertainty=str(manifest.get("parameter_uncertainty", "")),
    )


_FACTS = ("dualcirc_version", "command", "seed", "design", "design_seed", "time_step")


def _pictures(folder: Path, figures: Mapping[str, Any], language: Language) -> Iterator[Picture]:
    for name, entry in figures.items():
        files = entry.get(language) or entry.get("en") or []
        svg = next((part["file"] for part in files if str(part.get("file", "")).endswith(".svg")), None)
        if svg is not None:
            yield Picture(str(name), told(entry.get("caption", {}), language), (folder / svg).read_bytes())
