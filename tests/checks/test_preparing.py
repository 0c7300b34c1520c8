"""Transforms are called on made-up pictures, loaders are described, a quiz's form is looked at."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    Dataset,
    IterableDataset,
    RandomSampler,
    Sampler,
    SequentialSampler,
    TensorDataset,
)
from torchvision import transforms
from torchvision.datasets import ImageFolder
from torchvision.transforms import v2

from tests.checks.conftest import Observe
from tlgrader import checks
from tlgrader.checks import live
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.evidence.kinds import LoaderEvidence, decode, encode
from tlgrader.evidence.observe import Observer

Transform = Callable[[torch.Tensor], torch.Tensor]
END: list[Any] = [v2.ToDtype(torch.float32, scale=True), v2.Normalize([0.5] * 3, [0.5] * 3)]
RIGHT = v2.Compose([v2.Resize(32), *END])
RANDOM = v2.Compose(
    [v2.RandomHorizontalFlip(), v2.RandomResizedCrop(32, (0.7, 1)), v2.ColorJitter(0.1), *END]
)


def _each(transform: Transform) -> Transform:
    """The transform, applied picture by picture."""
    return lambda pictures: torch.stack([transform(picture) for picture in pictures])


@pytest.mark.parametrize(
    "transform", [RIGHT, RANDOM, lambda picture: v2.functional.resize(picture, [32, 32]) / 127.5 - 1]
)
def test_normalised_pictures_pass(transform: Transform, observe: Observe) -> None:
    finding = checks.normalised(observe(_each(transform)), size=32)
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.queried)
    assert "black is -1.00" in finding.observed


@pytest.mark.parametrize(
    ("transform", "words"),
    [
        (v2.Compose([v2.Resize(32), END[0]]), "a black picture comes out as 0.00"),
        (v2.Compose([v2.Resize(32), v2.ToDtype(torch.float32), END[1]]), "white picture comes out as 509.00"),
        (v2.Compose([v2.Resize(32), END[0], v2.Normalize([0.485] * 3, [0.229] * 3)]), "comes out as -2.12"),
        (v2.Compose(END), "shape (3, 96, 96)"),
        (v2.Compose([v2.Resize(32), END[1]]), "raised TypeError"),
        (v2.Resize(32), "returned uint8 of shape (2, 3, 32, 32)"),
        (lambda picture: picture.float()[0], "returned float32 of shape (2, 96, 96)"),
        (lambda picture: picture.float() * torch.nan, "(3, 96, 96)"),
        (lambda picture: torch.full((3, 32, 32), torch.nan), "a black picture comes out as nan"),
    ],
)
def test_other_pictures_fail_in_words(transform: Transform, words: str, observe: Observe) -> None:
    finding = checks.normalised(observe(_each(transform)), size=32)
    assert finding.outcome is Outcome.failed
    assert words in finding.observed
    assert "v2.Normalize([0.5] * 3, [0.5] * 3)" in finding.hint


def test_what_returns_no_pictures(observe: Observe) -> None:
    assert "returned a str" in checks.normalised(observe(lambda pictures: "leaf"), size=32).observed
    assert "an int, a function or a DataLoader was expected" in checks.normalised(3, size=32).observed
    assert "is a model" in checks.normalised(observe(nn.Linear(1, 1)), size=32).observed


def test_randomness_is_seen_in_copies_of_one_picture(observe: Observe) -> None:
    flip = v2.Compose([v2.RandomHorizontalFlip(), *END])
    for transform in (RANDOM, flip):
        assert checks.randomness(observe(_each(transform)), random=True).outcome is Outcome.passed
        finding = checks.randomness(observe(_each(transform)), random=False)
        assert finding.outcome is Outcome.failed
        assert "different ways" in finding.observed
    assert "in 2 different ways" in checks.randomness(observe(_each(flip)), random=True).observed


def test_a_fixed_transform_is_not_random(observe: Observe) -> None:
    assert checks.randomness(observe(_each(RIGHT)), random=False).outcome is Outcome.passed
    finding = checks.randomness(observe(_each(RIGHT)), random=True)
    assert finding.outcome is Outcome.failed
    assert "come out all the same" in finding.observed
    assert "raised" in checks.randomness(observe(lambda: 1), random=True).observed


def test_a_check_leaves_the_random_state(observe: Observe) -> None:
    before = torch.get_rng_state()
    checks.randomness(observe(_each(RANDOM)), random=True)
    assert torch.equal(torch.get_rng_state(), before)


class Pictures(Dataset[torch.Tensor]):
    """Ten pictures and a transform, as torchvision's datasets have it."""

    def __init__(self, transform: Any) -> None:
        self.transform = transform

    def __len__(self) -> int:
        return 10

    def __getitem__(self, index: int) -> torch.Tensor:
        raise AssertionError("nothing is to be drawn from a loader that is only looked at")


class Stream(IterableDataset[int]):
    """A dataset without length."""

    def __iter__(self) -> Iterator[int]:
        return iter(())


class Odd(Sampler[int]):
    """A student's own sampler."""

    def __iter__(self) -> Iterator[int]:
        return iter(range(10))

    def __len__(self) -> int:
        return 10


TEN = Pictures(RIGHT)


@pytest.mark.parametrize(
    "loader",
    [
        DataLoader(TEN, batch_size=5, shuffle=True),
        DataLoader(TEN, batch_size=5, sampler=RandomSampler(TEN)),
        DataLoader(TEN, batch_sampler=BatchSampler(RandomSampler(TEN), 5, drop_last=False)),
        DataLoader(TEN, batch_size=5, shuffle=True, drop_last=True),
    ],
)
def test_shuffling_loaders_pass(loader: Any, observe: Observe) -> None:
    finding = checks.loader(observe(loader), examples=10, batch_size=5, shuffled=True)
    assert finding.outcome is Outcome.passed
    assert "in a new random order each epoch" in finding.observed


@pytest.mark.parametrize(
    ("loader", "words"),
    [
        (DataLoader(TEN, batch_size=5), "in the order in which they are stored"),
        (DataLoader(TEN, batch_size=5, sampler=SequentialSampler(TEN)), "in the order in which"),
        (DataLoader(TEN, batch_size=4, shuffle=True, drop_last=True), "`drop_last` leaves out 2 examples"),
        (DataLoader(TEN, batch_size=4, shuffle=True), "its batches have 4 examples"),
        (DataLoader(TEN, sampler=Odd(), batch_size=5), "in an order that its own sampler makes"),
        (DataLoader(Stream(), batch_size=5), "has an unknown number of examples"),
        (DataLoader(TensorDataset(torch.zeros(7)), batch_size=5, shuffle=True), "has 7 examples"),
        ([1, 2], "a list, a DataLoader was expected"),
    ],
)
def test_other_loaders_fail_in_words(loader: Any, words: str, observe: Observe) -> None:
    seen = observe(loader) if isinstance(loader, DataLoader) else loader
    finding = checks.loader(seen, examples=10, batch_size=5, shuffled=True)
    assert finding.outcome is Outcome.failed
    assert words in finding.observed


def test_a_loader_goes_over_the_wire() -> None:
    evidence = Observer().observe(DataLoader(TEN, batch_size=5))
    assert isinstance(evidence, LoaderEvidence)
    assert decode(encode(evidence)) == evidence


def test_a_loaders_transform_is_the_one_of_its_dataset(observe: Observe) -> None:
    for transform, random in ((RANDOM, True), (RIGHT, False)):
        loader = observe(DataLoader(Pictures(transform)))
        assert checks.randomness(loader, random=random).outcome is Outcome.passed
        assert checks.randomness(loader, random=not random).outcome is Outcome.failed
    without = observe(DataLoader(TensorDataset(torch.zeros(2))))
    assert "no attribute 'transform'" in checks.randomness(without, random=True).observed
    broken = observe(DataLoader(Pictures(v2.Normalize([0.5], [0.5]))), "train_loader")
    observed = checks.randomness(broken, random=True).observed
    assert observed.startswith("`train_loader`: its dataset's `transform` raised TypeError")


def test_the_transform_of_an_image_folder_gets_pictures_as_the_folder_gives_them(
    tmp_path: Path, observe: Observe
) -> None:
    (tmp_path / "leaf").mkdir()
    Image.new("RGB", (40, 40)).save(tmp_path / "leaf" / "0.png")
    fixed = transforms.Compose([transforms.Resize((32, 32)), transforms.ToTensor()])  # takes no tensors
    varied = transforms.Compose([transforms.RandomHorizontalFlip(), fixed])
    for transform, random in ((varied, True), (fixed, False)):
        loader = observe(DataLoader(ImageFolder(str(tmp_path), transform)))
        assert checks.randomness(loader, random=random).outcome is Outcome.passed
        assert checks.randomness(loader, random=not random).outcome is Outcome.failed


RIGHT_FORM = {"a": "LoRA", "b": " lora ", "order": ["y", "X"]}


def test_answers_of_the_right_form_pass() -> None:
    assert checks.answers(RIGHT_FORM, ["a", "b"], one_of=["LoRA", "fine-tuning"]).outcome is Outcome.passed
    assert checks.answers(RIGHT_FORM, ["order"], order_of=["x", "y"]).outcome is Outcome.passed


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "`a` is not answered"),
        ("", "`a` is not answered"),
        ("bert", "`a` is 'bert', which is no possible answer"),
        (3, "`a` is 3, which is no possible answer"),
        (..., "`a` is an ellipsis, which is no possible answer"),
        (["LoRA"], "is ['LoRA'], which is no possible answer"),
    ],
)
def test_a_choice_of_wrong_form_says_which(answer: object, words: str) -> None:
    finding = checks.answers({"a": answer}, ["a"], one_of=["LoRA", "fine-tuning"])
    assert finding.outcome is Outcome.failed
    assert words in finding.observed
    assert "'fine-tuning'" in finding.expected


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([], "`order` is not answered"),
        ("xy", "`order` is 'xy', not a list"),
        (["x"], "`order` lacks `y`"),
        (["x", "x"], "`order` lacks `y` and holds `x` more than once"),
        (["x", "z"], "`order` holds 'z', which is no possible entry"),
        (["x", ["y"]], "holds ['y'], which is no possible entry"),
    ],
)
def test_an_order_of_wrong_form_says_how(answer: Sequence[str], words: str) -> None:
    finding = checks.answers({"order": answer}, ["order"], order_of=["x", "y"])
    assert finding.outcome is Outcome.failed
    assert words in finding.observed


def test_answers_that_are_no_dict(observe: Observe) -> None:
    assert "a list, a dict of words was expected" in checks.answers([], ["a"], one_of=["x"]).observed
    strange = checks.answers(observe({"a": object()}), ["a"], one_of=["x"])
    assert "a dict (`a` in it is of type object), a dict of words" in strange.observed


def test_live(capsys: pytest.CaptureFixture[str]) -> None:
    loader = DataLoader(Pictures(RANDOM), batch_size=5, shuffle=True)
    live.loader(loader, examples=10, batch_size=5, shuffled=True)
    live.randomness(loader, random=True)
    live.normalised(_each(RIGHT), size=32)
    live.answers(RIGHT_FORM, ["a"], one_of=["LoRA"])
    out, err = capsys.readouterr()
    assert (out.count("✓"), err) == (4, "")


def _loader_of(labels: list[int]) -> DataLoader[tuple[torch.Tensor, int]]:
    dataset = [(torch.zeros(3, 2, 2), label) for label in labels]
    return DataLoader(dataset, batch_size=2)  # type: ignore[arg-type]


def test_the_labels_of_a_loaders_examples_tell_which_split_it_holds(observe: Observe) -> None:
    training, validation = [0, 1, 1, 0, 1, 0], torch.tensor([1, 0, 0])
    right = checks.labelled_as(observe(_loader_of([1, 0, 0])), validation, others=training)
    assert (right.outcome, right.observed) == (Outcome.passed, "3 examples of this split")
    leaked = checks.labelled_as(observe(_loader_of(training[:3])), validation, others=training)
    assert leaked.outcome is Outcome.failed
    assert leaked.observed == "3 examples of the other split"
    assert "says nothing of new ones" in leaked.hint
    mixed = checks.labelled_as(observe(_loader_of([1, 0, 0, 1])), validation, others=training)
    assert (mixed.outcome, mixed.observed) == (Outcome.failed, "4 examples with other labels")
    without: DataLoader[torch.Tensor] = DataLoader([torch.zeros(1)], batch_size=1)  # type: ignore[arg-type]
    assert "its examples have no labels" in checks.labelled_as(observe(without), validation).observed
