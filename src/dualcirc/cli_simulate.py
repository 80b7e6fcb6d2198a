"""Command ``simulate``: one run of any Vensim or XMILE model through the engine, as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from dualcirc.errors import ModelFileError, OutputError, Problem, ScenarioError
from dualcirc.files.paths import model_file
from dualcirc.terminal import console

TRUST = "--trust-model"


class Method(StrEnum):
    """How a step is made."""

    euler = "euler"
    rk4 = "rk4"


def simulate_command(
    model: Annotated[
        Path, typer.Argument(metavar="MODEL", help="File of Vensim (.mdl) or XMILE (.xmile, .stmx, .xml).")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="FILE.csv", help="Table to write.")],
    trust_model: Annotated[
        bool, typer.Option(TRUST, help="Translate a file that is not the model of this installation.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="Constant, or one element: 'name[sub]=value'. May be repeated."
        ),
    ] = None,
    final_time: Annotated[float | None, typer.Option("--final-time", help="End of the run, not the model's.")] = None,
    time_step: Annotated[float | None, typer.Option("--time-step", help="Step, not the model's.")] = None,
    integrator: Annotated[
        Method, typer.Option("--integrator", help="Euler's method, or Runge and Kutta's.")
    ] = Method.euler,
) -> None:
    """Run any Vensim or XMILE model once and write every variable at every saved time (docs/engine.md)."""
    _check_trust(model, trust_model)
    wanted = _settings(settings or [])
    if time_step is not None and not (math.isfinite(time_step) and time_step > 0):
        raise ScenarioError(Problem(f"--time-step {time_step:g}", expected="a number above 0"))
    from dualcirc.results.io import ready_folder, save_text
    from dualcirc.translate import load

    _check_out(out)
    ready_folder(out.parent)
    read = load(model)
    for note in read.notes:
        Console(stderr=True).print(escape(note))
    # After the model is read: the engine takes seconds to load, and a message should not wait for it.
    from dualcirc.engine.simulation import simulate

    table = simulate(read, wanted, time_step, final_time, integrator.value)
    save_text(table.to_csv(), out)
    rows, columns = table.values.shape
    console().print(f"{columns - 1:,} columns at {rows:,} saved times: {escape(str(out))}")


def _check_trust(model: Path, trusted: bool) -> None:
    """Take the model of the checkout or the installed package alone, unless the user says otherwise."""
    if trusted or model.resolve() == model_file().resolve():
        return
    mend = (
        f"{TRUST} reads it: nothing in a file is evaluated, and only tables below its folder are opened, "
        "but its equations use memory and time as they please."
    )
    raise ModelFileError(Problem("this is not the model of this installation", str(model), mend=mend))


def _settings(texts: Sequence[str]) -> dict[str, float]:
    """Names and values; the last ``=`` parts them, for a quoted name may hold one."""
    found: dict[str, float] = {}
    problems = []
    for text in texts:
        name, mark, value = text.rpartition("=")
        try:
            found[name.strip()] = float(value)
        except ValueError:
            mark = ""
        if not mark or not name.strip():
            problems.append(Problem(f"--set '{text}'", expected="NAME=VALUE with a number, as 'birth rate=0.03'"))
    if problems:
        raise ScenarioError(problems)
    return found


def _check_out(out: Path) -> None:
    """Refuse a name that no table can have, before anything is run."""
    if out.is_dir() or out.suffix.lower() != ".csv":
        raise OutputError(Problem(f"--out {out}", expected="the name of a file that ends in .csv"))
