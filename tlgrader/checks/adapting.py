"""Checks of LoRA: the configuration, and where adapters really sit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed_unless
from tlgrader.checks.narrowing import NotThere, another_kind, narrow, require_present
from tlgrader.checks.stepping import shown_by_a_step
from tlgrader.checks.wording import counted, listed, name_of
from tlgrader.checks.wrapping import is_called, no_adapter, wrapped_again
from tlgrader.evidence.kinds import (
    LoraConfigEvidence,
    LoraLayer,
    ModelEvidence,
)
from tlgrader.evidence.names import LORA_CONFIG, is_adapter, plain_name
from tlgrader.evidence.observation import Observation

EVERY_LAYER = "all-linear"
"""What peft takes for every linear layer; not a pattern, although it is a str."""
_AGAIN = "call `get_peft_model` once, on a fresh backbone: run the cell that loads it again before you wrap it again"


@check
def lora(
    config_or_model: object,
    *,
    r: int,
    alpha: float,
    target_modules: Sequence[str],
    dropout: float | None = None,
    task_type: str | None = None,
    rslora: bool | None = False,
    dora: bool | None = False,
    others_as_peft: bool = False,
    weight: float = 1.0,
) -> Finding:
    """A LoRA configuration, or that of a model's adapter, has these values; what is None may be anything.

    With `others_as_peft` every other option, but for ``modules_to_save``, must be as peft has it.
    """
    wanted = {
        "r": r,
        "lora_alpha": alpha,
        "lora_dropout": dropout,
        "task_type": task_type,
        "use_rslora": rslora,
        "use_dora": dora,
    }
    wanted = {name: value for name, value in wanted.items() if value is not None}
    expected = ", ".join(f"{name}={value}" for name, value in wanted.items() if value is not False)
    expected += f", target_modules={sorted(target_modules)}"
    config = _config(config_or_model, expected)
    problems = [
        *_values(config, wanted),
        *_targets(config, target_modules, _adapted(config_or_model)),
        *(_others(config) if others_as_peft else []),
    ]
    observed = (
        f"r={config.r}, lora_alpha={config.lora_alpha:g}, target_modules={_shown(config.target_modules)}"
    )
    hint = _lora_hint(config, wanted, target_modules)
    return passed_unless(problems, Strength.claimed, observed, expected, hint)


def _config(thing: object, expected: str) -> LoraConfigEvidence:
    """The configuration itself, or that of a model's adapter. Raises NotThere."""
    name = name_of(thing, "config")
    evidence = thing.evidence if isinstance(thing, Observation) else None
    if isinstance(evidence, ModelEvidence):
        evidence = evidence.adapter_config
        if evidence is None:
            said = f"`{name}` has no adapter: `get_peft_model` was not called on it"
            raise NotThere(
                said, expected, "keep what `get_peft_model(backbone, config)` returns under this name"
            )
    if not isinstance(evidence, LoraConfigEvidence):
        require_present(thing, "config", expected)
        raise another_kind(thing, "config", "a LoraConfig", expected)
    kind = evidence.type.rpartition(".")[2]
    if evidence.type != LORA_CONFIG:
        hint = "make it with `LoraConfig(…)`: other classes of peft configure other methods"
        raise NotThere(f"`{name}` is a {kind}, a LoraConfig was expected", expected, hint)
    return evidence


def _values(config: LoraConfigEvidence, wanted: dict[str, Any]) -> list[str]:
    r, alpha = wanted["r"], wanted["lora_alpha"]
    if r != alpha and config.r == alpha and config.lora_alpha == r:
        exchanged = [f"`r` and `lora_alpha` are exchanged: r={config.r}, lora_alpha={config.lora_alpha:g}"]
        wanted = {name: value for name, value in wanted.items() if name not in ("r", "lora_alpha")}
    else:
        exchanged = []
    seen = {name: getattr(config, name) for name in wanted}
    return exchanged + [
        f"`{name}` is {_shown(seen[name])}, {_shown(value)} was expected"
        for name, value in wanted.items()
        if not _same(seen[name], value)
    ]


def _others(config: LoraConfigEvidence) -> list[str]:
    return [
        f"`{name}` is {seen}, and peft's own {usual} was to stay"
        for name, (seen, usual) in config.others.items()
    ]


def _same(seen: object, wanted: object) -> bool:
    if isinstance(seen, str) or isinstance(wanted, str):
        return str(seen) == str(getattr(wanted, "value", wanted))
    return seen == wanted


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return str(list(value))
    return f"{value:g}" if isinstance(value, float) else repr(value)


def _adapted(thing: object) -> set[str]:
    """Where a model has adapters; nowhere for a configuration by itself."""
    evidence = thing.evidence if isinstance(thing, Observation) else None
    return (
        {plain_name(layer.name) for layer in evidence.lora} if isinstance(evidence, ModelEvidence) else set()
    )


def _targets(config: LoraConfigEvidence, wanted: Sequence[str], adapted: set[str]) -> list[str]:
    """Names mean what they mean to peft. A pattern, which is a student's program, is not run: it must name each.

    Where adapters sit in a model settles what a shorter name or a pattern stands for.
    """
    targets = config.target_modules
    if targets == EVERY_LAYER:
        return [f"`target_modules` is {targets!r}, the list {sorted(wanted)} was expected"]
    if _are(adapted, wanted):
        return []
    if isinstance(targets, str):
        unnamed = [name for name in wanted if name not in targets]
        plain = targets.isidentifier()
        if unnamed or plain:
            return [f"`target_modules` is the pattern {targets!r}, the list {sorted(wanted)} was expected"]
        return []
    if _are(targets or (), wanted):
        return []
    seen = sorted({_ending(name, wanted) for name in targets or ()})
    return [f"`target_modules` is {seen}, {sorted(wanted)} was expected"]


def _are(names: Iterable[str], wanted: Sequence[str]) -> bool:
    """Whether each name is one of `wanted`, by itself or as the end of a longer one, and each of those is there."""
    found = [{target for target in wanted if is_called(name, target)} for name in names]
    return all(found) and set().union(*found) == set(wanted)


def _ending(name: str, wanted: Sequence[str]) -> str:
    """The last parts of `name`, as many as the longest of `wanted` has."""
    return ".".join(name.split(".")[-max((target.count(".") + 1 for target in wanted), default=1) :])


def _lora_hint(config: LoraConfigEvidence, wanted: Mapping[str, Any], targets: Sequence[str]) -> str:
    """What the first option does that is not as wanted."""
    named, seen = config.target_modules, {name: getattr(config, name) for name in wanted}
    other = {name for name, value in wanted.items() if not _same(seen[name], value)}
    hints = (
        (
            named == EVERY_LAYER,
            f"{EVERY_LAYER!r} stands for every linear layer but the model's output: name yours",
        ),
        (
            isinstance(named, str),
            "a str in `target_modules` is a pattern for whole names such as `encoder.0.dense`",
        ),
        (
            "use_rslora" in other,
            "with `use_rslora` the update is scaled by `lora_alpha / sqrt(r)`, not by `/ r`",
        ),
        (
            "use_dora" in other,
            "with `use_dora` the layers' magnitudes are trained, too: it is another method",
        ),
        (bool(other & {"r", "lora_alpha"}), "the update of rank `r` is scaled by `lora_alpha / r`"),
        (
            not isinstance(named, str) and not _are(named or (), targets),
            "each linear layer of such a name is adapted",
        ),
        (
            "task_type" in other,
            "by `task_type` peft knows which new head is trained and saved with the adapter",
        ),
        (
            "lora_dropout" in other,
            "the share of an adapter's inputs that is dropped in training; peft's own is 0",
        ),
    )
    return next((hint for applies, hint in hints if applies), "leave the other options out of the call")


@check
@shown_by_a_step
def adapters(
    model: object,
    *,
    target_modules: Sequence[str],
    r: int | None = None,
    alpha: float | None = None,
    config: object = None,
    weight: float = 1.0,
) -> Finding:
    """Adapters sit in every layer of `target_modules` and nowhere else, active, with this rank and alpha.

    With `config` they are to be those of this configuration, whether it is right or not.
    """
    evidence = narrow(model, ModelEvidence, "model")
    expected = f"an active adapter in every layer of {listed(target_modules)} and nowhere else"
    if not evidence.lora:
        return failed(Strength.claimed, no_adapter(model, evidence), expected, _module_hint(evidence))
    used = config.evidence if isinstance(config, Observation) else None
    if isinstance(used, LoraConfigEvidence):
        r, alpha = used.r, used.lora_alpha
    ranks = _ranks(evidence.lora, r, alpha)
    problems = [
        *wrapped_again(model, evidence),
        *_places(evidence, target_modules),
        *ranks,
        *_asleep(evidence),
    ]
    counts = ", ".join(f"{len(_sites(evidence, target))} in `{target}`" for target in target_modules)
    otherwise = f"wrap a fresh backbone with `{name_of(config, 'config')}`" if ranks and used else ""
    hint = _AGAIN if wrapped_again(model, evidence) else otherwise or _module_hint(evidence)
    return passed_unless(problems, Strength.claimed, f"adapters: {counts}", expected, hint)


def _module_hint(evidence: ModelEvidence) -> str:
    if evidence.lora:
        return "`model.print_trainable_parameters()` and `print(model)` show where adapters sit"
    return (
        "`print(model)` shows the names that linear layers have here: `get_peft_model` returns the new model"
    )


def _sites(evidence: ModelEvidence, target: str) -> set[str]:
    """Where layers of this name have an adapter."""
    return {plain_name(layer.name) for layer in evidence.lora if is_called(plain_name(layer.name), target)}


def _places(evidence: ModelEvidence, targets: Sequence[str]) -> list[str]:
    names = {plain_name(module.name) for module in evidence.modules if not is_adapter(module.name)}
    problems = []
    for target in targets:
        bare = sorted({name for name in names if is_called(name, target)} - _sites(evidence, target))
        if bare:
            problems.append(f"no adapter in {counted(len(bare), f'`{target}` layer')}: {listed(bare)}")
        elif not _sites(evidence, target):
            problems.append(f"the model has no layer `{target}`")
    return problems + _elsewhere(evidence, targets)


def _elsewhere(evidence: ModelEvidence, targets: Sequence[str]) -> list[str]:
    places = {plain_name(layer.name) for layer in evidence.lora}
    extra = sorted(place for place in places if not any(is_called(place, target) for target in targets))
    return [f"{counted(len(extra), 'adapter')} where none was asked for: {listed(extra)}"] if extra else []


def _ranks(layers: Iterable[LoraLayer], r: int | None, alpha: float | None) -> list[str]:
    wrong_r = sorted({layer.r for layer in layers if r is not None and layer.r != r})
    wrong_alpha = sorted({layer.alpha for layer in layers if alpha is not None and layer.alpha != alpha})
    problems = [f"adapters have rank {', '.join(map(str, wrong_r))}, {r} was expected"] if wrong_r else []
    if wrong_alpha:
        problems.append(
            f"adapters have alpha {', '.join(f'{a:g}' for a in wrong_alpha)}, {alpha:g} was expected"
        )
    return problems


def _asleep(evidence: ModelEvidence) -> list[str]:
    states = {
        "disabled": [layer.name for layer in evidence.lora if layer.disabled],
        "merged into the base": [layer.name for layer in evidence.lora if layer.merged],
        "not active": [layer.name for layer in evidence.lora if not (layer.active or layer.disabled)],
        "frozen": [p.name for p in evidence.parameters if is_adapter(p.name) and not p.requires_grad],
    }
    return [
        f"{counted(len(names), 'adapter')} {state}: {listed(names, 1)}"
        for state, names in states.items()
        if names
    ]
