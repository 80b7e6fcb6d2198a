import pytest

from dualcirc.errors import UnitsError
from dualcirc.units import DIMENSIONLESS, parse_unit, same_unit


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("billion CNY/year", "billion  CNY / year"),
        ("CNY/(person*year)", "CNY/person/year"),
        ("CNY/(person*year)", "1/(year*person)*CNY"),
        ("Dmnl", "1"),
        ("year/year", "Dmnl"),
        ("km^2", "km*km"),
        ("1/km^2", "km^-2"),
        ("billion CNY/(year*million person)", "billion CNY/year/million person"),
    ],
)
def test_same_unit_holds_for_different_spellings(left: str, right: str) -> None:
    assert same_unit(left, right)


@pytest.mark.parametrize(
    ("left", "right"), [("billion CNY", "CNY"), ("year", "Year"), ("1/year", "year"), ("million person", "person")]
)
def test_same_unit_fails_for_different_units(left: str, right: str) -> None:
    assert not same_unit(left, right)


def test_unit_text_reads_back_as_the_same_unit() -> None:
    unit = parse_unit("billion CNY*km^2/(person*year^3)")
    assert parse_unit(str(unit)) == unit


def test_product_and_quotient_cancel() -> None:
    assert parse_unit("billion CNY/year") * parse_unit("year") == parse_unit("billion CNY")
    assert parse_unit("km") / parse_unit("km") == DIMENSIONLESS
    assert str(DIMENSIONLESS) == "1"


@pytest.mark.parametrize("text", ["", "CNY*", "(CNY", "CNY)", "2 CNY", "CNY^x", "CNY,year", "*year"])
def test_parse_unit_names_text_and_place_when_unreadable(text: str) -> None:
    with pytest.raises(UnitsError, match=r"levers\.csv:7: unit") as caught:
        parse_unit(text, file="levers.csv", line=7)
    assert f"'{text}'" in str(caught.value)
