"""A course: where everything of it lies, and what it registers with the grader."""

from tlgrader.architectures import Architecture
from tlgrader.course.needs import Needs
from tlgrader.course.paths import Course
from tlgrader.course.registration import (
    Registration,
    preparation_of,
    read_registration,
    register,
    registration_here,
)
from tlgrader.course.symptom import Symptom, serves_graders, tried

__all__ = [
    "Architecture",
    "Course",
    "Needs",
    "Registration",
    "Symptom",
    "preparation_of",
    "read_registration",
    "register",
    "registration_here",
    "serves_graders",
    "tried",
]
