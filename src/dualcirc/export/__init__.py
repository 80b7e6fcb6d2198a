"""A saved result in the formats that other programs read; units, labels and provenance travel with the numbers."""

from __future__ import annotations

from dualcirc.export.source import open_stored
from dualcirc.export.write import FORMATS, export

__all__ = ["FORMATS", "export", "open_stored"]
