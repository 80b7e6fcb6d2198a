"""Functions whose derivatives stay finite where a branch that is not taken leaves the numbers.

JAX computes both branches of IF THEN ELSE. Going backwards it multiplies the zero that reaches the branch not taken by
the derivatives inside it: zero times an infinite derivative would be not a number. Here a derivative that is infinite,
or no number, counts as zero. Values are those of the plain functions; where such a branch is taken, they are not
finite, and the run is reported as failed.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax import Array

_Pair = tuple[Array, Array]


@jax.custom_jvp
def multiply(x: Array, y: Array) -> Array:
    """Product."""
    return x * y


@multiply.defjvp
def _multiply(primals: _Pair, tangents: _Pair) -> _Pair:
    (x, y), (dx, dy) = primals, tangents
    return x * y, dx * _finite(y) + dy * _finite(x)


@jax.custom_jvp
def divide(x: Array, y: Array) -> Array:
    """Quotient."""
    return jnp.divide(x, y)


@divide.defjvp
def _divide(primals: _Pair, tangents: _Pair) -> _Pair:
    (x, y), (dx, dy) = primals, tangents
    result = jnp.divide(x, y)
    return result, dx * _finite(jnp.divide(1.0, y)) - dy * _finite(jnp.divide(result, y))


@jax.custom_jvp
def exponential(x: Array) -> Array:
    """Exponential."""
    return jnp.exp(x)


@exponential.defjvp
def _exponential(primals: tuple[Array], tangents: tuple[Array]) -> _Pair:
    result = jnp.exp(primals[0])
    return result, tangents[0] * _finite(result)


def whole_power(base: Array, exponent: int) -> Array:
    """Base to a small whole exponent by multiplication; holds for any sign."""
    result = jnp.ones_like(base)
    for _ in range(abs(exponent)):
        result = multiply(result, base)
    return result if exponent >= 0 else divide(jnp.ones_like(base), result)


def _finite(derivative: Array) -> Array:
    return jnp.where(jnp.isfinite(derivative), derivative, 0.0)
