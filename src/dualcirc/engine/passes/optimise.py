"""All rewriting passes, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from dualcirc.engine.passes.bounds import literal_bounds
from dualcirc.engine.passes.inline import inlined_matrices
from dualcirc.engine.passes.logarithms import split_logarithms
from dualcirc.engine.passes.masks import masked_factors
from dualcirc.engine.passes.quotients import quotients_out_of_sums
from dualcirc.translate.ir import Model

Pass = Callable[[Model], Model]

REWRITES: tuple[Pass, ...] = (
    quotients_out_of_sums,
    masked_factors,
    split_logarithms,
    literal_bounds,
)
"""After matrices are written into sums, in the order in which each finds what the one before leaves."""


def optimised(model: Model, outputs: Sequence[str]) -> Model:
    """
    Model with the same results in fewer operations.

    Parameters
    ----------
    model
        What is simulated.
    outputs
        Names of the variables that must stay.

    Notes
    -----
    Rewrites change the order of operations on real numbers, and so the last bits of a result: by less than 1e-12 of a
    variable's largest value. Each says where it needs finite values.
    """
    model = inlined_matrices(model, outputs)
    for rewrite in REWRITES:
        model = rewrite(model)
    return model
