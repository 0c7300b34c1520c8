"""Weight files that are what they should be, and libraries that load them without a word."""

import contextlib
import hashlib
import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tlgrader.errors import MachineError


def verified(path: Path, sha256: str) -> Path:
    """Return ``path`` if its content has this SHA-256 (hexadecimal); raise MachineError if not."""
    try:
        state = path.stat()
        found = _sha256(path, state.st_size, state.st_mtime_ns)
    except OSError as error:
        raise MachineError(f"{path} cannot be read ({error.strerror}). Install tlgrader again.") from error
    if found != sha256:
        raise MachineError(
            f"{path} is not the file it should be: its SHA-256 is {found}, expected {sha256}. "
            "Install the package that it belongs to again."
        )
    return path


@cache
def _sha256(path: Path, _size: int, _changed_ns: int) -> str:
    """Of the file as it was then: 90 MB take a tenth of a second, and a notebook loads its backbone twice."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what libraries report while they load weights (progress bars, load reports) off the screen.

    nbgrader reads anything on stderr as a failure, and a student reads it as one.
    """
    import transformers.utils.logging

    logging: Any = transformers.utils.logging  # part of it is untyped

    verbosity, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.set_verbosity(verbosity)
        if bars:
            logging.enable_progress_bar()
