"""What the judge builds answers as the observed model does, to the last bit, or it says why it cannot."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch import nn

from tests.declared import declared
from tests.models.wire import Wire
from tlcourse.backbones import DIGITS_RESNET, EFFICIENTNET_LITE0, MINILM, load_backbone
from tlgrader.architectures import Architecture
from tlgrader.architectures.pristine import pristine
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.rebuilding.logical import CannotRebuild
from tlgrader.rebuilding.rebuild import rebuild

# peft 0.21 asks transformers 5 for an attribute under its old name.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")

IMAGES = {"x": torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(1))}
DIGITS = {"x": torch.randn(8, 1, 28, 28, generator=torch.Generator().manual_seed(2))}
SENTENCES = {
    "input_ids": torch.tensor([[101, 2204, 102]]),
    "attention_mask": torch.ones(1, 3, dtype=torch.int64),
}


@pytest.fixture(autouse=True)
def seeded() -> None:
    """New layers are drawn from one seed."""
    torch.manual_seed(0)


def _vision(classes: int | None = 5) -> Any:
    return load_backbone(EFFICIENTNET_LITE0, classes=classes)


def _lora(targets: tuple[str, ...] = ("query", "value"), **options: Any) -> Any:
    model = load_backbone(MINILM, classes=2)
    given = {"r": 4, "lora_alpha": 16, "lora_dropout": 0.1, "task_type": "SEQ_CLS", **options}
    adapted = get_peft_model(model, LoraConfig(target_modules=list(targets), **given))
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data += 0.02 * torch.randn_like(parameter)
    return adapted


def _assert_equal(model: nn.Module, inputs: Mapping[str, torch.Tensor], at_most: int | None = None) -> None:
    wire = Wire()
    observation = wire.observe(model)
    assert isinstance(observation.evidence, ModelEvidence)
    rebuilt = rebuild(observation)
    with torch.no_grad():
        output = rebuilt(inputs["x"]) if "x" in inputs else rebuilt(**inputs)
    logits = getattr(output, "logits", output)
    assert torch.equal(logits, wire.logits(observation.evidence.handle, inputs))
    assert at_most is None or wire.sent <= at_most
    assert not any(module.training for module in rebuilt.modules())


def test_a_linear_head() -> None:
    model = _vision(None)
    model.classifier = nn.Linear(1280, 5)
    _assert_equal(model, IMAGES, at_most=1281 * 5)


def test_a_sequential_head() -> None:
    model = _vision(None)
    layers = [nn.Dropout(0.5), nn.Linear(1280, 16), nn.BatchNorm1d(16, eps=1e-2), nn.GELU(), nn.Linear(16, 5)]
    model.classifier = nn.Sequential(*layers)
    _assert_equal(model, IMAGES)


def test_a_reset_classifier_with_the_backbone_frozen_and_in_train_mode() -> None:
    model = _vision(None).requires_grad_(False)
    model.reset_classifier(7)
    _assert_equal(model.train(), IMAGES, at_most=1281 * 7)


def test_full_fine_tuning() -> None:
    model = _vision()
    for parameter in model.parameters():
        parameter.data += 1e-3 * torch.randn_like(parameter)
    _assert_equal(model, IMAGES)


def test_adapted_batch_norm_buffers() -> None:
    model = _vision().train()
    with torch.no_grad():
        model(torch.randn(4, 3, 64, 64))
    _assert_equal(model, IMAGES)


def test_a_backbone_inside_a_sequential() -> None:
    act = nn.ReLU()
    _assert_equal(nn.Sequential(_vision(None), act, nn.Linear(1000, 8), act, nn.Linear(8, 5)), IMAGES)


def _digits(classes: int | None = None) -> Any:
    return load_backbone(DIGITS_RESNET, classes=classes)


def test_digits_resnet_as_it_is_sends_nothing() -> None:
    _assert_equal(_digits(), DIGITS, at_most=0)


def test_digits_resnet_with_a_new_head() -> None:
    _assert_equal(_digits(4), DIGITS, at_most=129 * 4)
    model = _digits()
    model.fc = nn.Sequential(nn.Dropout(), nn.Linear(128, 16), nn.ReLU(), nn.Linear(16, 4))
    _assert_equal(model, DIGITS, at_most=129 * 16 + 17 * 4)


def test_digits_resnet_fine_tuned() -> None:
    model = _digits().train()
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    model(DIGITS["x"]).square().sum().backward()
    optimizer.step()
    _assert_equal(model, DIGITS)


def test_digits_resnet_with_adapted_batch_norm_buffers_sends_only_batch_norms() -> None:
    model = _digits()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    with torch.no_grad():
        model.train()(DIGITS["x"])
    _assert_equal(model, DIGITS, at_most=4 * (3 * 64 + 3 * 128) + 6)


def test_a_batch_norms_momentum_has_no_bearing() -> None:
    _assert_equal(_with("momentum", 0.05, "bn1")(), IMAGES)


def test_layers_alone() -> None:
    model = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    _assert_equal(model.append(nn.Linear(4, 5)), IMAGES)


def test_a_head_that_holds_nan() -> None:
    model = _vision()
    model.classifier.weight.data.fill_(float("nan"))
    wire = Wire()
    assert rebuild(wire.observe(model))(IMAGES["x"]).isnan().all()


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"use_rslora": True},
        {"use_dora": True},
        {"rank_pattern": {"value": 8}, "alpha_pattern": {"layer.0.attention.self.query": 1}},
        {"task_type": None, "modules_to_save": ["classifier"]},
        {"task_type": None},
        {"targets": ("query", "attention.output.dense", "layer.0.intermediate.dense")},
    ],
    ids=str,
)
def test_lora(options: dict[str, Any]) -> None:
    _assert_equal(_lora(**options), SENTENCES)


def test_lora_sends_only_what_is_new() -> None:
    _assert_equal(_lora(), SENTENCES, at_most=12 * 4 * 2 * 384 + 385 * 2)


def test_a_merged_and_unloaded_adapter() -> None:
    _assert_equal(_lora().merge_and_unload(), SENTENCES)


def test_a_second_adapter_that_is_not_active() -> None:
    model = _lora()
    model.add_adapter("other", LoraConfig(r=2, target_modules=["key"], task_type="SEQ_CLS"))
    _assert_equal(model, SENTENCES)
    model.set_adapter("other")
    _assert_equal(model, SENTENCES)


def test_the_saved_backbone_and_the_random_state_are_as_before() -> None:
    wire, state = Wire(), torch.get_rng_state()
    before = {name: t.clone() for name, t in pristine(EFFICIENTNET_LITE0).module.state_dict().items()}
    model = _vision()
    model.conv_stem.weight.data.zero_()
    state = torch.get_rng_state()
    rebuild(wire.observe(model))
    after = pristine(EFFICIENTNET_LITE0).module.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert torch.equal(torch.get_rng_state(), state)


class OwnHead(nn.Module):
    """A class of the notebook's own."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The first five features."""
        return x[:, :5]


def _hooked() -> nn.Module:
    model = _vision()
    model.conv_stem.register_forward_hook(lambda *_: None)
    return model


def _patched() -> nn.Module:
    model = _vision()
    model.forward = lambda x: torch.zeros(len(x), 5)
    return model


def _with(name: str, value: object, at: str = "") -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        model = _vision()
        setattr(model.get_submodule(at), name, value)
        return model

    return make


def _merged() -> nn.Module:
    model = _lora()
    model.merge_adapter()
    return model


def _disabled() -> nn.Module:
    model = _lora()
    model.base_model.disable_adapter_layers()
    return model


def _two_active() -> nn.Module:
    model = _lora(task_type=None)
    model.add_adapter("other", LoraConfig(r=2, target_modules=["query"]))
    model.base_model.set_adapter(["default", "other"])
    return model


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("make", "words"),
    [
        (_hooked, "`conv_stem` has 1 forward hook"),
        (_patched, "the model has a `forward` that is not its library's"),
        (_with("classifier", OwnHead()), "`classifier` is a `.*OwnHead`, a class of the notebook's own"),
        (
            _with("classifier", nn.Bilinear(1, 1, 1)),
            "`classifier` is a `.*Bilinear`, which is not a layer",
        ),
        (_with("classifier", None), "the model lacks|has no `classifier` any more"),
        (_with("extra", nn.Parameter(torch.ones(1))), "unexpectedly, the tensor `extra`"),
        (_with("classifier", nn.Linear(1280, 5).double()), "`classifier.weight` is float64"),
        (_with("weight", nn.Parameter(torch.ones(5, 3)), "classifier"), r"of shape \[5, 3\]"),
        (_merged, "adapter in `.*query` is merged into the base"),
        (_disabled, "is disabled"),
        (_two_active, "more than one active adapter"),
    ],
)
def test_what_cannot_be_rebuilt_says_why(make: Callable[[], nn.Module], words: str) -> None:
    with pytest.raises(CannotRebuild, match=words):
        rebuild(Wire().observe(make()))


def test_a_librarys_own_kind_of_layer_with_other_options() -> None:
    model = _vision()
    model.bn1.eps = 0.1
    _assert_equal(model, IMAGES)


class Network(nn.Module):
    """A network of an author's own, which he declares by a function; notebooks define the class, too."""

    def __init__(self) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(3, 4), nn.Linear(4, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Features of shape (N, 3) to logits."""
        logits: torch.Tensor = self.head(self.body(x).relu())
        return logits


def _of_the_notebook() -> type[Network]:
    """The same class as if a cell had defined it."""
    return type("Network", (Network,), {"__module__": "__main__"})


def test_an_authors_own_network() -> None:
    with declared({"network": Architecture(Network)}):
        for kind in (Network, _of_the_notebook()):
            model = kind()
            model.head = nn.Linear(4, 5)
            _assert_equal(model, {"x": torch.randn(6, 3)})


def test_an_authors_own_network_with_a_class_in_it_that_the_author_does_not_have() -> None:
    with declared({"network": Architecture(Network)}):
        model = Network()
        model.head = OwnHead()  # type: ignore[assignment]
        with pytest.raises(CannotRebuild, match=r"`head` is a `.*OwnHead`, a class of the notebook's own"):
            rebuild(Wire().observe(model))


def test_a_mark_that_names_nothing_declared_is_not_followed() -> None:
    model = nn.Linear(2, 2)
    model.tlgrader_backbone = "../../etc"  # type: ignore[assignment]
    assert torch.equal(rebuild(Wire().observe(model)).weight, model.weight)  # type: ignore[arg-type]


def test_a_forward_patched_on_the_librarys_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nn.Linear, "forward", lambda self, x: x[:, :5])
    with pytest.raises(CannotRebuild, match="`classifier` has a `forward` that is not its library's"):
        rebuild(Wire().observe(_vision()))


def test_a_tensor_that_changes_between_observing_and_sending() -> None:
    wire, model = Wire(), _vision()
    observation = wire.observe(model)
    model.classifier.weight.data += 1
    with pytest.raises(CannotRebuild, match=r"`classifier.weight` is not the tensor that was described"):
        rebuild(observation)


def test_a_layer_that_claims_to_be_huge_takes_no_memory() -> None:
    model = _vision()
    model.classifier.in_features = model.classifier.out_features = 10**7
    with pytest.raises(CannotRebuild, match=r"`classifier.weight` is float32 of shape \[5, 1280\]"):
        rebuild(Wire().observe(model))
