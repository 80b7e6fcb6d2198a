"""Tables as they are read: bands in one cell, years side by side, words for names."""

from __future__ import annotations

import pandas as pd
import pytest

from dualcirc.plots import style
from dualcirc.readable import as_read, number, with_band

LABELS = {"gdp": {"en": "Output", "zh": "产出"}, "wide": {"en": "Wider layout", "zh": ""}}
BAND = pd.DataFrame(
    {
        "variable": ["gdp"] * 4,
        "scenario": ["wide", "wide", "none", "none"],
        "year": [2030, 2035, 2030, 2035],
        "central": [1.5, -0.25, 0.0, 1234.5],
        "low": [1.0, -0.5, 0.0, 1000.0],
        "high": [2.0, 0.125, 0.0, 2000.0],
    }
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (2035.0, "2035"),
        (100000.0, "100,000"),
        (1234.5, "1,234"),
        (-15.04, "−15.0"),
        (0.53, "0.530"),
        (0.0, "0"),
        (float("nan"), ""),
    ],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_a_band_stands_with_its_number_and_years_stand_side_by_side() -> None:
    table = as_read(BAND, LABELS, "en")
    assert list(table.columns) == ["variable", "scenario", "2030", "2035"]
    assert table.to_numpy().tolist() == [
        ["Output", "Wider layout", "1.50 (1 to 2)", "−0.250 (−0.500 to 0.125)"],
        ["Output", "none", "0", "1,234 (1000 to 2000)"],
    ]


def test_words_are_those_of_the_language_where_there_are_any() -> None:
    with style.styled("zh"):
        table = as_read(BAND, LABELS, "zh")
    assert table["variable"].unique().tolist() == ["产出"]
    assert table.loc[0, "scenario"] == "Wider layout"
    assert table.loc[0, "2035"] == "−0.250（−0.500至0.125）"


def test_any_column_can_stand_across_and_several_values_stand_together() -> None:
    frame = pd.DataFrame(
        {
            "ambition": ["low", "high", "low", "high"],
            "package": ["A", "A", "B", "B"],
            "effect": [1.0, 2.0, 3.0, 4.0],
            "effect_low": [0.5, 1.5, 2.5, 3.5],
            "effect_high": [1.5, 2.5, 3.5, 4.5],
            "surplus": [float("nan")] * 3 + [1.0],
            "surplus_low": [float("nan")] * 3 + [1.0],
            "surplus_high": [float("nan")] * 3 + [1.0],
        }
    )
    table = as_read(frame, {}, "en", "ambition")
    assert list(table.columns) == ["package", "effect, low", "effect, high", "surplus, low", "surplus, high"]
    assert table.loc[1].tolist() == ["B", "3 (2.50 to 3.50)", "4 (3.50 to 4.50)", "", "1"]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"factor": ["D1"], "low": [0.0], "high": [1.0], "outcome_low": [2.0], "outcome_high": [3.0]}),
        pd.concat([BAND, BAND])[["year", "scenario", "central"]],
    ],
    ids=["no number between the ends", "the same row twice"],
)
def test_other_tables_stay_as_they_are(frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(as_read(frame, {}, "en"), frame)


def test_names_of_the_other_language_and_of_the_factor_go() -> None:
    frame = pd.DataFrame({"factor": ["gdp"], "label": ["Output"], "label_zh": ["产出"], "first": [0.5]})
    assert as_read(frame, LABELS, "en").to_dict("list") == {"factor": ["Output"], "first": [0.5]}


def test_one_number_with_its_band() -> None:
    row = pd.Series({"central": 1.0, "low": 0.5, "high": 1.5, "cost": 2.0, "cost_low": 2.0, "cost_high": 2.0})
    assert with_band(row) == "1 (0.500 to 1.50)"
    assert with_band(row, "cost") == "2"
