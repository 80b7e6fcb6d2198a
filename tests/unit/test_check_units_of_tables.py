"""Units of lookups, parts and products over subscripts."""

from pathlib import Path

import pytest

from dualcirc.translate import check_units, load

CONTROL = (("INITIAL TIME = 0", "year"), ("FINAL TIME = 2", "year"), ("TIME STEP = 1", "year"), ("SAVEPER = 1", "year"))
GIVEN = (
    ("A: a1, a2, a3", ""),
    ("length[A] = 1, 2, 3", "m"),
    ("width = 2", "m"),
    ("table((0,0),(1,1))", "person"),
)


def faults(folder: Path, *equations: tuple[str, str]) -> list[str]:
    entries = (*GIVEN, *equations, *CONTROL)
    text = "".join(f"{equation}\n\t~\t{unit}\n\t~\n\t|\n\n" for equation, unit in entries)
    (folder / "model.mdl").write_text("{UTF-8}\n" + text)
    return [problem.what for problem in check_units(load(folder / "model.mdl"))]


@pytest.mark.parametrize(
    ("equation", "right", "wrong"),
    [
        ("x = table(width)", "person", "m"),
        ("x = LOOKUP EXTRAPOLATE(table, width) * width", "person*m", "person"),
        ("x[A] = length[A] + WITH LOOKUP(Time, ((0,0),(1,1)))", "m", "year"),
        ("x = PROD(length[A!])", "m*m*m", "m"),
        ("x = VMAX(length[A!])", "m", "m*m*m"),
        ("x[A] = A * width", "m", "Dmnl"),
        ("x = width * (width > length[a1])", "m", "Dmnl"),
        ("x[A] :EXCEPT: [a2] = length[A] * Time\n\t~~|\nx[a2] = 5", "m*year", "m"),
    ],
)
def test_unit_of_an_equation_is_that_of_its_nodes(tmp_path: Path, equation: str, right: str, wrong: str) -> None:
    assert faults(tmp_path, (equation, right)) == []
    assert [what for what in faults(tmp_path, (equation, wrong)) if "'x'" in what] != []


def test_units_of_parts_must_agree(tmp_path: Path) -> None:
    told = faults(tmp_path, ("x[a1] = width * Time\n\t~~|\nx[a2] = width\n\t~~|\nx[a3] = 1", "m"))
    assert len(told) == 1
    assert "two parts have the units" in told[0]
