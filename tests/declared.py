"""Architectures that a test declares, for as long as it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tlgrader.architectures import Architecture, declare, registry


@contextmanager
def declared(
    architectures: Mapping[str, Architecture], wrappers: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Declare these and no others; afterwards what was declared before."""
    before = registry._here[:]
    declare(architectures, wrappers or {})
    try:
        yield
    finally:
        declare({}, {})  # forgets what was remembered of these
        registry._here[:] = before
