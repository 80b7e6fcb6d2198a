"""The central runs that history is compared with."""

from __future__ import annotations

import pytest
import xarray as xr

from dualcirc.sweep.run import run


@pytest.fixture(scope="session")
def central() -> xr.Dataset:
    """Baseline and the history without zones, central parameters."""
    return run(["baseline", "no_zones"])
