"""Hidden tests of `troubleshooting`: models recomputed on hidden digits, runs repeated, verdicts known."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from functools import cache

import torch

from tlcourse.backbones import load_backbone
from tlcourse.data import digits
from tlgrader import checks
from tlgrader.hidden import (
    Finding,
    Labelled,
    Measured,
    Missing,
    NotThere,
    Observation,
    Strength,
    accuracy,
    check,
    describe,
    failed,
    measured_accuracy,
    name_of,
    one_thread,
    passed,
    passed_unless,
    proves_nothing_without,
    retained,
    skipped,
    threshold,
    word,
)

VALIDATION = 150  # the first so many validation digits are what the notebook measures on
TOLERANCE = 0.01  # of a measured accuracy; printed in the notebook
REPEATED = 0.02  # of a repeated run; printed in the notebook
HALF = 0.5  # the largest share of the naive model's forgetting; printed in the notebook
NOISE = 2.0  # so many standard errors of a difference are noise; printed in the notebook
SEED = 2  # the run that is repeated
PROBES = 8
STARTS = ("scratch", "upright", "relabelled")
TRUTH = {"upright": "helps", "relabelled": "hurts"}
CAUSES = {
    "A": "learning rate too high",
    "B": "everything frozen",
    "C": "labels shuffled",
    "D": "batch norm in train mode",
}


@check
def measured_rightly(measured: object, naive: object, *, weight: float = 1.0) -> Finding:
    """The five numbers in `measured` are those that the pretrained and the naive model reach."""
    expected = "the accuracies of `pretrained` and `naive` on the validation digits, and what was lost"
    claimed = _dict(measured, "measured", expected)
    after = {name: measured_accuracy(naive, _validation(name), None) for name in ("source", "target")}
    for one in after.values():
        if one.value is None:
            return skipped(one.strength, f"`naive` cannot be measured: {one.note}", expected)
    true = {f"{name}_after": one.value or 0.0 for name, one in after.items()}
    true |= {f"{name}_before": _pretrained(_validation(name)) for name in ("source", "target")}
    true["forgetting"] = true["source_before"] - true["source_after"]
    problems = [
        f"`{key}` is {_shown(claimed.get(key))}; recomputed, it is {value:.3f}"
        for key, value in true.items()
        if not _near(claimed.get(key), value)
    ]
    words = ", ".join(f"`{key}` {value:.3f}" for key, value in true.items())
    return passed_unless(problems, after["source"].strength, words, expected, _hint(claimed, true))


_UNLEARNED = "the target was not learned, so that keeping the source proves nothing"


def source_accuracy(model: object) -> Measured:
    """Return the accuracy on hidden upright digits, computed by the judge."""
    return measured_accuracy(model, _hidden("source"), len(digits.CLASSES))


def learns_the_target(model: object, *, weight: float = 1.0) -> Finding:
    """The accuracy on hidden turned digits is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    return accuracy(model, _hidden("target"), threshold=lowest, classes_named=digits.CLASSES, weight=weight)


@proves_nothing_without(learns_the_target, _UNLEARNED)
def keeps_the_source(model: object, *, weight: float = 1.0) -> Finding:
    """Of the pretrained accuracy on hidden upright digits, the printed share is kept.

    Skipped where the target was not learned: a model that learns nothing forgets nothing.
    """
    before = Measured(_pretrained(_hidden("source")), Strength.recomputed)
    least = threshold(__file__, "retained")
    return retained(model, before, _hidden("source"), at_least=least, weight=weight)


@proves_nothing_without(learns_the_target, _UNLEARNED)
@check
def forgets_less(naive_source: Measured, model: object, *, weight: float = 1.0) -> Finding:
    """The careful model's forgetting is at most `HALF` of the naive one's, which was measured before."""
    careful = source_accuracy(model)
    expected = f"the forgetting of `careful` is at most {HALF:g} of that of `naive`"
    for one, name in ((naive_source, "naive"), (careful, "careful")):
        if one.value is None:
            return skipped(one.strength, f"`{name}` cannot be measured: {one.note}", expected)
    before = _pretrained(_hidden("source"))
    lost, kept = before - (naive_source.value or 0.0), before - (careful.value or 0.0)
    words = f"`naive` forgot {lost:.3f} of accuracy on upright digits, `careful` {kept:.3f}"
    problems = [words] if kept > HALF * lost else []
    hint = "is something of the source in the training?"
    return passed_unless(problems, careful.strength, words, expected, hint)


@check
def run_repeats(few_shot: object, results: object) -> Finding:
    """A run from ``"upright"``, repeated with the same seed, gives what `results` says."""
    expected = f"`few_shot('upright', {SEED})` gives again what `results` holds for this seed"
    runs = _runs(results, "upright", expected)
    return checks.returns(few_shot, ["upright", SEED], runs[SEED], tolerance=REPEATED)


@check
def follows(diagnosis: object, results: object) -> Finding:
    """Each verdict in `diagnosis` is what the accuracies in `results` say."""
    expected = "each verdict follows from the accuracies in `results`"
    verdicts = _dict(diagnosis, "diagnosis", expected)
    scratch = _runs(results, "scratch", expected)
    said = {name: _verdict(scratch, _runs(results, name, expected)) for name in TRUTH}
    problems = [
        f"`{name}` is {_shown(verdicts.get(name))}, its accuracies say {right!r}"
        for name, right in said.items()
        if verdicts.get(name) != right
    ]
    return passed_unless(problems, Strength.claimed, f"the verdicts are {said}", expected)


@check
def diagnosed(diagnosis: object, *, weight: float = 1.0) -> Finding:
    """The verdicts are right: what each source does is known from many runs."""
    expected = "for each source, whether it helps or hurts"
    verdicts = _dict(diagnosis, "diagnosis", expected)
    wrong = [name for name, right in TRUTH.items() if verdicts.get(name) != right]
    words = ", ".join(f"`{name}` is {_shown(verdicts.get(name))}" for name in TRUTH)
    if not wrong:
        return passed(Strength.queried, words, expected)
    return failed(Strength.queried, words, expected, "look at the means and at how far the seeds spread")


@check
def cause(causes: object, run: str) -> Finding:
    """The cause of a broken run is the one that explains its record; compared as `checks.answers` compares."""
    expected = f"the one cause that explains all that was seen of run {run}"
    named = _dict(causes, "causes", expected).get(run)
    observed = f"for run {run}, {_shown(named)}"
    return passed_unless(
        [] if word(named) == CAUSES[run] else [observed], Strength.queried, observed, expected
    )


def _dict(thing: object, name: str, expected: str) -> Mapping[str, object]:
    """`thing` if it is a dict. Raises NotThere."""
    if isinstance(thing, Mapping):
        return thing
    evidence = thing.evidence if isinstance(thing, Observation) else None
    if isinstance(evidence, Missing):
        raise NotThere(f"`{name}` does not exist: {evidence.reason}", expected)
    raise NotThere(
        f"`{name_of(thing, name)}` is {describe(thing)}, a dict of plain values was expected", expected
    )


def _runs(results: object, name: str, expected: str) -> Sequence[float]:
    """The accuracies of one start, one for each seed. Raises NotThere."""
    runs = _dict(results, "results", expected).get(name)
    if isinstance(runs, list | tuple) and len(runs) > SEED and all(map(_is_number, runs)):
        return runs
    raise NotThere(f"`results[{name!r}]` is {_shown(runs)}, an accuracy for each seed was expected", expected)


def _verdict(scratch: Sequence[float], transferred: Sequence[float]) -> str:
    difference = statistics.mean(transferred) - statistics.mean(scratch)
    noise = math.sqrt(sum(statistics.variance(runs) / len(runs) for runs in (scratch, transferred)))
    if abs(difference) <= NOISE * noise:
        return "unclear"
    return "helps" if difference > 0 else "hurts"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _near(value: object, true: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value - true) <= TOLERANCE


def _shown(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else f"{value!r:.100}"


def _hint(claimed: Mapping[str, object], true: Mapping[str, float]) -> str:
    if true["forgetting"] > TOLERANCE and _near(claimed.get("forgetting"), -true["forgetting"]):
        return "forgetting is positive where the model got worse"
    if any(_near(claimed.get(key), 100 * value) for key, value in true.items() if value > TOLERANCE):
        return "accuracies are shares between 0 and 1, not percentages"
    return "call `accuracy(naive, source_validation)` and the like; before is `pretrained`, after is `naive`"


@cache
def _data(task: str, hidden: bool) -> Labelled:
    images, labels = digits.hidden("mnist") if hidden else digits.load("validation")
    public = digits.load("validation").images[:PROBES]
    if task == "target":
        images = turned(images)
    count = len(labels) if hidden else VALIDATION
    return Labelled(inputs={"x": images[:count]}, labels=labels[:count], probe={"x": public})


def _hidden(task: str) -> Labelled:
    return _data(task, hidden=True)


def _validation(task: str) -> Labelled:
    return _data(task, hidden=False)


def turned(images: torch.Tensor) -> torch.Tensor:
    """Return images (N, 1, H, W) turned by 90 degrees, as the notebook turns them."""
    return torch.rot90(images, 1, (2, 3))


def _pretrained(data: Labelled) -> float:
    """The pretrained model's accuracy on `data`."""
    with torch.no_grad(), one_thread():
        right = _backbone()(data.inputs["x"]).argmax(dim=1) == data.labels
    return right.double().mean().item()


@cache
def _backbone() -> torch.nn.Module:
    with torch.random.fork_rng(devices=[]):
        return load_backbone("digits_resnet")
