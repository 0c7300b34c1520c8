"""How float32 is computed is set, said and put back, in the words of whichever torch is here."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import torch

from tlgrader.evidence import device
from tlgrader.evidence.device import accelerator, exact_products, numerics


@pytest.fixture(params=["this torch", "torch before 2.9"])
def _torch(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both ways in which torch has kept it, with TF32 allowed."""
    if request.param == "torch before 2.9":
        settings = SimpleNamespace(allow_tf32=True), SimpleNamespace(allow_tf32=True)
        old = SimpleNamespace(cuda=SimpleNamespace(matmul=settings[0]), cudnn=settings[1])
        monkeypatch.setattr(torch, "backends", old)
    kept = [(owner, name, getattr(owner, name)) for owner, name, _ in device._float32_settings()]
    for owner, name, before in kept:
        setattr(owner, name, True if isinstance(before, bool) else "tf32")
    yield
    for setting in kept:
        setattr(*setting)


@pytest.mark.usefixtures("_torch")
def test_float32_is_computed_exactly_inside_and_as_before_after() -> None:
    with exact_products():
        assert numerics().startswith("float32 products: ieee, convolutions: ieee, ")
    assert numerics().startswith("float32 products: tf32, convolutions: tf32, ")


def test_no_accelerator_is_said_where_none_can_be_used() -> None:
    assert accelerator() == ("cuda" if torch.cuda.is_available() else "")
