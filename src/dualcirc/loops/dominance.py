"""Shares of the loop families by calendar year, their polarity, and the years in which they dominate."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

import numpy as np

from dualcirc.files.calendar import to_calendar
from dualcirc.translate.ir import FloatArray

CLEAR = 0.99
"""Part of a loop's behaviour with one sign from which it is called reinforcing or balancing."""

MOSTLY = 0.75
"""The same for mostly reinforcing or mostly balancing; below, the sign changes."""

HALF = 0.5
"""Loops dominate that together, the strongest first, make up this part of behaviour."""


def by_year(shares: FloatArray, times: FloatArray) -> tuple[list[int], FloatArray, FloatArray]:
    """
    Calendar years, and mean positive and mean negative part of the shares in each, both (loop, year).

    Parameters
    ----------
    shares
        (loop, pair): relative scores; their absolute values sum to 1, or to 0 where nothing changes.
    times
        (pair): model times.
    """
    # A grid time may miss the turn of a year by rounding.
    year = np.array([floor(to_calendar(time) + 1e-9) for time in times.tolist()])
    years = sorted(set(year.tolist()))
    inside = [year == one for one in years]
    positive = np.stack([np.maximum(shares[:, at], 0.0).mean(axis=1) for at in inside], axis=1)
    negative = np.stack([np.minimum(shares[:, at], 0.0).mean(axis=1) for at in inside], axis=1)
    return years, positive, negative


def polarity(positive: FloatArray, negative: FloatArray) -> str:
    """Polarity in words, from the parts of a loop over the years."""
    up, down = float(positive.sum()), float(-negative.sum())
    if up + down == 0:
        return "inactive"
    name, part = ("reinforcing", up) if up >= down else ("balancing", down)
    part /= up + down
    return name if part >= CLEAR else f"mostly {name}" if part >= MOSTLY else "changing sign"


def dominant(positive: FloatArray, negative: FloatArray) -> np.typing.NDArray[np.bool_]:
    """
    Whether a loop dominates in a year, (loop, year).

    Notes
    -----
    As in schoenberg2020: the loops of one polarity that together explain at least half of behaviour; here the fewest of
    the stronger polarity that do.
    """
    result = np.zeros(positive.shape, dtype=bool)
    for year in range(positive.shape[1]):
        up, down = positive[:, year], -negative[:, year]
        side = up if up.sum() >= down.sum() else down
        whole = up.sum() + down.sum()
        if whole == 0:
            continue
        order = np.argsort(-side, kind="stable")
        needed = int(np.searchsorted(np.cumsum(side[order]), HALF * whole - 1e-12)) + 1
        result[order[:needed], year] = True
    return result


def periods(years: Sequence[int], chosen: Sequence[bool]) -> str:
    """Years chosen as text, runs of them joined: ``2012-2016, 2030``."""
    runs: list[list[int]] = []
    for year, inside in zip(years, chosen, strict=True):
        if inside and runs and runs[-1][1] == year - 1:
            runs[-1][1] = year
        elif inside:
            runs.append([year, year])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
