"""Checks of a head, of an optimizer, and of what training did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import (
    Finding,
    Strength,
    failed,
    passed,
    passed_unless,
)
from tlgrader.checks.narrowing import NotThere, another_kind, narrow, require_present
from tlgrader.checks.numbers import is_finite
from tlgrader.checks.pretrained import started_from
from tlgrader.checks.stepping import shown_by_a_step
from tlgrader.checks.wording import counted, describe, listed, name_of
from tlgrader.evidence.kinds import (
    ModelEvidence,
    ModuleInfo,
    OptimizerEvidence,
    ParameterInfo,
)
from tlgrader.evidence.names import is_adapter, is_within, plain_name, unique_parameters


@check
@shown_by_a_step
def head(model: object, *, classes: int, name: str | None = None, weight: float = 1.0) -> Finding:
    """The last linear layer (under `name`, if given) is new, trainable and has `classes` outputs."""
    evidence = narrow(model, ModelEvidence, "model")
    expected = f"a new, trainable linear head with {classes} outputs" + (f" under `{name}`" if name else "")
    layer = _last_linear(evidence, name)
    if layer is None:
        return failed(Strength.claimed, _no_linear(model, evidence, name), expected)
    tensors = [p for p in evidence.parameters if p.name.rpartition(".")[0] == layer.name]
    matrix = next((p for p in tensors if p.name.endswith("weight")), None)
    if matrix is None or len(matrix.shape) != 2:
        said = f"the last linear layer `{layer.name}` has no weight"
        return failed(
            Strength.claimed,
            said,
            expected,
            "make the head a new `nn.Linear`, and leave it whole",
        )
    known = started_from(model, evidence)
    problems = [
        *_outputs(layer, matrix, classes),
        *_not_learning(layer, tensors),
        *_not_new(known, matrix),
    ]
    observed = f"`{plain_name(layer.name)}`: {matrix.shape[1]:,} inputs, {classes} outputs, new and trainable"
    observed += _softmax_after(evidence, layer, name)
    strength = Strength.bitwise if known else Strength.claimed
    return passed_unless(problems, strength, observed, expected, _head_hint(matrix, classes))


def _last_linear(evidence: ModelEvidence, name: str | None) -> ModuleInfo | None:
    layers = [
        module
        for module in evidence.modules
        if module.type.endswith(".Linear")
        and "out_features" in module.options
        and not is_adapter(module.name)
        and "original_module" not in module.name
        and (name is None or is_within(module.name, (name,)))
    ]
    return layers[-1] if layers else None


def _softmax_after(evidence: ModelEvidence, layer: ModuleInfo, name: str | None) -> str:
    """A clause about a softmax behind the head, with which training is slow; not wrong, and not a failure."""
    later = evidence.modules[evidence.modules.index(layer) + 1 :]
    found = [
        f"`{plain_name(module.name)}` ({kind})"
        for module in later
        if (kind := module.type.rpartition(".")[2]) in ("Softmax", "LogSoftmax")
        and (name is None or is_within(module.name, (name,)))
    ]
    if not found:
        return ""
    return (
        f"; after it comes {found[0]}, which belongs to the loss: cross-entropy takes logits and applies it"
    )


def _no_linear(model: object, evidence: ModelEvidence, name: str | None) -> str:
    if name is None:
        return f"`{name_of(model, 'model')}` has no linear layer"
    found = [module.type for module in evidence.modules if plain_name(module.name) == name]
    return (
        f"`{name}` is a {found[-1]} without a linear layer" if found else f"there is no `{name}` in the model"
    )


def _outputs(layer: ModuleInfo, matrix: ParameterInfo, classes: int) -> list[str]:
    rows, said = matrix.shape[0], layer.options.get("out_features")
    if rows == classes:
        return []
    if said == classes:
        return [
            f"`{layer.name}.out_features` was set to {classes}, but its weight still has {rows:,} rows: "
            "setting the attribute does not change the layer"
        ]
    return [f"the last linear layer `{layer.name}` has {counted(rows, 'output')}, not {classes}"]


def _not_learning(layer: ModuleInfo, tensors: list[ParameterInfo]) -> list[str]:
    return [f"`{p.name}` is frozen, so the head cannot learn" for p in tensors if not p.requires_grad][:1]


def _not_new(known: Sequence[Mapping[str, str]], matrix: ParameterInfo) -> list[str]:
    if any(matrix.digest in digests.values() for digests in known):
        return [f"`{matrix.name}` is the pretrained head"]
    return []


def _head_hint(matrix: ParameterInfo, classes: int) -> str:
    return f"assign a new layer, as in `nn.Linear({matrix.shape[1]}, {classes})`, and leave it trainable"


@check
@shown_by_a_step
def optimizer(
    optimizer: object, model: object, *, allow_frozen: bool = False, weight: float = 1.0
) -> Finding:
    """The optimizer updates every trainable parameter of the model, each once, and nothing else.

    With `allow_frozen` it may hold frozen ones, as ``Adam(model.parameters())`` does: without a gradient they stay.
    """
    evidence = narrow(optimizer, OptimizerEvidence, "optimizer")
    owned = {p.token: p for p in unique_parameters(narrow(model, ModelEvidence, "model"))}
    tokens = [token for group in evidence.groups for token in group.tokens]
    held, name = set(tokens), name_of(model, "model")
    missing = [p.name for p in owned.values() if p.requires_grad and p.token not in held]
    idle = [owned[token].name for token in held & owned.keys() if not owned[token].requires_grad]
    strange = [token for token in tokens if token not in owned]
    twice = [owned[token].name for token, times in Counter(tokens).items() if times > 1 and token in owned]
    problems = [
        *_named(missing, "trainable parameter tensor", "not in the optimizer"),
        *_named([] if allow_frozen else sorted(idle), "frozen parameter tensor", "in the optimizer"),
        *_named(twice, "parameter tensor", "in the optimizer more than once"),
        *([f"{counted(len(strange), 'tensor')} in the optimizer are not of `{name}`"] if strange else []),
    ]
    kind = evidence.type.rpartition(".")[2]
    at_rest = f", and holds {counted(len(idle), 'frozen one')}" if idle else ""
    observed = (
        f"{kind} updates {counted(len(held) - len(idle), 'parameter tensor')}{at_rest}, {_rates(evidence)}"
    )
    nothing = "nothing but frozen ones besides" if allow_frozen else "nothing else"
    expected = f"the optimizer holds every trainable parameter of `{name}` once, and {nothing}"
    return passed_unless(
        problems, Strength.claimed, observed, expected, _optimizer_hint(bool(missing and strange))
    )


def _named(names: list[str], noun: str, what: str) -> list[str]:
    if not names:
        return []
    return [f"{counted(len(names), noun)} {what}: {listed(names)}"]


def _rates(evidence: OptimizerEvidence) -> str:
    rates = ", ".join(f"{group.lr:g}" for group in evidence.groups)
    return f"learning rate {rates}" if len(evidence.groups) == 1 else f"learning rates {rates}"


def _optimizer_hint(of_another: bool) -> str:
    if of_another:
        return "was the optimizer made before the head was replaced, or for another model? Make it after."
    return (
        "it should hold all of `[p for p in model.parameters() if p.requires_grad]`, in one group or several: "
        "was it made before some of them were frozen or unfrozen?"
    )


@check
@shown_by_a_step
def in_train_mode(model: object, *, weight: float = 1.0) -> Finding:
    """The model is in train mode, and every dropout layer in it, so that training regularises as configured."""
    evidence = narrow(model, ModelEvidence, "model")
    name = name_of(model, "model")
    off = [m.name for m in evidence.modules if m.type.rpartition(".")[2] == "Dropout" and not m.training]
    if not evidence.modules[0].training:
        problems = [f"`{name}` is in eval mode"]
    else:
        problems = _named(off, "dropout layer", "in eval mode")
    observed = f"`{name}` is in train mode"
    return passed_unless(
        problems, Strength.claimed, observed, f"`{name}` is in train mode", f"`{name}.train()`"
    )


@check
def trained_on(model: object, *, weight: float = 1.0) -> Finding:
    """The model's parameters are on the accelerator; wherever they are, if its process had none."""
    evidence = narrow(model, ModelEvidence, "model")
    devices = sorted({p.device for p in evidence.parameters})
    wanted = evidence.accelerator
    if not wanted:
        words = f"on {listed(devices)}; there was no accelerator, so that any device is right"
        return passed(Strength.claimed, words, "the model is on the accelerator, where there is one")
    away = [p.name for p in evidence.parameters if p.device.split(":")[0] != wanted]
    problems = _named(away, "parameter tensor", f"not on `{wanted}`")
    expected = f"the model is on `{wanted}`"
    return passed_unless(
        problems, Strength.claimed, f"on {listed(devices)}", expected, "`model.to(device())`"
    )


@check
def history(
    history: object, *, keys: Sequence[str] = (), epochs: int | None = None, weight: float = 1.0
) -> Finding:
    """A history (a dict of lists with `keys`, or one list) holds finite numbers, `epochs` in each list."""
    expected = _history_words(keys, epochs)
    series = _series(history, keys, expected)
    problems = [
        problem for name, values in series.items() for problem in _series_problems(name, values, epochs)
    ]
    observed = ", ".join(f"`{name}`: {counted(len(values), 'number')}" for name, values in series.items())
    return passed_unless(problems, Strength.claimed, observed, expected, _history_hint(epochs))


def _history_words(keys: Sequence[str], epochs: int | None) -> str:
    length = f", {epochs} each" if epochs is not None else ""
    return f"finite numbers{length}" + (f" for {listed(keys)}" if keys else "")


def _history_hint(count: int | None) -> str:
    """Neutral: what a list counts, epochs or runs or models, its cell says."""
    total = f", {count} in all" if count is not None else ""
    return f"each list starts empty, once, and gets one plain number at a time, as `.item()` gives it{total}"


def _series(history: object, keys: Sequence[str], expected: str) -> dict[str, list[Any]]:
    if isinstance(history, list | tuple) and not keys:
        return {"history": list(history)}
    if not isinstance(history, Mapping):
        require_present(history, "history", expected)
        raise another_kind(history, "history", "a dict of lists" if keys else "a list", expected)
    missing = [key for key in keys if key not in history]
    if missing:
        said = f"the history has no {listed(missing)}; it has {listed(map(str, history))}"
        raise NotThere(said, expected, "it needs each of these keys, spelt like this")
    chosen = {str(key): history[key] for key in (keys or history)}
    strange = [f"`{key}` is {describe(values)}" for key, values in chosen.items() if not _is_list(values)]
    if strange:
        said = f"{'; '.join(strange)}, lists were expected"
        raise NotThere(said, expected, "begin each with `[]`, and append one plain number at a time")
    return {key: list(values) for key, values in chosen.items()}


def _is_list(values: object) -> bool:
    return isinstance(values, list | tuple)


def _series_problems(name: str, values: list[Any], epochs: int | None) -> list[str]:
    problems = []
    if not values and not epochs:
        problems.append(f"`{name}` is empty")
    if epochs is not None and len(values) != epochs:
        seen = counted(len(values), "entry", "entries")
        problems.append(f"`{name}` has {seen}, {epochs} were expected")
    strange = [value for value in values if not is_finite(value)]
    if strange:
        problems.append(f"`{name}` holds {strange[0]!r:.60}, which is not a finite number")
    return problems
