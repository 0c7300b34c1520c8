"""A model in a class of the course's own is judged as itself, where that class adds nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import lightning as L
import pytest
import torch
import torchmetrics
from peft import LoraConfig, get_peft_model
from torch import nn
from torchvision.models import resnet18
from transformers import AutoModelForSequenceClassification

from tests.declared import declared
from tests.models.wire import Wire
from tests.models.zoo import BERT
from tlgrader import checks
from tlgrader.architectures import Architecture
from tlgrader.checks.finding import Strength
from tlgrader.evidence.answering import forward
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.models.evaluate import Labelled, measured_accuracy
from tlgrader.rebuilding.logical import CannotRebuild
from tlgrader.rebuilding.rebuild import rebuild

# peft 0.21 asks transformers 5 for an attribute under its old name.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

PICTURES = torch.randn(6, 3, 64, 64, generator=torch.Generator().manual_seed(3))
LABELS = torch.tensor([0, 1, 2, 0, 1, 2])


class LitClassifier(L.LightningModule):
    """As notebooks have it: the network, a loss, a metric."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.accuracy = torchmetrics.Accuracy(task="multiclass", num_classes=3)

    def forward(self, x: torch.Tensor) -> Any:
        """The network's answer."""
        return self.model(x)


class HuggingFaceModelWrapper(nn.Module):
    """Lets a language model answer with logits alone."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> Any:
        """Logits of shape (N, classes)."""
        return self.model(input_ids=input_ids, attention_mask=attention_mask).logits


class Doubling(LitClassifier):
    """One that does add something."""

    def forward(self, x: torch.Tensor) -> Any:
        """Not the network's answer."""
        return 2 * self.model(x)


@pytest.fixture(autouse=True)
def _course() -> Iterator[None]:
    wrappers = {"LitClassifier": "model", "Doubling": "model", "HuggingFaceModelWrapper": "model"}
    architectures = {
        "resnet": Architecture("torchvision:resnet18"),
        "bert": Architecture("transformers:AutoModelForSequenceClassification", {"config": BERT}),
    }
    with declared(architectures, wrappers):
        yield


def _resnet() -> nn.Module:
    torch.manual_seed(0)
    model = resnet18()
    model.fc = nn.Linear(512, 3)
    return model


def _data() -> Labelled:
    return Labelled({"x": PICTURES}, LABELS, {"x": PICTURES[:2]})


def _equal(model: nn.Module, inputs: dict[str, torch.Tensor]) -> bool:
    wire = Wire()
    observation = wire.observe(model)
    assert isinstance(observation.evidence, ModelEvidence)
    with torch.no_grad():
        ours: Any = forward(rebuild(observation), inputs)
    return torch.equal(ours, wire.logits(observation.evidence.handle, inputs))


def test_a_lightning_module() -> None:
    assert _equal(LitClassifier(_resnet()), {"x": PICTURES})
    assert (
        measured_accuracy(Wire().observe(LitClassifier(_resnet())), _data(), 3).strength
        is Strength.recomputed
    )


def test_a_wrapper_around_an_adapted_language_model() -> None:
    model = AutoModelForSequenceClassification.from_config(BERT)
    adapted = get_peft_model(model, LoraConfig(r=2, target_modules=["query"], task_type="SEQ_CLS"))
    tokens = {
        "input_ids": torch.randint(5, 900, (2, 9)),
        "attention_mask": torch.ones(2, 9, dtype=torch.int64),
    }
    assert _equal(HuggingFaceModelWrapper(adapted), tokens)


@pytest.mark.parametrize("wrap", [torch.nn.DataParallel, lambda model: torch.compile(model, backend="eager")])
def test_what_torch_puts_around_a_model(wrap: Any) -> None:
    assert _equal(wrap(_resnet()), {"x": PICTURES})


def test_checks_see_the_architecture_in_a_wrapper() -> None:
    model = LitClassifier(_resnet())
    for parameter in model.model.parameters():
        parameter.requires_grad = False
    model.model.fc.requires_grad_(True)
    observation = Wire().observe(model)
    assert checks.frozen(observation, except_="model.fc").outcome == "passed"
    assert checks.head(observation, classes=3, name="model.fc").outcome == "passed"


def test_a_wrapper_that_adds_something_is_asked_itself() -> None:
    found = measured_accuracy(Wire().observe(Doubling(_resnet())), _data(), 3)
    assert found.strength is Strength.queried
    assert "answers otherwise than in the notebook" in found.note


def test_a_class_that_nobody_registered_is_asked_itself() -> None:
    class Mine(LitClassifier):
        """A student's own."""

    with pytest.raises(CannotRebuild, match=r"the model is a `.*Mine`, a class of the notebook's own"):
        rebuild(Wire().observe(Mine(_resnet())))
    assert measured_accuracy(Wire().observe(Mine(_resnet())), _data(), 3).strength is Strength.queried
