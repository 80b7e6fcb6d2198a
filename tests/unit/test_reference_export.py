from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dualcirc.errors import OutputError
from dualcirc.files.paths import model_file
from dualcirc.reference.export import _points, export_model, self_contained
from dualcirc.reference.mdl_text import read_mdl_text
from dualcirc.translate import Model, Series
from dualcirc.translate.ir import TimeSettings
from dualcirc.translate.points import on_grid

CLOCK = TimeSettings(initial=2010.0, final=2014.0, step=0.125, saveper=1.0)
TIMES = np.array([2011.0, 2011.03, 2012.5, 2013.3])
VALUES = np.array([1.0, 2.0, 0.1, 7.0])


@pytest.mark.parametrize("interpolation", ["linear", "hold"])
@pytest.mark.parametrize("refined", [1, 2, 16])
def test_points_give_the_path_at_every_step_and_at_finer_ones(interpolation: str, refined: int):
    series = Series(TIMES, VALUES, interpolation)
    times, values = zip(*_points(TIMES, VALUES, interpolation == "hold", CLOCK), strict=True)
    if interpolation == "hold" and refined > 1:  # a jump between two steps of the model falls on the second
        series = Series(
            np.array([2010.0, 2011.0, 2011.125, 2012.5, 2013.375]), np.array([1.0, 1.0, 2.0, 0.1, 7.0]), "hold"
        )
    grid = np.linspace(2010.0, 2014.0, 32 * refined + 1)
    np.testing.assert_allclose(np.interp(grid, times, values), on_grid(series, grid), rtol=1e-14)


def test_path_spans_the_run_so_that_no_tool_extrapolates():
    points = _points(TIMES, VALUES, True, CLOCK)
    assert points[0] == (2010.0, 1.0)
    assert points[-1] == (2014.0, 7.0)
    assert all(a < b for (a, _), (b, _) in pairwise(points))


def test_jumps_stay_apart_in_single_precision():
    times = np.array([time for time, _ in _points(TIMES, VALUES, True, CLOCK)])
    assert len(np.unique(times.astype(np.float32))) == len(times)


def test_export_reads_no_table_and_keeps_all_else(model: Model):
    source = read_mdl_text(model.path)
    text = self_contained(model, source)
    assert "GET DIRECT" not in text
    assert text[text.index("\\\\\\---///") :] == source.text[source.sketch_start :]
    assert [line for line in text.splitlines() if line.startswith("\t~")] == [
        line for line in source.text.splitlines() if line.startswith("\t~")
    ]


def test_numbers_are_written_without_loss(model: Model):
    name, value = next((v.name, v.value) for v in model.variables.values() if v.value is not None and v.value.ndim == 2)
    text = self_contained(model, read_mdl_text(model.path))
    written = text[text.index(f"\n{name}[") :].partition("=")[2].partition("~")[0]
    rows = [[float(cell) for cell in row.split(",")] for row in re.sub(r"\s", "", written).split(";")[:-1]]
    np.testing.assert_array_equal(np.array(rows), value)


def test_constant_of_three_dimensions_is_one_matrix_for_each_element(model: Model):
    name = next(v.name for v in model.variables.values() if v.value is not None and v.value.ndim == 2)
    cube = np.arange(12.0).reshape(2, 2, 3)
    wide = replace(model.variables[name], dims=("A", "B", "C"), value=cube)
    subscripts = {"A": ("a1", "a2"), "B": ("b1", "b2"), "C": ("c1", "c2", "c3")}
    other = replace(model, subscripts={**model.subscripts, **subscripts}, variables={name: wide})
    text = " ".join(self_contained(other, read_mdl_text(model.path)).split())
    first, second = "0.0,1.0,2.0; 3.0,4.0,5.0;", "6.0,7.0,8.0; 9.0,10.0,11.0;"
    assert f"{name}[a1, B, C] = {first} ~~| {name}[a2, B, C] = {second} ~" in text


def test_path_that_does_not_move_is_written_as_numbers(model: Model):
    text = self_contained(model, read_mdl_text(model.path))
    for variable in model.variables.values():
        if variable.series is not None:
            flat = (variable.series.values == variable.series.values[0]).all()
            equation = text[text.index(f"\n{variable.name}") :].partition("~")[0]
            assert ("WITH LOOKUP" in equation) != flat


def test_export_never_replaces_the_model(model: Model, tmp_path: Path):
    with pytest.raises(OutputError, match="replace the model itself"):
        export_model(model, model_file())
    with pytest.raises(OutputError, match=r"ends with \.mdl"):
        export_model(model, tmp_path / "model.txt")
