"""Estimation: national paths, technology deviations, numbers of the zones, and the test out of sample."""

from __future__ import annotations

from dualcirc.calibrate.fit import Fit, fit, overrides
from dualcirc.calibrate.holdout import holdout_table
from dualcirc.calibrate.observations import OUTPUTS
from dualcirc.calibrate.write import scope_tables, write_tables
from dualcirc.calibrate.zones import pool_fits

__all__ = ["OUTPUTS", "Fit", "fit", "holdout_table", "overrides", "pool_fits", "scope_tables", "write_tables"]
