"""Macros beyond what PySD reads, against their equations written out; PySD's own are in tests/conformity."""

from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine
from dualcirc.errors import ModelFileError
from dualcirc.translate import load
from dualcirc.translate.ir import is_inner

CLOCK = "INITIAL TIME = 0 ~~|\nFINAL TIME = 3 ~~|\nTIME STEP = 0.5 ~~|\nSAVEPER = 0.5 ~~|\n"
BUFFER = """
:MACRO: BUFFER(inflow, stay : content, peak)
BUFFER = content / stay ~~|
content = INTEG(inflow - BUFFER, 2) ~~|
peak = MAX(content, table(Time) * TIME STEP$ / base$) ~~|
table((0,0),(3,60)) ~~|
:END OF MACRO:
"""


def values(folder: Path, text: str) -> dict[str, np.ndarray]:
    path = folder / "model.mdl"
    path.write_text("{UTF-8}\n" + text + CLOCK, encoding="utf-8")
    model = load(path)
    names = [name for name, v in model.variables.items() if v.kind != "lookup" and not is_inner(name)]
    outputs = Engine(model, names, block=1, threads=1).run([{}])
    return {name: outputs[name][0] for name in names}


def buffer(inflow: np.ndarray, stay: float) -> np.ndarray:
    """Euler steps of half a year of the content of the macro, by hand."""
    content = [np.full_like(inflow[0], 2.0)]
    for rate in inflow[:-1]:
        content.append(content[-1] + 0.5 * (rate - content[-1] / stay))
    return np.array(content)


def test_macro_after_the_model_with_outputs_table_and_names_of_the_model(tmp_path: Path) -> None:
    text = "base = 2 ~~|\nx = 1 + Time ~~|\nout = BUFFER(x, 4 : Kept In, top) * 10 ~~|\n" + BUFFER
    got = values(tmp_path, text)
    time = np.arange(0, 3.5, 0.5)
    content = buffer(1 + time, 4.0)
    np.testing.assert_allclose(got["out"], 10 * content / 4, rtol=1e-14)
    np.testing.assert_allclose(got["Kept In"], content, rtol=1e-14)
    np.testing.assert_allclose(got["top"], np.maximum(content, 20 * time * 0.5 / 2), rtol=1e-14)
    assert not [name for name in got if name.startswith("#")]


def test_macro_summed_over_a_range_has_a_stock_for_each_element(tmp_path: Path) -> None:
    text = "base = 2 ~~|\nR: a, b ~~|\nx[R] = 1, 3 ~~|\nall = SUM(BUFFER(x[R!] * 2, 4)) ~~|\n"
    got = values(tmp_path, BUFFER + text)
    content = buffer(np.tile([2.0, 6.0], (7, 1)), 4.0)
    np.testing.assert_allclose(got["all"], (content / 4).sum(axis=1), rtol=1e-14)


def test_macro_called_for_single_elements_and_with_a_table_as_argument(tmp_path: Path) -> None:
    macro = ":MACRO: READ(form, at)\nREAD = form(at) + 1 ~~|\n:END OF MACRO:\n"
    text = "R: a, b ~~|\ncurve((0,0),(4,8)) ~~|\nx[a] = READ(curve, Time) ~~|\nx[b] = READ(curve, 2 * Time) ~~|\n"
    got = values(tmp_path, macro + text)
    time = np.arange(0, 3.5, 0.5)
    np.testing.assert_allclose(got["x"], np.stack([2 * time, np.minimum(4 * time, 8)], axis=1) + 1, rtol=1e-14)


def test_default_outputs_leave_the_variables_of_macros_out(tmp_path: Path) -> None:
    (tmp_path / "model.mdl").write_text(BUFFER + "base = 2 ~~|\nout = BUFFER(1, 2) ~~|\n" + CLOCK)
    model = load(tmp_path / "model.mdl")
    assert "#out>BUFFER>content#" in model.variables
    assert Engine(model, block=1, threads=1).outputs == ("out",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("out = BUFFER(1) ~~|", "variable 'out': macro 'BUFFER' takes 2"),
        ("out = BUFFER(1, 2 : a, b, c) ~~|", "3 outputs are given"),
        ("a = 1 ~~|\nout = BUFFER(1, 2 : a) ~~|", "'a' is an output of a macro and has another equation"),
        ("R: a, b ~~|\ny[R] = SUM(BUFFER(y[R!], 1)) ~~|", "inside a sum over a subscript of the left side"),
        (
            ":MACRO: M(a)\nM = a[x] ~~|\n:END OF MACRO:\nout = M(1) ~~|",
            "variable 'out': 'a' in macro 'M' has subscripts",
        ),
    ],
)
def test_wrong_call_is_refused_by_name_and_variable(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "model.mdl").write_text("base = 2 ~~|\n" + BUFFER + text + "\n" + CLOCK)
    with pytest.raises(ModelFileError, match=told.replace("[", r"\[")):
        load(tmp_path / "model.mdl")
