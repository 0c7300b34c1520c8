"""What lies in a submission's folder is read carefully: no links, nothing huge, nothing that blocks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tlgrader.notebook import submission
from tlgrader.notebook.exercise import files_beside
from tlgrader.notebook.submission import Unreadable, read_bytes, read_submission

NOTEBOOK = b'{"nbformat": 4, "cells": []}'


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(NOTEBOOK)
    link = tmp_path / "notebook.ipynb"
    link.symlink_to(secret)
    with pytest.raises(Unreadable, match="cannot be opened"):
        read_submission(link, "mallory")


def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    pipe = tmp_path / "notebook.ipynb"
    os.mkfifo(pipe)
    with pytest.raises(Unreadable, match="not a regular file"):
        read_bytes(pipe, 10)


def test_a_notebook_of_100_mb_is_unreadable_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    with path.open("wb") as file:
        file.truncate(100 * 2**20)
    with pytest.raises(Unreadable, match="the file has 100 MB, more than the 20 MB allowed"):
        read_submission(path, "mallory")


def test_files_beside_the_notebook_come_along_and_links_do_not(tmp_path: Path) -> None:
    (tmp_path / "notebook.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "helpers.py").write_text("x = 1")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("1,2")
    (tmp_path / "passwords").symlink_to("/etc/passwd")
    submission = read_submission(tmp_path / "notebook.ipynb", "ada")
    assert submission.files == {"data/a.csv": b"1,2", "helpers.py": b"x = 1"}
    assert "passwords" in submission.left_out


def test_a_file_beside_the_notebook_changes_the_digest(tmp_path: Path) -> None:
    path = tmp_path / "notebook.ipynb"
    path.write_bytes(NOTEBOOK)
    before = read_submission(path, "ada").digest
    (tmp_path / "helpers.py").write_text("x = 1")
    assert read_submission(path, "ada").digest != before


def test_files_beyond_the_cap_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "FILES_BYTES", 10)
    (tmp_path / "notebook.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "a").write_bytes(b"12345")
    (tmp_path / "b").write_bytes(b"1234567890")
    assert set(read_submission(tmp_path / "notebook.ipynb", "ada").files) == {"a"}


def test_checkpoints_do_not_crowd_a_training_result_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "FILES_BYTES", 100)
    monkeypatch.setattr(submission, "FILES_COUNT", 3)
    (tmp_path / "notebook.ipynb").write_bytes(NOTEBOOK)
    (tmp_path / "training.safetensors").write_bytes(b"t" * 90)
    (tmp_path / "a.pt").write_bytes(b"a" * 60)
    (tmp_path / "b.pt").write_bytes(b"b" * 60)
    for name in ("c", "d", "e"):
        (tmp_path / name).write_bytes(b"")
    read = read_submission(tmp_path / "notebook.ipynb", "ada")
    assert set(read.files) == {"training.safetensors", "a.pt", "c"}
    assert set(read.left_out) == {"b.pt", "d", "e"}
    assert read.left_out["e"] == "there are more than 3 files"


def test_what_running_an_exercise_leaves_behind_is_no_part_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "adapter" / "lora"  # a course may lie anywhere
    for name in (
        "lora.ipynb",
        "helper.py",
        "training.safetensors",
        "adapter/adapter_config.json",
        "m.safetensors",
    ):
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(name)
    assert files_beside(folder / "lora.ipynb") == {
        "helper.py": b"helper.py",
        "m.safetensors": b"m.safetensors",
    }
