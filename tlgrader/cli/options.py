"""Options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from tlgrader.course.paths import Course
from tlgrader.errors import UsageError

CORES = len(os.sched_getaffinity(0))
"""The cores that this process may use."""

ExerciseName = Annotated[str, typer.Argument(help="An exercise: the name of its folder in source/.")]
OptionalExercise = Annotated[
    str | None,
    typer.Argument(help="An exercise: the name of its folder in source/; or --all.", show_default=False),
]
Every = Annotated[bool, typer.Option("--all", help="All exercises, in place of one.")]
CourseFolder = Annotated[
    Path | None,
    typer.Option("--course", help="The course folder [default: the one you are in].", show_default=False),
]
Slots = Annotated[
    int,
    typer.Option(
        "--slots", min=1, help="How many submissions at a time, one core each.", show_default="the cores"
    ),
]
NoSandbox = Annotated[
    bool,
    typer.Option("--no-sandbox", help="Run students' code without a wall. Every record then says so."),
]


def course_at(folder: Path | None, exercise: str | None = None) -> Course:
    """The course to work on, which has `exercise`; UsageError where there is none, or it has not."""
    course = Course.find(folder)
    if exercise is not None:
        course.require(exercise)
    return course


def chosen(course: Course, exercise: str | None, *, every: bool) -> list[str]:
    """The exercises to work on: the one that is named, or all; UsageError where it is neither, or both."""
    if (exercise is None) != every:
        raise UsageError("name one exercise, or --all")
    return course.exercises() if exercise is None else [exercise]
