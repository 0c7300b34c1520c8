"""nbgrader's configuration: its commands and formgrader grade through tlgrader's judge."""

from pathlib import Path

from tlgrader.gradebook.config import configure

c = get_config()  # noqa: F821  (nbgrader defines it)
c.CourseDirectory.course_id = "transfer-learning"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
configure(c)
