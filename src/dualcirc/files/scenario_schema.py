"""The form of a scenario file; what names and numbers mean is checked in ``scenario_checks``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from dualcirc.files.strict import MAX_NUMBER, Strict


def _check_number_or_never(value: Any) -> float | Literal["never"]:
    if value == "never":
        return "never"
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("float_type", "a number")
    if not abs(value) < MAX_NUMBER:
        raise PydanticCustomError("finite_number", "a finite number")
    return float(value)


NAME_PATTERN = r"^[a-z][a-z0-9_]*$"
Name = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=60)]
Text = Annotated[str, StringConstraints(min_length=1)]
Number = Annotated[float, Field(allow_inf_nan=False)]
NumberOrNever = Annotated[
    float | Literal["never"],
    PlainValidator(_check_number_or_never),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"const": "never"}]}),
]


class TitleForm(Strict):
    """Title in both languages."""

    en: Text
    """English title"""
    zh: Text
    """Chinese title"""


class ChangeForm(Strict):
    """One lever, driver or parameter set to a value, to values by element, or to a path over time."""

    other_words: ClassVar[Mapping[str, str]] = dict.fromkeys(("driver", "parameter", "param", "var"), "variable")

    lever: Text | None = None
    """id of a lever, as `dualcirc levers` lists them"""
    variable: Text | None = None
    """exact name of an external driver or of a parameter, instead of a lever"""
    unit: Text
    """unit of the values, in quotes where it is a number, as "1" for a share"""
    value: NumberOrNever | None = None
    """one number, which holds from the start of the scenario on"""
    values: dict[str, NumberOrNever] | None = None
    """one number for each province, domain or alliance named"""
    path: dict[Number, Number] | None = None
    """numbers by calendar year, 2026 meaning 1 January 2026"""
    provinces: list[str] | None = None
    """provinces for which a value or path holds; all of them when left out"""
    domains: list[str] | None = None
    """the same for what is set by domain"""
    alliances: list[str] | None = None
    """the same for what is set by alliance"""
    why: Text
    """reason for the change"""


class ScenarioForm(Strict):
    """A scenario: what differs from the scenario it extends, from when, where and why."""

    name: Name
    """short name, used for files and labels"""
    title: TitleForm | None = None
    """title in English and Chinese, as {en: "...", zh: "..."}"""
    extends: Name | None = None
    """file name, without .yaml, of the scenario whose changes are made first"""
    source: Text | None = None
    """where the idea comes from"""
    counterfactual: bool = False
    """true where the past is changed: changes may then begin before 2026"""
    changes: list[ChangeForm] = Field(default_factory=list)
    """list of changes, each with lever or variable, unit, value or path, and reason"""
