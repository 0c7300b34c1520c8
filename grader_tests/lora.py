"""Hidden tests of the exercise `lora`: what must hold of the model before and after its adapter trains."""

from functools import cache

import torch

from tlcourse.backbones import MINILM, load_tokenizer
from tlcourse.data import reviews
from tlgrader import checks
from tlgrader.checks.asking import proves_nothing
from tlgrader.checks.finding import Finding, Measured, Outcome
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.judging.references import threshold
from tlgrader.models import evaluate

FALL = 0.1  # the share by which the training loss must fall; printed in the notebook
WORDS = 12  # the notebook trains on sentences of at most so many
TRAINING_SENTENCES = 16
HIDDEN_SENTENCES = 300  # the shortest: it is trained on short ones, and long ones cost more
PROBES = 4


def training_loss(model: object) -> Measured:
    """Return the loss on some training sentences, computed by the judge."""
    return evaluate.loss(model, _training())


def loss_fell(untrained: Measured, trained: Measured) -> Finding:
    """The loss on training sentences is at least a tenth below what it was before training."""
    return checks.learned(untrained, trained, at_least=FALL)


def base_is_untouched(model: object) -> Finding:
    """Every pretrained parameter of MiniLM is there, bit for bit; skipped where no adapter is beside them."""
    finding = _base_untouched(model)
    evidence = model.evidence if isinstance(model, Observation) else None
    adapted = isinstance(evidence, ModelEvidence) and evidence.lora
    return (
        finding
        if adapted
        else proves_nothing(finding, "the model has no adapter, so that nothing is adapted")
    )


def base_stayed_frozen(untrained: Measured, trained: Measured, model: object) -> Finding:
    """The same after training; skipped where nothing was learned, since then it shows nothing."""
    finding = _base_untouched(model)
    learned = loss_fell(untrained, trained).outcome is Outcome.passed
    return (
        finding
        if learned
        else proves_nothing(
            finding, "the loss did not fall enough to tell: without training nothing moves it"
        )
    )


def beats_the_threshold(model: object) -> Finding:
    """The accuracy on hidden sentences is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    return evaluate.accuracy(model, _hidden(), threshold=lowest, classes_named=reviews.CLASSES)


def _base_untouched(model: object) -> Finding:
    return checks.base_untouched(model, backbone=MINILM, except_="classifier")


@cache
def _training() -> evaluate.Labelled:
    texts, labels = reviews.load("train")
    short = _short(texts)[:TRAINING_SENTENCES]
    return _labelled([texts[index] for index in short], labels[short])


@cache
def _hidden() -> evaluate.Labelled:
    texts, labels = reviews.hidden()
    lengths = [len(tokens) for tokens in load_tokenizer(MINILM)(texts)["input_ids"]]
    by_length = sorted(range(len(texts)), key=lengths.__getitem__)  # so that batches have little padding
    shortest = by_length[:HIDDEN_SENTENCES]
    return _labelled([texts[index] for index in shortest], labels[shortest])


def _labelled(texts: list[str], labels: torch.Tensor) -> evaluate.Labelled:
    """Sentences as the model takes them, with public ones to compare with the worker's answers."""
    public = reviews.load("validation").texts
    probe = [public[index] for index in _short(public)[:PROBES]]
    return evaluate.Labelled(inputs=_tokens(texts), labels=labels, probe=_tokens(probe))


def _short(texts: list[str]) -> list[int]:
    return [index for index, text in enumerate(texts) if len(text.split()) <= WORDS]


def _tokens(texts: list[str]) -> dict[str, torch.Tensor]:
    batch = load_tokenizer(MINILM)(texts, padding=True, return_tensors="pt")
    return {name: batch[name] for name in ("input_ids", "attention_mask")}
