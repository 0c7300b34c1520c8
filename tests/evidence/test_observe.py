"""The observer says what an object is, and leaves it as it was."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tlgrader.evidence.kinds import (
    Array,
    CallableEvidence,
    Evidence,
    FolderEvidence,
    LoraConfigEvidence,
    Missing,
    ModelEvidence,
    ModuleInfo,
    Opaque,
    OptimizerEvidence,
    Value,
    decode,
    encode,
)
from tlgrader.evidence.observation import NotAsDescribed, Observation, to_argument
from tlgrader.evidence.observe import Observer


def _observe(value: object) -> Evidence:
    evidence = Observer().observe(value)
    assert decode(encode(evidence)) == evidence
    return evidence


def _model(value: nn.Module) -> ModelEvidence:
    evidence = _observe(value)
    assert isinstance(evidence, ModelEvidence)
    return evidence


def _arrived(value: object) -> Any:
    observer = Observer()
    return to_argument(Observation("x", observer.observe(value), observer))


def _root(value: nn.Module) -> ModuleInfo:
    return _model(value).modules[0]


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "text", [1, (2, 3)], {"a": [1.0]}, {0: "cat"}])
def test_plain_values_arrive_as_they_are(value: object) -> None:
    assert _arrived(value) == value


def test_numbers_of_numpy_and_torch_arrive_as_numbers() -> None:
    assert _arrived(torch.tensor(0.5)) == 0.5
    assert _arrived(np.float64(0.5)) == 0.5
    assert _arrived([torch.tensor(1), np.int64(2)]) == [1, 2]
    assert _arrived(torch.Size([1, 5])) == (1, 5)


def test_small_arrays_arrive_as_arrays_of_their_library() -> None:
    tensor, array = torch.arange(6.0).reshape(2, 3).t(), np.arange(3)
    assert torch.equal(_arrived(tensor), tensor)
    assert isinstance(_arrived(array), np.ndarray)
    assert isinstance(_observe(tensor), Array)


def test_large_arrays_are_only_named() -> None:
    evidence = _observe(torch.zeros(1000, 1000))
    assert isinstance(evidence, Opaque)
    assert "(1000, 1000)" in evidence.type


def test_a_model_is_described_by_modules_and_tensors() -> None:
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2), nn.Dropout(0.25))
    model[0].weight.requires_grad = False
    evidence = _model(model)
    assert [module.name for module in evidence.modules] == ["", "0", "1", "2"]
    assert evidence.modules[1].type == "torch.nn.modules.linear.Linear"
    assert evidence.modules[1].options == {"in_features": 3, "out_features": 2, "bias": True}
    assert evidence.modules[3].options == {"p": 0.25}
    assert [p.name for p in evidence.parameters if not p.requires_grad] == ["0.weight"]
    assert [b.name for b in evidence.buffers] == ["1.running_mean", "1.running_var", "1.num_batches_tracked"]
    assert not any(m.foreign or m.patched or m.hooks for m in evidence.modules)


def test_a_shared_module_is_listed_under_each_of_its_names() -> None:
    act = nn.ReLU()
    assert [m.name for m in _model(nn.Sequential(act, nn.Linear(1, 1), act)).modules] == ["", "0", "1", "2"]


def test_a_module_that_contains_itself_is_said_to() -> None:
    model = nn.Sequential(nn.Identity())
    model.add_module("again", model)
    evidence = _observe(model)
    assert isinstance(evidence, Missing)
    assert "contains itself" in evidence.reason


def test_a_lazy_layer_says_that_it_has_no_shape() -> None:
    evidence = _observe(nn.LazyLinear(3))
    assert isinstance(evidence, Missing)
    assert "`weight` has no shape yet" in evidence.reason


def test_a_class_of_the_notebook_is_foreign_even_if_it_says_otherwise() -> None:
    class Own(nn.Linear):
        pass

    assert _root(Own(1, 1)).foreign
    Own.__module__, Own.__qualname__ = "torch.nn.modules.linear", "Linear"
    assert _root(Own(1, 1)).foreign


def test_replaced_forwards_and_hooks_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    hooked, patched = nn.Linear(1, 1), nn.Linear(1, 1)
    hooked.register_forward_hook(lambda *_: None)
    hooked.register_forward_pre_hook(lambda *_: None)
    patched.forward = lambda x: x  # type: ignore[method-assign, assignment]
    assert _root(hooked).hooks == 2
    assert _root(patched).patched
    monkeypatch.setattr(nn.Linear, "forward", lambda self, x: x)
    assert _root(nn.Linear(1, 1)).patched


def test_global_hooks_count_at_the_root() -> None:
    handle = nn.modules.module.register_module_forward_hook(lambda *_: None)
    try:
        assert [m.hooks for m in _model(nn.Sequential(nn.Identity())).modules] == [1, 0]
    finally:
        handle.remove()


def test_patched_parameters_methods_hide_nothing() -> None:
    model = nn.Linear(2, 2)
    model.parameters = lambda recurse=True: iter(())  # type: ignore[method-assign]
    model.named_parameters = lambda *a, **k: iter(())  # type: ignore[method-assign]
    assert [p.name for p in _model(model).parameters] == ["weight", "bias"]


def test_requires_grad_on_a_module_is_noticed() -> None:
    model = nn.Linear(1, 1)
    assert _root(model).requires_grad is None
    model.requires_grad = False  # type: ignore[assignment]
    assert _root(model).requires_grad is False


def test_the_backbone_is_found_by_its_mark() -> None:
    part = nn.Linear(1, 1)
    part.tlgrader_backbone = "some"  # type: ignore[assignment]
    (root,) = _model(nn.Sequential(nn.Identity(), part)).backbones
    assert (root.path, root.name) == ("1", "some")


def test_an_optimizer_holds_the_tokens_of_a_models_parameters() -> None:
    model = nn.Linear(2, 1)
    evidence = _observe(torch.optim.SGD(model.parameters(), lr=0.1, weight_decay=0.01))
    assert isinstance(evidence, OptimizerEvidence)
    (group,) = evidence.groups
    assert (group.lr, group.weight_decay, group.shapes) == (0.1, 0.01, ((1, 2), (1,)))
    assert set(group.tokens) == {p.token for p in _model(model).parameters}


def test_a_lora_configuration() -> None:
    from peft import LoraConfig, TaskType

    evidence = _observe(LoraConfig(r=4, lora_alpha=8, target_modules=["b", "a"], task_type=TaskType.SEQ_CLS))
    assert isinstance(evidence, LoraConfigEvidence)
    assert (evidence.r, evidence.lora_alpha, evidence.task_type) == (4, 8.0, "SEQ_CLS")
    assert evidence.target_modules == ("a", "b")


def test_a_folder_with_what_was_saved(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    save_file({"w": torch.ones(2)}, tmp_path / "a.safetensors")
    (tmp_path / "broken.safetensors").write_bytes(b"no")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "c.json").write_text('{"r": 4}')
    (tmp_path / "link").symlink_to("/etc/passwd")
    evidence = _observe(tmp_path)
    assert isinstance(evidence, FolderEvidence)
    assert [file.name for file in evidence.files] == ["a.safetensors", "broken.safetensors", "deep/c.json"]
    assert evidence.tensors["a.safetensors"][0].name == "w"
    assert "broken.safetensors" not in evidence.tensors
    assert evidence.texts == {"deep/c.json": {"r": 4}}


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    absent, file = _observe(tmp_path / "no"), _observe(tmp_path / "file")
    assert isinstance(absent, Missing)
    assert "does not exist" in absent.reason
    assert file == Opaque("file", f"`{tmp_path / 'file'}`")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"a": 1, "b": torch.eye(3)}, "`b` in it is of type Tensor, with shape (3, 3)"),
        ({"a": [1.0, torch.ones(2)]}, "`a` in it holds what is not plain: Tensor"),
        ({"a": {"b": [object()]}}, "`a` in it holds what is not plain: object"),
        ({"\ud800": object()}, "`?` in it is of type object"),
        ([torch.ones(2)], ""),
    ],
)
def test_what_keeps_a_dict_from_being_plain_is_said(value: object, why: str) -> None:
    evidence = _observe(value)
    assert isinstance(evidence, Opaque)
    assert evidence.why == why
    assert decode(encode(evidence)) == evidence


class _Raises:
    def __getattr__(self, name: str) -> object:
        raise RuntimeError("no")

    def __repr__(self) -> str:
        raise RuntimeError("no")


class _Pretends:
    __class__ = nn.Linear  # type: ignore[assignment]


class _EndlessList(list[object]):
    def __iter__(self) -> Any:
        while True:
            yield 1


class _RaisingModule(nn.Module):
    def __getattribute__(self, name: str) -> object:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "make", [object, _Raises, _Pretends, lambda: _EndlessList([1]), _RaisingModule.__new__]
)
def test_hostile_objects_are_opaque(make: Callable[..., object]) -> None:
    value = make(_RaisingModule) if make is _RaisingModule.__new__ else make()
    assert isinstance(_observe(value), Opaque)


def test_a_function_is_called_and_what_it_raises_is_a_reason() -> None:
    observer = Observer()
    evidence = observer.observe(lambda x: 1 / x)
    assert isinstance(evidence, CallableEvidence)
    assert observer.call(evidence.handle, [2]) == Value(0.5)
    answer = observer.call(evidence.handle, [0])
    assert isinstance(answer, Missing)
    assert "ZeroDivisionError" in answer.reason


def _random_state() -> tuple[object, ...]:
    return random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # type: ignore[index]


def test_nothing_is_changed_by_observing_and_asking() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Dropout(0.5))
    model[1].eval()
    model(torch.ones(2, 3)).sum().backward()
    modes = [m.training for m in model.modules()]
    gradients = [p.grad.clone() for p in model.parameters() if p.grad is not None]
    before, state = Observer().observe(model), _random_state()
    observer = Observer()
    evidence = observer.observe(model)
    assert isinstance(evidence, ModelEvidence)
    first = observer.logits(evidence.handle, {"x": torch.ones(2, 3)})
    assert torch.equal(first, observer.logits(evidence.handle, {"x": torch.ones(2, 3)}))
    assert [m.training for m in model.modules()] == modes
    assert all(torch.equal(p.grad, g) for p, g in zip(model.parameters(), gradients, strict=True))  # type: ignore[arg-type]
    assert _random_state() == state
    assert Observer().observe(model) == before


def test_logits_of_an_output_by_keyword_and_modes_restored_where_the_model_raises() -> None:
    class Output:
        logits = torch.ones(1, 2)

    class Own(nn.Module):
        def forward(self, ids: torch.Tensor) -> object:
            if ids.sum() == 0:
                raise ValueError("zero")
            return Output()

    observer, model = Observer(), Own().train()
    evidence = observer.observe(model)
    assert isinstance(evidence, ModelEvidence)
    assert observer.logits(evidence.handle, {"ids": torch.ones(1)}).tolist() == [[1.0, 1.0]]
    with pytest.raises(ValueError, match="zero"):
        observer.logits(evidence.handle, {"ids": torch.zeros(1)})
    assert model.training


def test_tensors_are_fetched_by_digest_until_forgotten() -> None:
    observer, model = Observer(), nn.Linear(2, 2)
    evidence = observer.observe(model)
    assert isinstance(evidence, ModelEvidence)
    info = evidence.parameters[0]
    observation = Observation("model", evidence, observer)
    assert torch.equal(observation.tensor(info), model.weight)
    with torch.no_grad():
        model.weight.add_(1)
    with pytest.raises(NotAsDescribed, match="is not the tensor"):
        observation.tensor(info)
    observer.forget()
    with pytest.raises(NotAsDescribed, match="could not be fetched"):
        observation.tensor(info)


def test_evidence_with_wrong_types_is_refused() -> None:
    import msgspec

    for data in (b'{"kind":"Nothing"}', b'{"kind":"Opaque","type":3}', b'{"kind":"Opaque"}', b"[]"):
        with pytest.raises(msgspec.ValidationError):
            decode(data)
