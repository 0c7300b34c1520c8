"""What this course tells the grader. Its students install it as a package, too, so it is written there."""

from tlcourse import COURSE

__all__ = ["COURSE"]
