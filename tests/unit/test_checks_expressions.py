"""Expressions of checks: arithmetic over variables, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from dualcirc.checks.effects import difference, span, window
from dualcirc.checks.expressions import read_expression
from dualcirc.checks.names import ExpressionError, Names, choose
from dualcirc.files.registry import read_registry
from dualcirc.sweep.model import load_model

NAMES = Names(load_model(), read_registry())
PROVINCES = list(NAMES.registry.provinces)


def values(name: str) -> xr.DataArray:
    """Province number, counted from one, plus a hundred for every year."""
    dims = NAMES.model.variables[name].dims
    coords = {dim: list(NAMES.model.subscripts[dim]) for dim in dims}
    numbers = np.arange(1.0, 32.0) if dims else np.array(0.0)
    return xr.DataArray(np.stack([numbers, 100.0 + numbers]), {"time": [2010.0, 2011.0], **coords}, ("time", *dims))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sum([GDP])", 496.0),
        ("sum(gdp)", 496.0),
        ("national_exports", 496.0),
        ("mean([GDP])", 16.0),
        ("max(gdp) - min(gdp)", 30.0),
        ("sum([GDP], Beijing, [Inner Mongolia])", 6.0),
        ("sum(gdp, beijing, inner_mongolia)", 6.0),
        ("sum([GDP], Northeast)", 6.0 + 7.0 + 8.0),
        ("sum([GDP], Province)", 496.0),
        ("2 * (sum([GDP]) + 4) / -1e3", -1.0),
        ("sum([GDP] ^ 2) / sum(gdp ** 2)", 1.0),
        ("exp(log(abs(-sum([GDP]))))", 496.0),
    ],
)
def test_expression_has_the_value_found_by_hand(text: str, expected: float) -> None:
    value = read_expression(text, NAMES)(values)
    assert value.dims == ("time",)
    assert float(value[0]) == pytest.approx(expected)


def test_expression_keeps_the_subscripts_of_its_variables() -> None:
    value = read_expression("[GDP] / sum(gdp)", NAMES)(values)
    assert value.dims == ("time", "Province")
    assert float(value.sel(Province="Tianjin")[0]) == pytest.approx(2 / 496)
    assert choose(value, ["East"], NAMES).sizes["Province"] == 10


def test_missing_value_is_not_left_out_of_a_sum() -> None:
    holed = values("GDP").where(values("GDP") != 5.0)
    assert np.isnan(read_expression("sum([GDP])", NAMES)(lambda _: holed)[0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[GPD]", "unknown variable 'GPD'"),
        ("nationl_gdp", "unknown name 'nationl_gdp'"),
        ("national_perceived_output", "unknown name"),
        ("sum([GDP], Pekin)", "unknown place 'Pekin'"),
        ("sum([Theil index], Beijing)", "for what has the subscripts: none"),
        ("sum([GDP]", "got"),
        ("", "got"),
        ("1 + 1", "reads no variable"),
        ("True + gdp", "got 'True'"),
        ("__import__('os').system('true')", "got"),
        ("gdp.values", "got 'gdp.values'"),
        ("(lambda: gdp)()", "got"),
        ("[x for x in gdp]", "unknown variable"),
        ("gdp if gdp else gdp", "got"),
        ("gdp < 1", "got"),
        ("open(gdp)", "got 'open(gdp)'"),
        ("sum(gdp, skipna=gdp)", "got"),
        ("sum(*gdp)", "got"),
        ("abs(gdp, Beijing)", "got 'Beijing'"),
        ("'text'", "got"),
        ("1j * gdp", "got '1j'"),
        ("(" * 500 + "gdp" + ")" * 400, "got"),
        ("gdp + " * 400 + "gdp", "letters"),
        ("-" * 900 + "gdp", "got"),
        ("9" * 400 + " * gdp", "got '999"),
    ],
)
def test_expression_is_refused_with_a_reason(text: str, message: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        read_expression(text, NAMES)
    assert message in caught.value.what


WORDS = (
    "[GDP]",
    "gdp",
    "national_exports",
    "sum",
    "log",
    "East",
    "(",
    ")",
    "+",
    "-",
    "*",
    "/",
    "^",
    ",",
    ".",
    "=",
    "[",
)
WORDS += ("]", "1e9", "0", "9", "'", "#", ":", "\n", "\\", "\0", " ", "lambda", "if", "not", "_in_brackets_0_", "中")


@given(st.lists(st.sampled_from(WORDS), max_size=20).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        value = read_expression(text, NAMES)(values)
    except ExpressionError:
        return
    assert "time" in value.dims


def test_overflow_and_division_by_zero_give_what_is_no_number() -> None:
    assert not np.isfinite(read_expression("gdp * 9 ^ 9 ^ 9 ^ 9", NAMES)(values)).any()
    assert not np.isfinite(read_expression("gdp / 0 + 1 / 0", NAMES)(values)).any()


def test_difference_relative_to_nothing_is_zero_or_without_bound() -> None:
    base = xr.DataArray([0.0, 0.0, -4.0], {"time": [1.0, 2.0, 3.0]}, ("time",))
    own = base + xr.DataArray([0.0, 1.0, 1.0], {"time": [1.0, 2.0, 3.0]}, ("time",))
    assert difference(own, base, "relative").values.tolist() == [0.0, np.inf, 0.25]
    assert difference(own, base, "absolute").values.tolist() == [0.0, 1.0, 1.0]


def test_window_refuses_a_year_without_result() -> None:
    value = values("GDP")
    assert window(value, [2011.0]).sizes["time"] == 1
    with pytest.raises(ExpressionError, match=r"2010\.5"):
        window(value, [2010.5])


def test_span_tells_where_the_least_and_largest_are() -> None:
    assert span(values("GDP")) == "1 (Beijing, 2010) to 131 (Xinjiang, 2011)"
    assert span(values("GDP") * np.nan) == "nan (Beijing, 2010)"
