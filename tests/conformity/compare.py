"""Compare the engine with the reference."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr

from dualcirc.errors import ConformityError, Problem

TOLERANCE = 1e-10
"""Both integrate the same equations in double precision; they differ by rounding in sums, powers and matrix products,
about 1e-16 an operation, which the longest models carry through some hundred steps."""


def assert_conforms(
    engine_out: Mapping[str, np.ndarray],
    reference: xr.Dataset,
    *,
    run: int = 0,
    tolerance: float = TOLERANCE,
) -> None:
    """
    Fail where the engine differs from the reference: every variable, saved time of the reference and element.

    The bound is ``tolerance`` times the larger of the reference's value and of the variable's largest value.
    """
    saves = reference.sizes["time"]
    missing = sorted(set(map(str, reference.data_vars)) - set(engine_out))
    problems = [Problem(f"'{name}' is not among the engine's outputs") for name in missing]
    for name, values in engine_out.items():
        wanted = reference[name].to_numpy()
        got = values[run, :saves]
        if "time" not in reference[name].dims:
            wanted = np.broadcast_to(wanted, got.shape)
        error = np.abs(got - wanted)
        bound = tolerance * np.maximum(np.abs(wanted), np.abs(wanted).max())
        if not np.all(error <= bound):
            where = np.unravel_index(np.argmax(np.nan_to_num(error - bound, nan=np.inf)), error.shape)
            what = f"'{name}' differs at {tuple(map(int, where))}: engine {got[where]!r}, reference {wanted[where]!r}"
            problems.append(Problem(what, expected=f"difference up to {bound[where]:.2e}"))
    if problems:
        raise ConformityError(problems)
