"""The pretrained tensors that the grader knows, against those of a student's model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tlgrader.architectures import fingerprint
from tlgrader.architectures.recognised import roots
from tlgrader.evidence.kinds import BackboneRoot, ModelEvidence
from tlgrader.evidence.names import is_within, under


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model's tensors against the pretrained ones, names as the model has them."""

    equal: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """Pretrained tensors that the model has no more, named as in the backbone."""
    backbones: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        """Whether there was anything to compare with."""
        return bool(self.backbones)


def compare(evidence: ModelEvidence, *, except_: Iterable[str], buffers: bool) -> Comparison:
    """Compare parameters, or ``buffers``, of each known backbone, but for those under `except_`."""
    result = Comparison()
    for root in roots(evidence):
        known = fingerprint(root.name)
        if known is not None:
            result = _joined(result, _compare_one(evidence, root, known, tuple(except_), buffers))
    return result


def _compare_one(
    evidence: ModelEvidence,
    root: BackboneRoot,
    known: Mapping[str, str],
    except_: tuple[str, ...],
    buffers: bool,
) -> Comparison:
    observed = under(root, evidence)
    wanted = {name: digest for name, digest in known.items() if is_buffer(name) == buffers}
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
    )


def is_buffer(name: str) -> bool:
    """Whether a pretrained tensor is a buffer by its name: batch-norm statistics, and position tables."""
    return name.rpartition(".")[2] in {
        "running_mean",
        "running_var",
        "num_batches_tracked",
        "position_ids",
        "token_type_ids",
    }
