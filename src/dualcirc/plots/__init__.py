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
from dualcirc.plots.differences import differences
from dualcirc.plots.overview import overview
from dualcirc.plots.packages import packages
from dualcirc.plots.paths import national_paths
from dualcirc.plots.regions import regions
from dualcirc.plots.tiles import tiles

__all__ = ["circulation", "differences", "national_paths", "overview", "packages", "publish", "regions", "tiles"]


def publish(dataset: xr.Dataset, out_dir: Path) -> list[Path]:
    """Write every picture (PNG and SVG) and the panel of a result, and return the paths.

    Parameters
    ----------
    dataset
        A result with the baseline. Pictures of differences are left out when it holds no other scenario,
        that of packages when it does not hold all their combinations.
    out_dir
        Folder of the pictures; the panel goes to ``out_dir / "panel"``.
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
    written: list[Path] = []
    with style.styled():
        for name, draw in sorted(figures.items()):
            written += style.save(draw(), out_dir, name)
    return written + write_panel(dataset, out_dir / "panel")
