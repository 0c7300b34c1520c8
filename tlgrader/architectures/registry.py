"""The architectures that are declared in this process, by name.

In the grader they are the course's. Elsewhere, as in a student's kernel, they are those of the courses that are
installed as packages (`installed`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

from tlgrader.architectures.declared import Architecture
from tlgrader.architectures.installed import installed_courses
from tlgrader.errors import AuthorError
from tlgrader.evidence.names import is_within

if TYPE_CHECKING:
    import torch

UNTRAINED = ":untrained"
"""Ends the mark of a model whose weights are random, so that nothing takes it for the pretrained one."""


@dataclass(frozen=True, slots=True)
class _Declared:
    architectures: Mapping[str, Architecture] = field(default_factory=dict)
    wrappers: Mapping[str, str] = field(default_factory=dict)


Result = TypeVar("Result")

_here: list[_Declared] = []
_forgetting: list[Callable[[], None]] = []


def remembered(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """Remember what `function` makes of an architecture's name, until a course declares others."""
    known: dict[str, Result] = {}
    _forgetting.append(known.clear)

    @wraps(function)
    def once(name: str) -> Result:
        if name not in known:
            known[name] = function(name)
        return known[name]

    return once


def declare(architectures: Mapping[str, Architecture], wrappers: Mapping[str, str]) -> None:
    """Make these, and no others, the architectures and wrappers of this process: see `tlgrader.course.Registration`."""
    _here[:] = [_Declared(dict(architectures), dict(wrappers))]
    for forget in _forgetting:
        forget()


def names() -> tuple[str, ...]:
    """The names of all declared architectures, in the order of their declaration."""
    return tuple(_declared().architectures)


def is_declared(name: str) -> bool:
    """Whether a course declares this name.

    A name may be whatever a student's module carries: a file or a hub's repository that a submission names must
    never be loaded outside its worker.
    """
    return name in _declared().architectures


def architecture(name: str) -> Architecture:
    """The declaration of `name`; KeyError where there is none."""
    return _declared().architectures[name]


def wrappers() -> Mapping[str, str]:
    """Registered wrapper classes: the attribute that holds the wrapped model, by the class's name."""
    return _declared().wrappers


def tokenizer(name: str) -> Any:
    """The tokenizer of a declared architecture. Raises AuthorError where there is none of this name."""
    if not is_declared(name):
        raise AuthorError(
            f"course.py declares no architecture {name!r}; it declares {', '.join(names()) or 'none'}"
        )
    return architecture(name).load_tokenizer()


@remembered
def pretrained(name: str) -> Mapping[str, torch.Tensor]:
    """The parameters and buffers of a declared architecture with known weights, by name; not its fresh parts.

    The random state is the same after the call as before it. Raises what `Architecture.load` raises.
    """
    from tlgrader.evidence.untouched import same_randomness

    declared = architecture(name)
    with same_randomness():
        model = declared.load()
    tensors = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    return {key: tensor.detach() for key, tensor in tensors.items() if not is_within(key, declared.fresh)}


@remembered
def fingerprint(name: str) -> Mapping[str, str] | None:
    """The digest of each pretrained tensor by its name; None for a name that is not declared with its weights.

    Raises what `Architecture.load` raises.
    """
    from tlgrader.evidence.digest import digest

    if not is_declared(name) or architecture(name).weights is None:
        return None
    return {key: digest(tensor) for key, tensor in pretrained(name).items()}


def _declared() -> _Declared:
    return _here[0] if _here else _installed()


@cache
def _installed() -> _Declared:
    courses = installed_courses()
    return _Declared(
        {name: one for course in courses for name, one in course.architectures.items()},
        {name: attribute for course in courses for name, attribute in course.wrappers.items()},
    )
