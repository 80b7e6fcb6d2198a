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
}
"""Operators and functions by name; the reductions, Time and the states are nodes of their own."""

REDUCTIONS = ("SUM", "VMIN", "VMAX", "PROD")
"""Functions over the subscripts marked with ``!``."""

STATES = ("INTEG", "SMOOTH", "SMOOTHI", "SMOOTH3", "SMOOTH3I", "DELAY1", "DELAY1I", "DELAY3", "DELAY3I")
"""Functions that remember."""

FUNCTIONS = sorted(name for name in SIGNATURES if name[0].isalpha())
KNOWN = ", ".join([*FUNCTIONS, *REDUCTIONS, *STATES, "GET DIRECT CONSTANTS", "GET DIRECT DATA"])
"""Listing for error messages."""

STRUCTURE_NAMES = {
    "AllocateAvailableStructure": "ALLOCATE AVAILABLE",
    "AllocateByPriorityStructure": "ALLOCATE BY PRIORITY",
    "DataStructure": "a data variable without GET DIRECT DATA",
    "DelayFixedStructure": "DELAY FIXED",
    "DelayNStructure": "DELAY N",
    "ForecastStructure": "FORECAST",
    "GameStructure": "GAME",
    "GetConstantsStructure": "GET DIRECT CONSTANTS inside an expression",
    "GetDataStructure": "GET DIRECT DATA outside a data equation (':=')",
    "GetLookupsStructure": "GET DIRECT LOOKUPS",
    "InitialStructure": "INITIAL",
    "InlineLookupsStructure": "WITH LOOKUP",
    "LookupsStructure": "a lookup",
    "SampleIfTrueStructure": "SAMPLE IF TRUE",
    "SmoothNStructure": "SMOOTH N",
    "TrendStructure": "TREND",
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
