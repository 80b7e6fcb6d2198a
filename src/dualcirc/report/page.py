"""A report as one file of HTML that needs nothing else: pictures inline, no script, every text from files escaped."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from dualcirc.files.paths import project_root
from dualcirc.plots import style
from dualcirc.plots.words import Language, pick, say, unit
from dualcirc.readable import number, told
from dualcirc.report.content import Content, Sheet

LIMITS_HEADING = "## Known limits"
ROWS = 40
"""Rows of a table that are printed; the file holds the rest."""

_LINK_INSIDE = re.compile(r"\[([^\]]+)\]\((?!https?:)[^)]*\)")


@dataclass(frozen=True)
class PrintedTable:
    """A table as it is read: numbers as text."""

    name: str
    caption: str
    headings: Sequence[str]
    numeric: Sequence[bool]
    rows: Sequence[Sequence[str]]
    left_out: int


def page(content: Content, language: Language) -> str:
    """Return the page as HTML.

    Parameters
    ----------
    content
        What it shows.
    language
        Language of headings and of labels that have both.
    """
    environment = Environment(
        loader=PackageLoader("dualcirc.report", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    with style.styled(language):
        return environment.get_template("report.html.j2").render(
            content=content,
            language=language,
            css=Markup(files("dualcirc.report").joinpath("templates/report.css").read_text(encoding="utf-8")),
            pictures=[(picture, data_uri(picture.svg)) for picture in content.pictures],
            tables=[printed(sheet) for sheet in content.sheets],
            limits=Markup(limits(language)),
            failed={text: count for text, count in content.runs.items() if text != "ok"},
            total=sum(content.runs.values()),
            say=say,
            pick=pick,
            unit=unit,
            told=lambda words: told(words, language),
        )


def data_uri(svg: bytes) -> str:
    """Address that holds the picture itself; a browser runs no script in a picture."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg).decode("ascii")


def printed(sheet: Sheet) -> PrintedTable:
    """Table with its numbers as text and at most forty rows."""
    frame = sheet.frame
    numeric = [pd.api.types.is_numeric_dtype(frame[name]) for name in frame.columns]
    shown = frame.iloc[:ROWS]
    columns = [[_cell(value) for value in shown[name]] for name in frame.columns]
    words = [say(str(name).replace("_", " ")) for name in frame.columns]
    headings = [word[:1].upper() + word[1:] for word in words]
    rows = list(zip(*columns, strict=True)) if columns else []
    return PrintedTable(sheet.name, sheet.caption, headings, numeric, rows, len(frame) - len(shown))


def _cell(value: object) -> str:
    if isinstance(value, str):
        return unit(value)
    return "" if pd.isna(value) else number(float(value))  # type: ignore[call-overload, arg-type]


def limits(language: Language) -> str:
    """What the model cannot tell, as HTML: a section of the model's own page, in Chinese after a summary."""
    text = (project_root() / "model" / "README.md").read_text(encoding="utf-8")
    section = text.partition(LIMITS_HEADING)[2].partition("\n## ")[0]
    own = ""
    if language != "en":
        own = files("dualcirc.report").joinpath(f"templates/limits_{language}.md").read_text(encoding="utf-8")
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    return "\n".join(str(markdown.render(_LINK_INSIDE.sub(r"\1", part))) for part in (own, section) if part.strip())
