"""JSON schemas by which editors complete and check the YAML files; ``python -m dualcirc.files.schemas`` renews them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from dualcirc.files.band import BandForm
from dualcirc.files.check_schema import ChecksForm
from dualcirc.files.experiment_schema import ExperimentForm
from dualcirc.files.paths import scenarios_dir
from dualcirc.files.scenario_schema import ScenarioForm
from dualcirc.files.strict import Strict

FORMS: Mapping[str, tuple[type[Strict], str]] = {
    "scenario.schema.json": (ScenarioForm, "dualcirc scenario"),
    "experiment.schema.json": (ExperimentForm, "dualcirc experiment"),
    "band.schema.json": (BandForm, "dualcirc band"),
    "checks.schema.json": (ChecksForm, "dualcirc checks"),
}


def schema_texts() -> dict[str, str]:
    """Text of every file of ``experiments/schema`` by its name."""
    return {name: _text(form, title) for name, (form, title) in FORMS.items()}


def _text(form: type[Strict], title: str) -> str:
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    schema = {**dialect, **form.model_json_schema(), "title": title}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the schemas."""
    folder = scenarios_dir().parent / "schema"
    folder.mkdir(exist_ok=True)
    for name, text in schema_texts().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
