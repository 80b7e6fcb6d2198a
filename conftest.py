"""How the tests are shared out when several processes run them (`make test`)."""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent / "tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests that share a slow session fixture in one process: the reference run, and the compiled model."""
    for item in items:
        folder, *rest = item.path.relative_to(TESTS).parts
        group = {"unit": f"unit/{rest[-1]}" if rest else folder, "conformity": "reference"}.get(folder, "model")
        item.add_marker(pytest.mark.xdist_group(group))
