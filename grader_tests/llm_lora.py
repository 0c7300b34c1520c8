"""Hidden tests of the exercise `llm_lora`: what a decoder writes after hidden notes, and what became of it before."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache

import msgspec

from grader_tests.adapted import has_adapters, losses_in
from grader_tests.perplexities import scores_answers
from grader_tests.prompts import continued, encodes, tokenizer
from tlcourse.backbones import SMOLLM2
from tlgrader import checks
from tlgrader.hidden import (
    Finding,
    Measured,
    ModelEvidence,
    NotThere,
    Observation,
    Observer,
    OptimizerEvidence,
    Strength,
    check,
    counted,
    exact_answers,
    narrow,
    needs,
    passed_unless,
    pristine,
    proves_nothing_without,
    skipped,
    threshold,
    token_loss,
    weaker,
)

TRAINING, VALIDATION, HIDDEN = 8, 8, 40
STEPS = 20
RATE = 3e-3  # the notebook's LEARNING_RATE
LAST_RATE = RATE / 10  # what the schedule must have brought it down to; printed in the notebook
FALL = 0.9  # the share by which the loss must fall; printed in the notebook, as the next three are
FIRST_APART = 1.0
LAST_STEPS, LAST_APART = 5, 0.2
SAME = 1e-3  # a merged model's loss may be off by so much: its products are added in another order
NEAR = 0.02  # of a number that is computed anew, relative
ADAPTER, FULL = 460_800, 134_515_008  # parameters that are trained
NUMBER, KEPT = 4, 3  # bytes of a number; a gradient and two moments
TOLERATED = 0.01  # AdamW counts its steps, too


def training_loss(model: object) -> Measured:
    """Return the loss of the answers to some training notes, computed by the judge."""
    return token_loss(model, continued("train", TRAINING))


def loss_fell(untrained: Measured, trained: Measured) -> Finding:
    """The loss on training notes is at most a tenth of what it was."""
    return checks.learned(untrained, trained, at_least=FALL)


@check
def rate_was_lowered(optimizer: object, *, weight: float = 1.0) -> Finding:
    """The learning rate is near zero after training, as the schedule leaves it."""
    rate = max((group.lr for group in narrow(optimizer, OptimizerEvidence, "optimizer").groups), default=RATE)
    observed = f"the learning rate is {rate:g} after training"
    hint = "`total_iters=STEPS`, and `schedule.step()` after each step of the optimizer that it was made with"
    problems = [observed] if rate > LAST_RATE else []
    return passed_unless(problems, Strength.claimed, observed, f"at most {LAST_RATE:g} after training", hint)


@proves_nothing_without(has_adapters, "the model has no adapter, so that nothing is adapted")
def base_is_untouched(model: object) -> Finding:
    """Every pretrained parameter is there, bit for bit; skipped where no adapter is beside them."""
    finding = checks.base_untouched(model, backbone=SMOLLM2)
    return msgspec.structs.replace(finding, check="base_is_untouched")


@proves_nothing_without(loss_fell, "the loss did not fall enough to tell: without training nothing moves it")
def base_stayed_frozen(untrained: Measured, trained: Measured, model: object) -> Finding:
    """The same after training; skipped where nothing was learned, since then it shows nothing."""
    finding = checks.base_untouched(model, backbone=SMOLLM2)
    return msgspec.structs.replace(finding, check="base_stayed_frozen")


@needs(encodes, "other labels than those of the text have other losses")
def losses_are_the_models(
    history: object, untrained: Measured, trained: Measured, encode: object, *, weight: float = 1.0
) -> Finding:
    """One loss a step; the first and the last are near those that the judge computes before and after training."""
    expected = "the losses in `history` are those that this model had on its training notes"
    losses = losses_in(history)
    if untrained.value is None or trained.value is None:
        return skipped(
            untrained.strength, f"no loss could be measured: {untrained.note or trained.note}", expected
        )
    if len(losses) != STEPS:
        said = f"`history` holds {counted(len(losses), 'loss', 'losses')}, and there are {STEPS} steps"
        return passed_unless(
            [said], Strength.claimed, "", expected, "append `loss.item()` once for each batch"
        )
    first, last = losses[0], sum(losses[-LAST_STEPS:]) / LAST_STEPS
    own = f"from {untrained.value:.3f} to {trained.value:.3f}"
    observed = f"the losses go from {first:.3f} to {last:.3f}, the model's own {own}"
    apart = abs(first - untrained.value) > FIRST_APART or abs(last - trained.value) > LAST_APART
    hint = "append each step's own loss, as `loss.item()` gives it, from the first step on"
    return passed_unless(
        [observed] if apart else [], weaker(untrained.strength, trained.strength), observed, expected, hint
    )


def writes_records(model: object, *, weight: float = 1.0) -> Finding:
    """Of hidden notes, at least the printed share get exactly their record."""
    words: Callable[[list[int]], str] = tokenizer().decode
    data = continued("hidden", HIDDEN)
    return exact_answers(model, data, threshold=threshold(__file__, "exact"), words=words, weight=weight)


@check
def memory_is_right(memory: object, *, weight: float = 1.0) -> Finding:
    """What was measured is a gradient and two moments of each trained parameter, in float32."""
    right = {"LoRA": KEPT * NUMBER * ADAPTER, "full": KEPT * NUMBER * FULL}
    expected = ", ".join(f"{size / 1e6:,.1f} MB for {name}" for name, size in right.items())
    if not isinstance(memory, dict) or set(memory) != set(right):
        raise NotThere(
            "`memory` is not the dictionary of the notebook", expected, "leave the given cell as it is"
        )
    found = {
        name: float(size) if isinstance(size, int | float) else math.nan for name, size in memory.items()
    }
    observed = ", ".join(f"{found[name] / 1e6:,.1f} MB for {name}" for name in right)
    near = all(math.isclose(found[name], size, rel_tol=TOLERATED) for name, size in right.items())
    return passed_unless(
        [] if near else [observed], Strength.queried, observed, expected, _memory_hint(found)
    )


def _memory_hint(found: Mapping[str, float]) -> str:
    """What wrong sizes count, by their share of the bytes of the parameters that are trained."""
    share = found["LoRA"] / (NUMBER * ADAPTER)
    if found["LoRA"] == found["full"] == 0:
        return "nothing is counted yet: add up `numel() * element_size()`"
    if math.isclose(found["LoRA"], found["full"], rel_tol=0.5):
        return "both are about the same: gradients of frozen parameters are None, and cost nothing"
    known = {
        1.0: "gradients alone: AdamW keeps two moments of each, in `optimizer.state`",
        2.0: "the moments alone: each trained parameter has a gradient, too",
        4.0: "parameters are counted, too: gradients and moments are asked for",
        0.75: "that many numbers: each has `element_size()` bytes",
        0.5: "the moments' numbers alone: gradients count, too, and a number has `element_size()` bytes",
        0.25: "the gradients' numbers alone: moments count, too, and a number has `element_size()` bytes",
    }
    return next(
        (hint for times, hint in known.items() if math.isclose(share, times, rel_tol=TOLERATED)),
        "bytes, not megabytes: of each `parameter.grad` and of each tensor in `optimizer.state.values()`",
    )


@check
def is_merged(merged: object, model: object, *, weight: float = 1.0) -> Finding:
    """`merged` has no adapters, and answers as `model`, which still has its own."""
    expected = "`merged` is an ordinary decoder that answers as `model` does, and `model` keeps its adapter"
    evidence = narrow(merged, ModelEvidence, "merged")
    own = narrow(model, ModelEvidence, "model")
    problems = []
    if evidence.lora:
        problems.append(f"`merged` has adapters on {counted(len(evidence.lora), 'layer')}")
    if not own.lora:
        problems.append("`model` has lost its adapter")
    if problems:
        hint = "`merged = load_again().merge_and_unload()`: `load_again()` is a model of its own, so `model` stays"
        return passed_unless(problems, Strength.claimed, "", expected, hint)
    one, other = training_loss(merged), training_loss(model)
    if one.value is None or other.value is None:
        return skipped(one.strength, f"it cannot be measured: {one.note or other.note}", expected)
    observed = f"a loss of {one.value:.4f} on training notes, the adapted model's is {other.value:.4f}"
    near = abs(one.value - other.value) <= SAME * max(1.0, other.value)
    hint = "save the adapter after training, then load and merge it; `unload()` alone takes it away"
    return passed_unless(
        [] if near else [observed], weaker(one.strength, other.strength), observed, expected, hint
    )


@needs(encodes, "`encode` is not right yet, so that these are perplexities of something else")
@needs(scores_answers, "`perplexity` is not right yet, so that neither are these")
def was_switched(
    perplexities: object, model: object, encode: object, perplexity: object, *, weight: float = 1.0
) -> Finding:
    """Both perplexities of the validation notes are those that the judge computes."""
    expected = "the perplexity of the validation notes' records with the adapter, and without it"
    if not isinstance(perplexities, dict):
        raise NotThere("`perplexities` is no dictionary", expected, 'fill in `{"adapter": …, "backbone": …}`')
    losses = {"adapter": token_loss(model, continued("validation", VALIDATION)), "backbone": _published()}
    if losses["adapter"].value is None:
        return skipped(
            losses["adapter"].strength, f"`model` cannot be measured: {losses['adapter'].note}", expected
        )
    true = {name: math.exp(loss.value or 0.0) for name, loss in losses.items()}
    found = {name: perplexities.get(name) for name in true}
    problems = [
        f"`{name}` is {_shown(found[name])}; computed anew, it is {value:.3f}"
        for name, value in true.items()
        if not _is_near(found[name], value)
    ]
    observed = ", ".join(f"{value:.3f} with the {name}" for name, value in true.items())
    return passed_unless(problems, losses["adapter"].strength, observed, expected, _switch_hint(found, true))


def _is_near(found: object, true: float) -> bool:
    return isinstance(found, int | float) and math.isclose(found, true, rel_tol=NEAR)


def _shown(found: object) -> str:
    return f"{found:.3f}" if isinstance(found, int | float) else f"a {type(found).__name__}"


def _switch_hint(found: Mapping[str, object], true: Mapping[str, float]) -> str:
    if any(not isinstance(value, int | float) for value in found.values()):
        return "plain numbers, as `perplexity` returns them"
    if _is_near(found["adapter"], true["backbone"]) and _is_near(found["backbone"], true["adapter"]):
        return "the two are exchanged"
    if _is_near(found["backbone"], true["adapter"]):
        return (
            "the adapter was on both times: compute the second one inside of `with model.disable_adapter():`"
        )
    if _is_near(found["adapter"], math.log(true["adapter"])):
        return "these are losses: a perplexity is the exponential"
    return "on `collate(validation_notes)`, with `model.eval()`, `torch.no_grad()` and your `perplexity`"


@cache
def _published() -> Measured:
    """The loss of the validation notes' records by the decoder as it was published."""
    observer = Observer()
    published = observer.observe(pristine(SMOLLM2).module)
    decoder = Observation("the published decoder", published, observer)
    return token_loss(decoder, continued("validation", VALIDATION))
