"""Hidden tests of the exercise `lora`: what must hold of the model before and after its adapter trains."""

from functools import cache

import torch

from tlcourse.backbones import MINILM, load_tokenizer
from tlcourse.data import reviews
from tlgrader import checks
from tlgrader.hidden import (
    Finding,
    Labelled,
    Measured,
    ModelEvidence,
    OptimizerEvidence,
    Strength,
    accuracy,
    check,
    loss,
    narrow,
    needs,
    passed_unless,
    proves_nothing_without,
    threshold,
)

LEARNING_RATE = 2e-3  # the notebook's
SETTLED = 0.1  # of it: what may be left at the end
FALL = 0.1  # the share by which the training loss must fall; printed in the notebook
WORDS = 12  # the notebook trains on sentences of at most so many
TRAINING_SENTENCES = 16
HIDDEN_SENTENCES = 300  # the shortest: it is trained on short ones, and long ones cost more
PROBES = 4


def training_loss(model: object) -> Measured:
    """Return the loss on some training sentences, computed by the judge."""
    return loss(model, _training())


def loss_fell(untrained: Measured, trained: Measured) -> Finding:
    """The loss on training sentences is at least a tenth below what it was before training."""
    return checks.learned(untrained, trained, at_least=FALL)


@check
def has_adapters(model: object) -> Finding:
    """Adapters are beside MiniLM's parameters, whichever and wherever."""
    adapters = narrow(model, ModelEvidence, "model").lora
    problems = [] if adapters else ["the model has no adapter"]
    return passed_unless(problems, Strength.claimed, f"{len(adapters)} layers have adapters", "a LoRA model")


@needs(loss_fell, "nothing was trained, on whichever schedule")
@check
def schedule_ran(
    untrained: Measured, trained: Measured, optimizer: object, *, weight: float = 1.0
) -> Finding:
    """The learning rate has come down to hardly anything, as the schedule in the text takes it."""
    expected = f"a learning rate of at most {SETTLED:.0%} of {LEARNING_RATE:g} at the end"
    groups = narrow(optimizer, OptimizerEvidence, "optimizer").groups
    rate = max((group.lr for group in groups), default=0.0)
    words = f"the learning rate is {rate:g} at the end"
    # Whoever makes a schedule writes `initial_lr` into the groups of its optimizer.
    scheduled = all("initial_lr" in group.options for group in groups)
    hint = "`schedule.step()` after each `optimizer.step()`, once for each batch"
    if not scheduled:
        hint = "no schedule belongs to this optimizer: make one after it, and let it step with each batch"
    problems = [words] if rate > SETTLED * LEARNING_RATE else []
    return passed_unless(problems, Strength.claimed, words, expected, hint)


@proves_nothing_without(has_adapters, "the model has no adapter, so that nothing is adapted")
def base_is_untouched(model: object) -> Finding:
    """Every pretrained parameter of MiniLM is there, bit for bit; skipped where no adapter is beside them."""
    return checks.base_untouched(model, backbone=MINILM, except_="classifier")


@proves_nothing_without(loss_fell, "the loss did not fall enough to tell: without training nothing moves it")
def base_stayed_frozen(untrained: Measured, trained: Measured, model: object) -> Finding:
    """The same after training; skipped where nothing was learned, since then it shows nothing."""
    return checks.base_untouched(model, backbone=MINILM, except_="classifier")


def beats_the_threshold(model: object) -> Finding:
    """The accuracy on hidden sentences is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    return accuracy(model, _hidden(), threshold=lowest, classes_named=reviews.CLASSES)


@cache
def _training() -> Labelled:
    texts, labels = reviews.load("train")
    short = _short(texts)[:TRAINING_SENTENCES]
    return _labelled([texts[index] for index in short], labels[short])


@cache
def _hidden() -> Labelled:
    texts, labels = reviews.hidden()
    lengths = [len(tokens) for tokens in load_tokenizer(MINILM)(texts)["input_ids"]]
    by_length = sorted(range(len(texts)), key=lengths.__getitem__)  # so that batches have little padding
    shortest = by_length[:HIDDEN_SENTENCES]
    return _labelled([texts[index] for index in shortest], labels[shortest])


def _labelled(texts: list[str], labels: torch.Tensor) -> Labelled:
    """Sentences as the model takes them, with public ones to compare with the worker's answers."""
    public = reviews.load("validation").texts
    probe = [public[index] for index in _short(public)[:PROBES]]
    return Labelled(inputs=_tokens(texts), labels=labels, probe=_tokens(probe))


def _short(texts: list[str]) -> list[int]:
    return [index for index, text in enumerate(texts) if len(text.split()) <= WORDS]


def _tokens(texts: list[str]) -> dict[str, torch.Tensor]:
    batch = load_tokenizer(MINILM)(texts, padding=True, return_tensors="pt")
    return {name: batch[name] for name in ("input_ids", "attention_mask")}
