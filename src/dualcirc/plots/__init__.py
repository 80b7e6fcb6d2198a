"""A result in, pictures out; labels and units come from the attributes of the result."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from dualcirc.analysis import history
from dualcirc.analysis.packages import holds_every_combination
from dualcirc.analysis.panel import write_panel
from dualcirc.analysis.summary import SUMMARY_YEAR
from dualcirc.plots import style
from dualcirc.plots.circulation import circulation
from dualcirc.plots.combinations import combinations
from dualcirc.plots.differences import differences
from dualcirc.plots.discovery import discovery
from dualcirc.plots.heat import heat_map
from dualcirc.plots.overview import overview
from dualcirc.plots.packages import packages
from dualcirc.plots.pareto import objectives_of, pareto_front, pareto_parallel
from dualcirc.plots.paths import national_paths
from dualcirc.plots.regions import regions
from dualcirc.plots.sobol import sobol_bars
from dualcirc.plots.tiles import tiles
from dualcirc.plots.tornado import tornado
from dualcirc.plots.words import Language

__all__ = [
    "circulation",
    "combinations",
    "differences",
    "discovery",
    "draw_all",
    "heat_map",
    "national_paths",
    "objectives_of",
    "overview",
    "packages",
    "pareto_front",
    "pareto_parallel",
    "publish",
    "regions",
    "sobol_bars",
    "tiles",
    "tornado",
]


def draw_all(dataset: xr.Dataset) -> dict[str, Callable[[], Figure]]:
    """Every picture that a result allows, by name in the order of reading; each is drawn when it is called.

    Parameters
    ----------
    dataset
        A result with the baseline. Pictures of differences are left out when it holds no other scenario,
        those of packages when it does not hold all their combinations.
    """
    figures: dict[str, Callable[[], Figure]] = {
        "1_national_paths": lambda: national_paths(dataset, history.national()),
    }
    if dataset.sizes["scenario"] > 1:
        figures |= {
            "0_overview": lambda: overview(dataset, history.national()),
            "2_differences": lambda: differences(dataset),
            "3_regions": lambda: regions(dataset, history.regional()),
            "4_tiles": lambda: tiles(dataset),
            "5_circulation": lambda: circulation(dataset, history.domestic_share()),
        }
    if holds_every_combination(dataset):
        figures["6_packages"] = lambda: packages(dataset, "gdp", SUMMARY_YEAR)
        figures["7_combinations"] = lambda: combinations(dataset, "gdp", SUMMARY_YEAR)
    return dict(sorted(figures.items()))


def publish(dataset: xr.Dataset, out_dir: Path, labels: Language = "en") -> list[Path]:
    """Write every picture of :func:`draw_all` (PNG and SVG) and the panel of a result, and return the paths.

    Parameters
    ----------
    dataset
        A result with the baseline.
    out_dir
        Folder of the pictures; the panel goes to ``out_dir / "panel"``.
    labels
        Language of the pictures.
    """
    written: list[Path] = []
    with style.styled(labels):
        for name, draw in draw_all(dataset).items():
            written += style.save(draw(), out_dir, name)
    return written + write_panel(dataset, out_dir / "panel")
