"""Which declared architecture a model holds, and where: by the mark that its loader left, else by its modules.

To be taken for an architecture gives a submission nothing: the judge builds that one, with the submission's tensors,
and compares what it answers with what the submission's model answers.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tlgrader.architectures.registry import UNTRAINED, is_declared, names, remembered
from tlgrader.evidence.kinds import BackboneRoot, ModelEvidence, ModuleInfo
from tlgrader.evidence.names import is_adapter, plain_name

ALIKE = 0.5
"""A model is recognised where so large a share of its modules and the architecture's, together, are in both."""
MOST = 16
"""So many places of one model are looked at."""

_Part = tuple[str, str, bytes]


def roots(evidence: ModelEvidence) -> tuple[BackboneRoot, ...]:
    """Where a model holds what a course declares, and what that is. Marks that name nothing declared are kept."""
    marked = evidence.backbones
    found: list[BackboneRoot] = []
    for module in _places(evidence):
        if not any(_is_below(module.name, root.path) for root in found):
            found += _recognised(evidence, module)
    return (*marked, *found)


def declared_name(root: BackboneRoot) -> str:
    """The architecture that a root names, whether with its pretrained weights or not."""
    return root.name.removesuffix(UNTRAINED)


def is_known(root: BackboneRoot) -> bool:
    """Whether a course declares what the root names."""
    return is_declared(declared_name(root))


def type_of(module: ModuleInfo) -> str:
    """A module's type; of a class that is in no library its name alone: a notebook may define it."""
    return module.type.rpartition(".")[2] if module.foreign else module.type


def _is_below(name: str, path: str) -> bool:
    return not path or name == path or name.startswith(f"{path}.")


def _places(evidence: ModelEvidence) -> list[ModuleInfo]:
    """Modules outside of all marks that are of the kind of an architecture.

    What is declared is built only where something is left to look at.
    """
    outside = [
        module
        for module in evidence.modules
        if not module.type.startswith("peft.")
        and not any(_is_below(module.name, root.path) for root in evidence.backbones)
    ]
    kinds = {type_of(_infos(name)[""]) for name in names()} if outside else set()
    return [module for module in outside if type_of(module) in kinds][:MOST]


def _recognised(evidence: ModelEvidence, module: ModuleInfo) -> list[BackboneRoot]:
    """The architecture that the part of the model from `module` on is most like, if it is like any."""
    prefix = f"{module.name}." if module.name else ""
    below = [m for m in evidence.modules if m.name == module.name or m.name.startswith(prefix)]
    parts = frozenset(
        _part(plain_name(m.name.removeprefix(module.name).removeprefix(".")), m)
        for m in below
        if not m.type.startswith("peft.") and not is_adapter(m.name)
    )
    likeness = {name: _likeness(parts, _parts(name)) for name in names()}
    best = max(likeness, key=lambda name: likeness[name])
    return [BackboneRoot(module.name, best)] if likeness[best] >= ALIKE else []


def _likeness(one: frozenset[_Part], other: frozenset[_Part]) -> float:
    return len(one & other) / len(one | other)


@remembered
def _parts(name: str) -> frozenset[_Part]:
    return frozenset(_part(key, info) for key, info in _infos(name).items())


def _infos(name: str) -> Mapping[str, ModuleInfo]:
    from tlgrader.architectures.pristine import described  # brings torch

    return described(name)


def _part(name: str, module: ModuleInfo) -> _Part:
    return name, type_of(module), msgspec.json.encode(module.options, order="sorted")
