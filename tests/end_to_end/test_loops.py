"""``dualcirc loops`` from the command line to its files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dualcirc.cli import DONE, WRONG_INPUT, main


@pytest.mark.long
def test_loops_writes_tables_that_add_up_and_a_figure(tmp_path: Path):
    assert main(["loops", "--out", str(tmp_path)]) == DONE
    shares = pd.read_csv(tmp_path / "loop_shares.csv")
    size = (shares["reinforcing"] - shares["balancing"]).groupby(shares["year"]).sum()
    np.testing.assert_allclose(size, 1.0, atol=1e-4)  # written with six digits
    table = pd.read_csv(tmp_path / "loops.csv").set_index("stocks")
    # Signs follow from theory: output feeds capital, and the memory of potential tempers the growth that is expected.
    assert table.loc["Capital > Perceived output", "polarity"].endswith("reinforcing")
    assert table.loc["Capital > Smoothed potential", "polarity"].endswith("balancing")
    assert (tmp_path / "loops_baseline.png").is_file()


def test_loops_refuses_an_unknown_stock_with_the_nearest(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["loops", "--stock", "Capitol", "--out", str(tmp_path)]) == WRONG_INPUT
    assert "Did you mean 'Capital'?" in capsys.readouterr().err
