"""Everything that set-up has to fetch, verify or make, once."""

from __future__ import annotations

from collections.abc import Iterator

from tlgrader.course import Symptom, serves_graders, tried
from tlgrader.data_home import data_home


def install(*, hidden: bool) -> Iterator[str]:
    """Fetch, verify and split the data, yielding a line for each; quick where it is all there.

    What is `hidden` is for graders: no student's machine has it.

    Raises:
        MachineError: there is no network, or what came is not what was expected.
    """
    from tlcourse.backbones import smollm2
    from tlcourse.data import digits, leaves, notes, reviews

    part = "public and hidden" if hidden else "public"
    leaves.install(hidden=hidden)
    yield f"Leaves: {part} ones, in {data_home().root}"
    reviews.install(hidden=hidden)
    yield f"Reviews: {part} sentences of the VADER study, in {data_home().root}"
    digits.install(hidden=hidden)
    yield f"Digits: {part} ones of MNIST and Optdigits, in {data_home().root}"
    notes.install(hidden=hidden)
    smollm2.install()
    yield f"SmolLM2: a decoder of 135 million parameters, in {data_home().public / smollm2.FOLDER}"


def examine() -> Iterator[Symptom]:
    """Look at the data; at the hidden ones only where somebody grades, for no student may have them."""
    setup = "tlgrader setup --grader" if serves_graders() else "tlgrader setup"
    yield tried("data", _found, f"run `{setup}` where PyPI can be reached")
    if serves_graders():
        yield tried("hidden data", _hidden, f"run `{setup}` where PyPI can be reached")


def _found() -> str:
    from tlcourse.backbones import smollm2
    from tlcourse.data import digits, leaves, notes, reviews

    smollm2.folder()
    kinds = [
        f"{len(leaves.load('train'))} leaves",
        f"{len(reviews.load('train').texts)} reviews",
        f"{len(digits.load('train').labels)} digits",
        f"{len(notes.load('train'))} notes",
    ]
    return f"{', '.join(kinds)} to train on"


def _hidden() -> str:
    from tlcourse.data import digits, notes, reviews

    reviews.hidden(), digits.hidden("optdigits"), notes.hidden()
    return str(data_home().hidden)
