"""Biproportional adjustment of a positive matrix to given row and column sums."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dualcirc.errors import DataError, Problem

Array = npt.NDArray[np.float64]

MOST_SWEEPS = 20_000
"""Sweeps after which the margins are taken to be out of reach."""
TOLERANCE = 1e-14
"""Largest relative error of a row sum at which the sweeps stop; columns are exact."""


def ras(prior: Array, rows: Array, columns: Array) -> Array:
    """Matrix nearest to the prior (in relative entropy) with the given sums.

    Parameters
    ----------
    prior
        (origin, destination), no negative cell.
    rows, columns
        Sums to be met, in one unit and with one total.

    Notes
    -----
    Rows and columns are scaled in turn; the last half-sweep is over columns, so columns are met exactly and rows to
    1e-14 relative.
    """
    if not np.isclose(rows.sum(), columns.sum(), rtol=1e-9):
        totals = f"rows add to {rows.sum():.9g}, columns to {columns.sum():.9g}"
        raise DataError(Problem(f"margins disagree: {totals}", expected="equal totals"))
    matrix: Array = prior * (columns / prior.sum(axis=0))
    for _ in range(MOST_SWEEPS):
        matrix = matrix * (rows / matrix.sum(axis=1))[:, None]
        matrix = matrix * (columns / matrix.sum(axis=0))
        if np.max(np.abs(matrix.sum(axis=1) / rows - 1.0)) <= TOLERANCE:
            return matrix
    raise DataError(Problem(f"margins not met after {MOST_SWEEPS} sweeps", expected="a prior with positive cells"))
