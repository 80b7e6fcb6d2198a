"""Pieces of Markdown, and Markdown as a page of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from markdown_it import MarkdownIt

_HEADING = re.compile(r"<h2>([^<]*)</h2>")
_STYLE = """
body { font: 15px/1.5 Helvetica, Arial, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif; color: #1b1b1b;
  max-width: 1120px; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; border-bottom: 1px solid #ddd; }
table { border-collapse: collapse; font-size: 13px; margin: 0.6rem 0; }
th, td { text-align: left; vertical-align: top; padding: 3px 10px 3px 0; border-bottom: 1px solid #e6e6e6; }
th { border-bottom: 1px solid #888; white-space: nowrap; }
pre { background: #f7f7f5; padding: 0.6rem 0.8rem; font-size: 12.5px; line-height: 1.4; white-space: pre-wrap; }
img { max-width: 100%; height: auto; display: block; margin: 0.6rem 0; }
a { color: #0b5394; } p.note, em { color: #555; }
""".strip()


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Table with its head; a sentence that there is none where it has no row."""
    lines = [_row(cells) for cells in rows]
    if not lines:
        return "None.\n"
    return "\n".join([_row(headings), "|" + " --- |" * len(headings), *lines]) + "\n"


def code(name: str) -> str:
    """Name of a variable, file or key."""
    return f"`{name}`"


def plain(text: str) -> str:
    """Text in which no letter is markup."""
    for letter in "\\`*_[]<>|":
        text = text.replace(letter, f"\\{letter}")
    return text


def anchor(heading: str) -> str:
    """Anchor of a heading, as sites that show Markdown make it."""
    return "-".join(heading.lower().split())


def html_page(markdown: str, title: str) -> str:
    """Page of HTML that needs nothing but the pictures beside it; links lead to other such pages."""
    body = str(MarkdownIt("commonmark").enable("table").render(markdown.replace(".md)", ".html)")))
    body = _HEADING.sub(lambda found: f'<h2 id="{anchor(found[1])}">{found[1]}</h2>', body)
    head = f'<meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}</body></html>\n'


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(" ".join(cell.split()) for cell in cells) + " |"
