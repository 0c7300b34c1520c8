"""How a check names things to a student."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tlgrader.evidence.kinds import (
    Array,
    CallableEvidence,
    FolderEvidence,
    LoaderEvidence,
    LoraConfigEvidence,
    Missing,
    ModelEvidence,
    Opaque,
    OptimizerEvidence,
)
from tlgrader.evidence.observation import Observation

WORDS: Mapping[type, str] = {
    ModelEvidence: "a model (torch.nn.Module)",
    OptimizerEvidence: "an optimizer",
    LoaderEvidence: "a DataLoader",
    LoraConfigEvidence: "a peft configuration",
    FolderEvidence: "a folder (pathlib.Path)",
    CallableEvidence: "a function",
    Array: "an array",
}
"""What each kind of evidence stands for."""


def name_of(thing: object, parameter: str) -> str:
    """What the notebook calls `thing`, or else what the check's parameter is called."""
    return thing.name if isinstance(thing, Observation) and thing.name else parameter


def describe(thing: object) -> str:
    """What `thing` is, in words: a str, an optimizer, a dict (`loss` in it is a Tensor)."""
    if not isinstance(thing, Observation):
        return _with_article(type(thing).__name__)
    evidence = thing.evidence
    if isinstance(evidence, Opaque):
        said = _with_article(evidence.type.removeprefix("builtins."))
        return f"{said} ({evidence.why})" if evidence.why else said
    if isinstance(evidence, Missing):
        return f"missing ({evidence.reason})"
    return WORDS.get(type(evidence), "plain data")


def _with_article(word: str) -> str:
    if word == "NoneType":
        return "None"
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word}"


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """``1 tensor``, ``2,048 tensors``; `plural` where an s does not make it."""
    return f"{number:,} {noun if number == 1 else plural or f'{noun}s'}"


def listed(names: Iterable[str], most: int = 4) -> str:
    """``\\`a\\`, \\`b\\` and 3 more``."""
    all_names = list(names)
    shown = ", ".join(f"`{name}`" for name in all_names[:most])
    return f"{shown} and {len(all_names) - most} more" if len(all_names) > most else shown


def cut(text: str, most: int) -> str:
    """At most so many characters of `text`, and a mark where there were more."""
    return text if len(text) <= most else f"{text[: most - 3]}…"
