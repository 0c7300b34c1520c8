"""What holds for the whole suite.

The file that takes longest begins first, so that no core waits at the end; and what a file declares ends with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tlgrader.architectures import declare, registry

LONGEST = "test_demo.py"

settings.register_profile("untimed", deadline=None)  # how long an example takes is the machine's business
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: Path(item.path).name != LONGEST)


@pytest.fixture(autouse=True, scope="module")
def declarations() -> Iterator[None]:
    """A course that the tests of a file make declares its architectures: to them, and not to the next file's."""
    before = registry._here[:]
    yield
    if registry._here != before:
        declare({}, {})  # forgets what was remembered of these
        registry._here[:] = before
