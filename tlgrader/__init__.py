"""tlgrader: grades transfer-learning notebooks on evidence.

What a notebook uses is here: ``check`` (the visible checks), ``seed``, ``device``, ``load_backbone``,
``load_tokenizer`` and ``hand_in``. They are imported when first used, since torch takes seconds to import and the
command line must not wait for it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tlgrader.backbones import load_backbone, load_tokenizer
    from tlgrader.checks import live as check
    from tlgrader.handing_in import hand_in
    from tlgrader.seeding import device, seed

__version__ = "0.1.0"
__all__ = ["check", "device", "hand_in", "load_backbone", "load_tokenizer", "seed"]

_HOMES = {
    "device": "tlgrader.seeding",
    "hand_in": "tlgrader.handing_in",
    "load_backbone": "tlgrader.backbones",
    "load_tokenizer": "tlgrader.backbones",
    "seed": "tlgrader.seeding",
}


def __getattr__(name: str) -> Any:
    if name == "check":
        return import_module("tlgrader.checks.live")
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'tlgrader' has no attribute {name!r}")
