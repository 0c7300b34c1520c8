"""Names of this package that a course's package has: released notebooks go on importing them from here.

A course that is installed says so in its entry points, in the group ``tlgrader.moved``. The engine knows none of these
names.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import entry_points
from importlib.util import spec_from_loader
from pathlib import Path
from pkgutil import resolve_name
from types import ModuleType
from typing import Any

_HERE = Path(__file__).parent


@cache
def _is_ours(fullname: str) -> bool:
    """Whether it is, or is below, a module of this package: the entry points need not be read then."""
    place = _HERE / fullname.split(".")[1]
    return place.with_suffix(".py").is_file() or (place / "__init__.py").is_file()


@cache
def _moved() -> Mapping[str, str]:
    """Where each name went, as ``package.module`` or ``package.module:object``."""
    return {point.name: point.value for point in entry_points(group="tlgrader.moved")}


def attribute(name: str) -> Any:
    """What ``tlgrader.<name>`` stands for. Raises AttributeError where no course has it."""
    place = _moved().get(f"tlgrader.{name}", "")
    if ":" not in place:
        raise AttributeError(f"module 'tlgrader' has no attribute {name!r}")
    return resolve_name(place)


class MovedFinder(MetaPathFinder, Loader):
    """Imports a module that was moved, under its old name too.

    It comes before the finder of files, which would load a moved package's modules a second time.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Say that a moved module can be imported."""
        if not fullname.startswith("tlgrader.") or _is_ours(fullname) or self._place(fullname) is None:
            return None
        return spec_from_loader(fullname, self)

    def exec_module(self, module: ModuleType) -> None:
        """Put the module that was meant in the place of the empty one."""
        place = self._place(module.__name__)
        assert place is not None
        sys.modules[module.__name__] = import_module(place)

    def _place(self, fullname: str) -> str | None:
        for old, new in _moved().items():
            if ":" not in new and (fullname == old or fullname.startswith(f"{old}.")):
                return new + fullname.removeprefix(old)
        return None
