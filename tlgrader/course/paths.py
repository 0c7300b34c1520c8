"""Where everything of a course lies. Nobody else joins these names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tlgrader.course.contents import digest_of, hidden_modules, paths_beside
from tlgrader.errors import UsageError

_EXERCISE = re.compile(r"[a-z][a-z0-9_]*")


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
        """Names of the exercises that have a source notebook, sorted."""
        return sorted(
            folder.name
            for folder in (self.root / "source").iterdir()
            if _EXERCISE.fullmatch(folder.name) and self.source(folder.name).is_file()
        )

    def require(self, exercise: str) -> str:
        """`exercise`, if the course has it.

        Raises:
            UsageError: it does not, with the names of those that it has.
        """
        known = self.exercises()
        if exercise not in known:
            raise UsageError(f"no exercise {exercise!r} in source/; there are: {', '.join(known)}")
        return exercise

    @property
    def registration(self) -> Path:
        """What the course registers with the grader."""
        return self.root / "course.py"

    def source(self, exercise: str) -> Path:
        """The instructor's notebook."""
        return self.root / "source" / exercise / f"{exercise}.ipynb"

    def release(self, exercise: str) -> Path:
        """The student's notebook."""
        return self.root / "release" / exercise / f"{exercise}.ipynb"

    def submitted(self, exercise: str, student: str) -> Path:
        """The notebook that a student handed in."""
        return self.root / "submitted" / student / exercise / f"{exercise}.ipynb"

    def autograded(self, exercise: str, student: str) -> Path:
        """The notebook that formgrader shows."""
        return self.root / "autograded" / student / exercise / f"{exercise}.ipynb"

    def feedback(self, exercise: str, student: str) -> Path:
        """The page that a student gets back."""
        return self.root / "feedback" / student / exercise / f"{exercise}.html"

    def record(self, exercise: str, student: str) -> Path:
        """Everything kept of grading one submission."""
        return self.root / "records" / exercise / f"{student}.json"

    def graded_notebook(self, exercise: str, student: str) -> Path:
        """The notebook as it ran, with the judge's reasons beside the grade cells."""
        return self.root / "records" / exercise / f"{student}.ipynb"

    def reference(self, exercise: str) -> Path:
        """The reference solution, in the corpus's format."""
        return self.root / "tl_solutions" / exercise / "reference.py"

    def measured(self, exercise: str) -> Path:
        """What the reference and the baselines were measured to reach."""
        return self.root / "tl_solutions" / exercise / "reference.json"

    def picture(self, exercise: str) -> Path:
        """The distributions in `measured`, with the thresholds between them, drawn."""
        return self.root / "tl_solutions" / exercise / "reference.png"

    def hidden_tests(self, exercise: str) -> Path:
        """The module whose functions a grade cell's hidden region calls."""
        return self.root / "grader_tests" / f"{exercise}.py"

    def corpus(self, exercise: str) -> Path:
        """The submissions that prove the checks."""
        return self.root / "grader_tests" / "submissions" / exercise

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
        return digest_of(files)
