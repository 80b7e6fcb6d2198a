"""Figures of studies: what is drawn is what the tables say, labels carry units, Chinese has its letters."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from fontTools.ttLib import TTFont
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import dualcirc
from dualcirc.errors import DataError
from dualcirc.files.combinations import Combination, subsets
from dualcirc.plots import (
    combinations,
    differences,
    discovery,
    heat_map,
    objectives_of,
    pareto_front,
    pareto_parallel,
    sobol_bars,
    style,
    tiles,
    tornado,
    words,
)
from dualcirc.plots.combinations import ALONE, LESS, MORE, SAME
from dualcirc.plots.words import Language, say, wrap

from .small_result import small_result
from .study_tables import OBJECTIVES, box, cases, objectives, sobol_indices, tornado_table
from .synthetic import result

PACKAGE = Path(dualcirc.__file__).parent
EFFECTS = {"A": 0.01, "B": 0.02, "C": -0.005}


def front() -> Figure:
    return pareto_front(objectives_of(objectives(), OBJECTIVES), "growth", "gap", "cost", "risk")


def parallel() -> Figure:
    return pareto_parallel(objectives_of(objectives(), OBJECTIVES))


def by_province() -> xr.DataArray:
    """(province, scenario): the difference of GDP in 2035."""
    ds = result(1).isel(draw=0, drop=True).sel(time=2035.0, drop=True)
    gdp = 100 * (ds["gdp"] / ds["gdp"].sel(scenario="baseline", drop=True) - 1)
    named = gdp.sel(scenario=["no_zones", "wider_layout"]).transpose("province", "scenario")
    return named.assign_attrs(units="%", long_name="Gross domestic product")


def united() -> Figure:
    """A and B together do half a per cent more, B and C three tenths less."""
    effects = {
        Combination(part, "central").name: sum(EFFECTS[name] for name in part)
        + 0.005 * ({"A", "B"} <= set(part))
        - 0.003 * ({"B", "C"} <= set(part))
        for part in subsets(EFFECTS)
        if part
    }
    return combinations(small_result({"baseline": 0.0} | effects), "gdp", 2031)


FIGURES: dict[str, Callable[[], Figure]] = {
    "tornado": lambda: tornado(tornado_table()),
    "sobol": lambda: sobol_bars(sobol_indices()),
    "front": front,
    "parallel": parallel,
    "heat": lambda: heat_map(by_province()),
    "combinations": united,
    "discovery": lambda: discovery(cases(), box(), "demand", "blockade"),
}


def texts(figure: Figure) -> str:
    """Everything that is written on a figure."""
    parts = [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]
    return " ".join(" ".join(parts).split())


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_names_its_source(name: str) -> None:
    assert "Results: dualcirc" in texts(FIGURES[name]())


@pytest.mark.parametrize("labels", ["en", "zh"])
@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_written_twice_with_the_same_bytes(name: str, labels: Language, tmp_path: Path) -> None:
    """No letter is missing either: matplotlib warns of one, and warnings are errors."""
    with style.styled(labels):
        first, second = (style.save(FIGURES[name](), tmp_path / folder, name) for folder in ("a", "b"))
    assert [one.read_bytes() for one in first] == [two.read_bytes() for two in second]


def test_tornado_has_the_widest_factor_on_top_and_its_ends_at_the_outcomes() -> None:
    figure = tornado(tornado_table(), shown=15)
    axes = figure.axes[0]
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
    assert len(bars) == 30
    edges = sorted([bars[0].get_x(), bars[0].get_x() + bars[0].get_width()])
    assert edges == pytest.approx([180.0, 200.0])
    assert bars[15].get_width() == pytest.approx(16.0)
    assert axes.get_ylim()[0] > axes.get_ylim()[1]  # the first row is on top
    assert axes.get_xlabel() == "Gross domestic product, 2035, trillion CNY/year"
    # Left out: the last factor, 1.8 x 20/18, and two of those with the same sign at both ends, 0.8 x 20/10 and 20/15.
    assert "3 further factors move the outcome by at most 2 trillion CNY/year." in texts(figure)


def test_tornado_takes_the_effects_of_one_factor_at_a_time() -> None:
    coords = {
        "factor": ["a", "b"],
        "factor_label": ("factor", ["A", "B"]),
        "factor_low": ("factor", [0.0, 1.0]),
        "factor_high": ("factor", [1.0, 3.0]),
    }
    central = xr.DataArray(10.0, attrs={"long_name": "Output", "units": "%"})
    effects = xr.Dataset({"low": ("factor", [-1.0, 2.0]), "high": ("factor", [1.0, -4.0]), "central": central}, coords)
    axes = tornado(effects).axes[0]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["B", "A"]
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
    assert [bar.get_width() for bar in bars] == [2.0, -1.0, -4.0, 1.0]
    assert axes.get_xlabel() == "Output, per cent"
    with pytest.raises(DataError, match="the dims time, factor"):
        tornado(effects.expand_dims(time=[1]))


def test_tornado_does_not_hide_an_end_behind_the_other() -> None:
    bars = [bar for bar in tornado(tornado_table(5)).axes[0].patches if isinstance(bar, Rectangle)]
    same = next(place for place in range(5) if bars[place].get_width() > 0)  # its low end raises the outcome too
    low, high = bars[same], bars[same + 5]
    assert low.get_y() + low.get_height() <= high.get_y() + 1e-9


def test_sobol_bars_are_ordered_by_total_with_whiskers() -> None:
    figure = sobol_bars(sobol_indices(), shown=4)
    bars = [bar for bar in figure.axes[0].patches if isinstance(bar, Rectangle)]
    assert [bar.get_width() for bar in bars[:4]] == pytest.approx([0.5, 0.25, 0.125, 0.0625])
    assert bars[4].get_width() == pytest.approx(0.56)
    whisker = figure.axes[0].collections[0].get_segments()[0]  # type: ignore[attr-defined]
    assert sorted(whisker[:, 0]) == pytest.approx([0.5 - 0.07, 0.5 + 0.07])
    assert "First-order indices sum to 1.00" in texts(figure)
    assert "8 further factors have totals of at most 0.044." in texts(figure)


def test_pareto_front_shows_both_sets_and_which_way_is_better() -> None:
    table, axes = objectives(), front().axes[0]
    dots = [item for item in axes.collections if isinstance(item, PathCollection)]
    assert [len(item.get_offsets()) for item in dots] == [int((~table["pareto"]).sum()), int(table["pareto"].sum())]
    assert axes.get_xlabel() == "Output in 2035, per cent (more is better)"
    assert axes.get_ylabel() == "Theil index, fraction (less is better)"
    assert "Business as usual" in texts(front())


def test_parallel_coordinates_put_the_better_end_up_on_every_axis() -> None:
    figure, table = parallel(), objectives()
    named = next(line for line in figure.axes[0].lines if line.get_linewidth() == 1.8)
    # Business as usual costs nothing, which is best, and grows least.
    assert named.get_ydata()[0] == 0.0  # type: ignore[index]
    assert named.get_ydata()[-1] == 1.0  # type: ignore[index]
    gap = (table["gap"].max() - table["gap"][0]) / (table["gap"].max() - table["gap"].min())
    assert named.get_ydata()[2] == pytest.approx(gap)  # type: ignore[index]


def test_an_unknown_objective_is_named() -> None:
    with pytest.raises(DataError, match="no objective 'happiness'"):
        pareto_front(objectives_of(objectives(), OBJECTIVES), "growth", "happiness")


def test_heat_map_writes_the_numbers_of_few_columns_and_keeps_regions_together() -> None:
    values = by_province()
    axes = heat_map(values).axes[0]
    rows = [text.get_text() for text in axes.get_yticklabels()]
    region = dict(zip(values["province"].values, values["macro_region"].values, strict=True))
    assert sorted(rows) == sorted(region)
    assert sum(region[one] != region[two] for one, two in pairwise(rows)) == len(set(region.values())) - 1
    assert len(axes.texts) == values.size
    shown = float(values.sel(province=rows[0], scenario="no_zones"))
    assert float(axes.texts[0].get_text().replace("−", "-")) == pytest.approx(shown, abs=0.005)


def test_heat_map_over_years_marks_the_start_of_policy() -> None:
    ds = result(1).isel(draw=0, drop=True)
    values = ds["gdp"].sel(scenario="no_zones", drop=True).transpose("province", "time")
    axes = heat_map(values).axes[0]
    assert [text.get_text() for text in axes.get_xticklabels()][:2] == ["2010", "2015"]
    line = next(line for line in axes.lines if len(set(np.asarray(line.get_xdata()).tolist())) == 1)
    assert float(np.asarray(line.get_xdata())[0]) == 15.5  # 1 January 2026, columns from 2010 on
    with pytest.raises(DataError, match="two: rows and columns"):
        heat_map(ds["gdp"])


def test_combinations_are_coloured_by_their_distance_to_the_sum() -> None:
    axes = united().axes[0]
    bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)][:7]
    # In order of effect: C -.5, A+C .5, A 1, B+C 1.2, B 2, A+B+C 2.7, A+B 3.5 per cent.
    assert [bar.get_height() for bar in bars] == pytest.approx([-0.5, 0.5, 1.0, 1.2, 2.0, 2.7, 3.5])
    wanted = [ALONE, SAME, ALONE, LESS, ALONE, MORE, MORE]
    alone = Figure().subplots().bar(range(7), 1.0, color=wanted)
    assert [bar.get_facecolor() for bar in bars] == [bar.get_facecolor() for bar in alone]


def test_box_of_prim_is_drawn_to_its_limits_and_told_in_full() -> None:
    figure = FIGURES["discovery"]()
    axes = figure.axes[0]
    frame = next(item for item in axes.patches if isinstance(item, Rectangle) and not item.get_fill())
    assert frame.get_y() == 0.4
    assert frame.get_x() + frame.get_width() == pytest.approx(-0.1)
    assert frame.get_x() == axes.get_xlim()[0]
    words_of_it = texts(figure)
    assert "holds 100 per cent of them (coverage), and 100 per cent" in words_of_it
    assert "Supervision (fraction) ≤ 0.6" in words_of_it


def test_a_box_with_fewer_limits_has_less_density() -> None:
    inside = cases().query("demand <= -0.1 and blockade >= 0.4")
    density = f"{100 * inside['of_interest'].sum() / len(inside):.0f} per cent of the cases inside"
    assert density in texts(discovery(cases(), box().iloc[:2], "demand", "blockade"))


def test_an_unknown_factor_is_named() -> None:
    with pytest.raises(DataError, match="no column 'demnd'"):
        discovery(cases(), box(), "demnd", "blockade")


@pytest.mark.parametrize("name", FIGURES)
def test_chinese_figures_hold_no_english_phrase(name: str) -> None:
    with style.styled("zh"):
        written = texts(FIGURES[name]())
    english = [phrase for phrase in words.phrases() if len(phrase) > 12 and "{" not in phrase and phrase in written]
    assert english == []
    assert re.search("[一-鿿]", written)


def test_existing_pictures_switch_as_well() -> None:
    ds = result(2).assign_coords(scenario_title_zh=("scenario", ["甲", "乙", "丙", "丁", "戊", "己"]))
    with style.styled("zh"):
        assert "各情景的变化" in texts(differences(ds))
        assert "乙" in texts(differences(ds))
        assert "上海" in texts(tiles(ds))
    assert "What the scenarios change" in texts(differences(ds))


def said() -> Iterator[tuple[str, str]]:
    """Every fixed phrase in the source, with its file."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                given = (
                    [node.args[0]]
                    if not isinstance(node.args[0], ast.IfExp)
                    else [node.args[0].body, node.args[0].orelse]
                )
                yield from ((arg.value, path.name) for arg in given if isinstance(arg, ast.Constant))


def test_every_fixed_phrase_has_its_chinese_with_the_same_places() -> None:
    found = dict(said())
    assert len(found) > 60
    assert {phrase: file for phrase, file in found.items() if phrase not in words.phrases()} == {}
    for english, chinese in words.phrases().items():
        assert sorted(re.findall(r"{(\w+)}", english)) == sorted(re.findall(r"{(\w+)}", chinese)), english


def test_the_font_has_every_letter_of_the_phrases_and_of_the_registry() -> None:
    letters = set(TTFont(PACKAGE / "plots" / style.FONT).getBestCmap())
    wanted = set("".join(words.phrases().values()))
    for table in ("variables.csv", "levers.csv", "subscripts.csv", "data/provinces.csv"):
        with (PACKAGE.parents[1] / "model" / table).open(encoding="utf-8") as handle:
            wanted |= {letter for row in csv.reader(handle) for cell in row for letter in cell}
    missing = {letter for letter in wanted if letter > "\u2e80" and ord(letter) not in letters}
    assert missing == set()


def test_language_comes_back_after_the_picture() -> None:
    with style.styled("zh"):
        assert say("package") == "政策包"
    assert say("package") == "package"


def test_chinese_lines_break_between_letters_and_never_before_a_comma() -> None:
    assert wrap("一二三，四五六", 6) == ["一二", "三，四", "五六"]
    assert wrap("three words here", 11) == ["three words", "here"]
    assert "".join(wrap("圆点：公布的统计数据。" * 9, 20)) == "圆点：公布的统计数据。" * 9
