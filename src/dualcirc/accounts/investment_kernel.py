"""Matrix through which provinces draw foreign investment from each other."""

from __future__ import annotations

import xarray as xr

from dualcirc.accounts.ras import ras
from dualcirc.accounts.rules import rule
from dualcirc.accounts.trade_matrix import distance_matrix


def investment_kernel(inflow: xr.DataArray) -> xr.DataArray:
    """Kernel T, (origin, destination), share of national inflow; rows and columns add to the base shares.

    Parameters
    ----------
    inflow
        Base inflow of foreign direct investment, (province).

    Notes
    -----
    Biproportional adjustment of ``2^(-distance / half distance)``. The equal margins make the draw between provinces
    conserve the national total: with full draw and equal attractions every province receives its base share.
    """
    share = (inflow / inflow.sum()).values
    prior = 0.5 ** (distance_matrix() / rule("investment half distance"))
    names = list(inflow["province"].values)
    return xr.DataArray(
        ras(prior, share, share),
        coords={"origin": names, "destination": names},
        dims=("origin", "destination"),
        name="base investment kernel",
        attrs={"units": "1", "source_id": "G02; P23"},
    )
