"""Classes of the translator's syntax trees, for those who make trees of their own."""

from __future__ import annotations

from typing import Any

from pysd.translators.structures import abstract_expressions, abstract_model

AbstractComponent: Any = abstract_model.AbstractComponent
AbstractElement: Any = abstract_model.AbstractElement
AbstractLookup: Any = abstract_model.AbstractLookup
ArithmeticStructure: Any = abstract_expressions.ArithmeticStructure
CallStructure: Any = abstract_expressions.CallStructure
ReferenceStructure: Any = abstract_expressions.ReferenceStructure
SubscriptsReferenceStructure: Any = abstract_expressions.SubscriptsReferenceStructure


def reference(name: str, subscripts: tuple[str, ...] | list[str] = ()) -> Any:
    """Reference to a variable by its folded name."""
    return ReferenceStructure(name, SubscriptsReferenceStructure(list(subscripts)) if subscripts else None)


def element(name: str, subscripts: tuple[str, ...] | list[str], tree: Any, documentation: str = "") -> Any:
    """Element of one equation."""
    component = AbstractComponent(subscripts=(list(subscripts), []), ast=tree)
    return AbstractElement(name=name, components=[component], units="", documentation=documentation)
