"""What PySD 3.14 does not run, or not as the documentation of Vensim has it, against calculation by hand."""

from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.errors import DualcircError
from dualcirc.translate import load

CONTROL = ("INITIAL TIME = 0", "FINAL TIME = 2", "TIME STEP = 0.5", "SAVEPER = 1")
TIMES = np.array([0.0, 1.0, 2.0])


def run(folder: Path, *entries: str) -> dict[str, np.ndarray]:
    """Outputs (saved time, *dims) of a model at times 0, 1 and 2."""
    path = folder / "model.mdl"
    equations = "".join(f"{entry}\n\t~\tDmnl\n\t~\n\t|\n\n" for entry in (*entries, *CONTROL))
    path.write_text("{UTF-8}\n" + equations, encoding="utf-8")
    model = load(path)
    names = [name for name, variable in model.variables.items() if variable.kind not in ("lookup", "control")]
    return Engine(model, names, block=1, threads=1).run_one({})


def test_mapping_lists_the_elements_in_their_order(tmp_path: Path) -> None:
    # PySD adds the listed elements to the range itself, and maps by position.
    out = run(
        tmp_path,
        "Store: s1, s2, s3 -> (Town: t3, t1, t2)",
        "Town: t1, t2, t3",
        "price[Store] = 1, 2, 3",
        "of town[Town] = price[Store] * (1 + Time)",
        "of one[t3] = price[Store]",
        "of one[t1] = 0",
        "of one[t2] = 0",
    )
    np.testing.assert_array_equal(out["of town"], np.outer(1 + TIMES, [2, 3, 1]))
    np.testing.assert_array_equal(out["of one"][0], [0, 0, 1])


def test_mapping_lists_ranges_whose_elements_share_one(tmp_path: Path) -> None:
    out = run(
        tmp_path,
        'Zone: z1, "z 2" -> (Town: "left, side", Right)',
        "Town: t1, t2, t3, t4",
        '"left, side": t2, t4',
        "Right: t1, t3",
        "Kind: k1, k2",
        "rate[Zone, Kind] = 1, 2; 3, 4;",
        "of town[Town, Kind] = rate[Zone, Kind]",
        "of right[Right] = rate[Zone, k2] + Time",
        "total[Kind] = SUM(rate[Zone!, Kind])",
    )
    np.testing.assert_array_equal(out["of town"][0], [[3, 4], [1, 2], [3, 4], [1, 2]])
    np.testing.assert_array_equal(out["of right"][:, 0], 4 + TIMES)
    np.testing.assert_array_equal(out["total"][0], [4, 6])


def test_subscript_that_stands_twice_on_the_right_is_the_diagonal(tmp_path: Path) -> None:
    out = run(
        tmp_path,
        "A: a1, a2, a3",
        "B <-> A",
        "Some: a3, a1",
        "m[A, B] = 1, 2, 3; 4, 5, 6; 7, 8, 9;",
        "moving[A, B] = m[A, B] * Time",
        "diagonal[A] = m[A, A]",
        "of some[Some] = moving[Some, Some]",
        "trace = SUM(moving[A!, A!])",
        "square[A, B] = m[A, A] + m[B, B]",
    )
    np.testing.assert_array_equal(out["diagonal"][0], [1, 5, 9])
    np.testing.assert_array_equal(out["of some"], np.outer(TIMES, [9, 1]))
    np.testing.assert_array_equal(out["trace"], 15 * TIMES)
    np.testing.assert_array_equal(out["square"][0], np.add.outer([1, 5, 9], [1, 5, 9]))


def test_ranges_with_the_same_elements_go_by_name(tmp_path: Path) -> None:
    # PySD takes them by position.
    out = run(
        tmp_path,
        "A: a1, a2, a3",
        "Turned: a3, First",
        "First: a1, a2",
        "Only: a2",
        "x[A] = 1, 2, 3",
        "y[Turned] = x[Turned] * Time",
        "z[A] = y[A]",
        "one[Only] = x[Only]",
        "total = SUM(x[Only!]) + SUM(one[Only!])",
    )
    np.testing.assert_array_equal(out["y"], np.outer(TIMES, [3, 1, 2]))
    np.testing.assert_array_equal(out["z"], np.outer(TIMES, [1, 2, 3]))
    np.testing.assert_array_equal(out["total"], [4, 4, 4])


def test_later_equation_holds_where_two_give_an_element(tmp_path: Path) -> None:
    out = run(tmp_path, "A: a1, a2", "x[A] = Time", "x[a2] = 5", "c[A] = 1", "c[a1] = 3")
    np.testing.assert_array_equal(out["x"], np.stack([TIMES, [5, 5, 5]], axis=1))
    np.testing.assert_array_equal(out["c"][0], [3, 1])


def test_elements_of_one_range_make_up_two_dimensions(tmp_path: Path) -> None:
    out = run(tmp_path, "A: a1, a2", "m[a1, a1] = 1", "m[a1, a2] = 2", "m[a2, a1] = 3", "m[a2, a2] = Time")
    np.testing.assert_array_equal(out["m"][2], [[1, 2], [3, 2]])


def test_range_with_a_copy_stands_for_numbers(tmp_path: Path) -> None:
    # PySD knows no position of a range that has a copy with a later name.
    out = run(
        tmp_path, "Region: north, south", "Partner <-> Region", "x[Region] = Region + south", "y[Partner] = Partner"
    )
    np.testing.assert_array_equal(out["x"][0], [3, 4])
    np.testing.assert_array_equal(out["y"][0], [1, 2])


def test_table_of_one_element_is_read_at_the_argument_of_every_element(tmp_path: Path) -> None:
    # PySD reads the table of each element, then takes the first.
    out = run(
        tmp_path,
        "A: a1, a2, a3",
        "Some: a2, a3",
        "table[a1]((0,0),(1,10),(2,0))",
        "table[Some]((0,1),(4,5))",
        "x[A] = 0.5, 1, 1.5",
        "of first[A] = table[a1](x[A])",
        "of some[Some] = table[Some](Time + x[Some])",
    )
    np.testing.assert_allclose(out["of first"][0], [5, 10, 5], rtol=1e-15)
    np.testing.assert_allclose(out["of some"], 1 + np.add.outer(TIMES, [1, 1.5]), rtol=1e-15)


@pytest.mark.parametrize("points", [4, 40])
def test_table_is_read_beyond_its_ends_and_in_steps(tmp_path: Path, points: int) -> None:
    """The table is x squared at whole numbers."""
    pairs = ",".join(f"({x},{x * x})" for x in range(points))
    out = run(
        tmp_path,
        "A: a1, a2",
        f"table({pairs})",
        f"both[a1]({pairs})",
        "both[a2]((0,1),(2,5))",
        f"beyond = LOOKUP EXTRAPOLATE(table, {points} + Time)",
        "before = LOOKUP EXTRAPOLATE(table, -2 - Time)",
        "back = LOOKUP BACKWARD(table, 0.75 * Time)",
        "forward = LOOKUP FORWARD(table, 0.75 * Time)",
        "outside = LOOKUP FORWARD(table, 100) + LOOKUP BACKWARD(table, -1)",
        "of both[A] = LOOKUP EXTRAPOLATE(both[A], 4 * Time)",
    )
    last = points - 1
    np.testing.assert_allclose(out["beyond"], last**2 + (2 * last - 1) * (points + TIMES - last), rtol=1e-14)
    np.testing.assert_allclose(out["before"], -2 - TIMES, rtol=1e-14)
    np.testing.assert_array_equal(out["back"], [0, 0, 1])
    np.testing.assert_array_equal(out["forward"], [0, 1, 4])
    np.testing.assert_array_equal(out["outside"], np.full(3, last**2))
    np.testing.assert_allclose(out["of both"][:, 1], 1 + 8 * TIMES, rtol=1e-14)
    end = [0, 9 + 5, 9 + 5 * 5] if points == 4 else [0, 16, 64]
    np.testing.assert_allclose(out["of both"][:, 0], end, rtol=1e-14)


def test_second_of_two_points_at_one_argument_holds_from_there_on(tmp_path: Path) -> None:
    # PySD refuses such a table when it is named.
    out = run(tmp_path, "jump((0,0),(1,1),(1,3),(2,4))", "x = jump(Time)", "y = jump(Time - 0.5)")
    np.testing.assert_array_equal(out["x"], [0, 3, 4])
    np.testing.assert_array_equal(out["y"], [0, 0.5, 3.5])


def test_not_available_is_the_number_of_vensim(tmp_path: Path) -> None:
    # Vensim help, ":NA:": -2^109; PySD has NaN, which equals nothing.
    (tmp_path / "t.csv").write_text("time,x\n0,1\n2,3\n")
    out = run(
        tmp_path,
        "missing = :NA:",
        "x = IF THEN ELSE(missing = :NA:, 1, 0)",
        "raw :RAW: := GET DIRECT DATA('t.csv', ',', 'A', 'B2')",
        "there = IF THEN ELSE(raw = :NA:, 0, raw)",
    )
    np.testing.assert_array_equal(out["missing"], np.full(3, -(2.0**109)))
    np.testing.assert_array_equal(out["x"], [1, 1, 1])
    np.testing.assert_array_equal(out["there"], [1, 0, 3])


@pytest.mark.parametrize(("keyword", "wanted"), [("INTERPOLATE", [1, 2, 3]), ("HOLD BACKWARD", [1, 1, 3])])
def test_parts_of_data_have_times_of_their_own(tmp_path: Path, keyword: str, wanted: list[float]) -> None:
    # PySD takes the times of the first part for all.
    (tmp_path / "a.csv").write_text("time,x\n0,1\n2,3\n")
    (tmp_path / "b.csv").write_text("time,0,1,2\nx,5,7,8\n")
    out = run(
        tmp_path,
        "A: a1, a2",
        f"x[a1] :{keyword}: := GET DIRECT DATA('a.csv', ',', 'A', 'B2')",
        f"x[a2] :{keyword}: := GET DIRECT DATA('b.csv', ',', '1', 'B2')",
    )
    np.testing.assert_array_equal(out["x"], np.stack([wanted, [5, 7, 8]], axis=1))


def test_table_of_a_file_stands_beside_one_in_the_model(tmp_path: Path) -> None:
    # PySD fails on a lookup whose parts are of two kinds.
    (tmp_path / "t.csv").write_text("x,y\n0,2\n1,\n2,6\n")
    out = run(
        tmp_path,
        "A: a1, a2",
        "curve[a1]((0,1),(2,2))",
        "curve[a2] = GET DIRECT LOOKUPS('t.csv', ',', 'A', 'B2')",
        "y[A] = curve[A](Time)",
    )
    np.testing.assert_array_equal(out["y"], [[1, 2], [1.5, 4], [2, 6]])


def test_file_is_named_in_the_settings_of_the_model(tmp_path: Path) -> None:
    # Vensim writes GET XLS DATA('?data', ...) and the file's name below the sketch; PySD refuses the question mark.
    (tmp_path / "t.csv").write_text("x,2.5\n")
    settings = "\\\\\\---/// Sketch information\n///---\\\\\\\n:L<%^E!@\n30:?data=t.csv\n"
    path = tmp_path / "model.mdl"
    entries = ("c = GET DIRECT CONSTANTS('?data', ',', 'B1')", *CONTROL)
    path.write_text("{UTF-8}\n" + "".join(f"{entry}\n\t~\tDmnl\n\t~\n\t|\n\n" for entry in entries) + settings)
    assert load(path).variables["c"].value == 2.5


def test_unchangeable_constant_and_what_the_times_need_cannot_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "model.mdl"
    entries = ("fixed == 2", "years = 2", "INITIAL TIME = 0", "FINAL TIME = years", "TIME STEP = 0.5", "SAVEPER = 1")
    path.write_text("{UTF-8}\n" + "".join(f"{entry}\n\t~\tyear\n\t~\n\t|\n\n" for entry in entries))
    engine = Engine(load(path), ["fixed"], block=1, threads=1)
    with pytest.raises(DualcircError) as caught:
        engine.run([{"fixed": np.array(3.0), "years": np.array(3.0)}])
    assert [
        "'fixed' is unchangeable" in str(p) or "'years' is unchangeable" in str(p) for p in caught.value.problems
    ] == [
        True,
        True,
    ]
