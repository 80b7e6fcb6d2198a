"""Natural logarithm in plain arithmetic: XLA calls the C library for each number, which no vector unit helps."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array, lax

# 1/sqrt(2) as bits: numbers are split so that the mantissa lies between it and sqrt(2).
_SPLIT = 0x3FE6A09E667F3BCD
_ONE = 0x3FF0000000000000
_MANTISSA_BITS = 52
# Numbers are first brought into the range in which their exponents have powers of two that are numbers, both ways.
_TINY = 2.0**-1000
_UP, _DOWN = 54, -2
# ln 2 in two parts, the first exact when multiplied by any exponent.
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_ODD = (6.666666666666735130e-01, 2.857142874366239149e-01, 1.818357216161805012e-01, 1.479819860511658591e-01)
_EVEN = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)


@jax.custom_jvp
def natural_log(x: Array) -> Array:
    """
    Natural logarithm; minus infinity at zero, not a number below.

    Notes
    -----
    Method and coefficients of FreeBSD's ``e_log.c`` (Sun Microsystems, 1993): ``x = 2^k (1 + f)``, with
    ``log(1 + f) = f - f^2/2 + s (f^2/2 + R(s^2))`` and ``s = f / (2 + f)``; the error is below one unit in the last
    place. Single precision goes through the library, which has vectors for it. The mantissa is the number times a power
    of two, so that derivatives are right also where JAX derives this function itself (within a scan, a second time).
    """
    if x.dtype != jnp.float64:
        return jnp.log(x)
    tiny = x < _TINY
    y = x * jnp.where(tiny, 2.0**_UP, 2.0**_DOWN)
    split = lax.bitcast_convert_type(y, jnp.int64) - _SPLIT
    exponent = lax.shift_right_arithmetic(split, jnp.int64(_MANTISSA_BITS))
    scale = lax.bitcast_convert_type(_ONE - lax.shift_left(exponent, jnp.int64(_MANTISSA_BITS)), jnp.float64)
    mantissa = y * scale
    k = exponent.astype(jnp.float64) - jnp.where(tiny, float(_UP), float(_DOWN))
    result = _from_parts(mantissa - 1.0, k)
    edge = jnp.where(x == 0, -jnp.inf, jnp.where(x > 0, jnp.inf, jnp.nan))
    return jnp.where((x > 0) & (x < jnp.inf), result, edge)


def _from_parts(f: Array, k: Array) -> Array:
    """Logarithm of ``2^k (1 + f)``."""
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = z * (_ODD[0] + w * (_ODD[1] + w * (_ODD[2] + w * _ODD[3])))
    even = w * (_EVEN[0] + w * (_EVEN[1] + w * _EVEN[2]))
    half = 0.5 * f * f
    return k * _LN2_HIGH - ((half - (s * (half + (odd + even)) + k * _LN2_LOW)) - f)


@natural_log.defjvp
def _slope(primals: tuple[Array], tangents: tuple[Array]) -> tuple[Array, Array]:
    """Logarithm and its slope ``1 / x``."""
    (x,), (change,) = primals, tangents
    return natural_log(x), change / x
