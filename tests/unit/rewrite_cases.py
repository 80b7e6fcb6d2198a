"""Equations for each pass that rewrites a model, and runs for all of them."""

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np

from dualcirc.engine import Overrides
from dualcirc.translate.ir import Call, Expression, Extreme, Reference, Sum, walk

WORLD = (
    "Other <-> Region",
    "x[Region] = 1, 2, 3",
    "y[Region] = 4, 5, 6",
    "c[Region] = 0, 1, 2",
    "z[Region,Other] = 1,2,3;4,5,6;7,8,10;",
    "u[Region] = x[Region] * (1 + Time / 10)",
    "v[Region] = y[Region] * (2 - Time / 10)",
)
"""Constants, and two vectors that move; neither changes its sign within the run."""
ROWS = (
    (1.0, 2.0, 3.0),
    (-1.0, 2.5, -3.1),
    (0.0, -0.0, 1.0),
    (1e-7, -1e-7, 1e-6),
    (0.3, 1e5, -1e-5),
    (-0.0, -2.0, 0.7),
)
RUNS: tuple[Overrides, ...] = tuple({"x": np.array(x), "y": np.array(y)} for x, y in product(ROWS, ROWS))
"""Every pair of rows for ``x`` and ``y``: positive, negative, zero of both signs, around what ZIDZ takes as zero."""


class Case(NamedTuple):
    """One construct of one pass."""

    rewrite: str
    equations: tuple[str, ...]
    """The last one defines ``out``, which is compared."""
    has: Callable[[Expression], bool]
    """What stands somewhere in the model after the pass, and not before."""
    same_bits: bool = False


def calls(function: str) -> Callable[[Expression], bool]:
    """Whether an expression is a call of a function."""
    return lambda part: isinstance(part, Call) and part.function == function


def quotient_of_sum(part: Expression) -> bool:
    return isinstance(part, Call) and part.function == "ZIDZ" and isinstance(part.arguments[0], Sum)


def masked(part: Expression) -> bool:
    """Whether it asks where a factor is used."""
    return isinstance(part, Extreme)


def bounded(part: Expression) -> bool:
    return isinstance(part, Call) and part.function in ("at least", "at most")


def no_m(part: Expression) -> bool:
    """Whether it is a sum that holds no matrix ``m`` but reads what ``m`` is made of."""
    read = {inner.name for inner in walk(part) if isinstance(inner, Reference)}
    return isinstance(part, Sum) and "u" in read and "m" not in read


SUM_OF_TWO = "SUM(m[Region,Other!] * v[Other!])"
NO_MATRIX = ("m[Region,Other] = u[Region] * z[Region,Other] - v[Other] / 7", "out[Region] = SUM(ABS(m[Region,Other!]))")
CASES = (
    Case(
        "quotients_out_of_sums", ("out[Region] = SUM(ZIDZ(u[Other!], v[Region]) * z[Region,Other!])",), quotient_of_sum
    ),
    Case(
        "quotients_out_of_sums",
        (
            "w = Time - 2",
            "out[Region] = SUM(ZIDZ(ZIDZ(u[Other!] - c[Other!], w), v[Region]) * u[Region] * z[Region,Other!])",
        ),
        quotient_of_sum,
    ),
    Case(
        "masked_factors", ("out[Region] = SUM(IF THEN ELSE(z[Region,Other!] > 2, u[Other!] / v[Region], 0))",), masked
    ),
    Case(
        "masked_factors",
        (
            "n[Region,Other] = y[Region] - y[Other]",
            "out = SUM(IF THEN ELSE(n[Region!,Other!] > 0, u[Region!] * v[Other!] * z[Region!,Other!], 0))",
        ),
        masked,
    ),
    Case("split_logarithms", ("out[Region,Other] = LN(u[Region] / v[Other])",), calls("difference of logs")),
    Case(
        "split_logarithms",
        ("out[Region] = SUM(MAX(0, LN(v[Other!] / u[Region])) * z[Region,Other!])",),
        calls("difference of logs"),
    ),
    Case(
        "split_logarithms",
        ("out[Region,Other] = IF THEN ELSE(u[Region] > 0 :AND: v[Other] > 0, LN(u[Region] / v[Other]), -1)",),
        calls("difference of logs"),
    ),
    Case("literal_bounds", ("out[Region,Other] = MAX(LN(u[Region]), 0) + MIN(2, v[Other])",), bounded, same_bits=True),
    Case(
        "literal_bounds",
        ("out[Region] = IF THEN ELSE(1 / MAX(0, u[Region]) > 0, u[Region], -9)",),
        bounded,
        same_bits=True,
    ),
    Case(
        "literal_bounds",
        ("out[Region] = IF THEN ELSE(1 / MIN(u[Region], 0) > 0, u[Region], -9)",),
        bounded,
        same_bits=True,
    ),
    Case(
        "literal_bounds",
        ("out[Region] = IF THEN ELSE(MIN(3, MAX(SQRT(u[Region]), 0)) >= 0, 1, 2)",),
        bounded,
        same_bits=True,
    ),
    Case("inlined_matrices", ("m[Region,Other] = u[Region] * z[Region,Other]", f"out[Region] = {SUM_OF_TWO}"), no_m),
    Case("inlined_matrices", NO_MATRIX, no_m, same_bits=True),
    Case(
        "inlined_matrices",
        (
            "k[Region,Other] = ZIDZ(u[Region], v[Other])",
            "m[Region,Other] = MAX(k[Region,Other], z[Region,Other]) - Time",
            "out[Other] = SUM(m[Other,Region!] * m[Region!,Other])",
        ),
        no_m,
    ),
    Case(
        "inlined_matrices",
        ("Coast: north, east", "m[Coast,Other] = u[Coast] - v[Other]", "out[Other] = SUM(ABS(m[Coast!,Other]))"),
        no_m,
    ),
)
