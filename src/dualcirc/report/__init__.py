"""A folder of results as one page that can be circulated: figures, tables, assumptions, limits, provenance."""

from __future__ import annotations

from dualcirc.report.content import Content, read_content
from dualcirc.report.page import page
from dualcirc.report.pdf import find_browser, write_pdf

__all__ = ["Content", "find_browser", "page", "read_content", "write_pdf"]
