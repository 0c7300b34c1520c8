"""The pretrained tensors that the grader knows, against those of a student's model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from tlgrader.architectures import fingerprint
from tlgrader.architectures.recognised import declared_name, is_known, roots
from tlgrader.architectures.registry import remembered
from tlgrader.checks.finding import Strength
from tlgrader.evidence.kinds import BackboneRoot, ModelEvidence, ParameterInfo
from tlgrader.evidence.names import is_within, under
from tlgrader.evidence.observation import Loaded, Observation


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model's tensors against those that it started from, names as the model has them."""

    equal: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """Tensors that it started from and has no more, named as in the architecture."""
    backbones: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    """Given cells that loaded the model, where only they tell what it started from."""
    trusted: bool = True

    @property
    def known(self) -> bool:
        """Whether there was anything to compare with."""
        return bool(self.backbones)

    @property
    def strength(self) -> Strength:
        """How strong the comparison is: claimed where there was nothing, or student code ran before the cell."""
        return Strength.bitwise if self.known and self.trusted else Strength.claimed

    @property
    def start(self) -> str:
        """What the model was compared with, in words."""
        return f"as the given cell `{self.cells[0]}` loaded it" if self.cells else "as pretrained"


def compare(model: object, evidence: ModelEvidence, *, except_: Iterable[str], buffers: bool) -> Comparison:
    """Compare parameters, or ``buffers``, of each declared architecture in `model`, but for those under `except_`.

    With its pretrained weights where the course knows them; else with what a given cell loaded, if one did.
    """
    result = Comparison()
    for root, digests, loaded in _starts(model, evidence):
        one = _compare_one(evidence, root, digests, tuple(except_), buffers)
        if loaded is not None:
            one = replace(one, cells=(loaded.cell,), trusted=loaded.trusted)
        result = _joined(result, one)
    return result


def started_from(model: object, evidence: ModelEvidence) -> list[Mapping[str, str]]:
    """Digests of the tensors that each declared architecture in `model` started from, where they are known."""
    return [digests for _, digests, _ in _starts(model, evidence)]


def _starts(
    model: object, evidence: ModelEvidence
) -> Iterator[tuple[BackboneRoot, Mapping[str, str], Loaded | None]]:
    """Each declared architecture with the digests that it started from, and the loading, where only that tells them."""
    for root in filter(is_known, roots(evidence)):
        known = fingerprint(root.name)
        loaded = _loaded(model, root, evidence) if known is None else None
        if known is not None:
            yield root, known, None
        elif loaded is not None:
            yield root, loaded.digests, loaded


def without_weights(evidence: ModelEvidence) -> list[str]:
    """Declared architectures in a model of which the course does not say where the weights lie."""
    found = [declared_name(root) for root in roots(evidence) if is_known(root)]
    return [name for name in found if fingerprint(name) is None]


def _loaded(model: object, root: BackboneRoot, evidence: ModelEvidence) -> Loaded | None:
    """What a given cell loaded that this model goes on from: it has most of its parameters, or the most equal tensors.

    A few parameters tell nothing: what replaced a head may get the token of another model's head that is gone.
    """
    watched = model.loaded if isinstance(model, Observation) else None
    found = (watched or {}).get(root.name, ())
    here = under(root, evidence)
    tokens = {info.token for info in here.values() if isinstance(info, ParameterInfo)}

    def nearness(one: Loaded) -> tuple[bool, int]:
        equal = sum(name in here and here[name].digest == digest for name, digest in one.digests.items())
        return 2 * len(tokens & one.tokens) > len(one.tokens), equal

    return max(found, key=nearness, default=None)


def _compare_one(
    evidence: ModelEvidence,
    root: BackboneRoot,
    known: Mapping[str, str],
    except_: tuple[str, ...],
    buffers: bool,
) -> Comparison:
    observed, named = under(root, evidence), buffer_names(declared_name(root))
    wanted = {name: digest for name, digest in known.items() if (name in named) == buffers}
    wanted = {name: digest for name, digest in wanted.items() if not is_within(name, except_)}
    there = {name: digest for name, digest in wanted.items() if name in observed}
    return Comparison(
        equal=tuple(observed[n].name for n, digest in there.items() if observed[n].digest == digest),
        changed=tuple(observed[n].name for n, digest in there.items() if observed[n].digest != digest),
        lost=tuple(name for name in wanted if name not in observed),
        backbones=(root.name,),
    )


def _joined(one: Comparison, other: Comparison) -> Comparison:
    return Comparison(
        one.equal + other.equal,
        one.changed + other.changed,
        one.lost + other.lost,
        one.backbones + other.backbones,
        one.cells + other.cells,
        one.trusted and other.trusted,
    )


@remembered
def buffer_names(name: str) -> frozenset[str]:
    """Which tensors of a declared architecture are buffers, by its own word and not a submission's."""
    from tlgrader.architectures.pristine import pristine

    return frozenset(key for key, _ in pristine(name).module.named_buffers())


def is_buffer(name: str) -> bool:
    """Whether a pretrained tensor is a buffer by its name: batch-norm statistics, and position tables."""
    return name.rpartition(".")[2] in {
        "running_mean",
        "running_var",
        "num_batches_tracked",
        "position_ids",
        "token_type_ids",
    }
