"""A data loader described: how it batches, and whether it shuffles. Nothing is drawn from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils import data

from tlgrader.evidence.kinds import LoaderEvidence
from tlgrader.evidence.layers import type_name

MOST_LABELS = 2_000
"""Of so many examples of a dataset the labels are looked at."""
_RANDOM = (data.RandomSampler, data.SubsetRandomSampler, data.WeightedRandomSampler)


def is_loader(value: object) -> bool:
    """Whether `value` is a data loader by its real type."""
    return issubclass(type(value), data.DataLoader)


def dataset_of(loader: Any) -> Callable[[torch.Tensor | None], torch.Tensor]:
    """A function that sends pictures, one by one, through the transform of the dataset; without any, its labels.

    Labels are those of at most `MOST_LABELS` examples, in the dataset's order: the second of the two things that it
    holds for each.

    Datasets have it under the name that torchvision's give it; the function raises where there is none. To those of
    torchvision's own datasets, such as ImageFolder, a picture comes as PIL's, as it does when an epoch is drawn.
    """

    def transform(pictures: torch.Tensor | None = None) -> torch.Tensor:
        if pictures is None:
            return _labels(loader.dataset)
        from torchvision.datasets import VisionDataset
        from torchvision.transforms.functional import to_pil_image

        dataset = loader.dataset
        given = to_pil_image if isinstance(dataset, VisionDataset) else torch.as_tensor
        return torch.stack([dataset.transform(given(picture)) for picture in pictures])

    return transform


def _labels(dataset: Any) -> torch.Tensor:
    return torch.tensor([int(dataset[index][1]) for index in range(min(len(dataset), MOST_LABELS))])


def describe_loader(loader: Any, handle: int) -> LoaderEvidence:
    """Evidence of a data loader; what a sampler of the student's own does stays unknown (None)."""
    batches = loader.batch_sampler
    plain = type(batches) is data.BatchSampler
    sampler = batches.sampler if plain else loader.sampler
    return LoaderEvidence(
        handle=handle,
        type=type_name(type(loader)),
        examples=_length(sampler),
        batch_size=int(batches.batch_size) if plain else None,
        shuffled=_shuffled(sampler) if plain else None,
        drop_last=bool(batches.drop_last) if plain else False,
    )


def _length(sampler: Any) -> int | None:
    try:
        return len(sampler)
    except TypeError:  # a stream has no length
        return None


def _shuffled(sampler: object) -> bool | None:
    if type(sampler) in _RANDOM:
        return True
    return False if type(sampler) is data.SequentialSampler else None
