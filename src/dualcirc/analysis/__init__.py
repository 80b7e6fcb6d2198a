"""What a saved result says: differences between scenarios, fit to history, zone effects, panels for estimation."""

from dualcirc.analysis.compare import Band, absolute_difference, band, percent_difference, select
from dualcirc.analysis.fit import fit_table, mape, rmspe, theil_shares
from dualcirc.analysis.panel import tidy_panel, write_panel
from dualcirc.analysis.zones import batch_table, host_effects

__all__ = [
    "Band",
    "absolute_difference",
    "band",
    "batch_table",
    "fit_table",
    "host_effects",
    "mape",
    "percent_difference",
    "rmspe",
    "select",
    "theil_shares",
    "tidy_panel",
    "write_panel",
]
