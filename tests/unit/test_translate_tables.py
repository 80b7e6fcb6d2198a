from pathlib import Path

import numpy as np
import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from dualcirc.translate.constructs import RefusedError
from dualcirc.translate.tables import Tables

TABLE = "Region,scalar,down\nnorth,4.5,1\nsouth,9,-2\neast,,word\n"


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    (tmp_path / "model").mkdir()
    (tmp_path / "outside.csv").write_text(TABLE)
    (tmp_path / "model" / "t.csv").write_text(TABLE)
    (tmp_path / "model" / "blank.csv").write_text("time,x\n\n1,2\n")
    (tmp_path / "model" / "unordered.csv").write_text("time,x\n1,2\n1,3\n")
    return Tables(tmp_path / "model")


def test_constants_reads_one_cell_down_and_along(tables: Tables) -> None:
    assert tables.constants("t.csv", ",", "B2", ()) == 4.5
    np.testing.assert_array_equal(tables.constants("t.csv", ",", "C2*", (2,)), [1, -2])
    np.testing.assert_array_equal(tables.constants("t.csv", ",", "B3", (2,)), [9, -2])
    np.testing.assert_array_equal(tables.constants("t.csv", ",", "B2", (2, 2)), [[4.5, 1], [9, -2]])
    np.testing.assert_array_equal(tables.constants("t.csv", ",", "B2*", (2, 2)), [[4.5, 9], [1, -2]])


@pytest.mark.parametrize(
    ("file", "cell", "shape", "told"),
    [
        ("missing.csv", "B2", (), "table 'missing.csv' not found"),
        ("../outside.csv", "B2", (), "lies outside the model's folder"),
        ("/etc/hostname", "A1", (), "lies outside the model's folder"),
        ("t.csv", "B4", (), "cell B4 of table 't.csv' is blank"),
        ("t.csv", "C4", (), "cell C4 of table 't.csv' is not a number: 'word'"),
        ("t.csv", "B2*", (9,), "cell B4 of table 't.csv' is blank"),
        ("t.csv", "AB2", (), "cell AB2 of table 't.csv' is blank"),
        ("t.csv", "2B", (), "'2B' is no cell"),
        ("t.csv", "B2", (2, 2, 2), "at most 2 dimensions"),
        ("blank.csv", "B2", (), "blank line at row 2"),
    ],
)
def test_constants_names_table_and_cell(
    tables: Tables, file: str, cell: str, shape: tuple[int, ...], told: str
) -> None:
    with pytest.raises(RefusedError, match=told.replace("(", r"\(")):
        tables.constants(file, ",", cell, shape)


def test_series_refuses_a_time_that_stands_twice(tables: Tables) -> None:
    with pytest.raises(RefusedError, match="1 stands twice among the times"):
        tables.series("unordered.csv", ",", "A", "B2", ())


@pytest.mark.parametrize(("cell", "told"), [("B4", "has one row from B4, two"), ("B5", "has no row from B5, two")])
def test_series_refuses_fewer_than_two_rows(tables: Tables, cell: str, told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        tables.series("t.csv", ",", "A", cell, ())


def test_series_refuses_two_dimensions(tables: Tables) -> None:
    with pytest.raises(RefusedError, match="at most 1 dimension, 2 are asked for"):
        tables.series("t.csv", ",", "A", "B2", (2, 2))


def test_series_refuses_times_in_no_row_or_column(tables: Tables) -> None:
    with pytest.raises(RefusedError, match="must stand in a column or row"):
        tables.series("t.csv", ",", "A1", "B2", ())


def test_table_reached_through_a_link_out_of_the_folder_is_refused(tables: Tables) -> None:
    (tables.folder / "link.csv").symlink_to(tables.folder.parent / "outside.csv")
    with pytest.raises(RefusedError, match="lies outside"):
        tables.constants("link.csv", ",", "B2", ())


def test_series_runs_along_a_row_and_leaves_blank_times_out(tables: Tables) -> None:
    (tables.folder / "wide.csv").write_text("time,3,,1,2,\nx,30,99,10,,\ny,6,99,4,5,\n")
    times, values = tables.series("wide.csv", ",", "1", "B2", (2,))
    np.testing.assert_array_equal(times, [1, 2, 3])
    np.testing.assert_array_equal(values, [[10, 4], [np.nan, 5], [30, 6]])


def test_series_may_be_followed_by_a_note(tables: Tables) -> None:
    (tables.folder / "note.csv").write_text("time,x\n1,2\n3,4\nsource: a yearbook,\n")
    np.testing.assert_array_equal(tables.series("note.csv", ",", "A", "B2", ())[1], [2, 4])


@pytest.mark.parametrize(
    ("file", "tab", "across", "cell", "told"),
    [
        ("t.csv", ",", "0", "B2", "has no times"),
        ("words.csv", ",", "A", "B2", "time 2 of table 'words.csv' is not a number: 'two'"),
        ("book.xlsx", "Other", "A", "B1", "no sheet 'Other'"),
        ("book.xlsx", "sheet", "A", "no_such", "no cells named"),
        ("book.xlsx", "Sheet", "square", "square", "no single row or column"),
        ("book.xlsx", "Sheet", "column", "square", "do not fit the times"),
        ("broken.xlsx", "Sheet", "A", "B1", "cannot be read as a workbook"),
        ("broken.ods", "Sheet", "A", "B1", "cannot be read as a workbook"),
        ("t.csv", ",", "A", "name", "is no cell"),
        ("t.csv", "--", "A", "B2", "is not one character"),
        ("t.doc", ",", "A", "B2", "of an unknown kind"),
        ("bytes.csv", ",", "A", "B2", "no text in UTF-8"),
    ],
)
def test_series_refuses_what_it_cannot_read(
    tables: Tables, file: str, tab: str, across: str, cell: str, told: str
) -> None:
    (tables.folder / "words.csv").write_text("time,x\n1,2\ntwo,3\n3,4\n")
    (tables.folder / "bytes.csv").write_bytes(b"time,x\n\xff\xfe,2\n")
    for name in ("broken.xlsx", "broken.ods", "t.doc"):
        (tables.folder / name).write_text("no workbook")
    book = Workbook()
    book.active.title = "Sheet"
    for row in ((1, 2), (3, 4)):
        book.active.append(row)
    for name, cells in (("square", "$A$1:$B$2"), ("column", "$A$1:$A$2")):
        book.defined_names[name] = DefinedName(name, attr_text=f"Sheet!{cells}")
    book.save(tables.folder / "book.xlsx")
    with pytest.raises(RefusedError, match=told):
        tables.series(file, tab, across, cell, ())


def test_names_of_elements_leave_blank_cells_out(tables: Tables) -> None:
    assert tables.names("t.csv", ",", "A2", "A4") == ["north", "south", "east"]
    assert tables.names("t.csv", ",", "A4", "C4") == ["east", "word"]
    assert tables.names("t.csv", ",", "B2", "B") == ["4.5", "9"]
    with pytest.raises(RefusedError, match="has no element"):
        tables.names("t.csv", ",", "H2", "H4")
