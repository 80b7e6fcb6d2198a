"""Where an equation stands in the model file."""

from __future__ import annotations

import re


def line_of(text: str, name: str) -> int | None:
    """Line of ``text`` that an equation's name begins, the first being 1; none if it is not found."""
    words = r"[ _\t]+".join(map(re.escape, re.split(r"[ _]+", name.strip())))
    if not words:
        return None
    match = re.search(rf"^\s*{words}\s*(?=[\[=:(<~\n]|$)", text, re.MULTILINE | re.IGNORECASE)
    return text.count("\n", 0, match.end() - len(match.group().lstrip())) + 1 if match else None
