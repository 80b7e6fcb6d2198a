"""Vensim functions on arrays of runs.

Each takes and gives arrays that broadcast. The guarded forms keep the gradient finite where a branch that is not taken
would divide by zero, overflow or take a logarithm of nothing: JAX evaluates both branches of IF THEN ELSE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax.numpy as jnp
from jax import Array, lax

from dualcirc.engine import guarded
from dualcirc.engine.logarithm import natural_log

SMALL = 1e-6
"""What counts as zero in XIDZ and ZIDZ: Vensim help, "XIDZ"; PySD ``functions.SMALL_VENSIM``."""


def log(x: Array) -> Array:
    """Natural logarithm, minus infinity at zero and not a number below, as numpy gives it."""
    return jnp.where(x > 0, safe_log(x), jnp.where(x == 0, -jnp.inf, jnp.nan))


def square_root(x: Array) -> Array:
    """Square root whose gradient stays finite at zero and below."""
    return jnp.where(x > 0, jnp.sqrt(jnp.where(x > 0, x, 1.0)), jnp.where(x == 0, 0.0, jnp.nan))


def power(base: Array, log_of_base: Array, exponent: Array) -> Array:
    """
    Base to the exponent, through a logarithm that other powers of the same base share.

    Parameters
    ----------
    base, exponent
        What is raised, to what.
    log_of_base
        ``safe_log`` of the size of the base.

    Notes
    -----
    ``exp(b log a)`` for a > 0: XLA's own power costs twice as much. At a = 0 the result is 0, 1 or infinity for b
    above, at or below zero. A negative base needs a whole exponent, as in numpy; else the result is not a number.
    """
    size = guarded.exponential(exponent * log_of_base)
    at_zero = jnp.where(exponent == 0, 1.0, jnp.where(exponent > 0, 0.0, jnp.inf))
    whole, even = (jnp.floor(part) == part for part in (exponent, exponent * 0.5))
    below = jnp.where((base < 0) & whole, jnp.where(even, size, -size), jnp.nan)
    return jnp.where(base > 0, size, jnp.where(base == 0, at_zero, below))


def safe_log(x: Array) -> Array:
    """Natural logarithm, 0 where there is none: finite, with a finite gradient."""
    return natural_log(jnp.where(x > 0, x, 1.0))


def at_least(x: Array, bound: Array) -> Array:
    """Larger of a value and a bound that is a number; not a number where the value is none; 0 before -0, as XLA's."""
    return jnp.where(x <= bound, bound, x)


def at_most(x: Array, bound: Array) -> Array:
    """Smaller of a value and a bound that is a number; not a number where the value is none."""
    return jnp.where(x > bound, bound, x)


def log_of_size(x: Array) -> Array:
    """Logarithm of the absolute value; minus infinity at zero."""
    return natural_log(jnp.abs(x))


def difference_of_logs(log_x: Array, log_y: Array, x: Array, y: Array) -> Array:
    """
    Logarithm of ``x / y`` from the logarithms of their sizes.

    Notes
    -----
    As the logarithm of the quotient: minus infinity where ``x`` is zero of either sign, infinity where ``y`` is, not a
    number where the signs of ``x`` and ``y`` differ.
    """
    whole = jnp.int64 if x.dtype == jnp.float64 else jnp.int32
    signs = lax.bitcast_convert_type(x, whole) ^ lax.bitcast_convert_type(y, whole)
    return jnp.where((signs < 0) & (x != 0), jnp.nan, log_x - log_y)


def whole_power(base: Array, exponent: int) -> Array:
    """Base to a small whole exponent by multiplication; holds for any sign."""
    result = jnp.ones_like(base)
    for _ in range(abs(exponent)):
        result = result * base
    return result if exponent >= 0 else 1.0 / result


def xidz(numerator: Array, denominator: Array, otherwise: Array) -> Array:
    """Quotient, or ``otherwise`` where the denominator is within 1e-6 of zero (PySD ``functions.xidz``)."""
    zero = jnp.abs(denominator) < SMALL
    return jnp.where(zero, otherwise, numerator / jnp.where(zero, 1.0, denominator))


def quantum(x: Array, unit: Array) -> Array:
    """Whole multiple of the unit towards 0; the number itself where the unit is below 1e-6 (PySD ``quantum``)."""
    none = unit < SMALL
    return jnp.where(none, x, unit * jnp.trunc(x / jnp.where(none, 1.0, unit)))


def modulo(x: Array, unit: Array) -> Array:
    """What ``quantum`` leaves of a number, with its sign (PySD ``functions.modulo``)."""
    return x - quantum(x, unit)


def reached(time: Array, start: Array) -> Array:
    """Whether a time has come, up to 1e-6 (PySD ``functions.ramp``, ``pulse``)."""
    return time + SMALL > start


def phase(since: Array, interval: Array) -> Array:
    """Time since the last of equal intervals began, up to 1e-6, as Python's ``%`` has it (PySD ``functions.pulse``)."""
    none = interval == 0
    return jnp.where(none, 0.0, jnp.mod(since + SMALL, jnp.where(none, 1.0, interval)))


def arc(function: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """Make arcsine or arccosine with a finite gradient at and beyond the ends of its range."""

    def guarded(x: Array) -> Array:
        inside = jnp.abs(x) < 1
        return jnp.where(inside, function(jnp.where(inside, x, 0.0)), function(lax.stop_gradient(x)))

    return guarded


def zidz(numerator: Array, denominator: Array) -> Array:
    """Quotient, or 0 where the denominator is within 1e-6 of zero (PySD ``functions.zidz``)."""
    return xidz(numerator, denominator, jnp.zeros((1,)))


PLAIN: Mapping[str, Callable[..., Array]] = {
    "+": jnp.add,
    "-": jnp.subtract,
    "*": jnp.multiply,
    "/": jnp.divide,
    "negative": jnp.negative,
    "=": jnp.equal,
    "<>": jnp.not_equal,
    "<": jnp.less,
    "<=": jnp.less_equal,
    ">": jnp.greater,
    ">=": jnp.greater_equal,
    ":AND:": jnp.logical_and,
    ":OR:": jnp.logical_or,
    ":NOT:": jnp.logical_not,
    "IF THEN ELSE": jnp.where,
    "MIN": jnp.minimum,
    "MAX": jnp.maximum,
    "EXP": jnp.exp,
    "LN": natural_log,
    "at least": at_least,
    "at most": at_most,
    "log of size": log_of_size,
    "difference of logs": difference_of_logs,
    "SQRT": jnp.sqrt,
    "ABS": jnp.abs,
    "XIDZ": xidz,
    "ZIDZ": zidz,
    "SIN": jnp.sin,
    "COS": jnp.cos,
    "TAN": jnp.tan,
    "ARCSIN": jnp.arcsin,
    "ARCCOS": jnp.arccos,
    "ARCTAN": jnp.arctan,
    "SINH": jnp.sinh,
    "COSH": jnp.cosh,
    "TANH": jnp.tanh,
    "INTEGER": jnp.trunc,
    "QUANTUM": quantum,
    "MODULO": modulo,
    "phase": phase,
    "reached": reached,
    "whole power": whole_power,
}
"""Every function but ``^``, which shares logarithms (``emit.Emitter``), and ACTIVE INITIAL (``translate.stages``)."""

GUARDED: Mapping[str, Callable[..., Array]] = {
    **PLAIN,
    "ARCSIN": arc(jnp.arcsin),
    "ARCCOS": arc(jnp.arccos),
    "*": guarded.multiply,
    "/": guarded.divide,
    "EXP": guarded.exponential,
    "LN": log,
    "SQRT": square_root,
    "whole power": guarded.whole_power,
}
"""The same where a branch may not be taken."""
