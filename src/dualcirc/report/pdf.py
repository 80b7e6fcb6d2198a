"""The page as PDF, printed by Chromium where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from dualcirc.errors import OutputError, Problem

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Names under which Chromium is installed, the free one first."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)
PATIENCE = 120.0
"""Seconds after which printing is given up."""


def find_browser() -> str | None:
    """Path of a Chromium; None where there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def write_pdf(html: Path, out: Path, browser: str) -> Path:
    """Print a page and return the path of the PDF.

    Raises
    ------
    OutputError
        The browser fails, takes too long, or writes nothing.
    """
    with TemporaryDirectory(prefix="dualcirc-browser-") as profile:
        command = [browser, *FLAGS, f"--user-data-dir={profile}", f"--print-to-pdf={out.resolve()}"]
        try:
            done = subprocess.run(
                [*command, html.resolve().as_uri()], capture_output=True, timeout=PATIENCE, check=False, text=True
            )
        except (OSError, subprocess.TimeoutExpired) as fault:
            raise _failed(browser, str(fault)) from None
    if done.returncode != 0 or not out.is_file():
        raise _failed(browser, done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "it wrote no file")
    return out


def _failed(browser: str, why: str) -> OutputError:
    mend = "The HTML is written; print it from any browser, or leave the PDF out with --no-pdf."
    return OutputError(Problem(f"the PDF cannot be made: {why}", browser, mend=mend))
