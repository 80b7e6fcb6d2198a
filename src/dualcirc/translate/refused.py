"""Fault of one equation."""

from __future__ import annotations


class RefusedError(Exception):
    """One equation uses what the engine does not know; the caller adds its name and place."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(what)
        self.what, self.mend = what, mend
