"""Draws of uncertain parameters: a Latin hypercube over their ranges, the central values first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from dualcirc.files.registry import Parameter


def latin_hypercube(parameters: Sequence[Parameter], draws: int, seed: int) -> Mapping[str, NDArray[np.float64]]:
    """Values of every parameter, (draw,), in its own unit; draw 0 holds the central values.

    Parameters
    ----------
    parameters
        Uncertain parameters with a range.
    draws
        Number of draws besides the central one.
    seed
        The same seed gives the same design on every machine.

    Notes
    -----
    Uniform over ``low`` to ``high``: a band shows the range over what is admissible, not a probability.
    """
    unit = qmc.LatinHypercube(d=len(parameters), rng=np.random.default_rng(seed)).random(draws)
    return {
        parameter.name: np.concatenate([[parameter.value], _scaled(parameter, unit[:, place])])
        for place, parameter in enumerate(parameters)
    }


def _scaled(parameter: Parameter, unit: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = parameter.low, parameter.high
    if low is None or high is None:
        raise ValueError(f"parameter '{parameter.name}' has no range")
    return low + (high - low) * unit
