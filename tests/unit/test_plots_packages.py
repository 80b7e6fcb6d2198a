"""Picture of packages together: cells, bars and caption say what the numbers say."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure

from dualcirc.files.combinations import Combination, subsets
from dualcirc.plots import style
from dualcirc.plots.packages import packages

from .small_result import small_result

ALONE = {"A": 0.01, "B": 0.02, "C": -0.005}


def picture(draws: int) -> Figure:
    """A and B together do half a per cent more."""
    effects = {
        Combination(part, "central").name: sum(ALONE[name] for name in part) + 0.005 * ({"A", "B"} <= set(part))
        for part in subsets(ALONE)
        if part
    }
    with style.styled():
        return packages(small_result({"baseline": 0.0} | effects, draws), "gdp", 2031)


def test_cells_show_interactions_and_the_diagonal_the_effect_alone() -> None:
    cells = [text.get_text() for text in picture(1).axes[0].texts]
    assert cells == ["+1.00", "+0.50", "0.00", "+0.50", "+2.00", "0.00", "0.00", "0.00", "−0.50"]


def test_bars_sum_to_the_effect_of_all_together() -> None:
    heights = [bar.get_height() for bar in picture(1).axes[1].patches]
    assert heights == pytest.approx([1.25, 2.25, -0.5, 3.0])
    dots = next(line for line in picture(1).axes[1].lines if line.get_marker() == "o")
    assert list(dots.get_ydata()) == pytest.approx([1.0, 2.0, -0.5, 2.5])


def test_range_over_the_draws_stands_below_the_numbers_and_in_the_caption() -> None:
    figure = picture(2)
    assert "+0.50 to +1.00" in [text.get_text() for text in figure.axes[0].texts]
    assert "the central run and 1 draw." in " ".join(figure.texts[0].get_text().split())
    assert figure.axes[1].get_ylabel() == "per cent of the run without packages"
