"""What the engine knows of the modelling language; all else is refused by name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["number", "truth"]


class RefusedError(Exception):
    """One equation uses what the engine does not know; the caller adds its name and place."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


@dataclass(frozen=True)
class Signature:
    """Types of the arguments and of the result of an operator or function."""

    arguments: tuple[Type, ...]
    result: Type = "number"


NOT_AVAILABLE = -(2.0**109)
"""Value of ``:NA:`` (Vensim help, ":NA:"); PySD has NaN."""

_ONE: tuple[Type, ...] = ("number",)
_TWO: tuple[Type, ...] = ("number", "number")

SIGNATURES = {
    **{operator: Signature(_TWO) for operator in ("+", "-", "*", "/", "^")},
    "negative": Signature(_ONE),
    **{operator: Signature(_TWO, "truth") for operator in ("=", "<>", "<", "<=", ">", ">=")},
    ":AND:": Signature(("truth", "truth"), "truth"),
    ":OR:": Signature(("truth", "truth"), "truth"),
    ":NOT:": Signature(("truth",), "truth"),
    "IF THEN ELSE": Signature(("truth", "number", "number")),
    "MIN": Signature(_TWO),
    "MAX": Signature(_TWO),
    "EXP": Signature(_ONE),
    "LN": Signature(_ONE),
    "SQRT": Signature(_ONE),
    "ABS": Signature(_ONE),
    "XIDZ": Signature(("number", "number", "number")),
    "ZIDZ": Signature(_TWO),
    **{name: Signature(_ONE) for name in ("SIN", "COS", "TAN", "ARCSIN", "ARCCOS", "ARCTAN", "SINH", "COSH", "TANH")},
    "INTEGER": Signature(_ONE),
    "QUANTUM": Signature(_TWO),
    "MODULO": Signature(_TWO),
    "phase": Signature(_TWO),
    "reached": Signature(_TWO, "truth"),
    "ACTIVE INITIAL": Signature(_TWO),
}
"""
Operators and functions by name; the reductions, Time and the states are nodes of their own.

Names in small letters stand in no model: other functions are told by them.
"""

REDUCTIONS = ("SUM", "VMIN", "VMAX", "PROD")
"""Functions over the subscripts marked with ``!``."""

STATES = (
    *(
        "INTEG",
        "INITIAL",
        "SMOOTH",
        "SMOOTHI",
        "SMOOTH3",
        "SMOOTH3I",
        "SMOOTH N",
        "SAMPLE IF TRUE",
        "TREND",
        "FORECAST",
    ),
    *("DELAY1", "DELAY1I", "DELAY3", "DELAY3I", "DELAY N", "DELAY FIXED"),
)
"""Functions that remember (``states``)."""

TOLD_BY_OTHERS = {
    "ELMCOUNT": 1,
    "GET TIME VALUE": 3,
    "LOG": 2,
    "PI": 0,
    "POWER": 2,
    "INVERT MATRIX": 2,
    "STEP": 2,
    "RAMP": 3,
    "PULSE": 2,
    "PULSE TRAIN": 4,
    "XRAMP": 2,
    "XPULSE": 2,
    "XPULSE TRAIN": 3,
    "RANDOM 0 1": 0,
    "RANDOM UNIFORM": 3,
    "RANDOM NORMAL": 5,
    "RANDOM EXPONENTIAL": 5,
    "VECTOR RANK": 2,
    "VECTOR REORDER": 2,
    "VECTOR SELECT": 5,
    "VECTOR SORT ORDER": 2,
    "VMAX XMILE": 1,
    "VMIN XMILE": 1,
}
"""
Functions told by others (``functions``), with the number of their arguments.

The names with an X are those that PySD gives to the forms of XMILE.
"""

FUNCTIONS = sorted(name for name in SIGNATURES if name[0].isupper())
KNOWN = ", ".join([*FUNCTIONS, *TOLD_BY_OTHERS, *REDUCTIONS, *STATES, "GET DIRECT CONSTANTS", "GET DIRECT DATA"])
"""Listing for error messages."""

STRUCTURE_NAMES = {
    "AllocateAvailableStructure": "ALLOCATE AVAILABLE",
    "AllocateByPriorityStructure": "ALLOCATE BY PRIORITY",
    "DataStructure": "a data variable without GET DIRECT DATA",
    "GetConstantsStructure": "GET DIRECT CONSTANTS inside an expression",
    "GetDataStructure": "GET DIRECT DATA outside a data equation (':=')",
    "GetLookupsStructure": "GET DIRECT LOOKUPS",
    "InlineLookupsStructure": "WITH LOOKUP",
    "LookupsStructure": "a lookup",
    "ndarray": "a list of numbers inside an expression",
    "str": "a text",
}
"""Vensim names of the translator's structures that are not known."""


def vensim_name(identifier: str) -> str:
    """Function name as a modeller writes it: ``if_then_else`` is ``IF THEN ELSE``."""
    return identifier.replace("_", " ").upper()


def fold(name: str) -> str:
    """Vensim compares names without case, and takes a blank for an underscore."""
    return "_".join(name.casefold().replace("_", " ").split())
