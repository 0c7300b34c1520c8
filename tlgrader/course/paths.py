"""Where everything of a course lies. Nobody else joins these names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tlgrader.course.contents import data_beside, data_digest, digest_of, hidden_modules, paths_beside
from tlgrader.errors import AuthorError, UsageError

# nbgrader's rule (no plus sign), and nothing that a shell, a pattern of files or a path reads as something else.
_EXERCISE = re.compile(r"\w(?:[\w .-]*\w)?")
NAME_RULE = "letters, digits and underscores, between them also hyphens, full stops and spaces"
"""What the name of an exercise may hold."""


def module_name(exercise: str) -> str:
    """What an exercise's hidden tests and solutions are named after: ``Problem_Set_1`` for ``Problem-Set 1``.

    Grade cells import the hidden tests by this name, and so it has to be a name in Python.
    """
    name = re.sub(r"\W", "_", exercise)
    return f"_{name}" if name[0].isdigit() else name


@dataclass(frozen=True, slots=True)
class Course:
    """A course folder: the top level that nbgrader, too, calls its course directory."""

    root: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Course:
        """The course that `start` (by default the current folder) lies in.

        Raises:
            UsageError: neither it nor a folder above it holds ``nbgrader_config.py`` and ``source/``.
        """
        start = (start or Path.cwd()).resolve()
        for folder in (start, *start.parents):
            if (folder / "nbgrader_config.py").is_file() and (folder / "source").is_dir():
                return cls(folder)
        raise UsageError(
            f"{start} is not in a course: no folder above it has nbgrader_config.py and source/. "
            "Change to the course folder, or name it with --course."
        )

    def exercises(self) -> list[str]:
        """Names of the exercises, sorted: assignments with one source notebook."""
        return [name for name in self.assignments() if len(self.notebooks(name)) == 1]

    def assignments(self) -> list[str]:
        """Names of nbgrader's assignments, sorted: folders in ``source/`` with a notebook or several."""
        folders = (folder for folder in (self.root / "source").iterdir() if folder.is_dir())
        names = (folder.name for folder in folders if _EXERCISE.fullmatch(folder.name))
        return sorted(name for name in names if self.notebooks(name))

    def notebooks(self, exercise: str) -> list[Path]:
        """The instructor's notebooks in an assignment, as nbgrader finds them, sorted."""
        found = (self.root / "source" / exercise).glob("*.ipynb")
        return sorted(path for path in found if not path.name.startswith("."))

    def require(self, exercise: str) -> str:
        """`exercise`, if the course has it.

        Raises:
            UsageError: it does not, with the names of those that it has.
            AuthorError: it has more than one notebook.
        """
        if exercise not in self.assignments():
            known = ", ".join(self.assignments()) or "none"
            raise UsageError(f"no exercise {exercise!r} in source/; there are: {known}")
        self.source(exercise)
        return exercise

    @staticmethod
    def require_name(exercise: str) -> str:
        """`exercise`, if an exercise may be called so.

        Raises:
            UsageError: it may not, with the rule.
        """
        if not _EXERCISE.fullmatch(exercise):
            raise UsageError(f"an exercise cannot be called {exercise!r}: a name has {NAME_RULE}")
        return exercise

    @property
    def configuration(self) -> Path:
        """nbgrader's configuration."""
        return self.root / "nbgrader_config.py"

    @property
    def registration(self) -> Path:
        """What the course registers with the grader."""
        return self.root / "course.py"

    def source(self, exercise: str) -> Path:
        """The instructor's notebook: the one in the exercise's folder, whatever its name.

        Where there is none yet, the path at which it would be written, named after the exercise.

        Raises:
            AuthorError: there are several.
        """
        found = self.notebooks(exercise)
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            raise AuthorError(
                f"source/{exercise}/ holds {len(found)} notebooks ({names}), and an exercise has one: "
                "move each of the others into a folder of its own in source/, which makes it an exercise"
            )
        return found[0] if found else self.root / "source" / exercise / f"{exercise}.ipynb"

    def notebook(self, exercise: str) -> str:
        """The notebook's name in nbgrader, for which there may be another than for the exercise."""
        return self.source(exercise).stem

    def release(self, exercise: str) -> Path:
        """The student's notebook."""
        return self.root / "release" / exercise / f"{self.notebook(exercise)}.ipynb"

    def submitted(self, exercise: str, student: str) -> Path:
        """The notebook that a student handed in."""
        return self.root / "submitted" / student / exercise / f"{self.notebook(exercise)}.ipynb"

    def autograded(self, exercise: str, student: str) -> Path:
        """The notebook that formgrader shows."""
        return self.root / "autograded" / student / exercise / f"{self.notebook(exercise)}.ipynb"

    def feedback(self, exercise: str, student: str) -> Path:
        """The page that a student gets back."""
        return self.root / "feedback" / student / exercise / f"{self.notebook(exercise)}.html"

    def record(self, exercise: str, student: str) -> Path:
        """Everything kept of grading one submission."""
        return self.root / "records" / exercise / f"{student}.json"

    def graded_notebook(self, exercise: str, student: str) -> Path:
        """The notebook as it ran, with the judge's reasons beside the grade cells."""
        return self.root / "records" / exercise / f"{student}.ipynb"

    def reference(self, exercise: str) -> Path:
        """The reference solution, in the corpus's format."""
        return self.root / "tl_solutions" / module_name(exercise) / "reference.py"

    def measured(self, exercise: str) -> Path:
        """What the reference and the baselines were measured to reach."""
        return self.root / "tl_solutions" / module_name(exercise) / "reference.json"

    def picture(self, exercise: str) -> Path:
        """The distributions in `measured`, with the thresholds between them, drawn."""
        return self.root / "tl_solutions" / module_name(exercise) / "reference.png"

    def hidden_tests(self, exercise: str) -> Path:
        """The module whose functions a grade cell's hidden region calls."""
        return self.root / "grader_tests" / f"{module_name(exercise)}.py"

    def corpus(self, exercise: str) -> Path:
        """The submissions that prove the checks."""
        return self.root / "grader_tests" / "submissions" / module_name(exercise)

    def equivalent(self, exercise: str) -> Path:
        """Which mutants of the reference are no mistakes, and why."""
        return self.corpus(exercise) / "equivalent.toml"

    @property
    def gradebook(self) -> Path:
        """nbgrader's database."""
        return self.root / "gradebook.db"

    @property
    def lock(self) -> Path:
        """The one lock of everything that writes the gradebook."""
        return self.root / "gradebook.db.lock"

    def students(self, exercise: str) -> Iterator[str]:
        """Students with a folder for `exercise` in ``submitted/``, sorted."""
        for folder in sorted(self.root.glob(f"submitted/*/{exercise}")):
            if folder.is_dir():
                yield folder.parent.name

    def exercise_digest(self, exercise: str) -> str:
        """SHA-256 of all that decides a score besides the submission.

        The notebook and the files beside it, the modules of its hidden tests, its numbers, what the course registers.
        """
        notebook, hidden = self.source(exercise), self.hidden_tests(exercise)
        files = {
            "notebook": notebook,
            "course.py": self.registration,
            "reference.json": self.measured(exercise),
            **{f"source/{name}": path for name, path in paths_beside(notebook).items()},
            **{f"grader_tests/{name}": path for name, path in hidden_modules(notebook, hidden).items()},
        }
        data = self.data(exercise)
        return digest_of(files) if data is None else f"{digest_of(files)} {data_digest(data)}"

    def data(self, exercise: str) -> Path | None:
        """The folder of data beside the instructor's notebook, wherever it lies in truth; None where there is none."""
        return data_beside(self.source(exercise))

    def all_data(self) -> tuple[tuple[str, Path], ...]:
        """The folders of data of all exercises that have one, by the exercise's name."""
        found = ((exercise, self.data(exercise)) for exercise in self.exercises())
        return tuple((exercise, folder) for exercise, folder in found if folder is not None)
