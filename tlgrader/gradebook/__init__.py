"""nbgrader's gradebook: the only importer of nbgrader's API."""

from tlgrader.gradebook.book import GradebookRow, publish, rows, sync

__all__ = ["GradebookRow", "publish", "rows", "sync"]
