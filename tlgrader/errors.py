"""Errors whose type says whose fault they are.

A student's fault is never an exception of the grader: it is a finding. What is left is the author of an
exercise, the machine, and whoever called a command wrongly. The command line prints each as one sentence.
"""


class GraderError(Exception):
    """Something that ends a command with a sentence for a person, not with a traceback."""

    whose = "the grader"


class AuthorError(GraderError):
    """An exercise, its hidden tests, its reference or its corpus is wrong."""

    whose = "the exercise's author"


class MachineError(GraderError):
    """The machine lacks something: a wall, weights, data, memory, a network at set-up."""

    whose = "this machine"


class UsageError(GraderError):
    """The command was called with something that does not exist or does not fit."""

    whose = "the call"
