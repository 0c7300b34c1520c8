"""The reviews: the same split everywhere, nothing shared between splits, nothing damaged goes unnoticed."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tlcourse.data import reviews
from tlcourse.data.archive import Archive
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DataHome]:
    """A home with the real data, read through the home that the machine was set up with or fetched."""
    ready = data_home()
    if not reviews._installed(ready, hidden=True):
        pytest.skip("the reviews are not installed: run `make setup`")
    home = DataHome(tmp_path_factory.mktemp("data"))
    home.write_public(reviews.FILE, ready.read_public(reviews.FILE))
    home.write_public(reviews.NOTICE, ready.read_public(reviews.NOTICE))
    home.write_hidden(reviews.FILE, ready.read_hidden(reviews.FILE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TLGRADER_DATA", str(home.root))
        yield home


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataHome:
    """A home with nothing in it."""
    monkeypatch.setenv("TLGRADER_DATA", str(tmp_path / "data"))
    return data_home()


def test_splits_are_balanced_and_share_nothing(installed: DataHome) -> None:
    splits = [reviews.load("train"), reviews.load("validation"), reviews.hidden()]
    for split in splits:
        assert len(split.texts) == len(split.labels)
        assert int(split.labels.sum()) * 2 == len(split.labels)
    texts = [text.lower() for split in splits for text in split.texts]
    assert len(set(texts)) == len(texts)
    assert [len(split.texts) for split in splits[1:]] == [reviews.HELD_OUT, reviews.HELD_OUT]


def test_the_order_tells_nothing_of_the_class(installed: DataHome) -> None:
    labels = reviews.hidden().labels
    assert 0.4 < (labels[1:] == labels[:-1]).float().mean() < 0.6


def test_the_public_file_holds_no_hidden_sentence(installed: DataHome) -> None:
    public = installed.read_public(reviews.FILE).decode()
    assert not [text for text in reviews.hidden().texts if f'"{text}"' in public]


def test_the_authors_are_named_beside_the_data(installed: DataHome) -> None:
    notice = installed.read_public(reviews.NOTICE).decode()
    assert "Hutto" in notice
    assert "MIT License" in notice


def test_installing_again_changes_nothing(installed: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Archive, "open", lambda *_: pytest.fail("it downloaded again"))
    before = (installed.public / reviews.FILE).stat().st_mtime_ns
    reviews.install()
    assert (installed.public / reviews.FILE).stat().st_mtime_ns == before


def test_damaged_data_is_refused(installed: DataHome, empty: DataHome) -> None:
    empty.write_public(reviews.FILE, installed.read_public(reviews.FILE).replace(b"1\n]", b"0\n]", 1))
    with pytest.raises(MachineError, match=r"public reviews\.json is not the file it should be"):
        reviews.load("train")


def test_without_hidden_data_the_judge_is_told(empty: DataHome) -> None:
    with pytest.raises(MachineError, match="Hidden data exists only where the grader has been set up"):
        reviews.hidden()
    assert not empty.hidden.exists()


def test_another_archive_is_refused(empty: DataHome, tmp_path: Path) -> None:
    archive = tmp_path / reviews.SOURCE.file
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(reviews._LICENCE, "free")
    with pytest.raises(MachineError, match=r"is not vaderSentiment-0\.5\.zip"):
        reviews.install(archive)
    assert not empty.public.exists()


def test_without_a_network_it_says_what_to_do(empty: DataHome, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "ERROR: No matching distribution found\n")
    monkeypatch.setattr(subprocess, "run", lambda *args, **options: failed)
    with pytest.raises(MachineError, match=r"No matching distribution.*needs the network.*copy vader"):
        reviews.install()


def test_the_command_exits_with_one_sentence(
    empty: DataHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["reviews", str(tmp_path / "none.zip")])
    with pytest.raises(SystemExit, match="cannot be read"):
        reviews.main()
