"""What a saved result says: differences between scenarios, fit to history, zone effects, indicators, panels."""

from dualcirc.analysis.channels import channels
from dualcirc.analysis.compare import (
    Band,
    absolute_difference,
    band,
    band_frame,
    band_table,
    percent_difference,
    point_difference,
    select,
)
from dualcirc.analysis.coupling import coordination, coupling_degree
from dualcirc.analysis.discovery import DiscoveredBox, discover_box
from dualcirc.analysis.dual_circulation import circulation_indicators, growth_contributions
from dualcirc.analysis.fit import fit_table, mape, rmspe, theil_shares
from dualcirc.analysis.indicators import headline_table, indicator_table, indicators
from dualcirc.analysis.objectives import objectives
from dualcirc.analysis.packages import package_effects, package_table, package_tables, shapley_table
from dualcirc.analysis.panel import tidy_panel, write_panel
from dualcirc.analysis.pareto import hypervolume, pareto_front, pareto_table
from dualcirc.analysis.places import over_places
from dualcirc.analysis.robustness import Threshold, regret, robustness, satisficing
from dualcirc.analysis.sensitivity import morris_effects, one_at_a_time, sobol_indices, tornado_table
from dualcirc.analysis.shapley import interactions, shapley, superadditivity
from dualcirc.analysis.theil import theil, theil_decomposition
from dualcirc.analysis.welfare import per_head, present_value_per_cost, winners_and_losers
from dualcirc.analysis.zones import batch_table, host_effects

__all__ = [
    "Band",
    "DiscoveredBox",
    "Threshold",
    "absolute_difference",
    "band",
    "band_frame",
    "band_table",
    "batch_table",
    "channels",
    "circulation_indicators",
    "coordination",
    "coupling_degree",
    "discover_box",
    "fit_table",
    "growth_contributions",
    "headline_table",
    "host_effects",
    "hypervolume",
    "indicator_table",
    "indicators",
    "interactions",
    "mape",
    "morris_effects",
    "objectives",
    "one_at_a_time",
    "over_places",
    "package_effects",
    "package_table",
    "package_tables",
    "pareto_front",
    "pareto_table",
    "per_head",
    "percent_difference",
    "point_difference",
    "present_value_per_cost",
    "regret",
    "rmspe",
    "robustness",
    "satisficing",
    "select",
    "shapley",
    "shapley_table",
    "sobol_indices",
    "superadditivity",
    "theil",
    "theil_decomposition",
    "theil_shares",
    "tidy_panel",
    "tornado_table",
    "winners_and_losers",
    "write_panel",
]
