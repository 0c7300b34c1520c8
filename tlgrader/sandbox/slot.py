"""A slot: one wall with a zygote in it, which gives a fresh worker for each notebook."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

import msgspec

from tlgrader.data_home import data_home
from tlgrader.errors import AuthorError, MachineError
from tlgrader.sandbox import messages, syscalls
from tlgrader.sandbox.emptying import Folder
from tlgrader.sandbox.gpu import GpuAllocation
from tlgrader.sandbox.handle import CellResult, CellStatus, Unanswered, Worker
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.preparation import DATA_FOLDER, NOTHING, Preparation
from tlgrader.sandbox.wall import WRITABLE, Wall, data_inside, environment

__all__ = ["CellResult", "CellStatus", "Slot", "Unanswered", "Worker"]

START_S = 300.0
"""How long the imports of a zygote may take on a slow disk."""
REAP_S = 120.0
END_S = 5.0
PACKET = 65_536
_ZYGOTE = msgspec.json.Decoder(messages.FromZygote)


class Slot:
    """One wall with a zygote in it, which may have a part of a GPU.

    None for a wall runs the zygote as a plain subprocess. The wall's folders are as large as `limits` say.

    Start it from a thread that lives as long as the slot: bubblewrap ends with the thread that began it.
    """

    def __init__(
        self,
        wall: Wall | None,
        limits: Limits,
        allocation: GpuAllocation | None = None,
        preparation: Preparation = NOTHING,
    ) -> None:
        self._usual = self.limits = limits
        self.allocation, self._preparation = allocation, preparation
        self._wall = wall
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._folder: Path | None = None
        self._is_ready = False
        self._worker: Worker | None = None
        self.left_out: tuple[str, ...] = ()
        """What each notebook has to import by itself, and why, in sentences; known when the slot is ready."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin the zygote, or one in place of a dead one; returns while it imports."""
        if self._process is not None:
            return
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control, self._stderr = control, tempfile.TemporaryFile()  # noqa: SIM115
        with theirs, self._rules() as rules:
            command, variables = self._command(theirs.fileno(), rules)
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
                env=variables,
                cwd=self._folder / "work" if self._folder else "/",
                pass_fds=[theirs.fileno(), *rules],
                start_new_session=True,
            )

    def ready(self) -> None:
        """Wait until workers can be forked.

        Raises:
            AuthorError: what the course lets be prepared cannot be.
            MachineError: with what the zygote said last.
        """
        self.start()
        if self._is_ready:
            return
        answer = self._hear(messages.Ready | messages.Refused, START_S)
        if isinstance(answer, messages.Refused):
            self.close()
            raise (AuthorError if answer.by == "author" else MachineError)(answer.reason)
        assert self._stderr is not None
        self._stderr.seek(0)  # the zygote writes at the same place
        self._stderr.truncate()
        self.left_out, self._is_ready = answer.left_out, True

    def worker(
        self,
        *,
        seed: int,
        files: Mapping[str, bytes] | None = None,
        limits: Limits | None = None,
        exercise: str = "",
    ) -> Worker:
        """A fresh worker with `files` in its work folder, under `limits`, by default the slot's own.

        Where `exercise` has a folder of data, that stands at ``data/``, read-only behind a wall, and nothing else does.
        Ends the one before. Raises what `ready` raises.
        """
        self.ready()
        if self._worker is not None:
            self._worker.close()
        self.limits = limits or self._usual
        ours, theirs = socket.socketpair()
        with theirs:
            self._say(messages.Spawn(seed, self.limits), theirs.fileno())
        self._worker = Worker(self, ours)
        try:
            links = self._links(exercise)
            kept = {name: file for name, file in (files or {}).items() if name.partition("/")[0] not in links}
            self._worker.begin(kept, links)
        except Unanswered as error:
            raise MachineError(f"no notebook's process could be started: {error} {self._said()}") from error
        return self._worker

    def _links(self, exercise: str) -> dict[str, str]:
        folders = dict(self._preparation.beside)
        if exercise not in folders:
            return {}
        return {DATA_FOLDER: data_inside(exercise) if self._wall else str(folders[exercise])}

    def reap(self, *, hung_up: bool = False) -> messages.Ending:
        """End the worker and all that it started, and say how it ended. Raises MachineError.

        Where what it left could not be removed, the slot is begun anew.
        """
        self._worker = None
        self._say(messages.Reap(hung_up))
        while not isinstance(answer := self._hear(messages.Reaped | messages.Ended, REAP_S), messages.Reaped):
            pass
        if not answer.emptied:
            self.close()
            self.start()
        ending: messages.Ending = answer.ending
        return ending

    def usage(self) -> messages.Usage | None:
        """What the machine has given the worker so far; None where the worker is gone. Raises MachineError."""
        self._say(messages.Measure())
        while True:
            answer = self._hear(messages.Usage | messages.Ended, REAP_S)
            if isinstance(answer, messages.Usage):
                return None if answer.ended else answer

    def close(self) -> None:
        """End the zygote and everything inside the wall. The slot can be started again."""
        if self._worker is not None:
            self._worker.hang_up()
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._end(self._process)
        if self._stderr is not None:
            self._stderr.close()
        if self._folder is not None:
            _remove(self._folder)
        self._control = self._process = self._stderr = self._folder = self._worker = None
        self._is_ready = False

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """A ready zygote sees the closed socket and ends all; one that still imports has started nothing."""
        if not self._is_ready:
            process.kill()
        try:
            process.wait(END_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def fileno(self) -> int:
        """The control socket's descriptor: readable when the zygote says that a worker is gone."""
        assert self._control is not None
        return self._control.fileno()

    @contextmanager
    def _rules(self) -> Iterator[tuple[int, ...]]:
        """The descriptor of what a wall lets the kernel refuse; none without a wall."""
        if self._wall is None:
            yield ()
            return
        with syscalls.rules() as rules:
            yield (rules.fileno(),)

    def _command(self, descriptor: int, rules: tuple[int, ...]) -> tuple[list[str], dict[str, str]]:
        program = [sys.executable, "-P", "-m", "tlgrader.sandbox.zygote", "--control-fd", str(descriptor)]
        program += [word for name in self._preparation.preload for word in ("--preload", name)]
        program += [word for name in self._preparation.warm_up for word in ("--warm-up", name)]
        if self._wall is not None:
            folders = [word for folder in WRITABLE for word in ("--folder", folder)]
            return self._wall.command([*program, *folders], self._usual, self.allocation, rules=rules[0]), {}
        self._folder = Path(tempfile.mkdtemp(prefix="tlgrader-"))
        work, scratch = self._folder / "work", self._folder / "tmp"
        work.mkdir()
        scratch.mkdir()
        folders = ["--folder", str(work), "--folder", str(scratch)]
        data = str(data_home().root)
        return [*program, *folders], environment(data, self.allocation, work=str(work), scratch=str(scratch))

    def _say(self, message: messages.ToZygote, descriptor: int | None = None) -> None:
        if self._control is None:
            raise MachineError("the sandbox is closed")
        descriptors = [] if descriptor is None else [descriptor]
        try:
            socket.send_fds(self._control, [msgspec.json.encode(message)], descriptors)
        except OSError:
            raise self._lost() from None

    def _hear(self, kind: Any, seconds: float) -> Any:
        assert self._control is not None
        self._control.settimeout(seconds)
        try:
            data = self._control.recv(PACKET)
        except OSError:
            data = b""
        if not data:
            raise self._lost()
        message = _ZYGOTE.decode(data)
        if not isinstance(message, kind):
            raise self._lost()
        return message

    def _lost(self) -> MachineError:
        """The zygote is gone: say what it said last, and leave the slot ready to be started again."""
        last = self._said() or "it said nothing; it may have been killed, or memory ran out"
        self.close()
        return MachineError(f"the sandbox's process is gone: {last}")

    def _said(self) -> str:
        """The last line that the zygote wrote to stderr."""
        assert self._stderr is not None
        self._stderr.seek(0)
        lines = self._stderr.read()[-2_000:].decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""


def _remove(folder: Path) -> None:
    held = Folder(folder)
    held.empty(REAP_S)
    held.close()
    try:
        folder.rmdir()
    except OSError as error:
        warnings.warn(f"what a notebook left in {folder} could not be removed: {error}", stacklevel=2)
