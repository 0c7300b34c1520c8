"""Notes on ill plants and what is recorded of each: a task for a decoder, drawn from seeds.

A note is a gardener's; its record names plant, part and sign, in that order. The decoder as it was published writes
none of them right. Train and validation notes come from public seeds. Hidden ones come from this installation's
secret: other plants and sentences than the public ones are among them, and no record that students have.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, NamedTuple

from tlgrader.data_home import data_home
from tlgrader.errors import UsageError

SECRET = "notes.seed"
HIDDEN_COUNT = 60
SEPARATOR = " | "
Split = Literal["train", "validation"]
PUBLIC: Mapping[Split, tuple[int, int]] = {"train": (1, 128), "validation": (2, 24)}
"""The seed of each public split, and how many notes it has."""

PLANTS = (
    *("tomato", "basil", "rose", "maple", "fern", "lemon tree", "pepper", "potato", "bean", "cucumber"),
    *("mint", "lettuce", "grape vine", "strawberry", "sunflower", "tulip"),
)
HIDDEN_PLANTS = ("birch", "apple tree", "parsley", "cabbage", "pear tree", "daisy", "pumpkin", "violet")
PARTS = ("lower leaves", "upper leaves", "young shoots", "stem", "flowers", "roots", "leaf tips", "buds")
SIGNS = (
    *("yellow spots", "brown edges", "white powder", "small holes", "black lines", "sticky drops"),
    *("grey mould", "red dots", "pale veins", "dry patches"),
)
SENTENCES = (
    "The {part} of my {plant} have had {sign} since {when}.",
    "Since {when} I see {sign} on the {part} of the {plant} by the window.",
    "My {plant} is ill: there are {sign} on its {part}.",
    "What is wrong with my {plant}? Its {part} show {sign}.",
    "After the rain, {sign} came up on the {part} of our {plant}.",
    "I found {sign} on the {part} of another {plant} after {when}.",
)
HIDDEN_SENTENCES = (
    "Look at the {plant} in the corner, at its {part}: {sign} again.",
    "A neighbour says that {sign} on the {part} of a {plant} are harmless.",
)
WHEN = ("Monday", "last week", "the storm", "May", "Easter")


class Note(NamedTuple):
    """A note and what is recorded of it: the prompt, and what a model is to write after it."""

    text: str
    record: str


def load(split: Split) -> list[Note]:
    """Return the public notes of a split: 128 of "train" or 24 of "validation". Raises UsageError for any other."""
    if split not in PUBLIC:
        raise UsageError(f"there is no public split {split!r}; there are {' and '.join(PUBLIC)}")
    return list(_public()[split])


def prompt(text: str) -> str:
    """What stands before a record: the note, and the word that asks for it."""
    return f"Note: {text}\nRecord:"


def answer(record: str) -> str:
    """What is to follow a prompt, up to the token that ends a text."""
    return f" {record}"


def hidden() -> list[Note]:
    """Return the notes for grading, in the judge; raises MachineError elsewhere, as in every sandbox."""
    return list(_hidden(int(data_home().read_hidden(SECRET), 16)))


def install(*, hidden: bool) -> None:
    """Make the secret that hidden notes are drawn from, unless there is one; a student's machine has none."""
    if hidden:
        data_home().ensure_secret(SECRET)


@cache
def _public() -> dict[Split, tuple[Note, ...]]:
    seen: set[tuple[str, ...]] = set()
    return {split: tuple(_draw(seed, count, seen)) for split, (seed, count) in PUBLIC.items()}


@cache
def _hidden(seed: int) -> tuple[Note, ...]:
    seen = {tuple(note.record.split(SEPARATOR)) for notes in _public().values() for note in notes}
    return tuple(_draw(seed, HIDDEN_COUNT, seen, (*PLANTS, *HIDDEN_PLANTS), (*SENTENCES, *HIDDEN_SENTENCES)))


def _draw(
    seed: int,
    count: int,
    seen: set[tuple[str, ...]],
    plants: Sequence[str] = PLANTS,
    sentences: Sequence[str] = SENTENCES,
) -> Iterator[Note]:
    """So many notes, none whose record was `seen`; the same ones for the same seed."""
    choose = random.Random(seed).choice
    drawn = 0
    while drawn < count:
        record = choose(plants), choose(PARTS), choose(SIGNS)
        text = choose(sentences).format(plant=record[0], part=record[1], sign=record[2], when=choose(WHEN))
        if record not in seen:
            seen.add(record)
            drawn += 1
            yield Note(text, SEPARATOR.join(record))
