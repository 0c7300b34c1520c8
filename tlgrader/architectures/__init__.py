"""What students start from: the architectures that a course declares, and how a model is recognised as one of them.

The judge builds each from its declaration, never from a name that a submission sends.
"""

from tlgrader.architectures.declared import Architecture
from tlgrader.architectures.registry import (
    UNTRAINED,
    architecture,
    declare,
    fingerprint,
    is_declared,
    names,
    pretrained,
    tokenizer,
    wrappers,
)

__all__ = [
    "UNTRAINED",
    "Architecture",
    "architecture",
    "declare",
    "fingerprint",
    "is_declared",
    "names",
    "pretrained",
    "tokenizer",
    "wrappers",
]
