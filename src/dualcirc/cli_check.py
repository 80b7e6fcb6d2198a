"""Command that holds the model to what an economist demands of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from dualcirc.terminal import console

if TYPE_CHECKING:
    from dualcirc.checks.run import Finding

CHECK_FAILED = 1


def check_command(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of checks; those in model/checks/ when left out.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable: every demand with its measure.")] = False,
    levers: Annotated[bool, typer.Option("--levers", help="Hold every lever to its claim instead.")] = False,
) -> None:
    """Check the model: units, names of numbers, and what model/checks/ demands of its runs.

    Exit codes: 0 all pass, 1 a check fails, 2 a file of checks is wrong.
    """
    findings = _lever_findings() if levers else _findings(files or [])
    if as_json:
        rows = [{**asdict(finding), "passed": finding.passed} for finding in findings]
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        _print(findings)
    if not all(finding.passed for finding in findings):
        raise typer.Exit(CHECK_FAILED)


def _findings(files: Sequence[Path]) -> list[Finding]:
    """Findings of files, or of all that comes with the model."""
    from dualcirc.checks.run import check_structure, run_checks
    from dualcirc.files.checks import check_files, load_checks
    from dualcirc.files.registry import read_registry

    registry = read_registry()
    # Before the engine, which takes seconds to load: a message should not wait for it.
    checks = load_checks(files or check_files(), registry)
    from dualcirc.sweep.model import load_model

    model = load_model()
    own = [] if files else check_structure(model)
    return [*own, *run_checks(checks, model, registry)]


def _lever_findings() -> list[Finding]:
    from dualcirc.checks.levers import check_levers
    from dualcirc.engine import Engine
    from dualcirc.files.registry import read_registry
    from dualcirc.sweep.model import load_model

    return check_levers(Engine(load_model()), read_registry())


def _print(findings: Sequence[Finding]) -> None:
    """One row for every demand; a check that fails is told with its reason and place below."""
    table = Table(title="Checks of the model", title_justify="left")
    for heading in ("check", "", "demanded", "measured"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        for number, verdict in enumerate(finding.verdicts):
            name = finding.name if number == 0 else ""
            mark = "pass" if verdict.passed else "[red]FAIL[/red]"
            table.add_row(escape(name), mark, escape(verdict.demanded), escape(verdict.measured))
    screen = console()
    screen.print(table)
    failed = [finding for finding in findings if not finding.passed]
    for finding in failed:
        place = f"{finding.file}:{finding.line}" if finding.line else finding.file
        screen.print(f"[red]FAIL[/red] {escape(f'{place}: {finding.name}: {finding.why}')}")
    screen.print(f"{len(findings) - len(failed)} of {len(findings)} checks pass.")
