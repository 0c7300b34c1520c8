"""Reading what a student handed in, and building the notebook that is graded from it.

Nothing here trusts the file: it may be truncated, huge, a link to somewhere else, or carefully wrong. The
notebook that is graded is built anew from the instructor's cells; of the submission only the text of student
cells and the cells that the student added survive, and what cells showed that need not run again.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from tlgrader.evidence.handed_in import FILE, MAX_BYTES
from tlgrader.notebook.claimed import Pictures, encodable, outputs_in, pictures_in
from tlgrader.notebook.exercise import UNNAMED, Cell, Exercise, Role

NOTEBOOK_BYTES = 20 * 2**20
FILES_BYTES = 20 * 2**20
FILES_COUNT = 200
CELLS = 2_000
MISSING = "# This cell was missing from the submission."


class Unreadable(Exception):
    """The file cannot be read as a notebook; the message says why, in a sentence."""


@dataclass(frozen=True, slots=True)
class SubmittedCell:
    """One cell as it was handed in: `grade_id`, `id`, and what it shows are what the file claims."""

    grade_id: str | None
    id: str | None
    type: str
    text: str
    outputs: tuple[NotebookNode, ...] = ()
    pictures: Pictures = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submission:
    """A student's notebook and the files beside it, as data."""

    student: str
    cells: tuple[SubmittedCell, ...]
    digest: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Why a file beside the notebook is not in `files`: it is a link, or too large."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The notebook that is graded: cells to execute, what had to be put right, and what was left unanswered."""

    cells: tuple[Cell, ...]
    notes: tuple[str, ...]
    unanswered: tuple[str, ...] = ()
    """Cells that hold nothing, or what the release has in them, and behind which the student wrote nothing either."""


def read_bytes(path: Path, limit: int) -> bytes:
    """The content of a regular file that is no link and at most `limit` bytes.

    Raises:
        Unreadable: it is missing, a link, something else than a file, or larger.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise Unreadable(f"the file cannot be opened: {error.strerror}") from error
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("what was handed in is not a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            content = file.read(limit + 1)
    finally:
        os.close(handle)
    if len(content) > limit:
        size = max(status.st_size, limit + 1) / 2**20
        raise Unreadable(f"the file has {size:.0f} MB, more than the {limit // 2**20} MB allowed")
    return content


def read_submission(path: Path, student: str) -> Submission:
    """Read a submitted notebook and the files beside it.

    Raises:
        Unreadable: it is not a notebook of format 4, with the reason.
    """
    content = read_bytes(path, NOTEBOOK_BYTES)
    cells = parse_cells(content)
    files, left_out = _files_beside(path)
    total = hashlib.sha256(content)
    for name in sorted(files):
        total.update(name.encode() + b"\0" + hashlib.sha256(files[name]).digest())
    return Submission(student, cells, total.hexdigest(), files, left_out)


def parse_cells(content: bytes) -> tuple[SubmittedCell, ...]:
    """The cells of a notebook given as bytes; see `read_submission` for what is raised."""
    if not content.strip():
        raise Unreadable("the file is empty")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is not JSON, so not a notebook: {error}") from error
    if not isinstance(data, dict) or "nbformat" not in data:
        raise Unreadable("the file is JSON, but not a notebook: it names no notebook format")
    if data["nbformat"] != 4:
        raise Unreadable(
            f"the notebook has format {str(data['nbformat'])[:20]}; open it in JupyterLab and save it "
            "again to get format 4"
        )
    cells = data.get("cells")
    if not isinstance(cells, list) or len(cells) > CELLS:
        raise Unreadable(f"the notebook has no list of at most {CELLS} cells")
    return tuple(_submitted_cell(cell) for cell in cells if isinstance(cell, dict))


def _submitted_cell(cell: dict[str, Any]) -> SubmittedCell:
    text = cell.get("source", "")
    if isinstance(text, list):
        text = "".join(line for line in text if isinstance(line, str))
    metadata = cell.get("metadata")
    mark = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = mark.get("grade_id") if isinstance(mark, dict) else None
    kind = cell.get("cell_type")
    return SubmittedCell(
        grade_id=grade_id if isinstance(grade_id, str) else None,
        id=cell["id"] if isinstance(cell.get("id"), str) else None,
        type=kind if kind in ("code", "markdown", "raw") else "raw",
        text=encodable(text) if isinstance(text, str) else "",
        outputs=outputs_in(cell.get("outputs")),
        pictures=pictures_in(cell.get("attachments")) if kind == "markdown" else {},
    )


def _files_beside(notebook: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """Small regular files in the submission's folder; and why others were left out, links and large ones."""
    files: dict[str, bytes] = {}
    left_out: dict[str, str] = {}
    training, left = notebook.with_name(FILE), FILES_BYTES
    others = sorted(islice(notebook.parent.rglob("*"), 10 * FILES_COUNT))
    for path in (training, *(path for path in others if path != training)):  # no checkpoint may crowd it out
        if path == notebook or path.suffix == ".ipynb" or not os.path.lexists(path):
            continue
        name = path.relative_to(notebook.parent).as_posix()
        try:
            files[name] = _file_beside(path, MAX_BYTES if path == training else left, len(files))
        except Unreadable as reason:
            left_out[name] = str(reason)
            continue
        left -= 0 if path == training else len(files[name])
    return files, left_out


def _file_beside(path: Path, limit: int, before: int) -> bytes:
    if before >= FILES_COUNT:
        raise Unreadable(f"there are more than {FILES_COUNT} files")
    return read_bytes(path, limit)


def rebuild(exercise: Exercise, submission: Submission) -> Rebuilt:
    """The notebook that is graded: the instructor's cells with the student's text in student cells.

    Cells are matched by grade id, then by nbformat's cell id. Of duplicates the first counts as the cell and
    the others are kept behind it, code as it ran in Jupyter. Cells that match nothing are kept after the cell
    they followed.
    """
    match = _Matching(exercise, submission.cells)
    cells: list[Cell] = list(match.added_after(None))
    for cell in exercise.cells:
        cells.append(_filled(cell, match.first.get(cell.id)))
        cells.extend(match.added_after(cell.id))
    return Rebuilt(tuple(cells), tuple(match.notes()), tuple(match.unanswered()))


def _filled(cell: Cell, submitted: SubmittedCell | None) -> Cell:
    if submitted is None:
        return _empty(cell)
    filled = cell.with_text(submitted.text) if cell.role in (Role.student, Role.written) else cell
    if cell.trains or cell.shows:
        return filled.with_outputs(submitted.outputs)
    return filled.with_pictures(submitted.pictures) if cell.role is Role.written else filled


def _empty(cell: Cell) -> Cell:
    if cell.role not in (Role.student, Role.written):
        return cell
    return cell.with_text(MISSING if cell.node.cell_type == "code" else "")


def _reads_as(submitted: SubmittedCell, cell: Cell) -> bool:
    return submitted.type == cell.node.cell_type and submitted.text.strip() == cell.released.strip()


class _Matching:
    """Which submitted cell is which of the exercise's, in one pass over the submission."""

    def __init__(self, exercise: Exercise, cells: tuple[SubmittedCell, ...]) -> None:
        self._exercise = exercise
        self._known = {cell.id: cell for cell in exercise.cells}
        self._by_node = {str(cell.node.get("id")): cell.id for cell in exercise.cells}
        self.first: dict[str, SubmittedCell] = {}
        self._order: list[str] = []
        self._added: dict[str | None, list[SubmittedCell]] = {}
        self._duplicates: list[str] = []
        for cell in cells:
            self._place(cell)

    def _place(self, cell: SubmittedCell) -> None:
        id = self._identify(cell)
        previous = self._order[-1] if self._order else None
        if id is None:
            self._added.setdefault(previous, []).append(cell)
        elif id not in self.first:
            self.first[id] = cell
            self._order.append(id)
        else:
            self._duplicates.append(id)
            if self._known[id].role in (Role.student, Role.written):
                self._added.setdefault(id, []).append(cell)

    def _identify(self, cell: SubmittedCell) -> str | None:
        if cell.grade_id in self._known:
            return cell.grade_id
        return self._by_node.get(cell.id) if cell.id is not None else self._by_text(cell)

    def _by_text(self, cell: SubmittedCell) -> str | None:
        """The first cell with no id but its place, and not found yet, that reads as this one, which has none either."""
        return next(
            (
                known.id
                for known in self._known.values()
                if known.id.startswith(UNNAMED) and known.id not in self.first and _reads_as(cell, known)
            ),
            None,
        )

    def added_after(self, id: str | None) -> list[Cell]:
        return [_added(cell, f"added-{id or 'top'}-{n}") for n, cell in enumerate(self._added.get(id, []), 1)]

    def unanswered(self) -> Iterator[str]:
        """Cells for an answer, of code or of words, that hold none.

        nbgrader's rule, but fair to who answers beside the cell: a cell that is missing, or that something which the
        student wrote follows, is for a person to judge. So is a task, whose own text is never the answer.
        """
        for id, submitted in self.first.items():
            cell = self._known[id]
            if not cell.node.metadata.get("nbgrader", {}).get("solution"):
                continue
            beside = any(added.text.strip() for added in self._added.get(id, []))
            if submitted.text.strip() in ("", cell.released.strip()) and not beside:
                yield id

    def notes(self) -> list[str]:
        """What was done to the notebook, in sentences for the student and the assistant."""
        notes = []
        for cell in self._exercise.cells:
            notes += self._notes_on(cell, self.first.get(cell.id))
        expected = [cell.id for cell in self._exercise.cells if cell.id in self.first]
        if expected != self._order:
            notes.append("Cells were moved; they were graded in the order of the exercise.")
        for id in dict.fromkeys(self._duplicates):
            notes.append(f"The cell `{id}` was there more than once; {self._fate(id)}.")
        return notes

    def _fate(self, id: str) -> str:
        fates = {
            Role.student: "the first counts as the answer, the others ran after it",
            Role.written: "the first counts as the answer, the others are kept behind it",
        }
        return fates.get(self._known[id].role, "one counts")

    def _notes_on(self, cell: Cell, submitted: SubmittedCell | None) -> list[str]:
        if cell.role is Role.text:
            return []
        if submitted is None:
            fate = "it stays empty" if cell.role in (Role.student, Role.written) else "it was put back"
            return [f"The cell `{cell.id}` is missing; {fate}."]
        notes = []
        if submitted.type != cell.node.cell_type:
            notes.append(f"The cell `{cell.id}` had become a {submitted.type} cell; that was undone.")
        if submitted.grade_id != cell.id and "nbgrader" in cell.node.metadata:
            notes.append(f"The cell `{cell.id}` had lost its grade id; it was recognised by its cell id.")
        if cell.role is Role.given and submitted.text.strip() != cell.source.strip():
            notes.append(f"The given cell `{cell.id}` was changed; it counts as the exercise has it.")
        if cell.role is Role.grade and submitted.text.strip() != cell.released.strip():
            notes.append(f"The checks in `{cell.id}` were changed; they were made as the exercise has them.")
        return notes


def _added(cell: SubmittedCell, id: str) -> Cell:
    make: Mapping[str, Any] = {
        "code": nbformat.v4.new_code_cell,
        "markdown": nbformat.v4.new_markdown_cell,
        "raw": nbformat.v4.new_raw_cell,
    }
    node: NotebookNode = make[cell.type](cell.text)
    # Stable, so that grading the same submission twice writes the same notebook.
    node["id"] = hashlib.sha256(id.encode()).hexdigest()[:12]
    return Cell(id, Role.added, cell.text, 0.0, node).with_pictures(cell.pictures)
