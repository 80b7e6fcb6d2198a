"""Data checked against a strict pydantic model; every fault told in the project's own words with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from dualcirc.errors import Problem, did_you_mean
from dualcirc.files.yaml_reader import Document

MAX_NUMBER = 1e300
"""Larger whole numbers do not fit a float."""


class Strict(BaseModel):
    """Base of every file's schema: no unknown keys, no conversion of types, no change after reading."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True)

    other_words: ClassVar[Mapping[str, str]] = {}
    """Key that is meant, by a word that people write for it."""


def problems_of(document: Document, model: type[Strict]) -> list[Problem]:
    """Every way in which a document departs from a schema; empty when it fits."""
    try:
        model.model_validate(document.data)
    except ValidationError as fault:
        return [_problem(detail, document, model) for detail in fault.errors(include_url=False)]
    return []


def told(value: Any) -> str:
    """A value as messages name it, with its kind, so that 0.5 and '0.5' are told apart."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()} (so are yes, no, on and off read)"
    if isinstance(value, str):
        return f"the text '{value if len(value) <= 60 else value[:57] + '...'}'"
    if isinstance(value, int | float):
        return f"the number {value:.12g}" if not abs(value) > MAX_NUMBER else "a number too large to use"
    return "a mapping" if isinstance(value, Mapping) else "a list" if isinstance(value, list) else type(value).__name__


_EXPECTED = {
    "string_type": "text",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_too_short": "some text",
    "string_too_long": "at most 60 letters",
    "string_pattern_mismatch": "small letters, digits and underscores, beginning with a letter",
    "bool_type": "true or false",
    "list_type": "a list, as [a, b]",
    "dict_type": "a mapping, as {key: value}",
    "model_type": "a mapping, as {key: value}",
}


def _problem(detail: ErrorDetails, document: Document, model: type[Strict]) -> Problem:
    location, kind, value = detail["loc"], detail["type"], detail["input"]
    is_key = bool(location) and location[-1] == "[key]"
    place = location[:-1] if is_key else location
    line = document.line(tuple(place))
    name = _name(place)
    owner = _model_at(model, location[:-1])
    if kind == "extra_forbidden":
        valid = list(owner.model_fields) if owner else []
        what = f"unknown key '{location[-1]}'"
        meant = owner.other_words.get(name) if owner else None
        mend = f"Write '{meant}:'." if meant else did_you_mean(name, valid)
        return Problem(what, document.file, line, f"one of the keys {', '.join(valid)}", mend)
    expected = _EXPECTED.get(kind) or str(detail.get("ctx", {}).get("expected", detail["msg"]))
    if owner and str(location[-1]) in owner.model_fields:
        description = owner.model_fields[str(location[-1])].description or ""
        expected = " - ".join(part for part in ("" if kind == "missing" else expected, description) if part)
    if kind == "missing":
        return Problem(f"the key '{name}' is missing", document.file, line, expected, f"Add '{name}: ...'.")
    if is_key:
        return Problem(f"got the key '{name}'", document.file, line, expected)
    where = f"'{name}': " if name else ""
    return Problem(f"{where}got {told(value)}", document.file, line, expected, _mend(kind, name, value))


def _name(place: Sequence[str | int]) -> str:
    """Innermost key of a location; a place in a list is named by the key of the list."""
    return next((str(part) for part in reversed(place) if isinstance(part, str)), "") if place else ""


def _mend(kind: str, name: str, value: Any) -> str:
    if kind == "string_type" and isinstance(value, int | float) and not isinstance(value, bool):
        return f'Write it in quotes: {name}: "{value}".'
    if kind == "string_pattern_mismatch" and value.endswith((".yaml", ".yml")):
        return f"Write it without {PurePath(value).suffix}: {name}: {PurePath(value).stem}."
    if kind == "float_type" and isinstance(value, str):
        try:
            return f"Write the number plainly, without quotes: {float(value):.12g}."
        except ValueError:
            return ""
    return ""


def _model_at(model: type[Strict], location: Sequence[str | int]) -> type[Strict] | None:
    """Schema of the mapping at a location; None for mappings with free keys."""
    found: type[Strict] | None = model
    for part in location:
        if isinstance(part, int):
            continue
        found = _model_in(found.model_fields[part].annotation) if found and part in found.model_fields else None
    return found


def _model_in(annotation: Any) -> type[Strict] | None:
    if isinstance(annotation, type) and issubclass(annotation, Strict):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
