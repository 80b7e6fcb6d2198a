"""Where an equation stands in the model file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from dualcirc.translate.constructs import fold

_LEFT = re.compile(r'[ \t]*("(?:[^"\\\n]|\\.)*"|[^\[=:(<~\n"]+)')
_NAME = re.compile(r"""<\w+\s[^<>]*?\bname\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")


def line_of(text: str, name: str) -> int | None:
    """Line of ``text`` that an equation's name begins, the first being 1; none if it is not found."""
    own = name[1:].partition(">")[0] if name.startswith("#") else name  # a variable of a macro: that of its caller
    return _lines(text).get(fold(own))


@lru_cache(maxsize=4)
def _lines(text: str) -> Mapping[str, int]:
    """First line of every name that begins a line, or is the name of an XMILE element."""
    found: dict[str, int] = {}
    if text.lstrip().startswith("<"):
        line = at = 0
        for match in _NAME.finditer(text):
            line += text.count("\n", at, match.start())
            at = match.start()
            found.setdefault(fold((match[1] or match[2] or "").replace("\\n", " ")), line + 1)
        return found
    for number, written in enumerate(text.split("\n"), start=1):
        left = _LEFT.match(written)
        if left:
            found.setdefault(fold(left[1].strip()), number)
    return found
