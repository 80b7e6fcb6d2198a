"""Command ``report``: a folder of results as one page that can be circulated."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from dualcirc.terminal import console


class PageLanguage(StrEnum):
    """Languages that ``--language`` takes."""

    EN = "en"
    ZH = "zh"


def report_command(
    folder: Annotated[Path, typer.Argument(help="Folder of a study, or one that 'dualcirc run' has written.")],
    out: Annotated[Path | None, typer.Option("--out", help="HTML file; <folder>/report.html if left out.")] = None,
    language: Annotated[PageLanguage, typer.Option("--language", help="Headings, labels, figures.")] = PageLanguage.EN,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="A PDF beside it, where Chromium is installed.")] = True,
) -> None:
    """Write figures, tables, assumptions, limits and provenance of a result as one HTML file, and as PDF."""
    from dualcirc.report import find_browser, page, read_content, write_pdf
    from dualcirc.results.io import ready_folder, save_text

    content = read_content(folder, language.value)
    path = out or folder / ("report.html" if language is PageLanguage.EN else f"report_{language.value}.html")
    ready_folder(path.parent)
    save_text(page(content, language.value), path)
    console().print(escape(str(path)))
    if not pdf:
        return
    browser = find_browser()
    if browser is None:
        console().print("No PDF: Chromium is not installed. Any browser prints the page.")
        return
    console().print(escape(str(write_pdf(path, path.with_suffix(".pdf"), browser))))
