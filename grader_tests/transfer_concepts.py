"""Hidden tests of `transfer_concepts`: the quiz's key, and what the two models reach on held-out leaves."""

from collections.abc import Mapping, Sequence
from functools import cache

import torch
from torchvision.transforms import v2

from tlcourse.backbones import EFFICIENTNET_LITE0, fingerprint
from tlcourse.data import leaves
from tlgrader import checks
from tlgrader.hidden import (
    Finding,
    Labelled,
    Measured,
    ModelEvidence,
    Observation,
    OptimizerEvidence,
    Outcome,
    Strength,
    accuracy,
    check,
    counted,
    digest,
    failed,
    gain,
    is_buffer,
    listed,
    loss,
    narrow,
    needs,
    passed,
    passed_unless,
    proves_nothing_without,
    skipped,
    threshold,
    word,
)

HEAD = "classifier"
SIZE = 64  # pixels a side, as in the notebook
FALL = 0.5  # the share by which the training loss must fall; printed in the notebook
HIGHEST_RATE = 0.1  # printed in the notebook, too
BATCHES = 15  # three epochs of 100 leaves, 20 at a time
TRAINING_LEAVES = 50
PICTURES = {"train": 100, "validation": 50}  # the notebook's
HIDDEN_LEAVES = 250
PROBES = 8

TECHNIQUES = {"T1": "feature extraction", "T2": "LoRA", "T3": "domain adaptation", "T4": "fine-tuning"}
RELATIONS = {"R1": "task", "R2": "domain", "R3": "both", "R4": "domain"}
SOURCES = {"S1": "A", "S2": "C", "S3": "B"}
WORKFLOW = ["B", "D", "A", "E", "F", "C"]

Digests = Mapping[str, str] | None
"""A model's parameters by name, or None where there was no model."""


@check
def techniques_are_right(answers: object) -> Finding:
    """Each description is given its technique's name."""
    return _right(answers, TECHNIQUES)


@check
def relations_are_right(answers: object) -> Finding:
    """What differs between source and target is named for each pair."""
    return _right(answers, RELATIONS)


@check
def sources_are_right(answers: object) -> Finding:
    """The nearest source model is chosen for each project."""
    return _right(answers, SOURCES)


@check
def workflow_is_right(answers: object) -> Finding:
    """The steps are in the order in which a project takes them; says how many, from the first, are."""
    expected = "the six steps in the order in which a project takes them"
    given = answers.get("workflow") if isinstance(answers, Mapping) else None
    if not isinstance(given, list | tuple) or not given:
        said = "`workflow` is not answered with a list"
        return failed(Strength.queried, said, expected, "a list of all its words, the first step first")
    if [word(step) for step in given] == [word(step) for step in WORKFLOW]:
        return passed(Strength.queried, "`workflow` is in the right order", expected)
    return failed(Strength.queried, "`workflow` is not in the right order", expected, _LOOK_AGAIN)


_LOOK_AGAIN = "read the question again, and what the course says about it"


def _right(answers: object, key: Mapping[str, str]) -> Finding:
    """Which answers are wrong, never what is right."""
    given = answers if isinstance(answers, Mapping) else {}
    wrong = [name for name, right in key.items() if word(given.get(name)) != word(right)]
    problems = [f"{counted(len(wrong), 'answer')} not right: {listed(wrong)}"] if wrong else []
    return passed_unless(
        problems, Strength.queried, f"{listed(key)} are right", f"{listed(key)} are right", _LOOK_AGAIN
    )


def holds_the_split(loader: object, split: str, *, weight: float = 1.0) -> Finding:
    """The loader's pictures are those of this split, by their labels, and not those of the other one."""
    labels = {name: leaves.load(name).labels[:count] for name, count in PICTURES.items()}
    other = next(name for name in PICTURES if name != split)
    return checks.labelled_as(loader, labels[split], others=labels[other], weight=weight)


def transfer_is_pretrained(model: object) -> Finding:
    """Outside its head, the model has the pretrained parameters, bit for bit."""
    return checks.base_untouched(model, backbone=EFFICIENTNET_LITE0, except_=HEAD)


@check
def scratch_is_random(model: object) -> Finding:
    """The model is the same architecture, and none of its parameters is a pretrained one."""
    evidence = narrow(model, ModelEvidence, "scratch_model")
    known, expected = fingerprint(EFFICIENTNET_LITE0), "EfficientNet-Lite0 with random weights in every layer"
    names = {parameter.name for parameter in evidence.parameters}
    same = names == {name for name in known if not is_buffer(name)}
    pretrained = _pretrained(parameters(model))
    problems = [] if same else ["its parameters are not named as those of EfficientNet-Lite0"]
    if pretrained:
        problems.append(f"{counted(len(pretrained), 'parameter tensor')} pretrained: {listed(pretrained, 2)}")
    return passed_unless(
        problems,
        Strength.bitwise,
        f"none of {len(names)} parameter tensors is a pretrained one",
        expected,
        "`load_backbone` takes `pretrained=False`",
    )


def _pretrained(digests: Digests) -> list[str]:
    known = set(fingerprint(EFFICIENTNET_LITE0).values())
    return [name for name, content in (digests or {}).items() if content in known]


def parameters(model: object) -> Digests:
    """Return what a model's parameters are, to see later whether they have moved."""
    evidence = model.evidence if isinstance(model, Observation) else None
    if not isinstance(evidence, ModelEvidence):
        return None
    return {parameter.name: parameter.digest for parameter in evidence.parameters}


@check
def scratch_was_trained(at_first: Digests, scratch: object) -> Finding:
    """Every parameter has moved since the model was made, and none is a pretrained one."""
    evidence = narrow(scratch, ModelEvidence, "scratch_model")
    expected = f"every parameter of `scratch_model` has moved from its random start, in {BATCHES} batches"
    if not at_first:
        return skipped(Strength.bitwise, "there was no `scratch_model` to begin with", expected)
    if _pretrained(at_first) or _pretrained(parameters(scratch)):
        return skipped(Strength.bitwise, "it started from pretrained parameters, or holds some", expected)
    still = [p.name for p in evidence.parameters if at_first.get(p.name) == p.digest]
    problems = (
        [f"{counted(len(still), 'parameter tensor')} as when it was made: {listed(still, 2)}"]
        if still
        else []
    )
    if not _was_run(evidence):
        problems.append(f"its batch-norm layers have seen fewer than {BATCHES} batches in train mode")
    return passed_unless(
        problems,
        Strength.bitwise,
        f"all {len(at_first)} parameter tensors have moved, in {BATCHES} batches or more",
        expected,
        "`fit` gets `scratch_model` itself and `train_loader`, the optimizer all parameters, none of them frozen",
    )


def _was_run(evidence: ModelEvidence) -> bool:
    """Whether every batch-norm layer counted at least `BATCHES` batches, and no absurd number of them."""
    enough = {digest(torch.tensor(number)) for number in range(BATCHES, 100 * BATCHES)}
    counters = [buffer.digest for buffer in evidence.buffers if buffer.name.endswith("num_batches_tracked")]
    return set(counters) <= enough and bool(counters)


@check
def rates_are_moderate(transfer_optimizer: object, scratch_optimizer: object) -> Finding:
    """No learning rate is so large that a model jumps about in place of learning."""
    both = (
        ("transfer_optimizer", narrow(transfer_optimizer, OptimizerEvidence, "transfer_optimizer")),
        ("scratch_optimizer", narrow(scratch_optimizer, OptimizerEvidence, "scratch_optimizer")),
    )
    rates = [(name, group.lr) for name, evidence in both for group in evidence.groups]
    problems = [
        f"`{name}` has a learning rate of {rate:g}" for name, rate in rates if not rate <= HIGHEST_RATE
    ]
    observed = ", ".join(f"{rate:g} in `{name}`" for name, rate in rates)
    hint = "with so large steps a model jumps about, and the comparison is with no opponent: the text names good ones"
    expected = f"learning rates of at most {HIGHEST_RATE:g}"
    return passed_unless(problems, Strength.claimed, observed, expected, hint)


def training_loss(model: object) -> Measured:
    """Return the loss on some training leaves, computed by the judge."""
    return loss(model, _training())


def loss_fell(untrained: Measured, trained: Measured) -> Finding:
    """The loss on training leaves is at least `FALL` lower than before training."""
    return checks.learned(untrained, trained, at_least=FALL, hint=_why_not)


def _why_not(before: float, after: float) -> str:
    if after >= before:
        return ""
    return "it fell, but too little: does the head train on `feature_loader`, for 15 epochs, at a rate near the text's?"


@proves_nothing_without(
    loss_fell, "the loss did not fall enough to tell: without training nothing moves a backbone"
)
def backbone_is_untouched(untrained: Measured, trained: Measured, model: object) -> Finding:
    """Parameters and buffers outside the head are the pretrained ones, although the model has learned."""
    moved = transfer_is_pretrained(model)
    return moved if moved.outcome is not Outcome.passed else checks.buffers_untouched(model)


def beats_the_threshold(model: object, *, weight: float = 1.0) -> Finding:
    """The accuracy on held-out leaves is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    return accuracy(model, _hidden(), threshold=lowest, classes_named=_classes(), weight=weight)


@needs(scratch_was_trained, "there is no model trained from scratch to compare with")
def transfer_gains(at_first: Digests, transfer: object, scratch: object, *, weight: float = 1.0) -> Finding:
    """Transfer is better than scratch by the printed gain; skipped where scratch is no trained one."""
    lowest = threshold(__file__, "gain")
    return gain(transfer, scratch, _hidden(), at_least=lowest, classes_named=_classes())


def _classes() -> Sequence[str]:
    return leaves.load("train").classes


@cache
def _training() -> Labelled:
    return _labelled(leaves.load("train"), TRAINING_LEAVES)


@cache
def _hidden() -> Labelled:
    return _labelled(leaves.hidden(), HIDDEN_LEAVES)


def _labelled(some: leaves.Leaves, count: int) -> Labelled:
    """The first leaves, with public ones for the comparison with the worker's own answers."""
    probe = {"x": _small(leaves.load("validation").images[:PROBES])}
    return Labelled(inputs={"x": _small(some.images[:count])}, labels=some.labels[:count], probe=probe)


def _small(images: torch.Tensor) -> torch.Tensor:
    """Normalised images as the notebook's evaluation transform makes them."""
    shrunk: torch.Tensor = v2.Resize(SIZE)(images)
    return shrunk
