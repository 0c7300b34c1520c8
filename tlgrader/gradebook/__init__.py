"""nbgrader's gradebook: the only importer of nbgrader's API."""

from tlgrader.gradebook.book import GradebookRow, cell_grades, publish, rows, students, sync

__all__ = ["GradebookRow", "cell_grades", "publish", "rows", "students", "sync"]
