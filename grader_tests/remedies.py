"""Whether the careful model of `troubleshooting` was trained as its notebook says: remedy, data, history, beginning."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import torch

from grader_tests.troubleshooting import UNLEARNED, learns_the_target
from grader_tests.turned_digits import (
    backbone,
    hidden,
    is_number,
    near,
    plain_dict,
    pretrained_accuracy,
    shown,
    trained_on,
    validation,
)
from tlgrader.hidden import (
    Finding,
    ModelEvidence,
    NotAsDescribed,
    NotThere,
    Outcome,
    Strength,
    check,
    counted,
    digest,
    listed,
    loss,
    measured_accuracy,
    narrow_observation,
    passed,
    passed_unless,
    proves_nothing_without,
    skipped,
    word,
)

REHEARSED = 0.8  # the largest loss on rehearsed digits, as a share of that on unseen ones; printed, too
FAR = 3.4  # the farthest from the pretrained parameters with L2-SP; printed in the notebook
PUSHED = 5.5  # farther than a model goes that is trained without a penalty
LEAK = 0.4  # a loss that is less than this share of that on unseen digits: they were trained on; printed, too
EARLY = ("conv1", "bn1", "layer1")


@proves_nothing_without(learns_the_target, UNLEARNED)
@check
def pretrained_is_kept(pretrained: object, model: object) -> Finding:
    """`pretrained` has the parameters and statistics that it was loaded with, bit for bit."""
    expected = "`pretrained` is as it was loaded: the models that are trained are copies of it"
    _, evidence = narrow_observation(pretrained, ModelEvidence, "pretrained")
    now = {tensor.name: tensor.digest for tensor in (*evidence.parameters, *evidence.buffers)}
    other = [name for name, tensor in backbone().state_dict().items() if now.get(name) != digest(tensor)]
    problems = [f"{counted(len(other), 'tensor')} of `pretrained` changed: {listed(other)}"] if other else []
    hint = "a second name is no copy: `careful = copy.deepcopy(pretrained)`, then train `careful`"
    return passed_unless(problems, Strength.bitwise, "no tensor of it changed", expected, hint)


@check
def history_is_true(history: object, model: object, naive: object, *, weight: float = 1.0) -> Finding:
    """The history begins with the pretrained model's accuracies, and ends with those of `careful`, recomputed."""
    expected = "the lists begin with the accuracies of `pretrained` and end with those of `careful`"
    curves = {task: _curve(history, task, expected) for task in ("source", "target")}
    ends = {task: (curve[0], curve[-1]) for task, curve in curves.items()}
    reached = {task: measured_accuracy(model, validation(task), None) for task in ends}
    for one in reached.values():
        if one.value is None:
            return skipped(one.strength, f"`careful` cannot be measured: {one.note}", expected)
    true = {task: [pretrained_accuracy(validation(task)), one.value or 0.0] for task, one in reached.items()}
    problems = [
        f"{when}, `{task}` is {shown(ends[task][at])}; recomputed, it is {true[task][at]:.3f}"
        for task in ends
        for at, when in enumerate(("before training", "at the end"))
        if not near(ends[task][at], true[task][at])
    ]
    if not problems and all(_is_flat(curve) for curve in curves.values()):
        problems = [
            "training changed both accuracies, and in both lists all numbers after the first are the same"
        ]
    words = ", ".join(f"`{task}` from {first:.3f} to {last:.3f}" for task, (first, last) in true.items())
    return passed_unless(
        problems, reached["source"].strength, words, expected, _why_untrue(ends, true, naive)
    )


def _curve(history: object, task: str, expected: str) -> Sequence[float]:
    """One of the history's lists. Raises NotThere."""
    curve = plain_dict(history, "careful_history", expected).get(task)
    if isinstance(curve, list | tuple) and len(curve) > 1 and all(map(is_number, curve)):
        return curve
    raise NotThere(
        f"`careful_history[{task!r}]` is {shown(curve)}, a list of accuracies was expected", expected, _WATCH
    )


def _is_flat(curve: Sequence[float]) -> bool:
    """Whether all that was measured after training began is one number, and another than the first."""
    return len(set(curve[1:])) == 1 and curve[0] != curve[-1]


def _why_untrue(
    ends: Mapping[str, Sequence[object]],
    true: Mapping[str, Sequence[float]],
    naive: object,
) -> str:
    """What mistake would give these first and last numbers, if it is a known one."""

    def are(one: Sequence[object], other: Sequence[float]) -> bool:
        return all(near(a, b) for a, b in zip(one, other, strict=True))

    forgot = {task: measured_accuracy(naive, validation(task), None).value or 0.0 for task in ends}
    first = {task: end[0] for task, end in true.items()}
    last = {task: end[1] for task, end in true.items()}

    def begins(with_these: Mapping[str, float]) -> bool:
        return all(near(ends[task][0], with_these[task]) for task in ends)

    def ends_with(these: Mapping[str, float], factor: float = 1.0) -> bool:
        return all(near(ends[task][1], factor * these[task]) for task in ends)

    exchanged = are(ends["source"], true["target"]) and are(ends["target"], true["source"])
    mistakes = (
        (exchanged, 'the two lists are exchanged: "source" is measured on upright digits'),
        (
            begins(forgot) and ends_with(forgot),
            "these are the naive model's: `watch(careful, careful_history)`",
        ),
        (begins(forgot), "`careful` began as the naive model: begin with `copy.deepcopy(pretrained)`"),
        (ends_with(last, 100), "accuracies are shares between 0 and 1, not percentages"),
        (begins(last), "call `watch` once before training, with `careful` a copy of `pretrained`"),
        (
            begins(first) and ends_with(last),
            "call `watch` after each epoch, inside the loop: a curve shows when it was lost",
        ),
        (begins(first), "call `watch` after each epoch, and train no more after the last call"),
    )
    return next((words for happened, words in mistakes if happened), _WATCH)


_WATCH = (
    "`watch(careful, careful_history)` measures on `source_validation` and `target_validation`: call it once before "
    "training and once after each epoch"
)


@proves_nothing_without(learns_the_target, UNLEARNED)
@check
def remedy_was_used(remedy: object, model: object, *, weight: float = 1.0) -> Finding:
    """The named remedy has left its mark on the model: something that its absence would not."""
    marks = {"rehearsal": _rehearsed, "l2-sp": _pulled_back, "freezing": _kept_stages}
    expected = "the remedy that `remedy` names can be seen in `careful`"
    name = str(word(remedy))
    if name == "mixture":
        found = [mark(model) for mark in marks.values()]
        problem = (
            ""
            if any(one.outcome is Outcome.passed for one in found)
            else "; ".join(f.observed for f in found)
        )
        hint = "a mixture has rehearsal, L2-SP or freezing in it: look at whether that part acts"
        return passed_unless(
            [problem] if problem else [], Strength.recomputed, "one of them acts", expected, hint
        )
    if name == "low learning rate":
        return passed(Strength.recomputed, "its mark is what the model keeps", expected)
    if name not in marks:
        return skipped(Strength.claimed, f"`remedy` is {shown(remedy)}, none of the five names", expected)
    return marks[name](model)


def _rehearsed(model: object) -> Finding:
    """Rehearsed digits are known better than others of the same kind."""
    expected = f"a loss on `memory` of at most {REHEARSED:g} of that on upright digits that nobody has seen"
    known, unseen = (loss(model, data) for data in (trained_on("memory"), hidden("source")))
    if known.value is None or unseen.value is None:
        return skipped(known.strength, f"`careful` cannot be measured: {known.note or unseen.note}", expected)
    words = f"a loss of {known.value:.3f} on `memory` and of {unseen.value:.3f} on unseen upright digits"
    hint = "rehearsal mixes pictures of `memory`, upright and with their own labels, into each batch"
    problems = [words] if known.value > REHEARSED * unseen.value else []
    return passed_unless(problems, known.strength, words, expected, hint)


def _pulled_back(model: object) -> Finding:
    """With the penalty, the parameters end nearer to where they began than without it."""
    expected = (
        f"parameters that lie at most {FAR:g} from their pretrained values (root of the sum of squares)"
    )
    away = math.sqrt(
        sum((now - before).square().sum().item() for now, before in _parameters(model, expected))
    )
    zero = math.sqrt(sum(before.square().sum().item() for _, before in _parameters(model, expected)))
    words = f"the parameters lie {away:.2f} from their pretrained values (those lie {zero:.1f} from 0)"
    hint = (
        "without a penalty they lie about 4.2 away: is the square of `p - start` summed with a copy, "
        "`p.detach().clone()`, made before training, and is the factor about 0.05?"
    )
    if away > PUSHED:
        hint = (
            "farther than without a penalty: is the penalty added to the loss, and not subtracted, and does it pull "
            "towards the pretrained values, not to 0?"
        )
    return passed_unless([words] if away > FAR else [], Strength.recomputed, words, expected, hint)


def _kept_stages(model: object) -> Finding:
    """The early stages have their pretrained parameters, bit for bit."""
    expected = f"the parameters of {listed(EARLY)} are the pretrained ones"
    _, evidence = narrow_observation(model, ModelEvidence, "careful")
    now = {info.name: info.digest for info in evidence.parameters}
    early = {n: p for n, p in backbone().named_parameters() if n.split(".")[0] in EARLY}
    moved = [name for name, tensor in early.items() if now.get(name) != digest(tensor.detach())]
    problems = (
        [f"{counted(len(moved), 'parameter tensor')} of them changed: {listed(moved)}"] if moved else []
    )
    hint = (
        "set it on parameters, before training: `careful.layer1.requires_grad_(False)`; "
        "an attribute `requires_grad` of a module has no effect"
    )
    return passed_unless(problems, Strength.bitwise, "none of them changed", expected, hint)


def _parameters(model: object, expected: str) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Each parameter of the model as it is, and as it was pretrained. Raises NotThere."""
    observation, evidence = narrow_observation(model, ModelEvidence, "careful")
    now = {info.name: info for info in evidence.parameters}
    for name, before in backbone().named_parameters():
        info = now.get(name)
        if info is None or info.shape != tuple(before.shape):
            said = f"`careful` has no parameter `{name}` like the pretrained model's"
            raise NotThere(said, expected, "train a copy of `pretrained`, and replace no part of it")
        try:
            yield observation.tensor(info).double(), before.detach().double()
        except NotAsDescribed as error:
            raise NotThere(str(error), expected) from error


@proves_nothing_without(learns_the_target, UNLEARNED)
@check
def validation_was_held_out(model: object, *, weight: float = 1.0) -> Finding:
    """The model knows validation digits no better than it would if it had not been trained on them."""
    expected = "the digits for looking only were not trained on"
    sets = (trained_on("target"), validation("target"), hidden("source"), validation("source"))
    measures = [loss(model, data) for data in sets]
    if any(one.value is None for one in measures):
        return skipped(measures[0].strength, "`careful` cannot be measured", expected)
    target, looked_at, unseen, upright = (one.value or 0.0 for one in measures)
    turned_words = f"a loss of {looked_at:.3f} on `target_validation` and of {target:.3f} on `target`"
    upright_words = (
        f"a loss of {upright:.3f} on `source_validation` and of {unseen:.3f} on unseen upright digits"
    )
    problems = [turned_words] if looked_at < target else []
    problems += [upright_words] if upright < LEAK * unseen else []
    hint = "train on `target`, and rehearse `memory`: `target_validation` and `source_validation` are for looking only"
    return passed_unless(problems, measures[0].strength, f"{turned_words}; {upright_words}", expected, hint)
