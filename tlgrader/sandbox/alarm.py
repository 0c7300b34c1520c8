"""Stopping a cell that meets a limit which the process can survive: time, and length of output."""

from __future__ import annotations

import signal
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from tlgrader.sandbox.capture import interrupt_main_thread


class LimitMet(BaseException):
    """A cell met a limit. Not an Exception: a student's ``except Exception`` must not keep it going."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in place of a traceback."""
        return [f"{type(self).__name__}: {self}", *_where(self)]


class TimeLimit(LimitMet):
    """A cell ran longer than it may."""


class OutputLimit(LimitMet):
    """A cell printed more than it may."""


def _where(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "ipykernel" in frame.filename or "<ipython-input" in frame.filename]
    return [f"It was stopped at line {own[-1].lineno} of a cell: {own[-1].line}"] if own else []


class Alarm:
    """Raises in the main thread when time is up, or when `ring` says that another limit is met."""

    def __init__(self) -> None:
        self._armed = self._held = False
        self._due: LimitMet | None = None
        self._deadline = 0.0
        self._words = ""
        self.met: LimitMet | None = None

    @contextmanager
    def limit(self, seconds: float, words: str) -> Iterator[None]:
        """Raise TimeLimit(`words`) inside the block after `seconds`, unless student code takes SIGALRM."""
        self.met = self._due = None
        self._words, self._deadline = words, time.monotonic() + seconds
        signal.signal(signal.SIGALRM, self._handle)
        self._armed = True
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            self._armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Raise nothing inside this block of the main thread; what came meanwhile is raised after it."""
        if threading.current_thread() is not threading.main_thread() or self._held:
            yield
            return
        self._held = True
        try:
            yield
        finally:
            self._held = False
        self._raise()

    def ring(self, words: str) -> None:
        """Stop the block with OutputLimit(`words`), from any thread, once."""
        if self._armed and self.met is None and self._due is None:
            self._due = OutputLimit(words)
            interrupt_main_thread()

    def _handle(self, _signal: int, _frame: object) -> None:
        if self._armed and time.monotonic() >= self._deadline:
            self._due = TimeLimit(self._words)
        if not self._held:
            self._raise()

    def _raise(self) -> None:
        if self._armed and self._due is not None:
            self.met, self._due = self._due, None
            raise self.met
