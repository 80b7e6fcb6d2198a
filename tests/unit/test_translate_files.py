"""Files as other tools write them: encodings, comments, groups, sketches, reality checks; XMILE beyond PySD."""

from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.errors import ModelFileError
from dualcirc.translate import load
from dualcirc.translate.safe_literals import LiteralError, literal

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 2 ~~|\nTIME STEP = 1 ~~|\nSAVEPER = TIME STEP ~~|\n"
VENSIM = """{UTF-8}
"Price | of ~ all (\\"x\\")"=
	2 {a comment in braces, with ~ and |}
	~	Dollar/Widget [0,100,1]
	~	Written by a machine: 3 {not} a comment here.
	|

long sum=
	"Price | of ~ all (\\"x\\")" + \\
		worker's wage $ a \\
		+ 1 - 0.5
	~	Dollar [?,?]
	~
	~	:SUPPLEMENTARY
	|

worker's wage $ a  = 1e1
	~~|

price is right :THE CONDITION: Time>1 :IMPLIES: long sum>0
	~~|

price jumps :TEST INPUT: long sum = RC STEP(long sum, 2, 1)
	~~|

********************************************************
	.Control
********************************************************~
		Simulation Control Parameters
	|

""" + CLOCK.replace(
    "INITIAL TIME = 0 ~~|", "INITIAL TIME  = 0\n\t~\tMonth\n\t~\tThe initial time for the simulation.\n\t|\n"
)
SKETCH = """
\\\\\\---/// Sketch information - do not modify anything except names
V300  Do not put anything below this section - it will be ignored
*View 1
$192-192-192,0,Times New Roman|12||0-0-0|0-0-0|0-0-255|-1--1--1|-1--1--1|96,96,100,0
10,1,long sum,290,186,40,20,3,3,0,0,0,0,0,0
///---\\\\\\
:L<%^E!@
"""


def run(path: Path) -> dict[str, np.ndarray]:
    model = load(path)
    outputs = Engine(model, list(model.variables), block=1, threads=1).run([{}])
    return {name: values[0] for name, values in outputs.items()}


def test_file_as_vensim_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "m.mdl"
    path.write_text(VENSIM + SKETCH, encoding="utf-8", newline="\r\n")
    model = load(path)
    price = model.variables['"Price | of ~ all (\\"x\\")"']
    assert (price.unit, price.line, float(price.value)) == ("Dollar/Widget", 2, 2.0)
    assert price.documentation == "Written by a machine: 3 {not} a comment here."
    assert run(path)["long sum"].tolist() == [12.5, 12.5, 12.5]
    assert [note.split(": ", 1)[1] for note in model.notes] == [
        "reality check 'price is right' is left out: it is no part of a run",
        "reality check 'price jumps' is left out: it is no part of a run",
    ]


@pytest.mark.parametrize(
    ("encoding", "header", "name"),
    [
        ("utf-8", "{UTF-8}\n", "región été 省份"),
        ("utf-8-sig", "{UTF-8}\n", "región"),
        ("utf-16", "", "région"),
        ("cp1252", "", "été à München"),
        ("cp1252", "{UTF-8}\n", "prix élevé"),
        ("gb18030", "", "省份人口"),
        ("gb18030", "{GB18030}\n", "省 a"),
        ("shift_jis", "{Shift_JIS}\n", "人口"),
    ],
)
def test_encodings_are_recognised(tmp_path: Path, encoding: str, header: str, name: str) -> None:
    path = tmp_path / "m.mdl"
    path.write_bytes((header + f"{name} = 3 ~~|\ntwice = 2 * {name} ~~|\n" + CLOCK).encode(encoding))
    model = load(path)
    assert name in model.variables
    assert bool(model.notes) == (not encoding.startswith("utf"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 - 0.2 + 3", 3.8),
        ("- 5", -5),
        ("[(0,0),(10,1e1),(1,2)]", ((0, 0), (10, 10.0), (1, 2))),
        ("(0,1),(2,-3),", ((0, 1), (2, -3))),
        ("'a, b'", "a, b"),
    ],
)
def test_literal_is_what_python_would_make_of_it(text: str, value: object) -> None:
    assert literal(text) == value


@pytest.mark.parametrize(
    "text", ["f()", "a", "1 2", "(0,0)(1,1)", "'a' 'b'", "{1:2}", "1 if 1 else 2", "1 * 2", "", "(1", "1)", "1,,2"]
)
def test_literal_refuses_everything_else(text: str) -> None:
    with pytest.raises(LiteralError):
        literal(text)


NS = "http://docs.oasis-open.org/xmile/ns/XMILE/v1.0"
SPECS = '<sim_specs method="RK4"><start>1</start><stop>3</stop><dt reciprocal="true">2</dt></sim_specs>'


def xmile(folder: Path, variables: str, *, dims: str = "", macros: str = "", head: str = "") -> Path:
    text = f'<xmile xmlns="{NS}" xmlns:isee="http://iseesystems.com/XMILE">{SPECS}{dims}{macros}<model><variables>'
    path = folder / "model.stmx"
    path.write_text(f"{head}{text}{variables}</variables></model></xmile>", encoding="utf-8")
    return path


def aux(name: str, equation: str, more: str = "") -> str:
    return f'<aux name="{name}"><eqn>{equation}</eqn>{more}</aux>'


def test_xmile_names_of_the_clock(tmp_path: Path) -> None:
    path = xmile(tmp_path, aux("a", "TIME * 100 + STARTTIME * 10 + STOPTIME + DT"))
    assert run(path)["a"].tolist() == [113.5, 163.5, 213.5, 263.5, 313.5]
    assert "asks for the method 'rk4'" in load(path).notes[0]


def test_xmile_arrays_without_subscripts_wildcards_and_ranges_of_a_size(tmp_path: Path) -> None:
    dims = '<dimensions><dim name="N" size="3"/><dim name="R"><elem name="a"/><elem name="b"/></dim></dimensions>'
    n, nr = '<dimensions><dim name="N"/></dimensions>', '<dimensions><dim name="N"/><dim name="R"/></dimensions>'
    parts = "".join(f'<element subscript="{i}"><eqn>{i} * 10</eqn></element>' for i in (1, 2, 3))
    both = "".join(f'<element subscript="{i}, {r}"><eqn>{i}</eqn></element>' for i in (1, 2, 3) for r in "ab")
    stock = "".join(f'<element subscript="{i}"><eqn>{i}</eqn></element>' for i in (1, 2, 3))
    path = xmile(
        tmp_path,
        f'<aux name="x">{n}{parts}</aux><aux name="m">{nr}{both}</aux>'
        + aux("whole", "x + m", nr)
        + aux("total", "SUM(x[*]) + SUM(x) + MAX(x)")
        + aux("row", "SUM(m[N, *]) + x[2]", n)
        + f'<stock name="S">{n}{stock}<inflow>x</inflow><outflow>out</outflow></stock>'
        + f'<flow name="out">{n}<eqn>S / 2</eqn></flow>',
        dims=dims,
    )
    got = run(path)
    np.testing.assert_array_equal(got["whole"][0], [[11, 11], [22, 22], [33, 33]])
    assert got["total"][0] == 150
    np.testing.assert_array_equal(got["row"][0], [22, 24, 26])
    np.testing.assert_allclose(
        got["S"][1], [1 + 0.5 * (10 - 0.5), 2 + 0.5 * (20 - 1), 3 + 0.5 * (30 - 1.5)], rtol=1e-15
    )


def test_xmile_macro_equals_its_equations_written_out(tmp_path: Path) -> None:
    inner = aux("half", "a / 2") + '<stock name="kept"><eqn>b</eqn><inflow>half</inflow></stock>'
    macro = f'<macro name="GROW"><parm>a</parm><parm>b</parm><eqn>kept * 2</eqn><variables>{inner}</variables></macro>'
    got = run(xmile(tmp_path, aux("x", "1 + GROW(TIME, 5)"), macros=macro))
    time = np.arange(1, 3.5, 0.5)
    kept = 5 + 0.5 * np.concatenate([[0], np.cumsum(time[:-1] / 2)])
    np.testing.assert_allclose(got["x"], 1 + 2 * kept, rtol=1e-15)


def test_xmile_words_in_any_case_and_names_that_begin_with_one(tmp_path: Path) -> None:
    got = run(
        xmile(
            tmp_path,
            aux("notice", "7")
            + aux("a", "if TIME &gt;= 2 then notice MOD 4 else notice")
            + aux("b", "IF NOT (notice = 7) OR TIME = 3 THEN 1 ELSE 0")
            + aux("c", "{a comment} notice * 2"),
        )
    )
    assert got["a"].tolist() == [7, 7, 3, 3, 3]
    assert got["b"].tolist() == [0, 0, 0, 0, 1]
    assert got["c"].tolist() == [14] * 5


def test_xmile_table_in_an_equation_keeps_its_type(tmp_path: Path) -> None:
    # XMILE 1.0, section 3.1.4: steps hold, the outermost lines go on. PySD joins the points and holds the ends.
    points = '<xscale min="0" max="2"/><ypts>0,4,9</ypts></gf>'
    stairs, line = (
        aux("stairs", "TIME", f'<gf type="discrete">{points}'),
        aux("line", "TIME", f'<gf type="extrapolate">{points}'),
    )
    got = run(xmile(tmp_path, stairs + line))
    assert got["stairs"].tolist() == [4, 4, 9, 9, 9]
    assert got["line"].tolist() == [4, 6.5, 9, 11.5, 14]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            '<stock name="belt"><eqn>1</eqn><conveyor><len>4</len></conveyor></stock>',
            "'belt' cannot be read: <conveyor>",
        ),
        ('<module name="part"/>', "module 'part' is not supported"),
        ('<flow name="f"><eqn>1</eqn><leak/></flow>', "'f' cannot be read: <leak>"),
        (aux("a", "HISTORY(a, 2)"), "'a': function HISTORY is not supported"),
        (aux("a", "b.c + 1"), "variable 'a'"),
    ],
)
def test_xmile_that_is_not_known_is_refused_by_name_and_variable(tmp_path: Path, variables: str, told: str) -> None:
    with pytest.raises(ModelFileError) as caught:
        load(xmile(tmp_path, variables))
    assert told in str(caught.value)
