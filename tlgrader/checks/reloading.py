"""Checks of what was saved of an adapter: what lies in the folder, and what it is worth once it is loaded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed_unless
from tlgrader.checks.narrowing import NotThere, narrow, narrow_observation
from tlgrader.checks.wording import counted, cut, describe, listed
from tlgrader.checks.wrapping import no_adapter, wrapped_again
from tlgrader.errors import GraderError
from tlgrader.evidence.kinds import CallableEvidence, FolderEvidence, Missing, ModelEvidence, TensorInfo
from tlgrader.evidence.names import is_adapter
from tlgrader.evidence.observation import Observation

if TYPE_CHECKING:
    import torch

NEAR = 1e-3
"""Two models answer alike whose logits differ by no more than this, as those of two devices may."""


@check
def adapter_reloads(folder: object, model: object, *, weight: float = 1.0) -> Finding:
    """What `save_pretrained` left in a folder is the model's adapter, bit for bit, and its configuration."""
    expected = (
        "the folder holds `adapter_config.json` and `adapter_model.safetensors` with the model's adapter"
    )
    saved, evidence = narrow(folder, FolderEvidence, "folder"), narrow(model, ModelEvidence, "model")
    if not evidence.lora:
        return failed(Strength.claimed, no_adapter(model, evidence), expected, _WRAPPED)
    absent = [n for n in ("adapter_config.json", "adapter_model.safetensors") if not _has(saved, n)]
    if absent:
        return failed(
            Strength.claimed,
            _lies_there(saved, absent),
            expected,
            "the wrapped model writes both: `model.save_pretrained(folder)`",
        )
    problems = [*_saved_config(saved, evidence), *_saved_tensors(saved, evidence)]
    count = counted(len(saved.tensors["adapter_model.safetensors"]), "tensor")
    observed = f"{count} saved, bit for bit the model's, and its configuration"
    return passed_unless(
        problems, Strength.bitwise, observed, expected, "save after training, and save this very model"
    )


def _has(folder: FolderEvidence, name: str) -> bool:
    return name in folder.tensors or name in folder.texts


def _lies_there(folder: FolderEvidence, absent: list[str]) -> str:
    names = [file.name for file in folder.files]
    unreadable = [name for name in absent if name in names]
    if unreadable:
        return f"{listed(unreadable)} in `{folder.path}` cannot be read"
    there = f"it holds {listed(names)}" if names else "it is empty"
    return (
        f"{listed(absent)} {'is' if len(absent) == 1 else 'are'} not in `{folder.path}`: {there}{_why(names)}"
    )


def _why(names: list[str]) -> str:
    if "adapter_model.bin" in names:
        return " (`adapter_model.bin` is a pickle, as `torch.save` and `safe_serialization=False` write it)"
    if any(name.endswith((".pt", ".pth", ".pkl", ".bin")) for name in names):
        return " (a pickled model, not an adapter)"
    if "model.safetensors" in names:
        return " (a whole model, not an adapter)"
    return ""


def _saved_config(folder: FolderEvidence, evidence: ModelEvidence) -> list[str]:
    config, text = evidence.adapter_config, folder.texts["adapter_config.json"]
    if config is None or not isinstance(text, dict):
        return ["`adapter_config.json` is not an adapter's configuration"]
    current = {"r": config.r, "lora_alpha": config.lora_alpha}
    problems = [
        f"`{name}` is {text.get(name)!r} in `adapter_config.json` and {value:g} in the model"
        for name, value in current.items()
        if text.get(name) != value
    ]
    saved, used = text.get("target_modules"), config.target_modules
    same = set(saved) == set(used or ()) if isinstance(saved, list) else saved == used
    return (
        problems
        if same
        else [*problems, "`target_modules` differs between `adapter_config.json` and the model"]
    )


def _saved_tensors(folder: FolderEvidence, evidence: ModelEvidence) -> list[str]:
    saved = {tensor.name: tensor for tensor in folder.tensors["adapter_model.safetensors"]}
    current = _to_be_saved(evidence)
    missing = sorted(current.keys() - saved.keys())
    other = sorted(n for n in current.keys() & saved.keys() if current[n].digest != saved[n].digest)
    problems = []
    if missing:
        problems.append(f"{counted(len(missing), 'tensor')} of the model not saved: {listed(missing)}")
    if other:
        problems.append(f"{counted(len(other), 'saved tensor')} not as in the model: {listed(other)}")
    return problems


def _to_be_saved(evidence: ModelEvidence) -> dict[str, TensorInfo]:
    """The active adapter's and saved modules' tensors, under the names that peft's files give them."""
    names = {layer.adapter for layer in evidence.lora if layer.active}
    return {
        _file_name(p.name, names): p
        for p in evidence.parameters
        if (is_adapter(p.name) or ".modules_to_save." in p.name) and names & set(p.name.split("."))
    }


def _file_name(name: str, adapters: set[str]) -> str:
    """``a.lora_A.default.bias`` -> ``a.lora_A.bias``; ``b.modules_to_save.default.bias`` -> ``b.bias``."""
    parts = name.split(".")
    kept = [part for part in parts if part not in adapters and part != "modules_to_save"]
    joined = ".".join(kept)
    return joined.replace("lora_magnitude_vector.weight", "lora_magnitude_vector")


@check
def answers_alike(
    load: object, model: object, inputs: Mapping[str, object], *, weight: float = 1.0
) -> Finding:
    """The model that the function `load` returns answers `inputs`, lists of numbers by keyword, as `model` does.

    Where `load` puts a saved adapter on a fresh backbone by peft, this shows that what was saved is all that was
    trained, and that peft can load it.
    """
    loading, function = narrow_observation(load, CallableEvidence, "load")
    trained, evidence = narrow_observation(model, ModelEvidence, "model")
    expected = f"the model that `{loading.name}()` returns answers as `{trained.name}` does"
    loaded = loading.source.call(function.handle, [])
    if isinstance(loaded, Missing):
        hint = "; ".join(wrapped_again(trained, evidence)) or _unloadable(loaded.reason)
        return failed(Strength.queried, cut(loaded.reason, 400), expected, hint)
    again = Observation(f"{loading.name}()", loaded, loading.source)
    if not isinstance(loaded, ModelEvidence):
        return failed(Strength.queried, f"`{again.name}` returned {describe(again)}", expected)
    tensors = _numbers(inputs, expected)
    apart = _apart(_logits(again, loaded, tensors, expected), _logits(trained, evidence, tensors, expected))
    observed = f"loaded on a fresh backbone, it answers as `{trained.name}` does, up to {apart:.1g}"
    problems = [] if apart <= NEAR else [_otherwise(apart, loaded, evidence)]
    return passed_unless(problems, Strength.queried, observed, expected, _ALL)


_WRAPPED = (
    "`model` has to be what `get_peft_model` returned, its adapter not merged, when it is saved and checked"
)
_ALL = "save the model that was trained, when it is trained; what is not saved with it, a fresh backbone does not have"


def _unloadable(reason: str) -> str:
    if "Can't find" in reason:
        return (
            "nothing that peft reads lies there: the wrapped model writes it, `model.save_pretrained(folder)`"
        )
    if "KeyError" in reason:
        return "peft needs this tensor, and the file has none: the wrapped model's own `save_pretrained` writes all"
    if "size mismatch" in reason:
        return "the tensors there are not those of the configuration beside them"
    return "what lies there was not written by the wrapped model's `save_pretrained`, or was changed after it"


def _numbers(inputs: Mapping[str, object], expected: str) -> dict[str, torch.Tensor]:
    import torch

    try:
        return {name: torch.as_tensor(values) for name, values in inputs.items()}
    except (AttributeError, TypeError, ValueError, RuntimeError) as error:
        raise NotThere(f"the inputs are no numbers by name: {error}"[:300], expected) from error


def _logits(
    model: Observation, evidence: ModelEvidence, inputs: Mapping[str, torch.Tensor], expected: str
) -> torch.Tensor:
    try:
        return model.source.logits(evidence.handle, inputs)
    except GraderError:
        raise
    except Exception as error:  # a student's model may raise anything
        raise NotThere(f"`{model.name}` cannot be run: {error}"[:500], expected) from error


def _apart(one: torch.Tensor, other: torch.Tensor) -> float:
    """The largest difference of two answers; infinite for other shapes, and where one is not finite."""
    if one.shape != other.shape:
        return math.inf
    apart = (one.double() - other.double()).abs().max().item() if one.numel() else 0.0
    return apart if math.isfinite(apart) else math.inf


def _otherwise(apart: float, loaded: ModelEvidence, evidence: ModelEvidence) -> str:
    """How far the answers are apart, and of which tensors that may come."""
    there = {tensor.name: tensor.digest for tensor in loaded.parameters}
    other = [tensor.name for tensor in evidence.parameters if there.get(tensor.name) != tensor.digest]
    verb = "is" if len(other) == 1 else "are"
    where = (
        f": {counted(len(other), 'parameter tensor')} {verb} not the model's: {listed(other)}"
        if other
        else ""
    )
    return f"loaded on a fresh backbone, it answers otherwise, by up to {apart:.2g}{where}"
