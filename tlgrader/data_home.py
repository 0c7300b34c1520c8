"""The data home: the one place that knows where public and hidden data lie.

``public/`` is what notebooks read; the sandbox mounts it read-only. ``hidden/`` holds what only the
judge may see; it is never mounted, so inside the sandbox it does not exist. Reading never creates
anything: hidden data is made by the ``install`` functions, which the grader calls before it grades.
"""

import os
import secrets
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tlgrader.errors import MachineError

SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class DataHome:
    """The folders of one data home."""

    root: Path

    @property
    def public(self) -> Path:
        """The folder that notebooks may read."""
        return self.root / "public"

    @property
    def hidden(self) -> Path:
        """The folder (mode 0700) that only the judge may read."""
        return self.root / "hidden"

    def read_public(self, name: str) -> bytes:
        """Return a public file's content; MachineError if it is not there."""
        return _read(self.public / name, "The exercise's data is not installed")

    def read_hidden(self, name: str) -> bytes:
        """Return a hidden file's content; MachineError if it is not there, as in every sandbox."""
        return _read(self.hidden / name, "Hidden data exists only where the grader has been set up")

    def write_public(self, name: str, content: bytes) -> Path:
        """Write a public file at once or not at all, and return its path."""
        self.public.mkdir(parents=True, exist_ok=True)
        return _write(self.public / name, content, mode=0o644)

    def write_hidden(self, name: str, content: bytes) -> Path:
        """Write a hidden file (mode 0600) at once or not at all, and return its path."""
        self._make_hidden()
        return _write(self.hidden / name, content, mode=0o600)

    def ensure_secret(self, name: str) -> None:
        """Create a hidden secret of 128 random bits, in hexadecimal, unless there is one.

        Of several processes that try at the same time, one wins and all see its secret.
        """
        path = self.hidden / name
        if not path.exists():
            self._make_hidden()
            _create(path, secrets.token_hex(SECRET_BYTES).encode())

    def _make_hidden(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        self.hidden.mkdir(mode=0o700, exist_ok=True)
        self.hidden.chmod(0o700)


def data_home() -> DataHome:
    """Return the home that ``TLGRADER_DATA`` names, or the user's own data folder."""
    configured = os.environ.get("TLGRADER_DATA")
    return DataHome(Path(configured) if configured else platformdirs.user_data_path("tlgrader"))


def _read(path: Path, why: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise MachineError(f"{path} cannot be read ({error.strerror}). {why}.") from error


def _temporary(beside: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=beside.parent, prefix=f".{beside.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _write(path: Path, content: bytes, *, mode: int) -> Path:
    temporary = _temporary(path, content)
    temporary.chmod(mode)
    return temporary.replace(path)


def _create(path: Path, content: bytes) -> None:
    """Write a file of mode 0600 that is complete from the moment it exists, and never replace one."""
    temporary = _temporary(path, content)
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        pass  # another process was first: its secret is the one
    finally:
        temporary.unlink()
