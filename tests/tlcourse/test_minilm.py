"""all-MiniLM-L6-v2: the weights are the right ones, they load without a word, and peft can wrap them."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from tlcourse.backbones import MINILM, load_backbone, load_tokenizer, minilm
from tlgrader.errors import MachineError


@pytest.fixture(scope="module")
def model() -> nn.Module:
    return load_backbone(MINILM, classes=3)


def embed(model: nn.Module, texts: list[str]) -> torch.Tensor:
    """Mean-pooled, normalised token embeddings, as all-MiniLM-L6-v2 was trained to be used."""
    inputs = load_tokenizer(MINILM)(texts, padding=True, return_tensors="pt")
    with torch.no_grad():
        tokens = model.get_submodule("bert")(**inputs).last_hidden_state
    mask = inputs["attention_mask"].unsqueeze(2)
    return nn.functional.normalize((tokens * mask).sum(1) / mask.sum(1), dim=1)


def test_a_paraphrase_is_nearer_than_a_stranger(model: nn.Module) -> None:
    a, paraphrase, stranger = embed(
        model,
        [
            "The film was a waste of money.",
            "I regret paying for that movie.",
            "The tomato leaves show early blight.",
        ],
    )
    assert a @ paraphrase > 0.5
    assert a @ stranger < 0.2


def test_it_is_a_classifier_in_eval_mode(model: nn.Module) -> None:
    inputs = load_tokenizer(MINILM)(["Fine.", "Not so fine."], padding=True, return_tensors="pt")
    assert model(**inputs).logits.shape == (2, 3)
    assert not model.training
    assert all(parameter.requires_grad for parameter in model.parameters())


def test_the_same_seed_gives_the_same_head() -> None:
    heads = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        heads.append(load_backbone(MINILM).get_parameter("classifier.weight"))
    assert torch.equal(heads[0], heads[1])
    assert not torch.equal(heads[0], heads[2])


def test_a_spare_is_what_would_be_loaded_and_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "_SPARE_MODELS", [])
    monkeypatch.setattr(minilm, "_SPARE_TOKENIZERS", [])
    loaded = _drawn()
    minilm.keep_spares()
    with torch.random.fork_rng(devices=[]):
        third = load_backbone(MINILM, classes=3)
    assert third.get_parameter("classifier.weight").shape == (3, 384)
    models = [_drawn() for _ in range(3)]
    assert len({id(model) for model, _ in models}) == 3
    for spare in models:
        assert _states_equal(spare, loaded)
    texts = ["Fine.", "Not so fine, by far."]
    tokenizers = [load_tokenizer(MINILM) for _ in range(2)]
    assert tokenizers[0] is not tokenizers[1]
    assert tokenizers[0](texts)["input_ids"] == tokenizers[1](texts)["input_ids"]


def _drawn() -> tuple[nn.Module, torch.Tensor]:
    """A model that is loaded under a seed, and the random state after that."""
    torch.manual_seed(7)
    return load_backbone(MINILM, classes=2), torch.get_rng_state()


def _states_equal(one: tuple[nn.Module, torch.Tensor], other: tuple[nn.Module, torch.Tensor]) -> bool:
    theirs = other[0].state_dict()
    tensors = one[0].state_dict()
    same = tensors.keys() == theirs.keys() and all(
        torch.equal(tensors[name], theirs[name]) for name in theirs
    )
    return same and vars(one[0]).keys() == vars(other[0]).keys() and torch.equal(one[1], other[1])


def test_loading_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    load_backbone(MINILM, classes=2)
    load_tokenizer(MINILM)
    assert capfd.readouterr() == ("", "")


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
def test_the_name_stays_on_the_backbone_inside_peft() -> None:
    config = LoraConfig(task_type="SEQ_CLS", target_modules=["query", "value"])
    wrapped = get_peft_model(load_backbone(MINILM), config)
    assert wrapped.get_base_model().tlgrader_backbone == MINILM


def test_damaged_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = minilm._folder()
    damaged = tmp_path / "model"
    damaged.mkdir()
    (damaged / "config.json").write_bytes((whole / "config.json").read_bytes())
    weights = bytearray((whole / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (damaged / "model.safetensors").write_bytes(weights)
    monkeypatch.setattr(minilm, "_folder", lambda: damaged)
    with pytest.raises(MachineError, match="is not the file it should be"):
        minilm.load(2)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "gt_no_such_package")
    with pytest.raises(MachineError, match=r"gt-no-such-package.*is missing"):
        minilm.tokenizer()
