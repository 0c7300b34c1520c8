"""Weight files that are what they should be, and libraries that load them without a word."""

import contextlib
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tlgrader.errors import MachineError


def verified(path: Path, sha256: str) -> Path:
    """Return ``path`` if its content has this SHA-256 (hexadecimal); raise MachineError if not."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MachineError(f"{path} cannot be read ({error.strerror}). Install tlgrader again.") from error
    if found != sha256:
        raise MachineError(
            f"{path} is not the file it should be: its SHA-256 is {found}, expected {sha256}. "
            "Install the package that it belongs to again."
        )
    return path


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
