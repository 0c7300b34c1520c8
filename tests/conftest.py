"""What holds for the whole suite: the file that takes longest begins first, so that no core waits at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

LONGEST = "test_demo.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: Path(item.path).name != LONGEST)
