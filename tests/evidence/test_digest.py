"""A digest stands for dtype, shape and bits, and for nothing else of a tensor."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tlgrader.evidence.digest import digest, know

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.bool]
SHAPES = st.lists(st.integers(0, 4), max_size=4).map(tuple)


def _tensor(shape: tuple[int, ...], dtype: torch.dtype, seed: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).integers(0, 100, shape)).to(dtype).reshape(shape)


@settings(deadline=None)
@given(SHAPES, st.sampled_from(DTYPES), st.integers(0, 9))
def test_equal_bits_have_equal_digests(shape: tuple[int, ...], dtype: torch.dtype, seed: int) -> None:
    tensor = _tensor(shape, dtype, seed)
    assert digest(tensor) == digest(tensor.clone())


@settings(deadline=None)
@given(st.sampled_from(DTYPES), st.integers(0, 9))
def test_strides_do_not_matter(dtype: torch.dtype, seed: int) -> None:
    tensor = _tensor((3, 4), dtype, seed)
    assert digest(tensor.t().contiguous().t()) == digest(tensor)
    assert digest(torch.cat([tensor, tensor], 1)[:, :4]) == digest(tensor)


@settings(deadline=None)
@given(st.sampled_from(DTYPES), st.integers(0, 11))
def test_one_changed_number_changes_the_digest(dtype: torch.dtype, place: int) -> None:
    tensor = torch.zeros(12, dtype=dtype)
    changed = tensor.clone()
    changed[place] = 1
    assert digest(changed) != digest(tensor)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[torch.Tensor]:
    """Tensors of all lengths and kinds, known from here on, and no other."""
    monkeypatch.setattr("tlgrader.evidence.digest._KNOWN", {})
    tensors = [
        torch.zeros(1_000),
        torch.arange(33, dtype=torch.uint8),
        torch.empty(0),
        torch.tensor(float("nan")),
    ]
    know(tensors)
    return tensors


def test_a_known_tensor_has_the_same_digest(
    known: list[torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [digest(tensor.clone()) for tensor in known]
    monkeypatch.setattr("tlgrader.evidence.digest._KNOWN", {})
    assert found == [digest(tensor) for tensor in known]


def test_what_is_nearly_a_known_tensor_has_its_own(
    known: list[torch.Tensor], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = known[0].clone()
    other[-1] = -0.0
    known[0][-1] = 1  # what is known is a copy
    others = [other, known[0], known[1].clone().fill_(1), torch.zeros(1_000, dtype=torch.int32)]
    found = [digest(tensor) for tensor in others]
    monkeypatch.setattr("tlgrader.evidence.digest._KNOWN", {})
    assert found == [digest(tensor) for tensor in others]
    assert digest(torch.zeros(1_000)) not in found


def test_dtype_and_shape_count() -> None:
    zeros = torch.zeros(4)
    others = [zeros.reshape(2, 2), torch.zeros(4, dtype=torch.int32), torch.zeros(2, dtype=torch.float64)]
    assert len({digest(tensor) for tensor in [zeros, *others]}) == 4


def test_a_number_without_dimensions_and_an_empty_tensor_have_digests() -> None:
    assert digest(torch.tensor(1.0)) != digest(torch.ones(1))
    assert digest(torch.empty(0)) != digest(torch.empty(0, 3))


def test_negative_zero_and_nan_are_bits() -> None:
    assert digest(torch.tensor(-0.0)) != digest(torch.tensor(0.0))
    assert digest(torch.tensor(float("nan"))) == digest(torch.tensor(float("nan")))


@pytest.mark.parametrize("tensor", [torch.empty(2, device="meta"), torch.eye(2).to_sparse()])
def test_a_tensor_without_bytes_of_its_own_is_refused(tensor: torch.Tensor) -> None:
    with pytest.raises(NotImplementedError):
        digest(tensor)
