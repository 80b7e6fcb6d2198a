"""Outputs of many runs, and how each run ended."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from dualcirc.engine.integrate import Outcome
from dualcirc.engine.settings import Precision
from dualcirc.translate.ir import FloatArray, Model

OK = "ok"


class Code(IntEnum):
    """How a run ended; the numbers are kept for good, for stored results hold them."""

    OK = 0
    """Every output and every state is a number at all saved times."""
    NOT_FINITE = 1
    """A value is infinite or not a number; the text names the first one."""
    DELAY = 2
    """A smooth or delay of the run has no room in the program: below one time step, or more compartments than built."""


class RunOutputs(dict[str, FloatArray]):
    """Outputs by name, (run, saved time, *dims), with the status of every run."""

    def __init__(self, runs: int, precision: Precision = "float64") -> None:
        super().__init__()
        self.precision = precision
        """Precision of the computation; single precision is for screening, not to be stored as a result."""
        self.status: NDArray[np.object_] = np.full(runs, OK, dtype=object)
        """(run,): ``ok``, or what went wrong and when. Outputs of a failed run hold what was computed."""
        self.codes: NDArray[np.int8] = np.zeros(runs, dtype=np.int8)
        """(run,): the same as a number, see :class:`Code`."""

    @property
    def failed(self) -> NDArray[np.bool_]:
        """(run,): whether the run failed."""
        return np.asarray(self.codes != Code.OK)


def empty_outputs(model: Model, names: Sequence[str], runs: int, saves: int, precision: Precision) -> RunOutputs:
    """Outputs to be filled block by block, in the precision of the computation."""
    outputs = RunOutputs(runs, precision)
    for name in names:
        outputs[name] = np.empty((runs, saves, *model.shape(name)), dtype=precision)
    return outputs


def collect(outcome: Outcome, members: Sequence[int], outputs: RunOutputs) -> None:
    """Put the outputs of a block in the places of its runs."""
    count = len(members)
    # Runs in a row are written through a slice, many times faster than through a list of places.
    in_a_row = members[-1] - members[0] == count - 1
    places = slice(members[0], members[-1] + 1) if in_a_row else list(members)
    for name, array in outcome.moving.items():
        outputs[name][places] = np.moveaxis(_runs(np.asarray(array), count), -1, 0)
    for name, array in outcome.fixed.items():
        outputs[name][places] = np.moveaxis(_runs(np.asarray(array), count), -1, 0)[:, None]


def mark(outcome: Outcome, members: Sequence[int], saved_times: FloatArray, outputs: RunOutputs) -> None:
    """Note how the runs of a block ended."""
    finite = np.asarray(outcome.finite)
    faults = {text: np.asarray(has) for text, has in outcome.faults.items()}
    for lane, member in enumerate(members):
        found = [text for text, has in faults.items() if has[lane]]
        if found:
            outputs.codes[member] = Code.DELAY
            outputs.status[member] = found[0]
        elif not finite[:, lane].all():
            outputs.codes[member] = Code.NOT_FINITE
            outputs.status[member] = f"not finite at {saved_times[np.argmin(finite[:, lane])]:.10g}"


def _runs(array: FloatArray, count: int) -> FloatArray:
    """First lanes; one lane stands for all where no run can differ."""
    return array[..., :count] if array.shape[-1] > 1 else np.broadcast_to(array, (*array.shape[:-1], count))
