"""What every test shares."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep folders whose session fixtures are slow (a reference run, a compiled model) on one worker process each."""
    for item in items:
        folder, *rest = item.path.relative_to(TESTS).parts
        item.add_marker(pytest.mark.xdist_group(f"{folder}/{rest[-1]}" if folder == "unit" and rest else folder))
