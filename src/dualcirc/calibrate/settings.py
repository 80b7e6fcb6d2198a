"""Numbers of the calibration: ``model/calibration.csv``."""

from __future__ import annotations

from functools import cache

from dualcirc.errors import DataError, Problem, did_you_mean
from dualcirc.files import series
from dualcirc.files.paths import project_root


@cache
def setting(name: str) -> float:
    """Value of one setting, in the unit stated in its row.

    Raises
    ------
    DataError
        There is no row of that name.
    """
    rows = series.table("calibration", project_root() / "model").set_index("name")["value"]
    if name not in rows.index:
        raise DataError(
            Problem(f"unknown setting '{name}'", file="calibration.csv", mend=did_you_mean(name, rows.index))
        )
    return float(rows[name])
