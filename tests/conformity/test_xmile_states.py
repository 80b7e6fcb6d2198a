"""States and functions in the forms of XMILE against PySD: stocks that never fall below 0, pulses of a magnitude."""

import importlib
import shutil
from pathlib import Path

import numpy as np
import pysd
import pytest
from pysd.translators.xmile.xmile_file import XmileFile

from dualcirc.engine import Engine
from dualcirc.translate import Model
from dualcirc.translate.ir import Call, State

MODEL = Path(__file__).parents[1] / "models" / "xmile_states" / "xmile_states.xmile"


@pytest.fixture(scope="module")
def model() -> Model:
    """The model, lowered from what PySD's translator of XMILE gives."""
    file = XmileFile(MODEL)
    file.parse()
    section = file.get_abstract_model().sections[0]
    module = importlib.import_module("dualcirc.translate.load")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "read_mdl", lambda _: section)
        loaded: Model = module.load(MODEL)
    return loaded


@pytest.fixture(scope="module")
def outputs(model: Model) -> dict[str, np.ndarray]:
    return Engine(model, list(model.variables), block=1, threads=1).run([{}])


@pytest.mark.filterwarnings("ignore")
def test_engine_equals_reference_for_the_forms_of_xmile(tmp_path: Path, outputs: dict[str, np.ndarray]) -> None:
    # PySD writes its code beside the model.
    wanted = pysd.read_xmile(str(shutil.copy(MODEL, tmp_path))).run()
    for name, values in outputs.items():
        # Sixteen steps of a few operations leave rounding alone.
        np.testing.assert_allclose(values[0], wanted[name].to_numpy(dtype=float), rtol=1e-13, atol=1e-14, err_msg=name)


def test_a_stock_that_may_not_be_negative_is_cut_after_each_step(model: Model, outputs: dict[str, np.ndarray]) -> None:
    floored = [state.owner for state in model.states.values() if isinstance(state, State) and state.non_negative]
    assert floored == ["Tank", "Debt"]
    # The start stands as it is written, as in PySD (statefuls.NonNegativeInteg.update).
    assert outputs["Debt"][0, :3].tolist() == [-1.0, 0.0, 0.0]
    assert outputs["Tank"][0].min() == 0.0
    assert outputs["Free"][0, -1] == 1 - 4 * 1.5


def test_extremes_of_one_argument_run_over_all_its_elements() -> None:
    from dualcirc.translate.expressions import EquationReader
    from dualcirc.translate.functions import told_by_others
    from dualcirc.translate.ir import Extreme, Reference

    class Whole(EquationReader):
        def number(self, tree: object) -> Reference:  # noqa: ARG002
            return Reference("matrix", ("Region", "Item"))

    reader = Whole(None, "y", ())  # type: ignore[arg-type]
    lowered = told_by_others("VMAX XMILE", [Call("", ())], reader)
    assert lowered == Extreme("VMAX", ("Region", "Item"), Reference("matrix", ("Region", "Item")))
