"""The check of what was saved of an adapter."""

from __future__ import annotations

from tlgrader.checks.adapting import no_adapter
from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, failed, passed_unless
from tlgrader.checks.narrowing import NotThere, narrow
from tlgrader.checks.wording import counted, listed
from tlgrader.evidence.kinds import FolderEvidence, ModelEvidence, TensorInfo
from tlgrader.evidence.names import is_adapter


@check
def adapter_reloads(folder: object, model: object, *, weight: float = 1.0) -> Finding:
    """What `save_pretrained` left in a folder is the model's adapter, bit for bit, and its configuration."""
    expected = (
        "the folder holds `adapter_config.json` and `adapter_model.safetensors` with the model's adapter"
    )
    saved, evidence = narrow(folder, FolderEvidence, "folder"), narrow(model, ModelEvidence, "model")
    if not evidence.lora:
        raise NotThere(no_adapter(model, evidence), expected)
    absent = [n for n in ("adapter_config.json", "adapter_model.safetensors") if not _has(saved, n)]
    if absent:
        return failed(
            Strength.claimed, _lies_there(saved, absent), expected, "`model.save_pretrained(folder)`"
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
        return " (`adapter_model.bin` is a pickle: leave `safe_serialization` as it is)"
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
