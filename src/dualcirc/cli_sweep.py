"""Commands on sweeps: run one, look whether it is whole, compute a part of it again."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.text import Text

from dualcirc.errors import OutputError
from dualcirc.terminal import console as make_console

if TYPE_CHECKING:
    import xarray as xr

STOPPED = 130
"""Exit code of what the user has stopped, as shells have it."""

Folder = Annotated[Path, typer.Argument(help="Folder that 'dualcirc sweep' has written.")]


def sweep_command(
    experiment: Annotated[str, typer.Argument(help="Experiment file, its folder, or the name of a study.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder of the result.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with what is in the folder.")] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes on this machine; one for each core if left out.")
    ] = None,
    cluster: Annotated[str | None, typer.Option("--cluster", help="Address of a Dask scheduler.")] = None,
    store: Annotated[str | None, typer.Option("--store", help="Path or URL of the arrays; DIR/data.zarr.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say how many runs, how long, how many bytes.")] = False,
) -> None:
    """Run an experiment of many runs and keep it block by block; what is finished is never lost."""
    if dry_run:
        _tell_estimate(experiment)
        return
    if out is None:
        raise typer.BadParameter("name a folder for the result", param_hint="--out")
    from dualcirc.sweep.api import sweep

    command = shlex.join(["dualcirc", *sys.argv[1:]])
    with _stoppable(), _progress() as tell:
        dataset = sweep(
            experiment,
            out,
            resume=resume,
            workers=workers,
            cluster=cluster,
            store=store,
            command=command,
            progress=tell,
        )
    _tell_result(dataset, out)


def _tell_estimate(experiment: str) -> None:
    from dualcirc.engine.settings import available_cores
    from dualcirc.sweep.api import estimate

    found = estimate(experiment)
    cores = available_cores()
    seconds = found.runs / found.runs_per_second / cores
    console = make_console()
    console.print(f"{found.runs:,} runs in {found.blocks:,} blocks")
    console.print(f"about {_span(seconds)} on {cores} cores ({found.runs_per_second:,.0f} runs/s on one, measured now)")
    console.print(f"up to {found.bytes_stored:,} bytes before compression")
    for remark in found.remarks:
        console.print(escape(remark))


def _span(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} seconds"


def _tell_result(dataset: xr.Dataset, out: Path) -> None:
    console = make_console()
    status = dataset["status"].values.ravel()
    failed = status[status != "ok"]
    console.print(f"{status.size - failed.size:,} of {status.size:,} rows ended well: {escape(str(out))}")
    for text in dict.fromkeys(failed[:5].tolist()):
        console.print(f"[red]failed[/red]: {escape(text)}")


def verify_command(folder: Folder) -> None:
    """Look whether a sweep is whole: every block there, once, and every byte as it was written."""
    from dualcirc.results.sweep_verify import verify

    problems = verify(folder)
    if problems:
        raise OutputError(problems)
    make_console().print(f"{escape(str(folder))}: every block is there and as it was written")


def reproduce_command(
    folder: Folder,
    blocks: Annotated[int, typer.Option("--blocks", min=1, help="Blocks to compute again.")] = 3,
) -> None:
    """Compute some blocks of a sweep again and compare them with what is stored."""
    from dualcirc.sweep.reproduce import TOLERANCE, reproduce

    found = reproduce(folder, blocks)
    console = make_console()
    promise = (
        "same compiler and instruction set: every bit must be equal"
        if found.bits_are_promised
        else f"another compiler or instruction set: must agree to {TOLERANCE:g}"
    )
    told = "bit for bit equal" if found.equal else f"largest relative difference {found.worst:.2g}"
    console.print(f"{len(found.blocks)} blocks, {found.rows:,} rows computed again; {promise}")
    console.print(f"{told}: {'reproduced' if found.holds else '[red]not reproduced[/red]'}")
    if not found.holds:
        raise typer.Exit(1)


class _Rate(ProgressColumn):
    """Runs in a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:,.0f} runs/s" if task.speed else "")


@contextmanager
def _stoppable() -> Iterator[None]:
    """Say what is kept when the user stops a sweep."""
    try:
        yield
    except KeyboardInterrupt as stop:
        for line in ("Stopped.", *getattr(stop, "__notes__", ())):
            print(line, file=sys.stderr)
        raise typer.Exit(STOPPED) from None


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Bar over all runs, on the error stream so that the output can be piped."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("sweeping", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
