"""tlgrader: grades deep-learning notebooks on evidence.

What a notebook uses is here: ``check`` (the visible checks), ``seed``, ``device`` and ``hand_in``; and what its course
adds, such as ``load_backbone``. They are imported when first used, since torch takes seconds to import and the command
line must not wait for it.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tlgrader import moved

if TYPE_CHECKING:
    from tlgrader.checks import live as check
    from tlgrader.handing_in import hand_in
    from tlgrader.seeding import device, seed

__version__ = "0.1.0"
__all__ = ["check", "device", "hand_in", "seed"]

_HOMES = {
    "device": "tlgrader.seeding",
    "hand_in": "tlgrader.handing_in",
    "seed": "tlgrader.seeding",
}

sys.meta_path.insert(0, moved.MovedFinder())


def __getattr__(name: str) -> Any:
    if name == "check":
        return import_module("tlgrader.checks.live")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    return moved.attribute(name)
