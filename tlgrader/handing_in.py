"""Handing in a training result: ``tlgrader.hand_in(model, history, optimizer)`` at the end of the training."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from tlgrader.architectures import fingerprint
from tlgrader.architectures.recognised import roots
from tlgrader.errors import GraderError, UsageError
from tlgrader.evidence.device import Device, describe_device
from tlgrader.evidence.handed_in import (
    FILE,
    MAX_BYTES,
    MAX_CELLS,
    Handed,
    HandedIn,
    Malformed,
    cell_digest,
    fingerprint_digest,
    read,
    tensors_of,
    write,
)
from tlgrader.evidence.kinds import Missing, ModelEvidence, Opaque
from tlgrader.evidence.observe import Observer
from tlgrader.evidence.wire import WireError
from tlgrader.seeding import SEED_VARIABLE, last_seed, since_seed

_PACKAGES = ("tlgrader", "torch", "torchvision", "timm", "transformers", "peft", "numpy")
_PLAIN_ENOUGH = (bool, int, float, str, type(None))


def hand_in(*things: object) -> None:
    """Write `things` (the model, its history, its optimizer) into a file beside the notebook, to be submitted.

    They are described as the grader would see them, under the names that the notebook gives them; tensors that
    are pretrained are left out. It says what was written, or on stderr why nothing was.
    """
    variables = sys._getframe(1).f_locals
    if SEED_VARIABLE in os.environ:  # describing the model would cost each submission a second
        print("Nothing was handed in: the grader has run the training itself.")
        return
    try:
        print(_handed_in(things, variables))
    except (GraderError, WireError, Malformed, OSError) as error:
        print(f"✗ Nothing was handed in: {error}", file=sys.stderr)


def _handed_in(things: tuple[object, ...], variables: Mapping[str, object]) -> str:
    observer = Observer()
    evidence = {name: _observed(observer, name, thing) for name, thing in _named(things, variables)}
    pretrained = _pretrained(evidence)
    known = {digest for digests in pretrained.values() for digest in digests.values()}
    wanted = {info.digest for one in evidence.values() for info in tensors_of(one)} - known
    result = HandedIn(
        exercise=_exercise(),
        student=os.environ.get("JUPYTERHUB_USER", ""),
        cells=_cells(),
        evidence=evidence,
        backbones={name: fingerprint_digest(digests) for name, digests in pretrained.items()},
        seed=last_seed(),
        seconds=round(since_seed(), 3),
        device=_device(evidence),
        versions={"python": platform.python_version(), **dict(_versions())},
    )
    tensors = {digest: observer.tensor(digest) for digest in sorted(wanted)}
    _require_small(sum(tensor.nbytes for tensor in tensors.values()))
    content = write(result, tensors)
    _require_small(len(content))
    read(content)  # what the grader would refuse is not handed in
    _write(content)
    names = ", ".join(f"`{name}`" for name in evidence)
    return (
        f"✓ Handed in: {names}, trained on {result.device.name}, in {FILE}\n"
        f"  ({_megabytes(len(content))} of at most {_megabytes(MAX_BYTES)}).\n"
        "  Submit this file with your notebook, and run this again after any change."
    )


def _named(things: tuple[object, ...], variables: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    """Each thing under every name that the notebook has for it."""
    if not things:
        raise UsageError("name what the training made, as in `tlgrader.hand_in(model, history, optimizer)`")
    for position, thing in enumerate(things, 1):
        names = [name for name, held in variables.items() if held is thing and name[0] != "_"]
        if isinstance(thing, _PLAIN_ENOUGH) or not names:
            raise UsageError(
                f"argument {position} has to be a variable with a model, a history or an optimizer"
            )
        yield from ((name, thing) for name in names)


def _observed(observer: Observer, name: str, thing: object) -> Handed:
    evidence = observer.observe(thing)
    if isinstance(evidence, Handed):
        return evidence
    if isinstance(evidence, Missing):
        raise UsageError(f"`{name}` cannot be described: {evidence.reason}")
    what = evidence.type if isinstance(evidence, Opaque) else type(thing).__name__
    raise UsageError(
        f"`{name}` is a {what}; a model, an optimizer, numbers or a small array can be handed in"
    )


def _pretrained(evidence: Mapping[str, Handed]) -> dict[str, Mapping[str, str]]:
    """Digests of the pretrained tensors of each backbone in the models, which the grader has, too."""
    models = [one for one in evidence.values() if isinstance(one, ModelEvidence)]
    names = {root.name for model in models for root in roots(model)}
    return {name: known for name in sorted(names) if (known := fingerprint(name)) is not None}


def _cells() -> tuple[str, ...]:
    """Digests of the cells that this kernel has run, the calling one last."""
    from IPython import get_ipython

    shell: Any = get_ipython()
    if shell is None:
        raise UsageError("`tlgrader.hand_in` has to be called in a notebook")
    sources = shell.history_manager.input_hist_raw[1:]
    return tuple(cell_digest(source) for source in sources[-MAX_CELLS:])


def _exercise() -> str:
    """The notebook's name: Jupyter's server says it, or it is the only one in its folder."""
    session = os.environ.get("JPY_SESSION_NAME", "")
    notebooks = [Path(session)] if session.endswith(".ipynb") else list(Path.cwd().glob("*.ipynb"))
    return notebooks[0].stem[:1_000] if len(notebooks) == 1 else ""


def _device(evidence: Mapping[str, Handed]) -> Device:
    """Where the tensors that are handed in lie."""
    places = {info.device for one in evidence.values() for info in tensors_of(one)}
    return describe_device(next((place for place in sorted(places) if place != "cpu"), "cpu"))


def _versions() -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        with suppress(importlib.metadata.PackageNotFoundError):
            yield name, importlib.metadata.version(name)


def _require_small(size: int) -> None:
    if size > MAX_BYTES:
        raise UsageError(
            f"what differs from the pretrained tensors has {_megabytes(size)}, more than the "
            f"{_megabytes(MAX_BYTES)} allowed; hand in fewer models, or train fewer layers"
        )


def _write(content: bytes) -> None:
    """A reader sees the old file or the new one, never half of it."""
    new = Path(f".{FILE}.new")
    new.write_bytes(content)
    new.replace(FILE)


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f} MB" if size >= 2**20 else f"{size / 2**10:.0f} KB"
