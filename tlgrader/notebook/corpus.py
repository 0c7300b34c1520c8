"""The corpus: what imagined students wrote in which cell, and the verdict that each must get.

A file is Python in the percent format. Its docstring says what the student did, then which items must not
pass; every item that it does not name must pass. It may say, too, words that the student must read of one of them.
Cells that it does not hold are the reference's::

    \"\"\"The head was swapped before freezing, so the new head is frozen too.

    failed: check_swap_head/head, check_swap_head/trainable_parameters
    skipped: check_train_head/accuracy
    says check_swap_head/head: `classifier.weight` does not require a gradient
    \"\"\"
    # %% swap_head
    model.classifier = nn.Linear(1280, 5)
    # %% [markdown] explain_freezing
    Freezing keeps the pretrained features.

Where a verdict depends on a library, a line names the versions for which it holds: ``failed (peft>=0.16): …``.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from packaging.requirements import InvalidRequirement, Requirement

from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.notebook.exercise import Exercise, Role, read_exercise
from tlgrader.notebook.submission import Submission, SubmittedCell

KINDS = ("pass", "partial", "fail", "error", "cheat", "baseline")
_CELL = re.compile(r"^# %%(?: \[markdown\])? *([A-Za-z0-9_-]+)[ \t]*$", re.MULTILINE)
_VERDICT = re.compile(r"^(failed|skipped|error)(?: \(([^)\n]+)\))?: *(.*(?:\n[ \t]+.*)*)", re.MULTILINE)
_SAYS = re.compile(r"^says +(\S+): *(.*(?:\n[ \t]+.*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Sample:
    """One imagined submission. `verdict` maps the items that must not pass to how they must end."""

    name: str
    what: str
    cells: Mapping[str, str]
    verdict: Mapping[str, str] = field(default_factory=dict)
    says: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By item, words that the student must read of it."""

    @property
    def kind(self) -> str:
        """The outcome in its name: one of `KINDS`, or ``reference``."""
        return self.name.split("__")[0]


def read_sample(path: Path) -> Sample:
    """Read one file of the corpus.

    Raises:
        AuthorError: it has no docstring, or a line of its verdict names no versions that can be read.
    """
    text = path.read_text()
    marks = list(_CELL.finditer(text))
    head = text[: marks[0].start()] if marks else text
    try:
        what = ast.get_docstring(ast.parse(head)) or ""
    except SyntaxError:
        what = ""
    if not what:
        raise AuthorError(f"{path.name} begins without a docstring that says what this student did")
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    cells = {m[1]: text[m.end() : end].strip("\n") for m, end in zip(marks, ends, strict=True)}
    story = _SAYS.sub("", _VERDICT.sub("", what)).strip()
    return Sample(path.stem, story, cells, _verdict(what), _says(what))


def read_corpus(course: Course, exercise: str) -> tuple[Sample, ...]:
    """The reference and every sample of the corpus, sorted by name, the reference first.

    Raises:
        AuthorError: a file is wrong, its name has no known outcome, or there is no reference.
    """
    samples = [read_reference(course, read_exercise(course.source(exercise)))]
    for path in sorted(course.corpus(exercise).glob("*.py")):
        sample = read_sample(path)
        if sample.kind not in KINDS:
            raise AuthorError(f"{path.name} must begin with one of {', '.join(KINDS)}, then two underscores")
        samples.append(sample)
    return tuple(samples)


def read_reference(course: Course, exercise: Exercise) -> Sample:
    """The reference: the solution regions of the notebook, and the cells of ``reference.py``, which go before them.

    Raises:
        AuthorError: there is neither, or the file is wrong.
    """
    path, regions = course.reference(exercise.name), exercise.solutions
    if path.is_file():
        sample = read_sample(path)
        return replace(sample, cells={**regions, **sample.cells})
    if not regions:
        raise AuthorError(
            f"tl_solutions/{exercise.name}/reference.py is missing, and the notebook has no solution regions"
        )
    return Sample("reference", "The solution regions of the notebook.", regions)


def as_submission(exercise: Exercise, sample: Sample, reference: Sample) -> Submission:
    """The submission that a student who wrote `sample` hands in.

    Raises:
        AuthorError: it fills a cell that is no student cell of the exercise.
    """
    texts = _texts(exercise, sample, reference)
    cells = tuple(
        SubmittedCell(c.id, str(c.node.get("id")), c.node.cell_type, texts.get(c.id, c.released))
        for c in exercise.cells
    )
    digest = hashlib.sha256("\0".join(cell.text for cell in cells).encode()).hexdigest()
    return Submission(sample.name, cells, digest)


def as_notebook(exercise: Exercise, sample: Sample, reference: Sample) -> NotebookNode:
    """The same as a notebook file has it, to be laid into ``submitted/``."""
    texts = _texts(exercise, sample, reference)
    nodes = [cell.with_text(texts.get(cell.id, cell.released)).node for cell in exercise.cells]
    return nbformat.v4.new_notebook(cells=nodes, metadata=exercise.metadata, nbformat_minor=5)


def _texts(exercise: Exercise, sample: Sample, reference: Sample) -> dict[str, str]:
    texts = {**reference.cells, **sample.cells}
    fillable = exercise.ids(Role.student, Role.written)
    for id in texts:
        if id not in fillable:
            raise AuthorError(f"{sample.name} fills {id!r}; {exercise.name} has {', '.join(fillable)}")
    return texts


def _verdict(text: str) -> dict[str, str]:
    verdict = {}
    for outcome, versions, items in _VERDICT.findall(text):
        if versions and not _are_here(versions):
            continue
        for item in re.split(r"[,\s]+", items.strip()):
            if item:
                verdict[item] = outcome
    return verdict


def _says(text: str) -> dict[str, tuple[str, ...]]:
    says: dict[str, tuple[str, ...]] = {}
    for item, words in _SAYS.findall(text):
        says[item] = (*says.get(item, ()), " ".join(words.split()))
    return says


def _are_here(versions: str) -> bool:
    """Whether a library is installed in one of these versions, as in ``transformers>=4.52``."""
    try:
        asked = Requirement(versions)
        return asked.specifier.contains(version(asked.name), prereleases=True)
    except InvalidRequirement as error:
        raise AuthorError(f"a verdict holds for ({versions}), which names no versions: {error}") from error
    except PackageNotFoundError:
        return False
