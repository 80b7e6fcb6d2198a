"""Commands that show what the model says: ``export-model`` hands it to other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from dualcirc.files.paths import model_file
from dualcirc.terminal import console


def export_model_command(
    file: Annotated[Path, typer.Argument(metavar="FILE.mdl", help="The file to write.")],
) -> None:
    """Write the model as one Vensim file with every table in it, for tools that read no CSV."""
    from dualcirc.reference.export import export_model
    from dualcirc.translate import load

    export_model(load(model_file()), file)
    console().print(f"Written: {escape(str(file))}")
