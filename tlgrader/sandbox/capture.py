"""What a cell prints and shows, in order: Python's streams, the descriptors 1 and 2, and rich outputs.

Descriptors are captured by a pipe each. Before anything else is put out the pipes are read empty, so that
what a subprocess printed stands where it belongs; a thread reads them too, since a full pipe would stop its
writer.
"""

from __future__ import annotations

import codecs
import io
import os
import select
import signal
import threading
from collections.abc import Callable

from tlgrader.sandbox.messages import Clear, Display, Output, Raised, Returned, Stream, StreamName

RICH_FACTOR = 8
"""Plots and tables may be this many times as long as text."""
_TEXT_PIECE = 8_192
_TICK_S = 0.1
_DESCRIPTORS: dict[StreamName, int] = {"stdout": 1, "stderr": 2}


class Capture:
    """Passes outputs on through `emit`, as long as they are within `limit` bytes; `over` tells when not.

    `over` is called in whichever thread meets the limit; what comes after it is dropped until `begin`.
    """

    def __init__(self, emit: Callable[[Output], None], over: Callable[[], None], limit: int) -> None:
        self._emit, self._over, self._limit = emit, over, limit
        self._owner = os.getpid()
        self._lock = threading.RLock()
        self._pending: list[str] = []
        self._pending_size = 0
        self._stream: StreamName = "stdout"
        self._text = self._rich = 0
        self._is_open = False
        self._pipes: dict[StreamName, int] = {}
        self._decoders = {name: codecs.getincrementaldecoder("utf-8")("replace") for name in _DESCRIPTORS}

    def start(self) -> None:
        """Take over the descriptors 1 and 2, and read them from now on."""
        for name, descriptor in _DESCRIPTORS.items():
            reader, writer = os.pipe()
            os.set_blocking(reader, False)
            os.dup2(writer, descriptor, inheritable=True)
            os.close(writer)
            self._pipes[name] = reader
        os.register_at_fork(
            before=self._lock.acquire, after_in_parent=self._lock.release, after_in_child=self._in_child
        )
        threading.Thread(target=self._read_always, name="tlgrader-output", daemon=True).start()

    def begin(self) -> None:
        """A cell starts: its outputs are counted from nothing."""
        with self._lock:
            self._text = self._rich = 0
            self._is_open = True

    def end(self) -> None:
        """The cell has ended: pass on what is left, drop what comes until the next one."""
        with self._lock:
            self._drain()
            self._flush()
            self._is_open = False

    @property
    def is_over(self) -> bool:
        """Whether the cell has put out more than it may."""
        return self._text > self._limit or self._rich > self._limit * RICH_FACTOR

    def write(self, name: StreamName, text: str) -> None:
        """Text that Python printed. In a forked child it goes through the descriptor."""
        if os.getpid() != self._owner:
            _write_all(_DESCRIPTORS[name], text.encode("utf-8", "replace"))
            return
        with self._lock:
            self._drain()
            self._take(name, text)

    def show(self, output: Display | Returned | Raised | Clear, size: int = 0) -> None:
        """A rich output of about `size` bytes. A traceback is passed on even where too much came before."""
        if os.getpid() != self._owner:
            return
        with self._lock:
            self._drain()
            self._flush()
            self._rich += size
            if self._is_open and (not self.is_over or isinstance(output, Raised)):
                self._emit(output)
        if self.is_over and not isinstance(output, Raised):
            self._over()

    def _in_child(self) -> None:
        self._lock = threading.RLock()

    def _read_always(self) -> None:
        readers = list(self._pipes.values())
        while True:
            select.select(readers, [], [], _TICK_S)
            with self._lock:
                self._drain()
                self._flush()

    def _drain(self) -> None:
        for name, reader in self._pipes.items():
            while data := _read_some(reader):
                self._take(name, self._decoders[name].decode(data))

    def _take(self, name: StreamName, text: str) -> None:
        was_over = self.is_over
        self._text += len(text.encode("utf-8", "replace"))
        if not self._is_open or was_over:
            text = ""
        elif self.is_over:
            text = text[: max(0, len(text) - (self._text - self._limit))]
        self._keep(name, text)
        if self.is_over and self._is_open:
            self._over()

    def _keep(self, name: StreamName, text: str) -> None:
        if name != self._stream:
            self._flush()
            self._stream = name
        self._pending.append(text)
        self._pending_size += len(text)
        if self._pending_size > _TEXT_PIECE:
            self._flush()

    def _flush(self) -> None:
        text = "".join(self._pending).encode("utf-8", "replace").decode()
        self._pending.clear()
        self._pending_size = 0
        if text:
            self._emit(Stream(self._stream, text))


class Printed(io.TextIOBase):
    """`sys.stdout` or `sys.stderr` of a notebook."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, capture: Capture, name: StreamName) -> None:
        self._capture = capture
        self.name = f"<{name}>"
        self._stream: StreamName = name

    def write(self, text: str) -> int:
        """Put out `text`; returns its length."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._capture.write(self._stream, text)
        return len(text)

    def writable(self) -> bool:
        """Yes."""
        return True

    def isatty(self) -> bool:
        """No: progress bars and colours are as in a notebook."""
        return False

    def fileno(self) -> int:
        """The descriptor behind it, for subprocesses."""
        return _DESCRIPTORS[self._stream]

    def close(self) -> None:
        """Stays open: a notebook has one for all its cells."""


def _read_some(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except BlockingIOError:
        return b""


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def interrupt_main_thread() -> None:
    """Have the main thread's alarm handler run now, whichever thread this is."""
    main = threading.main_thread().ident
    if main is not None:
        signal.pthread_kill(main, signal.SIGALRM)
