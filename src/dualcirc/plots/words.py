"""The language of a picture: fixed phrases from ``words_zh.csv``, labels from the attributes of the result.

English is the source; what has no Chinese in the table stays English.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import pandas as pd

Language = Literal["en", "zh"]

language: ContextVar[Language] = ContextVar("language", default="en")
"""Language of what is drawn now; ``style.styled`` sets it."""

_WIDE = "\u2e80-\u303f\u3041-\u9fff\uff00-\uffef"
_CLOSING = "，。；：、）！？%"
_TOKENS = re.compile(rf"[{_WIDE}][{_CLOSING}]*|[^\s{_WIDE}]+[{_CLOSING}]*|\s+")


@cache
def phrases() -> dict[str, str]:
    """Chinese by English, with the same names in braces."""
    with files("dualcirc.plots").joinpath("words_zh.csv").open(encoding="utf-8") as handle:
        table = pd.read_csv(handle, dtype=str, keep_default_na=False)
    return dict(zip(table["en"], table["zh"], strict=True))


def say(text: str, **values: object) -> str:
    """A fixed phrase in the language of the picture, with ``values`` put in for the names in braces."""
    chosen = phrases().get(text, text) if language.get() == "zh" else text
    return chosen.format(**values) if values else chosen


def pick(attrs: Mapping[Any, Any], key: str, default: str = "") -> str:
    """A label in the language of the picture: ``<key>_zh`` where it is wanted and there, else ``<key>``."""
    own = str(attrs.get(f"{key}_zh") or "") if language.get() == "zh" else ""
    return own or str(attrs.get(key) or default)


def unit(text: str) -> str:
    """A unit in words of the language of the picture; 1 and % are spelt out."""
    spelt = {"1": "fraction", "Dmnl": "fraction", "%": "per cent"}.get(text, text)
    return say(spelt)


def wrap(text: str, letters: int) -> list[str]:
    """Lines of at most ``letters`` Latin letters; a Chinese one is twice as wide and may end a line."""
    if not re.search(f"[{_WIDE}]", text):
        return textwrap.wrap(text, letters)
    lines, line, width = [], "", 0
    for token in _TOKENS.findall(" ".join(text.split())):
        size = sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in token)
        if width + size > letters and line.strip():
            lines.append(line.rstrip())
            line, width = "", 0
            token, size = token.lstrip(), size if token.strip() else 0
        line, width = line + token, width + size
    return [*lines, line.rstrip()] if line.strip() else lines
