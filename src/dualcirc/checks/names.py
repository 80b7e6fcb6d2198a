"""What checks may name: variables, their national totals, and places."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import xarray as xr

from dualcirc.errors import did_you_mean
from dualcirc.files.registry import Registry, dataset_name
from dualcirc.translate import Model

RUN_DIMS = ("run", "time")
"""Dims that are no subscripts of the model."""


class ExpressionError(Exception):
    """An expression cannot be used; the caller adds its place."""

    def __init__(self, what: str, expected: str = "", mend: str = "") -> None:
        super().__init__(what)
        self.what, self.expected, self.mend = what, expected, mend


@dataclass(frozen=True)
class Names:
    """What an expression may name."""

    model: Model
    registry: Registry

    def variable(self, text: str) -> str | None:
        """Exact name of a variable from its Dataset name."""
        return next((name for name in self.model.variables if dataset_name(name) == text), None)

    def total(self, text: str) -> str | None:
        """Variable whose national total bears this Dataset name."""
        name = self.variable(text.removeprefix("national_")) if text.startswith("national_") else None
        row = self.registry.variables.get(name) if name else None
        return name if row is not None and row.aggregation == "sum" else None

    def places(self, text: str) -> tuple[str, ...] | None:
        """Elements meant by the name of an element, a macro-region or a subscript range."""
        for range_name, elements in self.model.subscripts.items():
            if text in (range_name, dataset_name(range_name)):
                return elements
        folded = {dataset_name(element): element for names in self.model.subscripts.values() for element in names}
        for region in self.registry.regions:
            if text in (region, dataset_name(region)):
                inside = (row.province for row in self.registry.provinces.values() if row.macro_region == region)
                return (*inside, *([region] if dataset_name(region) in folded else []))
        found = folded.get(dataset_name(text))
        return None if found is None else (found,)

    def known_places(self) -> list[str]:
        """Names of all elements and macro-regions."""
        elements = [element for names in self.model.subscripts.values() for element in names]
        return list(dict.fromkeys([*elements, *self.registry.regions]))


def choose(value: xr.DataArray, places: Sequence[str], names: Names) -> xr.DataArray:
    """Part of a value in the elements that are named: elements, macro-regions or whole subscript ranges.

    Raises
    ------
    ExpressionError
        A name is unknown, or the value has no subscript with such an element.
    """
    wanted: list[str] = []
    for place in places:
        found = names.places(place)
        if found is None:
            mend = did_you_mean(place, names.known_places())
            raise ExpressionError(f"unknown place '{place}'", "a province, a region or another element", mend)
        wanted += found
    dim = next((dim for dim in value.dims if dim not in RUN_DIMS and set(wanted) & set(value[dim].values)), None)
    if dim is None:
        subscripts = ", ".join(str(dim) for dim in value.dims if dim not in RUN_DIMS) or "none"
        raise ExpressionError(f"got '{', '.join(places)}' for what has the subscripts: {subscripts}", "its elements")
    return value.sel({dim: [element for element in value[dim].values if element in wanted]})
