"""Random numbers that depend on the seed of a run, the draw in the model, the step and the element, on nothing else.

Counter-based (Salmon et al. 2011, threefry): the order of runs, their place in a block and the number of workers leave
every number as it is. PySD ``builders/python/python_functions.py`` has the distributions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import Array
from jax.scipy.special import ndtr, ndtri

from dualcirc.engine.functions import SMALL


class Draws(NamedTuple):
    """What tells the random numbers of one moment apart from those of others."""

    seeds: Array
    """(run or 1), whole numbers."""
    steps: Array
    """(run or 1): numbers of the steps."""


def uniform(draws: Draws, stream: int, shape: tuple[int, ...]) -> Array:
    """(*shape, run): numbers from 0 to 1, 1 left out, for each element and run."""

    def of_run(seed: Array, step: Array) -> Array:
        key = jax.random.key(seed, impl="threefry2x32")
        for part in (stream >> 32, stream & 0xFFFFFFFF, step):
            key = jax.random.fold_in(key, part)
        return jax.random.uniform(key, shape, dtype=float)

    seeds, steps = jnp.broadcast_arrays(draws.seeds, draws.steps)
    return jax.vmap(of_run, out_axes=-1)(seeds, steps)


def draw(function: str, arguments: Sequence[Array], share: Array) -> Array:
    """Random number of a distribution, by its inverse at a share of 1."""
    match function:
        case "RANDOM UNIFORM":
            low, high = arguments
            return low + share * (high - low)
        case "RANDOM NORMAL":
            low, high, mean, deviation = arguments
            return _normal(low, high, mean, deviation, share)
    low, high, start, scale = arguments
    return _exponential(low, high, start, scale, share)


def _normal(low: Array, high: Array, mean: Array, deviation: Array, share: Array) -> Array:
    """
    Normal distribution cut off at both ends.

    Notes
    -----
    PySD draws from ``scipy.stats.truncnorm``. The inverse works in the lower half, where small probabilities are exact.
    No deviation gives the mean; bounds that leave nothing give no number.
    """
    wide = jnp.abs(deviation) >= SMALL
    scale = jnp.where(wide, deviation, 1.0)
    left = jnp.where(wide, (low - mean) / scale, -jnp.inf)
    right = jnp.where(wide, (high - mean) / scale, jnp.inf)
    turned = left > 0
    below, above = jnp.where(turned, -right, left), jnp.where(turned, -left, right)
    share = jnp.where(turned, 1 - share, share)
    # Kept off 0 and 1, where the score has no bound.
    probability = ndtr(below) + jnp.maximum(share, 2.0**-54) * (ndtr(above) - ndtr(below))
    score = ndtri(jnp.minimum(probability, 1 - 2.0**-53))
    score = jnp.clip(jnp.where(turned, -score, score), left, right)
    return jnp.where((left < right) & (deviation >= 0), mean + score * deviation, jnp.nan)


def _exponential(low: Array, high: Array, start: Array, scale: Array, share: Array) -> Array:
    """
    Exponential distribution above a start, cut off at both ends.

    Notes
    -----
    PySD draws from ``scipy.stats.truncexpon`` above the larger of the lower bound and the start.
    """
    first = jnp.maximum(low, start)
    wide = jnp.abs(scale) >= SMALL
    span = jnp.where(wide, (high - first) / jnp.where(wide, scale, 1.0), jnp.inf)
    number = first - scale * jnp.log1p(share * jnp.expm1(-span))
    return jnp.where((span > 0) & (scale >= 0), number, jnp.nan)
