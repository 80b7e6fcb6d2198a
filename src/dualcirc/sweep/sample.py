"""Draws of uncertain parameters: a Latin hypercube over their ranges, the central values first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
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


def refitted(
    drawn: Mapping[str, NDArray[np.float64]], refits: Mapping[str, pd.DataFrame]
) -> Mapping[str, NDArray[np.float64]]:
    """Values of the parameters that move with a drawn one, (draw,); draw 0 is left at the central values.

    Parameters
    ----------
    drawn
        Values of the drawn parameters, (draw,).
    refits
        For a drawn parameter the table of what others are for each of its values; linear between its rows.
    """
    followers = {}
    for name, table in refits.items():
        for other in table:
            values = np.interp(drawn[name][1:], table.index.to_numpy(float), table[other].to_numpy(float))
            followers[str(other)] = values
    return followers


def _scaled(parameter: Parameter, unit: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = parameter.low, parameter.high
    if low is None or high is None:
        raise ValueError(f"parameter '{parameter.name}' has no range")
    return low + (high - low) * unit
