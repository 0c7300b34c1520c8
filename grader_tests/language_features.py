"""Hidden tests of `language_features`: features, heads and files, all computed again by the judge."""

from collections.abc import Mapping, Sequence

import msgspec
import torch

from tlcourse import sentences
from tlcourse.backbones import MINILM
from tlcourse.data import reviews
from tlgrader import checks
from tlgrader.hidden import (
    Finding,
    FolderEvidence,
    Labelled,
    Measured,
    ModelEvidence,
    NotThere,
    Outcome,
    Strength,
    accuracy,
    another_kind,
    asked,
    check,
    failed,
    listed,
    loss,
    measured,
    measured_accuracy,
    narrow,
    passed,
    passed_unless,
    require_present,
    skipped,
    threshold,
    weaker,
    word,
)

TRAINING, VALIDATION, HIDDEN = 160, 80, 300
WORDS = 12  # the notebook's sentences have at most so many
EPOCHS, PATIENCE = 60, 5  # the notebook's
NEAR = 2e-3  # by which a loss may differ from the one that the judge computes
ONE_SENTENCE = 1.5 / VALIDATION  # printed as one sentence, and half of one is never counted
BEHIND = 0.02  # where two logits are as near as this, either class is the head's
NAMES = ("plain", "dropout", "weight decay")
SOURCES = {"P1": "tiny-en", "P2": "base-multi", "P3": "large-en"}
TRAINED = 384 * 2 + 2


def embeds_sentences(embed: object, *, weight: float = 1.0) -> Finding:
    """The features of a sentence are the mean over its tokens, whatever it is padded to."""
    texts = ["Never again.", "It works, it was cheap, and it came a day before I needed it.", "Lovely!"]
    right, *others = sentences.poolings(texts).items()
    finding = checks.returns(embed, [texts], right[1], tolerance=1e-3, weight=weight)
    if finding.outcome is Outcome.passed:
        return msgspec.structs.replace(finding, observed="the mean over each sentence's tokens")
    alike = [
        hint
        for hint, rows in others
        if checks.returns(embed, [texts], rows, tolerance=1e-3).outcome is Outcome.passed
    ]
    expected = "for each of three sentences the mean over its tokens, 384 numbers"
    hint = (
        alike[0]
        if alike
        else finding.hint or "the sum over the tokens that are there, divided by how many these are"
    )
    return msgspec.structs.replace(finding, observed=finding.observed[:160], expected=expected, hint=hint)


def validation_loss(embed: object, head: object) -> Measured:
    """Return a head's loss on the validation sentences, computed by the judge."""
    return _as_strong(loss(head, _validation(embed)), embed)


@check
def keeps_the_best_epoch(embed: object, head: object, history: object, *, weight: float = 1.0) -> Finding:
    """The head's validation loss is the lowest that its history holds."""
    expected = "a head with the lowest validation loss of its history"
    losses, reached = _losses(history, expected), validation_loss(embed, head)
    if reached.value is None:
        return skipped(reached.strength, f"the head's loss cannot be measured: {reached.note}", expected)
    words = f"a validation loss of {reached.value:.3f}, computed anew; the lowest in the history is {min(losses):.3f}"
    if abs(reached.value - min(losses)) <= NEAR:
        return passed(reached.strength, words, expected)
    hint = "the history has to hold the loss of this head on all validation sentences, in eval mode"
    if abs(reached.value - losses[-1]) <= NEAR:
        hint = (
            "it has the parameters of the last epoch: keep a copy of the best ones, and load them at the end"
        )
    return failed(reached.strength, words, expected, hint)


@check
def stops_in_time(history: object, *, weight: float = 1.0) -> Finding:
    """Training ended `PATIENCE` epochs after the best one, or after `EPOCHS`."""
    expected = f"training ends {PATIENCE} epochs after the best one, or after {EPOCHS}"
    losses = _losses(history, expected)
    best = losses.index(min(losses))
    words = f"{len(losses)} epochs; the best was number {best + 1}"
    if len(losses) == min(_stopped_after(losses), EPOCHS):
        return passed(Strength.claimed, words, expected)
    early = len(losses) < min(best + 1 + PATIENCE, EPOCHS)
    hint = "it ended too soon" if early else "it went on although no epoch had been better for long enough"
    return failed(Strength.claimed, words, expected, f"{hint}: ask `best_epoch` after each epoch")


def _stopped_after(losses: Sequence[float]) -> int:
    """After how many epochs early stopping ends; one more than there are losses where it does not."""
    best = 0
    for epoch, value in enumerate(losses):
        best = epoch if value < losses[best] else best
        if epoch - best >= PATIENCE:
            return epoch + 1
    return len(losses) if len(losses) == EPOCHS else len(losses) + 1


def _losses(history: object, expected: str) -> list[float]:
    """The validation losses of a history. Raises NotThere."""
    require_present(history, "history", expected)
    found = history.get("validation_loss") if isinstance(history, Mapping) else None
    if not isinstance(found, list | tuple) or not found:
        said = "`validation_loss` in the history holds nothing"
        raise NotThere(said, expected, "append one number after each epoch, before asking whether to stop")
    strange = [value for value in found if not isinstance(value, int | float)]
    if strange:
        said = f"`validation_loss` holds {strange[0]!r:.60}, which is no plain number"
        raise NotThere(said, expected, "`.item()` makes a plain number of a tensor")
    return list(found)


@check
def regularisation_acts(plain: object, dropped: object, decayed: object, *, weight: float = 1.0) -> Finding:
    """Neither of the regularised heads is the plain one: what was set made a difference."""
    expected = "three heads that differ: dropout and weight decay act"
    same = _digests(plain)
    problems = {
        "dropout": "`head.train()` at the start of each epoch: in eval mode dropout does nothing",
        "weight decay": "is the optimizer that `fit` is given the one that takes the steps?",
    }
    idle = [
        name for name, other in (("dropout", dropped), ("weight decay", decayed)) if _digests(other) == same
    ]
    words = [f"the head with {name} equals the plain one, bit for bit" for name in idle]
    hint = problems[idle[0]] if len(idle) == 1 else "was anything trained?"
    return passed_unless(words, Strength.bitwise, "the three heads differ", expected, hint if idle else "")


def _digests(head: object) -> dict[str, str]:
    """The digest of each parameter by name. Raises NotThere."""
    return {info.name: info.digest for info in narrow(head, ModelEvidence, "head").parameters}


@check
def effect_is_measured(
    embed: object,
    effect: object,
    chosen: object,
    heads: tuple[object, object, object],
    *,
    weight: float = 1.0,
) -> Finding:
    """`effect` holds each head's validation loss, and `chosen` is the one with the lowest."""
    expected = "the validation loss of each head, and the name of the lowest"
    require_present(effect, "effect", expected)
    if not isinstance(effect, Mapping):
        said = "`effect` is no dict of plain numbers"
        raise NotThere(said, expected, "fill the dict that the cell begins with, and keep its keys")
    reached = {name: validation_loss(embed, head) for name, head in zip(NAMES, heads, strict=True)}
    for name, one in reached.items():
        if one.value is None:
            return skipped(one.strength, f"the loss of `{name}` cannot be measured: {one.note}", expected)
    true = {name: one.value or 0.0 for name, one in reached.items()}
    wrong = [name for name in NAMES if not _is_near(effect.get(name), true[name])]
    problems = [
        f"`{name}` is {_number(effect.get(name))}; computed anew, it is {true[name]:.3f}" for name in wrong
    ]
    least = min(true.values())
    if not wrong and not (isinstance(chosen, str) and true.get(chosen, least + 1) <= least + NEAR):
        problems = [f"`chosen` is {_number(chosen)}"]
    words = ", ".join(f"`{name}` {value:.3f}" for name, value in true.items())
    strength = reached["plain"].strength
    return passed_unless(problems, strength, words, expected, _effect_hint(effect, wrong))


def _effect_hint(effect: Mapping[str, object], wrong: Sequence[str]) -> str:
    if not wrong:
        return "the lower the loss, the better"
    some = effect.get(wrong[0])
    if isinstance(some, float) and some > 0.7:
        return "is that an accuracy, or an untrained head's loss? Asked for is that of each head as it was returned"
    return "`F.cross_entropy(head(validation_features), validation_labels).item()`, of the heads as `fit` returned them"


def _is_near(value: object, true: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value - true) <= NEAR


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else f"{value!r:.60}"


@check
def beats_the_threshold(embed: object, head: object, *, weight: float = 1.0) -> Finding:
    """The accuracy on hidden sentences is at least the printed threshold."""
    lowest = threshold(__file__, "accuracy")
    finding = accuracy(head, _hidden(embed), threshold=lowest, classes_named=reviews.CLASSES, weight=weight)
    return msgspec.structs.replace(finding, strength=weaker(finding.strength, _strength(embed)))


@check
def predictions_are_the_heads(
    embed: object, head_predicted: object, head: object, *, weight: float = 1.0
) -> Finding:
    """What is said to be predicted is what the head predicts, for each validation sentence."""
    expected = f"the class that the head predicts for each of {VALIDATION} validation sentences"
    classes = _classes(head_predicted)
    if len(classes) != VALIDATION:
        return failed(
            Strength.claimed, f"no class, 0 or 1, for each of {VALIDATION} sentences", expected, _ARGMAX
        )
    other = _others(head, _validation(embed).inputs["x"], torch.tensor(classes))
    if other.value is None:
        return skipped(other.strength, f"the head cannot be asked: {other.note}", expected)
    problems = [f"{other.value:.0f} of {VALIDATION} are not the head's"] if other.value else []
    strength = weaker(other.strength, _strength(embed))
    return passed_unless(problems, strength, "the predictions are the head's", expected, _ARGMAX)


_ARGMAX = "the class of the larger logit: `head(validation_features).argmax(dim=1).tolist()`, in eval mode"


def _classes(values: object) -> list[int]:
    """Classes as a list of 0 and 1; an empty one where they are none."""
    plain = values.tolist() if hasattr(values, "tolist") else values
    if not isinstance(plain, list | tuple) or not all(value in (0, 1) for value in plain):
        return []
    return [int(value) for value in plain]


def _others(head: object, features: torch.Tensor, classes: torch.Tensor) -> Measured:
    """For how many rows of features the head prefers another class than the one that is said."""

    def behind(logits: torch.Tensor, said: torch.Tensor) -> torch.Tensor:
        best, chosen = logits.max(dim=1).values, logits.gather(1, said.unsqueeze(1)).squeeze(1)
        return (best - chosen > BEHIND).sum()

    return measured(head, Labelled({"x": features}, classes, {"x": features[:8]}), 2, behind)


@check
def file_holds_the_head(folder: object, head: object, *, weight: float = 1.0) -> Finding:
    """A safetensors file in the folder holds the head's parameters, bit for bit."""
    expected = "a file `head.safetensors` with the head's `state_dict`"
    evidence, wanted = narrow(folder, FolderEvidence, "folder"), _digests(head)
    files = {name: {one.name: one.digest for one in tensors} for name, tensors in evidence.tensors.items()}
    if not files:
        there = listed([one.name for one in evidence.files]) or "nothing"
        hint = "`save_file(head.state_dict(), file)`, after `file.parent.mkdir(exist_ok=True)`"
        return failed(Strength.bitwise, f"no tensors can be read there; it holds {there}", expected, hint)
    if wanted in files.values():
        return passed(Strength.bitwise, "the head's parameters, bit for bit", expected)
    held = next(iter(files.values()))
    if held.keys() != wanted.keys():
        said = f"it holds {listed(sorted(held)) or 'nothing'}, and the head has {listed(sorted(wanted))}"
        return failed(
            Strength.bitwise,
            said,
            expected,
            "save `head.state_dict()` as it is, all of it under its own names",
        )
    return failed(
        Strength.bitwise,
        "the names are the head's, the numbers are another's",
        expected,
        "save the head that is given",
    )


@check
def loads_another_head(loaded: object, head: object, *, weight: float = 1.0) -> Finding:
    """What was loaded has the head's parameters, in tensors of its own, and is in eval mode."""
    expected = "a new module with the head's parameters, in eval mode"
    evidence, original = narrow(loaded, ModelEvidence, "loaded"), narrow(head, ModelEvidence, "head")
    if _digests(loaded) != _digests(head):
        hint = "`new.load_state_dict(load_file(file))`, on a head of the same layers"
        return failed(Strength.bitwise, "its parameters are not the head's", expected, hint)
    if {one.token for one in evidence.parameters} & {one.token for one in original.parameters}:
        hint = "`load` has to make a head of its own: a restarted notebook has nothing but the file"
        return failed(Strength.bitwise, "it is the head itself, not one that was loaded", expected, hint)
    if evidence.modules[0].training:
        return failed(Strength.claimed, "it is in train mode", expected, "`.eval()`, or its dropout goes on")
    return passed(Strength.bitwise, "the head's parameters, bit for bit, in tensors of its own", expected)


@check
def classifies_as_the_head_does(
    embed: object, classify: object, head: object, *, weight: float = 1.0
) -> Finding:
    """For a dozen public sentences `classify` says what the head predicts."""
    expected = "for each of twelve sentences the class that the head predicts, in words"
    texts = _texts("validation", VALIDATION + 12)[VALIDATION:]
    said: list[int] = []
    for text in texts:
        asked = [checks.returns(classify, [text], name) for name in reviews.CLASSES]
        answer = next((index for index, one in enumerate(asked) if one.outcome is Outcome.passed), None)
        if answer is None:
            return failed(
                Strength.queried, asked[0].observed, expected, "it returns one of the words, for one sentence"
            )
        said.append(answer)
    other = _others(head, _features_of(embed, tuple(texts)), torch.tensor(said))
    if other.value is None:
        return skipped(other.strength, f"the head cannot be asked: {other.note}", expected)
    problems = (
        [f"{other.value:.0f} of {len(texts)} sentences are called otherwise than by the head"]
        if other.value
        else []
    )
    hint = "`reviews.CLASSES[head(embed([text])).argmax(dim=1).item()]`: class 0 is negative"
    return passed_unless(problems, Strength.queried, "as the head predicts", expected, hint)


@check
def sources_fit(sources: object) -> Finding:
    """Each project's encoder is the one that its conditions leave."""
    expected = "for each project the best encoder that meets its conditions"
    given = sources if isinstance(sources, Mapping) else {}
    wrong = [name for name, right in SOURCES.items() if word(given.get(name)) != right]
    hint = "go through size, time, languages and licence before you look at accuracy"
    said = [f"{listed(wrong)}: {'it does' if len(wrong) == 1 else 'they do'} not fit"] if wrong else []
    return passed_unless(said, Strength.queried, "all three fit", expected, hint)


@check
def card_is_true(embed: object, card: object, head: object) -> Finding:
    """What the card says is so; its accuracy is computed anew."""
    expected = "a card that is true of this head, with a sentence on its limits"
    require_present(card, "card", expected)
    if not isinstance(card, Mapping):
        raise another_kind(card, "card", "a dict of plain values", expected)
    reached = _as_strong(measured_accuracy(head, _validation(embed), 2), embed)
    if reached.value is None:
        return skipped(reached.strength, f"the head's accuracy cannot be measured: {reached.note}", expected)
    right = {
        "base_model": MINILM,
        "license": "Apache-2.0",
        "trained_parameters": TRAINED,
        "training_sentences": TRAINING,
    }
    problems = [
        f"`{key}` is {_number(card.get(key))}"
        for key, value in right.items()
        if word(card.get(key)) != word(value)
    ]
    said = card.get("validation_accuracy")
    if not isinstance(said, int | float) or abs(said - reached.value) >= ONE_SENTENCE:
        problems.append(f"`validation_accuracy` is {_number(said)}; computed anew, it is {reached.value:.3f}")
    if len(str(card.get("limits") or "").split()) < 8:
        problems.append("`limits` is no sentence of eight words")
    words = f"the card is true; the accuracy is {reached.value:.3f}"
    return passed_unless(
        problems, reached.strength, words, expected, "a card is believed: look each value up"
    )


def _validation(embed: object) -> Labelled:
    return _labelled(embed, tuple(_texts("validation", VALIDATION)), _labels("validation", VALIDATION))


def _hidden(embed: object) -> Labelled:
    texts, labels = reviews.hidden()
    return _labelled(embed, tuple(texts[:HIDDEN]), labels[:HIDDEN])


def _labelled(embed: object, texts: tuple[str, ...], labels: torch.Tensor) -> Labelled:
    """Features and labels, with public features for the comparison with the worker's own answers."""
    probe = {"x": sentences.features(tuple(_texts("validation", 8)))}
    return Labelled(inputs={"x": _features_of(embed, texts)}, labels=labels, probe=probe)


def _features_of(embed: object, texts: tuple[str, ...]) -> torch.Tensor:
    """The judge's own features, or where `embed` makes others those: a head is worth what it makes of its features."""
    if _is_right(embed):
        return sentences.features(texts)
    found = asked(embed, [list(texts)])
    if not isinstance(found, torch.Tensor) or tuple(found.shape) != (len(texts), 384):
        raise NotThere(
            "`embed` does not return 384 numbers for each sentence", "features that a head can be judged with"
        )
    return found.float()


def _strength(embed: object) -> Strength:
    return Strength.recomputed if _is_right(embed) else Strength.queried


def _as_strong(one: Measured, embed: object) -> Measured:
    return msgspec.structs.replace(one, strength=weaker(one.strength, _strength(embed)))


def _is_right(embed: object) -> bool:
    return embeds_sentences(embed).outcome is Outcome.passed


def _texts(split: str, count: int) -> list[str]:
    texts, _ = reviews.load(split)  # type: ignore[arg-type]
    return [text for text in texts if len(text.split()) <= WORDS][:count]


def _labels(split: str, count: int) -> torch.Tensor:
    texts, labels = reviews.load(split)  # type: ignore[arg-type]
    short = [index for index, text in enumerate(texts) if len(text.split()) <= WORDS][:count]
    return labels[short]
