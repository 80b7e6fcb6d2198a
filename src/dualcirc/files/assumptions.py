"""What a result assumes, in words: changes of each scenario and uncertain parameters, as records for a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from dualcirc.files.calendar import NEVER
from dualcirc.files.combinations import Combination
from dualcirc.files.registry import Registry, dataset_name
from dualcirc.files.scenario import Change, Point, Scenario

Record = dict[str, str]


def scenario_record(scenario: Scenario, registry: Registry) -> dict[str, object]:
    """Name, titles, source and changes of a scenario, the changes of those it extends first."""
    return {
        "name": scenario.name,
        "title": {"en": scenario.title_en, "zh": scenario.title_zh},
        "source": scenario.source,
        "hash": scenario.digest,
        "changes": [_change(change, registry) for change in scenario.changes],
    }


def package_record(combination: Combination, registry: Registry) -> dict[str, object]:
    """The same for packages of levers at one ambition, from the registry."""
    levers = [lever for lever in registry.levers.values() if lever.package in combination.packages]
    changes = [
        {
            "what": lever.id,
            "label": lever.label_en,
            "label_zh": lever.label_zh,
            "unit": lever.unit,
            "values": str(getattr(lever, f"ambition_{combination.ambition}")),
            "where": lever.dimension,
            "why": lever.ambition_reason,
        }
        for lever in levers
        if getattr(lever, f"ambition_{combination.ambition}")
    ]
    title = combination_title(combination, registry)
    return {"name": combination.name, "title": title, "source": "model/levers.csv", "hash": "", "changes": changes}


def combination_title(combination: Combination, registry: Registry) -> dict[str, str]:
    """Title in English and Chinese; a package by itself is named."""
    letters, level = combination.packages, combination.ambition
    zh = f"{_IN_CHINESE.get(level, level)}力度政策包{'、'.join(letters)}"
    if len(letters) != 1:
        return {"en": f"Packages {', '.join(letters)} at {level} ambition", "zh": zh}
    package = registry.packages[letters[0]]
    english = package.label_en[:1].lower() + package.label_en[1:]
    return {"en": f"Package {package.id}, {english}, at {level} ambition", "zh": f"{zh}（{package.label_zh}）"}


_IN_CHINESE = {"low": "低", "central": "中", "high": "高"}


def parameter_records(names: Iterable[str], registry: Registry) -> list[Record]:
    """Value, range, unit, status and source of uncertain parameters, by their names in the Dataset or in the model."""
    by_name = {dataset_name(row.name): row for row in registry.parameters.values()}
    rows = [by_name[key] for name in names if (key := dataset_name(name)) in by_name]
    return [
        {
            "name": row.name,
            "value": _number(row.value),
            "low": "" if row.low is None else _number(row.low),
            "high": "" if row.high is None else _number(row.high),
            "unit": row.unit,
            "status": row.status,
            "source": row.source,
            "note": row.note,
        }
        for row in rows
    ]


def _change(change: Change, registry: Registry) -> Record:
    lever = next((row for row in registry.levers.values() if row.variable == change.target.name), None)
    row = lever or registry.drivers.get(change.target.name)
    return {
        "what": lever.id if lever else change.target.name,
        "label": row.label_en if row else change.target.name,
        "label_zh": row.label_zh if row else "",
        "unit": change.target.unit,
        "values": values_in_words(change.points),
        "where": "" if change.points[0].element else ", ".join(change.elements),
        "why": change.why,
    }


def values_in_words(points: Sequence[Point]) -> str:
    """Values of a change: ``Jilin: 2027; Shanxi: 2028``, or by year ``2026: 27 → 2030: 15``."""
    parts = []
    for element, group in groupby(points, key=lambda point: point.element):
        path = " → ".join(_point(point) for point in group)
        parts.append(f"{element}: {path}" if element else path)
    return "; ".join(parts)


def _point(point: Point) -> str:
    value = "never" if point.value == NEVER else _number(point.value)
    return value if point.date is None else f"{point.date:g}: {value}"


def _number(value: float) -> str:
    return f"{value:.10g}"
