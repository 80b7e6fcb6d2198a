"""Command ``export``: a stored result in the formats that other programs read."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from dualcirc.terminal import console


class Format(StrEnum):
    """Formats that ``--to`` takes."""

    NETCDF = "netcdf"
    CSV = "csv"
    STATA = "stata"
    EXCEL = "excel"
    PARQUET = "parquet"


def export_command(
    folder: Annotated[Path, typer.Argument(help="Folder that 'dualcirc run' or 'dualcirc sweep' has written.")],
    to: Annotated[Format, typer.Option("--to", help="Format.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="File; <folder>/export/result.<ending> if left out.")
    ] = None,
    variables: Annotated[
        str | None, typer.Option("--variables", help="Dataset names, separated by commas; all if left out.")
    ] = None,
    central: Annotated[bool, typer.Option("--central", help="The central draw alone.")] = False,
) -> None:
    """Write a stored result as NetCDF, CSV, Stata, Excel or Parquet, with units, labels and provenance."""
    from dualcirc.export import FORMATS, export, open_stored
    from dualcirc.export.tables import chosen

    names = [name.strip() for name in (variables or "").split(",") if name.strip()]
    dataset = chosen(open_stored(folder), names, central=central)
    path = out or folder / "export" / f"result{FORMATS[to.value][0]}"
    for written in export(dataset, to.value, path, shlex.join(["dualcirc", *sys.argv[1:]])):
        console().print(escape(str(written)))
