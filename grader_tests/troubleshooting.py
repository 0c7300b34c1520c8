"""Hidden tests of `troubleshooting`: models recomputed on hidden digits, runs repeated, verdicts known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from grader_tests import negative_transfer
from grader_tests.turned_digits import (
    TOLERANCE,
    backbone,
    hidden,
    is_number,
    near,
    plain_dict,
    pretrained_accuracy,
    shown,
    validation,
)
from tlcourse.data import digits
from tlgrader import checks
from tlgrader.hidden import (
    Finding,
    Measured,
    ModelEvidence,
    NotThere,
    Outcome,
    Strength,
    accuracy,
    check,
    digest,
    failed,
    measured_accuracy,
    narrow_observation,
    passed,
    passed_unless,
    proves_nothing_without,
    retained,
    skipped,
    threshold,
    word,
)

REPEATED = 0.02  # of a repeated run; printed in the notebook
HALF = 0.5  # the largest share of the naive model's forgetting; printed in the notebook
SEED = 2  # the runs that are repeated
SEEDS = "0, 1, 2 and 3"
STARTS = ("scratch", "upright", "relabelled")
TRUTH = {"upright": "helps", "relabelled": "hurts"}
CAUSES = {
    "A": "learning rate too high",
    "B": "everything frozen",
    "C": "labels shuffled",
    "D": "batch norm in train mode",
}
SIGNS = {
    "learning rate too high": "a loss that jumps and does not come down, so that training digits are not learned",
    "everything frozen": "nothing at all would change, not even the loss in its second decimal",
    "labels shuffled": "training digits learned by heart, and validation digits read as by guessing, to the end",
    "batch norm in train mode": "an accuracy on validation digits that depends on how many are read at a time",
    "overfitting": "validation digits read much worse than training digits, but far better than by guessing",
    "too few epochs": "everything still improves at the end, on training and on validation digits alike",
}


@check
def measured_rightly(measured: object, naive: object, *, weight: float = 1.0) -> Finding:
    """The five numbers in `measured` are those that the pretrained and the naive model reach."""
    expected = "the accuracies of `pretrained` and `naive` on the validation digits, and what was lost"
    claimed = plain_dict(measured, "measured", expected)
    after = {name: measured_accuracy(naive, validation(name), None) for name in ("source", "target")}
    for one in after.values():
        if one.value is None:
            return skipped(one.strength, f"`naive` cannot be measured: {one.note}", expected)
    true = {f"{name}_after": one.value or 0.0 for name, one in after.items()}
    true |= {f"{name}_before": pretrained_accuracy(validation(name)) for name in ("source", "target")}
    true["forgetting"] = true["source_before"] - true["source_after"]
    problems = [
        f"`{key}` is {shown(claimed.get(key))}; recomputed, it is {value:.3f}"
        for key, value in true.items()
        if not near(claimed.get(key), value)
    ]
    words = ", ".join(f"`{key}` {value:.3f}" for key, value in true.items())
    return passed_unless(problems, after["source"].strength, words, expected, _hint(claimed, true))


UNLEARNED = "the target was not learned, so that this proves nothing"


def source_accuracy(model: object) -> Measured:
    """Return the accuracy on hidden upright digits, computed by the judge."""
    return measured_accuracy(model, hidden("source"), len(digits.CLASSES))


def learns_the_target(model: object, *, weight: float = 1.0) -> Finding:
    """The accuracy on hidden turned digits is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    return accuracy(model, hidden("target"), threshold=lowest, classes_named=digits.CLASSES, weight=weight)


@proves_nothing_without(learns_the_target, UNLEARNED)
def keeps_the_source(model: object, *, weight: float = 1.0) -> Finding:
    """Of the pretrained accuracy on hidden upright digits, the printed share is kept.

    Skipped where the target was not learned: a model that learns nothing forgets nothing.
    """
    before = Measured(pretrained_accuracy(hidden("source")), Strength.recomputed)
    least = threshold(__file__, "retained")
    finding = retained(model, before, hidden("source"), at_least=least, weight=weight)
    if finding.outcome is not Outcome.failed or "retained" not in finding.measured:
        return finding
    return msgspec.structs.replace(finding, hint=why_forgotten(model))


@proves_nothing_without(learns_the_target, UNLEARNED)
@check
def forgets_less(naive_source: Measured, model: object, *, weight: float = 1.0) -> Finding:
    """The careful model's forgetting is at most `HALF` of the naive one's, which was measured before."""
    careful = source_accuracy(model)
    expected = f"the forgetting of `careful` is at most {HALF:g} of that of `naive`"
    for one, name in ((naive_source, "naive"), (careful, "careful")):
        if one.value is None:
            return skipped(one.strength, f"`{name}` cannot be measured: {one.note}", expected)
    before = pretrained_accuracy(hidden("source"))
    lost, kept = before - (naive_source.value or 0.0), before - (careful.value or 0.0)
    words = f"`naive` forgot {lost:.3f} of accuracy on upright digits, `careful` {kept:.3f}"
    problems = [words] if kept > HALF * lost else []
    return passed_unless(problems, careful.strength, words, expected, why_forgotten(model))


def why_forgotten(model: object) -> str:
    """What made the careful model forget, by whether its batch-norm statistics moved."""
    _, evidence = narrow_observation(model, ModelEvidence, "careful")
    now = {buffer.name: buffer.digest for buffer in evidence.buffers}
    known = {
        name: digest(buffer) for name, buffer in backbone().named_buffers() if name.endswith("running_mean")
    }
    if all(now.get(name) == one for name, one in known.items()):
        return (
            "its batch-norm statistics are the source's, so its parameters went too far: smaller steps, fewer "
            "trainable stages, or a penalty that acts"
        )
    return (
        "its batch-norm statistics moved, as in train mode: with rehearsal each batch needs digits of `memory`, "
        "upright, with their own labels; without it `careful` has to stay in eval mode"
    )


@check
def run_repeats(few_shot: object, results: object, *, weight: float = 1.0) -> Finding:
    """A run from each start, repeated with the same seed, gives what `results` says."""
    expected = f"`few_shot(start, {SEED})` gives again what `results` holds for this seed, from each start"
    held = {start: _runs(results, start, expected) for start in STARTS}
    for start, runs in held.items():
        again = checks.returns(few_shot, [start, SEED], runs[SEED], tolerance=REPEATED)
        if again.outcome is not Outcome.passed:
            hint = f"each list holds `few_shot(start, seed)` for the seeds {SEEDS}, in the order of `SEEDS`"
            return msgspec.structs.replace(again, expected=expected, hint=hint)
    return passed(Strength.queried, f"the runs of seed {SEED} repeat", expected)


@check
def follows(diagnosis: object, results: object) -> Finding:
    """Each verdict in `diagnosis` is what the accuracies in `results` say."""
    expected = "each verdict follows from the accuracies in `results`"
    verdicts = plain_dict(diagnosis, "diagnosis", expected)
    scratch = _runs(results, "scratch", expected)
    said = {name: _verdict(scratch, _runs(results, name, expected)) for name in TRUTH}
    problems = [
        f"`{name}` is {shown(verdicts.get(name))}, its accuracies say {right!r}"
        for name, right in said.items()
        if verdicts.get(name) != right
    ]
    turned_round = {name: _verdict(_runs(results, name, expected), scratch) for name in TRUTH}
    hint = "call your function with the two lists of accuracies, and keep what it returns"
    if problems and all(verdicts.get(name) == other for name, other in turned_round.items()):
        hint = 'the two lists are exchanged: the first argument is `results["scratch"]`'
    return passed_unless(problems, Strength.claimed, f"the verdicts are {said}", expected, hint)


@check
def diagnosed(diagnosis: object, *, weight: float = 1.0) -> Finding:
    """The verdicts are right: what each source does is known from many runs."""
    expected = "for each source, whether it helps or hurts"
    verdicts = plain_dict(diagnosis, "diagnosis", expected)
    wrong = [name for name, right in TRUTH.items() if verdicts.get(name) != right]
    words = ", ".join(f"`{name}` is {shown(verdicts.get(name))}" for name in TRUTH)
    if not wrong:
        return passed(Strength.queried, words, expected)
    return failed(Strength.queried, words, expected, "look at the means and at how far the seeds spread")


@check
def cause(causes: object, run: str) -> Finding:
    """The cause of a broken run is the one that explains its record; compared as `checks.answers` compares."""
    expected = f"the one cause that explains all that was seen of run {run}"
    named = plain_dict(causes, "causes", expected).get(run)
    observed = f"for run {run}, {shown(named)}"
    seen = SIGNS.get(str(word(named)), "")
    hint = (
        f"of {shown(word(named))} one would see: {seen}" if seen else "choose one of the causes in the table"
    )
    problems = [] if word(named) == CAUSES[run] else [observed]
    return passed_unless(problems, Strength.queried, observed, expected, hint)


def _hint(claimed: Mapping[str, object], true: Mapping[str, float]) -> str:
    """What mistake would give these numbers, if it is a known one."""

    def all_are(keys: Sequence[str], others: Sequence[str], factor: float = 1.0) -> bool:
        return all(near(claimed.get(a), factor * true[b]) for a, b in zip(keys, others, strict=True))

    source, target = ("source_before", "source_after"), ("target_before", "target_after")
    gained = claimed.get("forgetting")
    if true["forgetting"] > TOLERANCE and near(gained, -true["forgetting"]):
        return "forgetting is positive where the model got worse"
    if all_are(source, source, 100) and all_are(target, target, 100):
        return "accuracies are shares between 0 and 1, not percentages"
    if all_are(source, target) and all_are(target, source):
        return "source and target are exchanged: source digits are upright, target digits turned"
    if all_are(source, source) and all_are(target, target):
        return "forgetting is what was lost on the source: `forgetting(source before, source after)`"
    if all_are(source, (source[1],) * 2) and all_are(target, (target[1],) * 2):
        return "both are measured of `naive`: before is `pretrained`, after is `naive`"
    return (
        "measure `pretrained` (before) and `naive` (after), each with `accuracy` on `source_validation` and "
        "`target_validation`"
    )


def _runs(results: object, name: str, expected: str) -> Sequence[float]:
    """The accuracies of one start, one for each seed. Raises NotThere."""
    runs = plain_dict(results, "results", expected).get(name)
    if isinstance(runs, list | tuple) and len(runs) > SEED and all(map(is_number, runs)):
        return runs
    hint = f"append `few_shot({name!r}, seed)` to this list for each seed, {SEEDS}, in this order"
    raise NotThere(
        f"`results[{name!r}]` is {shown(runs)}, an accuracy for each seed was expected", expected, hint
    )


def _verdict(scratch: Sequence[float], transferred: Sequence[float]) -> str:
    return negative_transfer.rule()(scratch, transferred)
