"""How a writable folder is emptied between two notebooks, whatever a student left in it.

Nothing runs meanwhile that could change the folder. Names are looked up in open folders, never as paths; links
are removed and not followed; what is mounted below the folder is neither entered nor touched.
"""

from __future__ import annotations

import os
import secrets
import time
from itertools import islice
from pathlib import Path

_AT_ONCE = 1_000
"""How many entries of a folder are read before they are removed."""
_OPEN = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW

Entry = os.DirEntry[str]


class Folder:
    """A folder that is emptied again and again. It is held open, so that another one in its place is noticed.

    Of each folder in it the files are removed, the folders pulled up to the top, and then the folder itself is
    removed: no tree is too deep for that.
    """

    def __init__(self, path: Path) -> None:
        """Raises OSError where there is no such folder."""
        self._path = path
        self._top = os.open(path, _OPEN)
        self._device = os.fstat(self._top).st_dev
        self._deadline = 0.0

    def close(self) -> None:
        """Let go of it. It cannot be emptied any more."""
        os.close(self._top)

    def empty(self, seconds: float) -> bool:
        """Remove all that is in it; whether that was done within `seconds`, and the folder is still in its place."""
        self._deadline = time.monotonic() + seconds
        try:
            os.fchmod(self._top, 0o755)
            while self._clear_some():
                pass
            return self._is_in_place() and all(map(self._is_mounted, self._some(self._top)))
        except (OSError, _LateError):
            return False

    def _is_in_place(self) -> bool:
        return os.path.samestat(os.fstat(self._top), self._path.lstat())

    def _some(self, folder: int) -> list[Entry]:
        """The folder's first entries. Raises _LateError after the deadline."""
        if time.monotonic() > self._deadline:
            raise _LateError
        with os.scandir(folder) as entries:
            return list(islice(entries, _AT_ONCE))

    def _clear_some(self) -> int:
        """Remove the first entries at the top; how many are gone."""
        return sum(
            self._dissolve(entry) if _is_folder(entry) else _unlink(entry, self._top)
            for entry in self._some(self._top)
        )

    def _dissolve(self, entry: Entry) -> bool:
        """Remove a folder at the top, after pulling up those in it; whether it is gone."""
        if self._is_mounted(entry):
            return False
        try:
            os.chmod(entry.name, 0o700, dir_fd=self._top)
            folder = os.open(entry.name, _OPEN, dir_fd=self._top)
            try:
                while self._lift_some(folder):
                    pass
            finally:
                os.close(folder)
            os.rmdir(entry.name, dir_fd=self._top)
        except OSError:
            return False
        return True

    def _lift_some(self, folder: int) -> int:
        """Remove the first files of a folder and pull up its first folders; how many are gone from it."""
        return sum(
            self._pull_up(entry, folder) if _is_folder(entry) else _unlink(entry, folder)
            for entry in self._some(folder)
        )

    def _pull_up(self, entry: Entry, folder: int) -> bool:
        if self._is_mounted(entry):
            return False
        try:
            os.chmod(entry.name, 0o700, dir_fd=folder)  # only a writable folder can be moved
            os.rename(entry.name, secrets.token_hex(16), src_dir_fd=folder, dst_dir_fd=self._top)
        except OSError:
            return False
        return True

    def _is_mounted(self, entry: Entry) -> bool:
        return entry.stat(follow_symlinks=False).st_dev != self._device


class _LateError(Exception):
    """The deadline is over."""


def _is_folder(entry: Entry) -> bool:
    return entry.is_dir(follow_symlinks=False)


def _unlink(entry: Entry, folder: int) -> bool:
    try:
        os.unlink(entry.name, dir_fd=folder)
    except OSError:  # a file that is mounted there
        return False
    return True
