"""Leaves: drawn from seeds, hidden by a secret, and replaced by a folder of images."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tlcourse.data import leaf_painter, leaves
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError, UsageError


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataHome:
    monkeypatch.setenv("TLGRADER_DATA", str(tmp_path / "data"))
    monkeypatch.delenv(leaves.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(leaves, "HIDDEN_COUNT", 20)  # drawn anew for each secret
    return data_home()


def _rows(images: torch.Tensor) -> set[bytes]:
    return {image.numpy().tobytes() for image in images}


def test_the_public_splits_are_balanced_normalised_and_always_the_same() -> None:
    train, again = leaves.load("train"), leaves.load("train")
    assert train.images.shape == (200, 3, 96, 96)
    assert train.images.dtype == torch.float32
    assert train.images.min() >= -1
    assert train.images.max() <= 1
    assert torch.bincount(train.labels).tolist() == [40] * 5
    assert train.classes == leaf_painter.CONDITIONS
    assert torch.equal(train.images, again.images)
    assert train.images.data_ptr() != again.images.data_ptr()


def test_no_leaf_is_in_two_sets() -> None:
    leaves.install()
    sets = [leaves.load("train"), leaves.load("validation"), leaves.hidden()]
    assert len(set.union(*(_rows(each.images) for each in sets))) == sum(map(len, sets))


def test_field_photographs_are_sets_of_their_own() -> None:
    leaves.install()
    train, validation, hidden = (
        leaves.load("train", "field"),
        leaves.load("validation", "field"),
        leaves.hidden("field"),
    )
    assert [len(each) for each in (train, validation, hidden)] == [160, 60, 20]
    assert torch.bincount(train.labels).tolist() == [32] * 5
    plain = [leaves.load("train"), leaves.load("validation"), leaves.hidden()]
    sets = [train, validation, hidden, *plain]
    assert len(set.union(*(_rows(each.images) for each in sets))) == sum(map(len, sets))


def test_installed_field_photographs_are_those_that_a_student_draws() -> None:
    drawn = leaves.load("validation", "field")
    leaves.install()
    assert torch.equal(leaves.load("validation", "field").images, drawn.images)


def test_hidden_leaves_come_from_the_secret(home: DataHome) -> None:
    leaves.install()
    first = leaves.hidden()
    leaves.install()
    assert torch.equal(leaves.hidden().images, first.images)
    (home.hidden / leaves.SECRET).unlink()
    leaves.install()
    assert not torch.equal(leaves.hidden().images, first.images)


def test_installed_leaves_are_those_that_a_student_draws() -> None:
    drawn = leaves.load("train")
    leaves.install()
    assert torch.equal(leaves.load("train").images, drawn.images)


def test_the_secret_has_128_bits_that_only_its_owner_reads(home: DataHome) -> None:
    leaves.install()
    secret = home.hidden / leaves.SECRET
    assert len(bytes.fromhex(secret.read_text())) == 16
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.hidden.stat().st_mode) == 0o700
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in home.hidden.iterdir())


def test_of_many_installers_one_wins(home: DataHome) -> None:
    def install_and_read(_: int) -> bytes:
        home.ensure_secret("s")
        return home.read_hidden("s")

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(install_and_read, range(32)))) == 1


def test_reading_hidden_leaves_creates_nothing(home: DataHome) -> None:
    home.public.mkdir(parents=True)
    with pytest.raises(MachineError, match="only where the grader has been set up"):
        leaves.hidden()
    assert list(home.root.iterdir()) == [home.public]


def test_hidden_is_no_public_split() -> None:
    with pytest.raises(UsageError, match="no public split 'hidden'"):
        leaves.load("hidden")


@pytest.mark.parametrize("condition", leaf_painter.CONDITIONS)
def test_a_condition_changes_the_leaf_and_a_seed_repeats_it(condition: str) -> None:
    pictures = [leaf_painter.draw(condition, np.random.default_rng(7)) for _ in range(2)]
    assert pictures[0].shape == (3, 96, 96)
    assert np.array_equal(pictures[0], pictures[1])
    healthy = leaf_painter.draw("healthy", np.random.default_rng(7))
    assert np.array_equal(pictures[0], healthy) is (condition == "healthy")


def _folder(root: Path, split: str, classes: list[str]) -> None:
    for name in classes:
        (root / split / name).mkdir(parents=True)
        Image.new("RGB", (130, 110), "green").save(root / split / name / "leaf.png")


def test_a_folder_of_images_drops_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for split in ("train", "hidden"):
        _folder(tmp_path / "real", split, ["healthy", "scab"])
    monkeypatch.setenv(leaves.FOLDER_VARIABLE, str(tmp_path / "real"))
    with pytest.raises(MachineError, match="should have a folder validation/"):
        leaves.install()
    _folder(tmp_path / "real", "validation", ["healthy", "scab"])
    leaves.install()
    assert leaves.load("train").classes == ("healthy", "scab")
    assert leaves.hidden().images.shape == (2, 3, 96, 96)


def test_a_folder_with_other_classes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for split in ("train", "hidden"):
        _folder(tmp_path / "real", split, ["healthy", "scab"])
    _folder(tmp_path / "real", "validation", ["healthy"])
    monkeypatch.setenv(leaves.FOLDER_VARIABLE, str(tmp_path / "real"))
    with pytest.raises(MachineError, match="has the classes"):
        leaves.install()


def test_a_set_can_be_shown() -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure = leaves.show(leaves.load("train"), count=7)
    assert [text.get_text() in leaves.load("train").classes for text in figure.axes[0].texts] == [True] * 7
    pyplot.close(figure)
