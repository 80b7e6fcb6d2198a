"""The command line.

Exit codes: 0 done; 2 the user's input is wrong, and the message says where and how to mend it; 1 our fault, or a check
of the model that fails.
"""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from dualcirc.cli_check import check_command
from dualcirc.cli_evidence import calibrate_command, validate_command
from dualcirc.cli_export import export_command
from dualcirc.cli_levers import levers_command
from dualcirc.cli_loops import loops_command
from dualcirc.cli_reference import explain_command, export_model_command, reference_command
from dualcirc.cli_report import report_command
from dualcirc.cli_results import indicators_command
from dualcirc.cli_simulate import simulate_command
from dualcirc.cli_sweep import reproduce_command, sweep_command, verify_command
from dualcirc.errors import DualcircError, OutputError, Problem
from dualcirc.files.version import package_version
from dualcirc.terminal import console as make_console

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from dualcirc.sweep.plan import Plan
    from dualcirc.sweep.run import Progress as Tell

DONE, OUR_FAULT, WRONG_INPUT = 0, 1, 2

DEBUG = "DUALCIRC_DEBUG"
"""Environment variable that shows the whole traceback of a fault of ours."""

app = typer.Typer(
    name="dualcirc",
    help="China's dual circulation and its pilot free trade zones: run the model, read the results.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; no traceback reaches the user."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a terminal without Chinese letters shows question marks instead
            stream.reconfigure(errors="replace")
    try:
        app(args=None if arguments is None else list(arguments), prog_name="dualcirc")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else OUR_FAULT if end.code else DONE
    except DualcircError as fault:
        _complain(f"{type(fault).__name__}: {problem}" for problem in fault.problems)
        _complain(getattr(fault, "__notes__", ()))
        return WRONG_INPUT
    except Exception as fault:
        if os.environ.get(DEBUG):
            raise
        _complain([f"dualcirc failed: {type(fault).__name__}: {' '.join(str(fault).split())}"])
        _complain(getattr(fault, "__notes__", ()))
        _complain([f"This is a fault of the program, not of your input. {DEBUG}=1 shows where it happened."])
        return OUR_FAULT
    return DONE


app.command("levers")(levers_command)
app.command("check")(check_command)
app.command("calibrate")(calibrate_command)
app.command("loops")(loops_command)
app.command("validate")(validate_command)
app.command("indicators")(indicators_command)
app.command("explain")(explain_command)
app.command("reference")(reference_command)
app.command("export-model")(export_model_command)
app.command("export")(export_command)
app.command("report")(report_command)
app.command("simulate")(simulate_command)
app.command("sweep")(sweep_command)
app.command("verify")(verify_command)
app.command("reproduce")(reproduce_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"dualcirc {package_version()}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """China's dual circulation and its pilot free trade zones: run the model, read the results."""


@app.command("run")
def run_command(
    scenarios: Annotated[list[str], typer.Argument(help="Names in experiments/scenarios/, or paths of files.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for trajectories, table and figures.")],
    draws: Annotated[
        int | None, typer.Option("--draws", help="Draws for the band; the number in experiments/band.yaml if left out.")
    ] = None,
) -> None:
    """Run scenarios beside the baseline: trajectories as netCDF, a summary table and figures."""
    from dualcirc.sweep.plan import make_plan

    plan = make_plan(scenarios, draws, out, with_baseline=True)
    with _progress(plan) as tell:
        dataset = _simulate(plan, tell)
        tell("drawing", 0)
        figures = _publish(dataset, out)
    for remark in plan.remarks:
        make_console().print(escape(remark))
    _report(dataset, out, figures)


def _simulate(plan: Plan, tell: Tell) -> xr.Dataset:
    # Imported here: the engine takes seconds to load, and neither help nor a message should wait for it.
    from dualcirc.sweep.run import run_plan

    command = shlex.join(["dualcirc", *sys.argv[1:]])
    return run_plan(plan, command=command, progress=tell)


def _publish(dataset: xr.Dataset, out: Path) -> list[Path]:
    from dualcirc.plots import publish

    return publish(dataset, out)


def _report(dataset: xr.Dataset, out: Path, figures: Sequence[Path]) -> None:
    """Write the summary, print it, and say where everything is."""
    from dualcirc.analysis.indicators import indicator_table, write_indicators
    from dualcirc.analysis.summary import SUMMARY_YEAR, summary
    from dualcirc.results.io import save_text

    table = summary(dataset)
    save_text(table.to_csv(index=False, float_format="%.6g", lineterminator="\n"), out / "summary.csv")
    write_indicators(indicator_table(dataset, [SUMMARY_YEAR]), out / "indicators.csv")
    console = make_console()
    console.print(_summary_table(table))
    for name, status in _failed_runs(dataset):
        console.print(f"[red]{name}[/red]: a run failed: {escape(status)}")
    _check_kept(dataset, out)
    console.print(f"Trajectories, manifest, summary and indicators: {escape(str(out))}")
    console.print(f"Figures and panel: {len(figures)} files, the first {escape(str(figures[0]))}" if figures else "")


def _check_kept(dataset: xr.Dataset, out: Path) -> None:
    """Refuse to end well where the trajectories are gone, as when the folder was emptied during the run."""
    gone = [name for name in dataset["scenario"].values.tolist() if not (out / f"{name}.nc").is_file()]
    if gone:
        mend = "Run again, and leave the folder as it is until the run has ended."
        raise OutputError(Problem(f"the trajectories of {', '.join(gone)} are gone", str(out), mend=mend))


def _failed_runs(dataset: xr.Dataset) -> Iterator[tuple[str, str]]:
    for scenario in dataset["scenario"].values.tolist():
        for status in dict.fromkeys(dataset["status"].sel(scenario=scenario).values.tolist()):
            if status != "ok":
                yield scenario, status


def _summary_table(table: pd.DataFrame) -> Table:
    """One row for each scenario: difference to the baseline in per cent, with the range over the draws."""
    year, has_band = table["year"].iloc[0], "low" in table
    title = f"{year}: difference to the baseline in per cent" + (" (range over the draws)" if has_band else "")
    shown = Table(title=title, title_justify="left")
    shown.add_column("scenario", no_wrap=True)
    for label in table["label"].unique():
        short = str(label).removeprefix("National ")
        shown.add_column(short[:1].upper() + short[1:], justify="right")
    for scenario, rows in table.groupby("scenario", sort=False):
        shown.add_row(str(scenario), *(_cell(row, has_band) for _, row in rows.iterrows()))
    return shown


def _cell(row: pd.Series, has_band: bool) -> str:
    if "difference" not in row or row["difference"] != row["difference"]:  # the baseline has a level alone
        return f"{row['level']:,.0f}\n{row['unit']}"
    central = _per_cent(row["difference"])
    return f"{central}\n({_per_cent(row['low'])} to {_per_cent(row['high'])})" if has_band else central


def _per_cent(number: float) -> str:
    """Two decimals; more for what would look like zero and is not."""
    return f"{number:+.4f}" if 0 < abs(number) < 0.1 else f"{number:+.2f}"


@contextmanager
def _progress(plan: Plan) -> Iterator[Tell]:
    """Bar over all runs, on the error stream so that the output can be piped."""
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("checking", total=plan.runs * len(plan.scenarios))
        yield lambda doing, finished: bar.update(task, description=doing, advance=finished)


def _complain(lines: Iterator[str] | Sequence[str]) -> None:
    for line in lines:
        print(line, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
