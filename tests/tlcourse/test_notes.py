"""Notes and their records: fixed for students, drawn from a secret for the judge, and never the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlcourse.data import notes
from tlgrader.errors import MachineError, UsageError


def test_public_notes_are_the_same_everywhere() -> None:
    train, validation = notes.load("train"), notes.load("validation")
    assert (len(train), len(validation)) == (128, 24)
    assert train[0] == notes.Note(
        "The upper leaves of my fern have had black lines since May.", "fern | upper leaves | black lines"
    )
    assert not {note.record for note in train} & {note.record for note in validation}
    with pytest.raises(UsageError, match="there are train and validation"):
        notes.load("hidden")  # type: ignore[arg-type]


@given(st.integers(min_value=0, max_value=2**128))
def test_hidden_records_are_right_and_no_student_has_them(seed: int) -> None:
    hidden = notes._hidden(seed)
    assert len({note.record for note in hidden}) == notes.HIDDEN_COUNT
    public = {note.record for split in notes.PUBLIC for note in notes.load(split)}
    for text, record in hidden:
        assert record not in public
        assert all(part in text for part in record.split(notes.SEPARATOR))


def test_a_prompt_ends_where_the_answer_begins() -> None:
    assert notes.prompt("My fern is ill.") + notes.answer("fern | stem | red dots") == (
        "Note: My fern is ill.\nRecord: fern | stem | red dots"
    )


def test_hidden_notes_are_those_of_the_installations_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLGRADER_DATA", str(tmp_path))
    notes.install(hidden=False)
    with pytest.raises(MachineError):
        notes.hidden()
    notes.install(hidden=True)
    first = notes.hidden()
    notes.install(hidden=True)
    assert notes.hidden() == first
