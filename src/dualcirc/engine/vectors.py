"""Functions of whole vectors and matrices: arrays whose last axis but that of runs, or last two, they run along."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import jax.numpy as jnp
from jax import Array


def sort_order(vector: Array, direction: Array) -> Array:
    """
    Places of the elements in rising order, or in falling order where the direction is not above 0, from 0 on.

    Notes
    -----
    PySD ``functions.vector_sort_order``: the falling order is the rising one turned round, so equal elements swap.
    """
    rising = jnp.argsort(vector, axis=-2, stable=True)
    return jnp.where(direction > 0, rising, jnp.flip(rising, axis=-2)).astype(float)


def rank(vector: Array, direction: Array) -> Array:
    """Rank of each element, from 1 on (PySD ``functions.vector_rank``)."""
    return jnp.argsort(sort_order(vector, direction), axis=-2, stable=True).astype(float) + 1.0


def reorder(vector: Array, places: Array) -> Array:
    """
    Elements at the places, which count from 0 (PySD ``functions.vector_reorder``); no number where there is none.

    A place below 0 counts from the end, as in PySD.
    """
    size = vector.shape[-2]
    places = jnp.trunc(places)
    inside = (places >= -size) & (places < size)
    index = jnp.where(inside, places, 0).astype(int) % size
    return jnp.where(inside, jnp.take_along_axis(vector, index, axis=-2), jnp.nan)


def inverse(matrix: Array) -> Array:
    """Inverse of each matrix (PySD ``functions.invert_matrix``); no numbers where there is none."""
    return jnp.moveaxis(jnp.linalg.inv(jnp.moveaxis(matrix, -1, 0)), 0, -1)


VECTORS: Mapping[str, Callable[..., Array]] = {
    "VECTOR SORT ORDER": sort_order,
    "VECTOR RANK": rank,
    "VECTOR REORDER": reorder,
    "INVERT MATRIX": inverse,
}
