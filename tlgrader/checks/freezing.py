"""Checks of what is frozen, what is trainable, and what is still as it was pretrained."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tlgrader.architectures.recognised import roots
from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed, passed_unless, skipped
from tlgrader.checks.narrowing import narrow
from tlgrader.checks.pretrained import Comparison, compare, without_weights
from tlgrader.checks.stepping import shown_by_a_step
from tlgrader.checks.wording import counted, listed, name_of
from tlgrader.errors import AuthorError
from tlgrader.evidence.kinds import ModelEvidence, ParameterInfo
from tlgrader.evidence.names import is_within, plain_name, unique_parameters
from tlgrader.evidence.observation import Observation

FREEZE = "for parameter in module.parameters(): parameter.requires_grad = False"


@check
@shown_by_a_step
def frozen(model: object, *, except_: str | Sequence[str] = (), weight: float = 1.0) -> Finding:
    """Every parameter outside `except_` (a module's name, or several) is frozen and as pretrained."""
    evidence, prefixes = narrow(model, ModelEvidence, "model"), _prefixes(except_)
    others = [p for p in unique_parameters(evidence) if not is_within(p.name, prefixes)]
    trainable = [p.name for p in others if p.requires_grad]
    compared = compare(model, evidence, except_=prefixes, buffers=False)
    where = _outside(prefixes)
    problems = [*_still_trainable(trainable, where), *_not_pretrained(compared, where)]
    return passed_unless(
        problems,
        compared.strength if not trainable else Strength.claimed,
        _frozen_words(evidence, others, prefixes, compared),
        f"every parameter{where} is frozen and {compared.start}",
        _freezing_hint(evidence, bool(trainable)),
    )


def _prefixes(except_: str | Sequence[str]) -> tuple[str, ...]:
    return (except_,) if isinstance(except_, str) else tuple(except_)


def _outside(prefixes: tuple[str, ...]) -> str:
    return f" outside {listed(prefixes)}" if prefixes else ""


def _still_trainable(names: list[str], where: str) -> list[str]:
    if not names:
        return []
    verb = "is" if len(names) == 1 else "are"
    return [f"{counted(len(names), 'parameter tensor')}{where} {verb} trainable, the first is `{names[0]}`"]


def _not_pretrained(compared: Comparison, where: str, noun: str = "parameter tensor") -> list[str]:
    problems = []
    if compared.changed:
        count, verb = len(compared.changed), "differs" if len(compared.changed) == 1 else "differ"
        problems.append(
            f"{counted(count, noun)}{where} {verb} from {_start(compared)}, the first is `{compared.changed[0]}`"
        )
    if compared.lost:
        count = len(compared.lost)
        problems.append(
            f"{counted(count, f'pretrained {noun}')}{where} missing, the first is `{compared.lost[0]}`"
        )
    return problems


def _start(compared: Comparison) -> str:
    return f"what the given cell `{compared.cells[0]}` loaded" if compared.cells else "the pretrained"


def _freezing_hint(evidence: ModelEvidence, trainable: bool) -> str:
    marked = [module.name or "model" for module in evidence.modules if module.requires_grad is False]
    if trainable and marked:
        return (
            f"`requires_grad` was set on the module {listed(marked)}, where torch ignores it; "
            f"it belongs on parameters: `{FREEZE}`"
        )
    if trainable:
        return f"`{FREEZE}`"
    return "load the backbone again and freeze it before anything is trained"


def _frozen_words(
    evidence: ModelEvidence, others: list[ParameterInfo], prefixes: tuple[str, ...], compared: Comparison
) -> str:
    words = f"{counted(len(others), 'parameter tensor')}{_outside(prefixes)}, all frozen"
    words += (
        f" and bit for bit {compared.start}"
        if compared.known
        else " (no pretrained ones are known to compare with)"
    )
    inside = [p for p in unique_parameters(evidence) if is_within(p.name, prefixes)]
    if prefixes and not inside:
        words += f"; there are none under {listed(prefixes)}"
    elif prefixes and not any(p.requires_grad for p in inside):
        words += f"; everything under {listed(prefixes)} is frozen, too, so that nothing can be trained"
    return words


@check
@shown_by_a_step
def trainable_parameters(
    model: object, *, count: int | None = None, like: object = None, weight: float = 1.0
) -> Finding:
    """So many numbers are trainable: `count`, or as many as in the model `like`."""
    evidence = narrow(model, ModelEvidence, "model")
    wanted = count if count is not None else _count(narrow(like, ModelEvidence, "like"))
    seen, total = _count(evidence), sum(p.size for p in unique_parameters(evidence))
    expected = f"{counted(wanted, 'number')} trainable"
    if seen == wanted:
        return passed(Strength.claimed, f"{seen:,} of {total:,} numbers trainable", expected)
    return failed(
        Strength.claimed,
        f"{wanted:,} expected, {seen:,} seen{_count_words(evidence, seen, total, wanted)}",
        expected,
        _count_hint(evidence, wanted - seen),
        {"trainable": float(seen)},
    )


def _count(evidence: ModelEvidence) -> int:
    return sum(p.size for p in unique_parameters(evidence) if p.requires_grad)


def _count_hint(evidence: ModelEvidence, lacking: int) -> str:
    """Names the frozen module that would make up for what is lacking: with adapters, mostly the new head."""
    frozen = [p for p in unique_parameters(evidence) if not p.requires_grad]
    sizes: Counter[str] = Counter()
    for parameter in frozen:
        sizes[parameter.name.rpartition(".")[0]] += parameter.size
    found = [plain_name(module) for module, size in sizes.items() if size == lacking]
    if len(found) != 1:
        return "`sum(p.numel() for p in model.parameters() if p.requires_grad)` counts them"
    hint = f"the {lacking:,} that are lacking are as many as `{found[0]}` has, which is frozen"
    config = evidence.adapter_config
    if not evidence.lora:
        return hint
    if config is not None and config.modules_to_save:
        return f"{hint}: it was trainable when peft had wrapped the model, and was frozen after that"
    return f'{hint}: with `task_type="SEQ_CLS"` peft trains a new head, too, and what `modules_to_save` names'


def _count_words(evidence: ModelEvidence, seen: int, total: int, wanted: int) -> str:
    if seen == total:
        return ": nothing is frozen"
    if seen == 0:
        return ": everything is frozen"
    trainable = [p for p in unique_parameters(evidence) if p.requires_grad]
    return _too_many(trainable, seen, wanted) or f", in {_tensors(trainable)}"


def _too_many(trainable: Sequence[ParameterInfo], seen: int, wanted: int) -> str:
    """The module that has just the surplus; or what lies beside the one that has as many as were expected."""
    sizes: Counter[str] = Counter()
    for parameter in trainable:
        parts = plain_name(parameter.name).split(".")
        sizes.update({".".join(parts[:depth]): parameter.size for depth in range(1, len(parts))})
    surplus = _outermost(name for name, size in sizes.items() if size == seen - wanted)
    if len(surplus) == 1:
        return f": the {seen - wanted:,} too many are those of `{surplus[0]}`"
    right = _outermost(name for name, size in sizes.items() if size == wanted)
    if len(right) != 1:
        return ""
    beside = [p for p in trainable if not is_within(p.name, (right[0],))]
    return f": beside `{right[0]}` there are {_tensors(beside)}"


def _outermost(modules: Iterable[str]) -> list[str]:
    """Those that lie in no other: a module that holds nothing but another one has as many parameters."""
    names = sorted(modules)
    return [name for name in names if not any(is_within(name, (other,)) for other in names if other != name)]


def _tensors(parameters: Sequence[ParameterInfo]) -> str:
    return f"{counted(len(parameters), 'tensor')}: {listed(p.name for p in parameters)}"


@check
def base_untouched(
    model: object, *, backbone: str | None = None, except_: str | Sequence[str] = (), weight: float = 1.0
) -> Finding:
    """Every pretrained parameter outside `except_` is in the model, bit for bit.

    `backbone` names the one that it must hold.
    """
    evidence, prefixes = narrow(model, ModelEvidence, "model"), _prefixes(except_)
    where = _outside(prefixes)
    expected = f"every pretrained parameter{where} is there, bit for bit"
    compared = compare(model, evidence, except_=prefixes, buffers=False)
    if not compared.known or backbone not in (None, *compared.backbones):
        return _unknown(model, evidence, backbone, expected)
    observed = f"{counted(len(compared.equal), 'parameter tensor')}{where}, bit for bit {compared.start}"
    hint = "train only what you added: freeze the rest before the optimizer is made"
    return passed_unless(_not_pretrained(compared, where), compared.strength, observed, expected, hint)


def _unknown(model: object, evidence: ModelEvidence, wanted: str | None, expected: str) -> Finding:
    """There is nothing to compare with: the model is another, or nobody knows what it started from.

    Raises AuthorError where somebody should.
    """
    found = without_weights(evidence)
    if found and wanted in (None, *found):
        if isinstance(model, Observation) and model.loaded is not None:
            raise AuthorError(
                f"nobody knows what {listed(found)} started from: give its `weights` in course.py, or load it in a "
                "given cell"
            )
        words = f"it holds {listed(found)}; grading compares it with what the given cell loads"
        return skipped(Strength.claimed, words, expected)
    return failed(
        Strength.claimed, _no_backbone(model, evidence, wanted), expected, "use the model that is given"
    )


def _no_backbone(model: object, evidence: ModelEvidence, wanted: str | None) -> str:
    name, found = name_of(model, "model"), [root.name for root in roots(evidence)]
    what = f"the backbone `{wanted}`" if wanted else "a backbone"
    there = f"; it holds {listed(found)}" if found else ""
    return f"`{name}` does not hold {what} as it is loaded{there}"


@check
def buffers_untouched(model: object, *, weight: float = 1.0) -> Finding:
    """The backbone's buffers (batch-norm statistics) are as pretrained: it was in eval mode all along."""
    evidence = narrow(model, ModelEvidence, "model")
    expected = "the backbone's batch-norm statistics are the pretrained ones"
    compared = compare(model, evidence, except_=(), buffers=True)
    if not compared.known:
        return _unknown(model, evidence, None, expected)
    problems = _not_pretrained(compared, "", "buffer")
    if compared.changed:
        problems.append("the backbone was in train mode while the head trained")
    observed = f"{counted(len(compared.equal), 'buffer')}, bit for bit {compared.start}"
    hint = (
        "`model.train()` moves batch-norm statistics, frozen or not: call `.eval()` on the backbone after it"
    )
    return passed_unless(problems, compared.strength, observed, expected, hint)
