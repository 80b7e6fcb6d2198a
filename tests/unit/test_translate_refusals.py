"""What the engine does not know is refused by construct and variable, before anything runs."""

from pathlib import Path

import pytest

from dualcirc.errors import ModelFileError
from dualcirc.translate import load

CONTROL = "".join(
    f"{name} = {value}\n\t~\tyear\n\t~\n\t|\n\n"
    for name, value in (("INITIAL TIME", 0), ("FINAL TIME", 2), ("TIME STEP", 0.5), ("SAVEPER", 1))
)


def write_model(folder: Path, *equations: str, regions: str = "Region: north, south") -> Path:
    path = folder / "model.mdl"
    entries = [regions, "input = 1", "vector[Region] = 1, 2", "table((0,0),(1,1))", *equations]
    text = "".join(f"{entry}\n\t~\tDmnl\n\t~\n\t|\n\n" for entry in entries)
    path.write_text("{UTF-8}\n" + text + CONTROL, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("equation", "construct"),
    [
        ("bad = REINITIAL(input)", "REINITIAL"),
        ("bad = DELAY MATERIAL(input, 1, 0, 0)", "DELAY MATERIAL"),
        ("bad = SMOOTH N(input, 1, 0, 0)", "order 0 of a smooth or delay is below 1"),
        ("bad[Region] = DELAY N(input, 1, 0, vector[Region])", "order of a smooth or delay has subscripts"),
        ("bad = RANDOM POISSON(0, 1, 0, 1, 0, 1)", "RANDOM POISSON"),
        ("bad = RANDOM NORMAL(0, 1, 0, 1)", "RANDOM NORMAL takes 5 arguments"),
        ("bad = RANDOM UNIFORM(0, vector[Region!], 1)", "stands on the right of the equation only"),
        ("bad = STEP(1)", "STEP takes 2 arguments"),
        ("bad = GET TIME VALUE(2, 0, 1)", "GET TIME VALUE"),
        ("bad = ELMCOUNT(input)", "ELMCOUNT needs the name of a subscript range"),
        ("bad = INVERT MATRIX(input, 1)", "needs 2 subscripts or more"),
        ("bad = VECTOR RANK(input, 1)", "needs 1 subscripts or more"),
        ("bad = VECTOR SELECT(vector[Region!], input, 0, input, 0)", "must be literal numbers"),
        ("bad = VECTOR SELECT(vector[Region!], input, 0, 11, 0)", "actions 0 to 10"),
        ("bad = VECTOR SELECT(input, vector[Region!], 0, 0, 0)", "in the first argument"),
        ("bad[Region] = ALLOCATE AVAILABLE(vector[Region], vector[Region], input)", "ALLOCATE AVAILABLE"),
        ("bad = VMAX(vector[Region])", "VMAX has no subscript marked"),
        ("bad = VMIN(vector[Region!], 2)", "VMIN takes 1 argument"),
        ("bad = 1 + GET DIRECT CONSTANTS('t.csv', ',', 'B2')", "GET DIRECT CONSTANTS"),
        ("bad = (-2) ^ 2", "negative number to a power"),
        ("bad :INTERPOLATE:", "a data variable without GET DIRECT DATA"),
        ("bad :SOMEHOW: := GET DIRECT DATA('t.csv', ',', 'A', 'B2')", ":SOMEHOW:"),
        ("bad = GET DIRECT LOOKUPS('t.csv', ',', 'A', 'B2')", "table 't.csv' not found"),
        ("bad = GET XLS CONSTANTS('t.ods', 'Sheet', 'B2')", "table 't.ods' not found"),
        ("bad = GET XLS CONSTANTS('?t', 'Sheet', 'B2')", "named indirectly"),
        ("bad = table", "'table' is a lookup without an argument"),
        ("bad = table(input, 2)", "takes 1 argument, 2 are given"),
        ("bad = input(2)", "'input' is no lookup"),
        ("bad = LOOKUP EXTRAPOLATE(input, 2)", "'input' is no lookup"),
        ("bad = LOOKUP INVERT(table, 2)", "LOOKUP INVERT"),
        ("bad = Region", "stands on the right of the equation only"),
        ("bad[Region] :EXCEPT: [north] = 1", "no equation gives the element [north]"),
        ("bad[Region] :EXCEPT: [west] = 1", "'west' on the left is no element"),
        ("bad[Region] :EXCEPT: [north, north] = 1", ":EXCEPT: names 2 subscripts, 1 are needed"),
        ("bad[north] = 1", "no equation gives the element [south]"),
        ("bad[west] = 1", "'west' on the left is no subscript range nor an element of one"),
        ("bad[Region, Region] = 1", "a subscript is repeated on the left"),
        ("bad = vector[Region]", "stands on the right of the equation only"),
        ("bad = vector[west]", "unknown subscript 'west'"),
        ("bad = SUM(vector[Region])", "no subscript marked"),
        ("bad = vector", "has 1 subscripts, 0 are given"),
        ("bad = MIN(input)", "takes 2 arguments"),
        ("bad = inputs + 1", "Did you mean 'input'?"),
        ("bad[Region] = 1, 2, 3", "does not fit"),
        ("bad = 1 +* 2", "cannot be read"),
    ],
)
def test_load_refuses_construct_by_name_and_variable(tmp_path: Path, equation: str, construct: str) -> None:
    path = write_model(tmp_path, equation)
    with pytest.raises(ModelFileError) as caught:
        load(path)
    message = str(caught.value)
    assert construct in message
    assert "'bad'" in message or "'bad[Region]'" in message
    assert "model.mdl:" in message


def test_load_tells_every_fault_at_once_with_its_line(tmp_path: Path) -> None:
    path = write_model(tmp_path, "first = REINITIAL(1)", "second = wrong name")
    with pytest.raises(ModelFileError) as caught:
        load(path)
    assert [problem.line for problem in caught.value.problems] == [22, 27]
    assert "'first'" in str(caught.value)
    assert "'second'" in str(caught.value)


@pytest.mark.parametrize(
    ("ranges", "told"),
    [
        (("Region: north, south -> Other",), "'Region': it maps on an unknown range 'Other'"),
        (("Other: a, b, c", "Region: north, south -> Other"), "its 2 elements map on 3 of 'Other'"),
        (("Other: a, b", "Region: north, south -> (Other: a, c)"), "it maps on 'c', which is not of 'Other'"),
        (("Other <-> Nowhere", "Region: north, south"), "'Other': it copies an unknown range 'Nowhere'"),
        (("Region: north, south, north",), "'Region': its element 'north' stands twice"),
        (("Other: Region, c", "Region: north, south, Other"), "it contains itself"),
        (("Region: GET DIRECT SUBSCRIPT('t.csv', ',', 'A2', 'A3', '')",), "table 't.csv' not found"),
    ],
)
def test_load_refuses_subscript_ranges_that_do_not_fit(tmp_path: Path, ranges: tuple[str, ...], told: str) -> None:
    path = write_model(tmp_path, regions="\n\t~\n\t~\n\t|\n\n".join(ranges))
    with pytest.raises(ModelFileError) as caught:
        load(path)
    assert told in str(caught.value)
    assert "model.mdl:" in str(caught.value)


@pytest.mark.parametrize(
    ("equations", "told"),
    [
        (("bad[north] = 1", "bad[south] = table"), "is a lookup without an argument"),
        (("bad[north] = 1", "bad[south]((0,0),(1,1))"), "its equations mix lookups with others"),
        (("bad[north, Kind] = 1", "bad[south, hard] = 2"), r"no equation gives the element \[south, soft\]"),
        (("bad[north] = 1", "bad[soft] = 2"), "no subscript range nor an element"),
        (("bad[north] = 1", "bad[south, soft] = 2"), "different numbers of subscripts"),
        (
            ("bad[north, Kind] = 1", "bad[south, Region] = 2"),
            "'Region' on the left does not have the elements of 'Kind'",
        ),
    ],
)
def test_load_refuses_equations_in_parts_that_do_not_make_up_a_variable(
    tmp_path: Path, equations: tuple[str, ...], told: str
) -> None:
    path = write_model(tmp_path, *equations, regions="Kind: hard, soft\n\t~\n\t~\n\t|\n\nRegion: north, south")
    with pytest.raises(ModelFileError, match=told) as caught:
        load(path)
    assert "'bad'" in str(caught.value)


def test_load_names_the_variables_of_an_algebraic_loop(tmp_path: Path) -> None:
    path = write_model(tmp_path, "a = b + 1", "b = c * 2", "c = a")
    with pytest.raises(ModelFileError, match="algebraic loop") as caught:
        load(path)
    assert all(f"{name} ->" in str(caught.value) for name in "abc")


def test_load_names_the_variables_of_a_loop_between_initial_values(tmp_path: Path) -> None:
    path = write_model(tmp_path, "First = INTEG(1, a)", "a = First + 1")
    with pytest.raises(ModelFileError, match="each needs the other's initial value"):
        load(path)


def test_load_names_a_missing_model_file(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"nowhere\.mdl: model file not found"):
        load(tmp_path / "nowhere.mdl")


@pytest.mark.parametrize(
    ("step", "saveper", "named"),
    [
        (0.3, 1, "SAVEPER"),
        (0.5, -1, "SAVEPER"),
        (-1, 1, "TIME STEP"),
        ("Time", 1, "TIME STEP"),
        ("SUM(vector[Region!]) * Time", 1, "TIME STEP"),
    ],
)
def test_load_refuses_times_that_do_not_fit(tmp_path: Path, step: float | str, saveper: float, named: str) -> None:
    path = write_model(tmp_path)
    text = (
        path.read_text()
        .replace("TIME STEP = 0.5", f"TIME STEP = {step}")
        .replace("SAVEPER = 1", f"SAVEPER = {saveper}")
    )
    path.write_text(text)
    with pytest.raises(ModelFileError, match=named):
        load(path)
