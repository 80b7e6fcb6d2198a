"""Every rewriting pass by itself: it rewrites what it says, and results stay what its docstring promises."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from dualcirc.engine import Engine, Overrides, RunOutputs
from dualcirc.engine.passes import optimised
from dualcirc.engine.passes.inline import inlined_matrices
from dualcirc.engine.passes.optimise import REWRITES
from dualcirc.translate import Model, load
from dualcirc.translate.ir import Expression, walk
from tests.unit.models_in_text import model_of
from tests.unit.rewrite_cases import CASES, RUNS, WORLD, Case, masked

STAND_IN = Path(__file__).parents[2] / "benchmarks" / "prov31.mdl"
PROMISE = 1e-12
"""Of a variable's largest value: what ``optimised`` promises."""
Rewrite = Callable[[Model, Sequence[str]], Model]

After = Callable[[Model, Sequence[str], Sequence[Overrides], Rewrite], RunOutputs]


@pytest.fixture
def outputs_after(monkeypatch: pytest.MonkeyPatch) -> After:
    """Runs of a model that went through some passes alone."""

    def simulated(model: Model, outputs: Sequence[str], runs: Sequence[Overrides], rewrite: Rewrite) -> RunOutputs:
        monkeypatch.setattr("dualcirc.engine.engine.optimised", rewrite)
        return Engine(model, outputs, threads=1).run(runs)

    return simulated


def rewrite_named(name: str) -> Rewrite:
    """One pass with the arguments of ``optimised``."""
    alone: dict[str, Rewrite] = {
        rewrite.__name__: lambda model, _, rewrite=rewrite: rewrite(model)  # type: ignore[misc]
        for rewrite in REWRITES
    }
    return {**alone, "inlined_matrices": inlined_matrices}[name]


def parts_of(model: Model) -> list[Expression]:
    """All parts of all equations."""
    return [part for v in model.variables.values() if v.expression is not None for part in walk(v.expression)]


def nothing(model: Model, _: Sequence[str]) -> Model:
    """No pass at all."""
    return model


def assert_within_promise(got: np.ndarray, wanted: np.ndarray, *, same_infinities: bool = True) -> None:
    """Every run of (run, ...) alike: no number in the same places, the rest to the promised share of the largest."""
    np.testing.assert_array_equal(np.isfinite(got), np.isfinite(wanted))
    for one, other in zip(got, wanted, strict=True):
        finite = np.isfinite(other)
        if same_infinities:
            np.testing.assert_array_equal(one[~finite], other[~finite])
        largest = np.max(np.abs(other[finite]), initial=0.0)
        np.testing.assert_allclose(one[finite], other[finite], rtol=0, atol=PROMISE * largest)


def test_every_pass_has_a_case() -> None:
    assert {case.rewrite for case in CASES} == {"inlined_matrices", *(rewrite.__name__ for rewrite in REWRITES)}


@pytest.mark.parametrize("case", CASES, ids=[f"{case.rewrite}: {case.equations[-1]}" for case in CASES])
def test_a_pass_alone_rewrites_and_keeps_the_results(tmp_path: Path, outputs_after: After, case: Case) -> None:
    rewrite = rewrite_named(case.rewrite)
    model = model_of(tmp_path, *WORLD, *case.equations, step=1)
    assert not any(map(case.has, parts_of(model)))
    assert any(map(case.has, parts_of(rewrite(model, ["out"]))))
    got, wanted = (outputs_after(model, ["out"], RUNS, one)["out"] for one in (rewrite, nothing))
    assert np.isfinite(wanted).any()
    assert len({run.tobytes() for run in wanted}) > 2
    if case.same_bits:
        np.testing.assert_array_equal(got, wanted)
    else:
        # Condition and factors apart, what was infinite may be no number, and the other way round.
        assert_within_promise(got, wanted, same_infinities=case.rewrite != "masked_factors")


LEFT_ALONE = (
    ("quotients_out_of_sums", "out[Region] = SUM(ZIDZ(u[Region], v[Other!]))"),
    ("quotients_out_of_sums", "out[Region] = SUM(ZIDZ(u[Region], v[Other!]) * u[Other!])"),
    ("masked_factors", "out[Region] = SUM(IF THEN ELSE(u[Region] > 1, u[Region] * v[Other!], 0))"),
    ("masked_factors", "out[Region] = SUM(IF THEN ELSE(z[Region,Other!] > 2, u[Region] * v[Other!], 1))"),
    ("split_logarithms", "out[Region] = LN(u[Region] / v[Region])"),
    ("split_logarithms", "out[Region] = LN(u[Region] / Time)"),
    ("literal_bounds", "out[Region] = MAX(u[Region], y[Region])"),
    ("inlined_matrices", "out[Region] = SUM(EXP(u[Region] * z[Region,Other!]))"),
)


@pytest.mark.parametrize(("name", "equation"), LEFT_ALONE)
def test_a_pass_leaves_alone_what_it_would_make_wrong_or_no_faster(tmp_path: Path, name: str, equation: str) -> None:
    model = model_of(tmp_path, *WORLD, equation, step=1)
    rewritten = rewrite_named(name)(model, ["out"])
    assert rewritten.variables["out"].expression == model.variables["out"].expression


@pytest.mark.parametrize(
    ("matrix", "equation", "outputs"),
    [
        ("u[Region] * v[Other]", "out[Region] = SUM(m[Region,Other!])", ["out", "m"]),
        ("u[Region] * v[Other]", "out[Region] = SUM(m[Region,Other!]) + m[Region,north]", ["out"]),
        ("u[Region] * v[Other]", "out = SUM(m[Region!,Region!])", ["out"]),
        ("u[Region] * v[Other]", "out = INTEG(SUM(m[Region!,Other!]) + VMAX(m[Region!,Other!]), 0)", ["out"]),
        ("EXP(u[Region] * v[Other])", "out[Region] = SUM(m[Region,Other!])", ["out"]),
        ("x[Region] * y[Other]", "out[Region] = SUM(m[Region,Other!] * u[Other!])", ["out"]),
    ],
)
def test_a_matrix_that_is_needed_whole_dear_or_fixed_stays(
    tmp_path: Path, matrix: str, equation: str, outputs: list[str]
) -> None:
    model = model_of(tmp_path, *WORLD, f"m[Region,Other] = {matrix}", equation, step=1)
    assert inlined_matrices(model, outputs) is model


MASK = "n[Region,Other] = 1,0,1;0,0,0;1,0,1;"


@pytest.mark.parametrize(
    ("inside", "pole"),
    [
        ("z[Region,Other!] / v[Region]", [2.0, 0.0, 3.0]),
        ("u[Region] * z[Region,Other!] / v[Other!]", [2.0, 0.0, 3.0]),
        ("u[Region] * z[Region,Other!] * LN(v[Other!])", [2.0, -1.0, 3.0]),
        ("u[Region] / (y[Region] * y[Other!]) * v[Other!]", [2.0, 0.0, 3.0]),
    ],
)
def test_a_condition_still_masks_what_is_infinite_in_cells_that_are_never_used(
    tmp_path: Path, outputs_after: After, inside: str, pole: list[float]
) -> None:
    equation = f"out[Region] = SUM(IF THEN ELSE(n[Region,Other!] = 1, {inside}, 0))"
    model = model_of(tmp_path, *WORLD, MASK, equation, step=1)
    runs = [{"y": np.array(pole)}, {}, {"x": np.array([0.0, -4.0, 1e-9]), "y": np.array(pole)}]
    alone = rewrite_named("masked_factors")
    assert any(map(masked, parts_of(alone(model, ["out"]))))
    got, wanted = (outputs_after(model, ["out"], runs, one) for one in (alone, nothing))
    assert not got.failed.any()
    assert_within_promise(got["out"], wanted["out"])


def test_an_infinite_factor_that_one_cell_uses_fails_the_run_with_and_without_the_pass(
    tmp_path: Path, outputs_after: After
) -> None:
    equation = "out[Region] = SUM(IF THEN ELSE(n[Region,Other!] = 1, u[Region] * z[Region,Other!] / v[Other!], 0))"
    model = model_of(tmp_path, *WORLD, MASK, equation, step=1)
    runs = [{"y": np.array([0.0, 1.0, 2.0])}, {}]
    got, wanted = (outputs_after(model, ["out"], runs, one) for one in (rewrite_named("masked_factors"), nothing))
    assert got.failed.tolist() == wanted.failed.tolist() == [True, False]


def test_all_passes_together_on_the_stand_in(tmp_path: Path, outputs_after: After) -> None:
    path = tmp_path / "short.mdl"
    path.write_text(STAND_IN.read_text().replace("FINAL TIME  = 2050", "FINAL TIME  = 2022"))
    model = load(path)
    assert model.time.final == 2022
    outputs = ["output", "exports", "imports", "in migration", "out migration", "partner technology", "Population"]
    scalars = [name for name, v in model.variables.items() if v.kind == "constant" and not v.dims]
    random = np.random.default_rng(5)
    draw = {name: model.variables[name].value * random.uniform(0.9, 1.1) for name in scalars}  # type: ignore[operator]
    runs: list[Overrides] = [{}, draw, {"trade scale": np.array(0.0)}, {"initial technology": np.linspace(1, 2, 31)}]
    got, wanted = (outputs_after(model, outputs, runs, one) for one in (optimised, nothing))
    assert not got.failed.any()
    for name in outputs:
        assert_within_promise(got[name], wanted[name])
