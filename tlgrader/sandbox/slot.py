"""The judge's side of the sandbox: a slot holds one wall and its zygote, a worker one student's notebook."""

from __future__ import annotations

import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import msgspec

from tlgrader.data.home import data_home
from tlgrader.errors import MachineError
from tlgrader.evidence.kinds import Evidence, Missing
from tlgrader.evidence.wire import Channel, Closed, Late, WireError
from tlgrader.sandbox import messages
from tlgrader.sandbox.limits import Limits, in_words
from tlgrader.sandbox.outputs import Outputs
from tlgrader.sandbox.wall import WRITABLE, Wall, environment

if TYPE_CHECKING:
    import torch

GRACE_S = 5.0
"""How long a worker may take to stop after its own alarm before the judge ends it."""
START_S = 300.0
"""How long the imports of a zygote may take on a slow disk."""
REAP_S = 120.0
PACKET = 65_536
_WORKER = msgspec.json.Decoder(messages.FromWorker)
_ZYGOTE = msgspec.json.Decoder(messages.FromZygote)
NOT_UNDERSTOOD = "its process sent something that is not understood"


class CellStatus(StrEnum):
    """How a cell ended: well; by the student's exception; by a limit; or its process is gone."""

    OK = "ok"
    ERROR = "error"
    LIMIT = "limit"
    DEAD = "dead"


class CellResult(msgspec.Struct, frozen=True):
    """What came of one cell. ``reason`` is empty where all went well; ``seconds`` is the judge's clock."""

    status: CellStatus
    outputs: list[dict[str, Any]]
    reason: str
    seconds: float


class Unanswered(Exception):
    """A worker could not answer: its process is gone, or the student's object raised; says which."""


class Slot:
    """One wall with a zygote in it; None for a wall runs the zygote as a plain subprocess.

    Start it from a thread that lives as long as the slot: the kernel ends bubblewrap with the thread that began it.
    """

    def __init__(self, wall: Wall | None, limits: Limits) -> None:
        self.limits = limits
        self._wall = wall
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._is_ready = False
        self._worker: Worker | None = None

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
        self._control, self._stderr = control, tempfile.TemporaryFile()
        with theirs:
            command, variables = self._command(theirs.fileno())
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._stderr,
                env=variables,
                cwd=self._folder.name + "/work" if self._folder else "/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def ready(self) -> None:
        """Wait until workers can be forked. Raises MachineError, with what the zygote said, if it cannot start."""
        self.start()
        if not self._is_ready:
            self._hear(messages.Ready, START_S)
            self._is_ready = True

    def worker(self, *, seed: int, files: Mapping[str, bytes] | None = None) -> Worker:
        """A fresh worker with `files` in its work folder. Ends the one before. Raises MachineError."""
        self.ready()
        if self._worker is not None:
            self._worker.close()
        ours, theirs = socket.socketpair()
        with theirs:
            self._say(messages.Spawn(seed, self.limits), theirs.fileno())
        self._worker = Worker(self, ours)
        try:
            self._worker.begin(files or {})
        except Unanswered as error:
            raise MachineError(f"no notebook's process could be started: {error} {self._said()}") from error
        return self._worker

    def reap(self, *, hung_up: bool = False) -> messages.Ending:
        """End the worker and all that it started, and say how it ended. Raises MachineError."""
        self._worker = None
        self._say(messages.Reap(hung_up))
        while True:
            answer = self._hear(messages.Reaped | messages.Ended, REAP_S)
            if isinstance(answer, messages.Reaped):
                return answer.ending

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
            self._folder.cleanup()
        self._control = self._process = self._stderr = self._folder = self._worker = None
        self._is_ready = False

    def _end(self, process: subprocess.Popen[bytes]) -> None:
        """A ready zygote sees the closed socket and ends all; one that still imports has started nothing."""
        if not self._is_ready:
            process.kill()
        try:
            process.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def fileno(self) -> int:
        """The control socket's descriptor: readable when the zygote says that a worker is gone."""
        assert self._control is not None
        return self._control.fileno()

    def _command(self, descriptor: int) -> tuple[list[str], dict[str, str]]:
        program = [sys.executable, "-P", "-m", "tlgrader.sandbox.zygote", "--control-fd", str(descriptor)]
        if self._wall is not None:
            folders = [word for folder in WRITABLE for word in ("--folder", folder)]
            return self._wall.command([*program, *folders], self.limits), {}
        self._folder = tempfile.TemporaryDirectory(prefix="tlgrader-")
        work, scratch = Path(self._folder.name, "work"), Path(self._folder.name, "tmp")
        work.mkdir()
        scratch.mkdir()
        folders = ["--folder", str(work), "--folder", str(scratch)]
        data = str(data_home().root)
        return [*program, *folders], environment(data, work=str(work), scratch=str(scratch))

    def _say(self, message: messages.ToZygote, descriptor: int | None = None) -> None:
        assert self._control is not None
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


class Worker:
    """The judge's handle on one student's process; a `Source` of evidence. Everything it says is doubted."""

    def __init__(self, slot: Slot, sock: socket.socket) -> None:
        self._slot = slot
        self._channel = Channel(sock, _WORKER)
        self._gone: str | None = None
        self.ending: messages.Ending | None = None
        """How the process ended, once it has."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, source: str, *, timeout_s: float) -> CellResult:
        """Run one cell. Never raises for what it does; a dead worker answers at once."""
        started = time.monotonic()
        outputs = Outputs(self._slot.limits.output_bytes * 12)
        status, reason = self._run(source, timeout_s, outputs)
        return CellResult(status, outputs.made(), reason, time.monotonic() - started)

    def begin(self, files: Mapping[str, bytes]) -> None:
        """Wait until it serves, with files in its work folder, by relative name. Raises Unanswered."""
        tensors = {str(i): _bytes_tensor(content) for i, content in enumerate(files.values())}
        self._ask(messages.Begin(tuple(files)), messages.Done, tensors)

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]:
        """Evidence for each dotted name. Forgets what was observed before. Missing where there is nothing."""
        try:
            answer, _ = self._ask(messages.Observe(tuple(names), self._answer_s), messages.Observed)
        except Unanswered as error:
            return {name: Missing(str(error)) for name in names}
        silent = Missing("its process did not say")
        return {name: answer.evidence.get(name, silent) for name in names}

    def tensor(self, digest: str) -> torch.Tensor:
        """The observed tensor with this digest. Raises KeyError, with the reason, where it cannot be had."""
        try:
            return self._tensor(messages.FetchTensor(digest, self._answer_s))
        except Unanswered as error:
            raise KeyError(f"{digest}: {error}") from error

    def logits(self, handle: int, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """What the model with this handle answers. Raises Unanswered where it raised or the worker is gone."""
        return self._tensor(messages.Logits(handle, self._answer_s), inputs)

    def call(self, handle: int, arguments: Sequence[object]) -> Evidence:
        """Evidence of what the function with this handle returns; Missing, with the reason, where it raises."""
        plain, tensors = _apart(arguments)
        request = messages.Call(handle, plain, tuple(map(int, tensors)), self._answer_s)
        try:
            answer, _ = self._ask(request, messages.Called, tensors)
        except Unanswered as error:
            return Missing(str(error))
        evidence: Evidence = answer.evidence
        return evidence

    def close(self) -> None:
        """End the process and all that it started; safe to call twice. Raises MachineError if the zygote is gone."""
        if self._gone is None:
            self._end()
            self._gone = "the notebook is finished"

    def hang_up(self) -> None:
        """Close the socket without asking the zygote, which is gone itself."""
        self._gone = self._gone or "the sandbox was closed"
        self._channel.close()

    @property
    def _answer_s(self) -> float:
        return self._slot.limits.cell_s

    def _run(self, source: str, timeout_s: float, outputs: Outputs) -> tuple[CellStatus, str]:
        if self._gone is not None:
            return CellStatus.DEAD, self._gone
        deadline = time.monotonic() + timeout_s + GRACE_S
        late = f"the cell ran longer than its limit of {timeout_s:g} s and did not stop when it was interrupted"
        try:
            self._channel.send(messages.Run(source, timeout_s), deadline=deadline)
            while True:
                message, _ = self._next(deadline, tensors=False)
                if isinstance(message, messages.Done):
                    return CellStatus(message.status), message.reason
                if not isinstance(message, messages.Output):
                    raise WireError("an answer to no question")
                outputs.add(message, len(msgspec.json.encode(message)))
        except WireError as error:
            return CellStatus.DEAD, self._bury(error, late)

    def _ask(
        self, request: messages.ToWorker, kind: type[Any], tensors: Mapping[str, torch.Tensor] | None = None
    ) -> tuple[Any, dict[str, torch.Tensor]]:
        if self._gone is not None:
            raise Unanswered(self._gone)
        deadline = time.monotonic() + self._answer_s + GRACE_S
        late = f"the notebook's process did not answer within {self._answer_s:g} s"
        try:
            self._channel.send(request, tensors, deadline=deadline)
            message, payload = self._next(deadline, tensors=kind is messages.Sent)
            if not isinstance(message, kind | messages.Failed):
                raise WireError("an answer to another question")
        except WireError as error:
            raise Unanswered(self._bury(error, late)) from error
        if isinstance(message, messages.Failed):
            raise Unanswered(message.reason)
        return message, payload

    def _tensor(
        self, request: messages.ToWorker, inputs: Mapping[str, torch.Tensor] | None = None
    ) -> torch.Tensor:
        _, payload = self._ask(request, messages.Sent, inputs)
        if "tensor" not in payload:
            raise Unanswered(self._bury(WireError("no tensor came"), ""))
        return payload["tensor"]

    def _next(self, deadline: float, *, tensors: bool) -> tuple[messages.FromWorker, dict[str, torch.Tensor]]:
        """The worker's next message; Late also where the zygote says that the worker is gone."""
        left = max(0.0, deadline - time.monotonic())
        readable, _, _ = select.select([self._channel, self._slot], [], [], left)
        if self._channel in readable:
            return self._channel.receive(deadline=deadline, tensors=tensors)
        if readable:
            raise WireError("")
        raise Late("")

    def _bury(self, error: WireError, late: str) -> str:
        """End what is left of the worker and say, once and for all, why it is gone."""
        self._end(hung_up=isinstance(error, Closed))
        assert self.ending is not None
        if isinstance(error, Late):
            self._gone = late
        elif self.ending.asked:
            self._gone = NOT_UNDERSTOOD
        else:
            self._gone = in_a_sentence(self.ending, self._slot.limits)
        return self._gone

    def _end(self, *, hung_up: bool = False) -> None:
        self._channel.close()
        self.ending = self._slot.reap(hung_up=hung_up)


def in_a_sentence(ending: messages.Ending, limits: Limits) -> str:
    """Why a worker is gone, for a student."""
    if ending.over == "memory":
        return f"the notebook used more than {in_words(limits.memory_bytes)} of memory"
    if ending.over == "processes":
        return f"the notebook started more than {limits.processes} processes, or too many threads"
    if ending.signal is None:
        return f"the cell ended the Python process itself (exit status {ending.status})"
    return f"the notebook's process was killed by signal {ending.signal} ({signal.strsignal(ending.signal)})".lower()


def _apart(arguments: Sequence[object]) -> tuple[tuple[Any, ...], dict[str, torch.Tensor]]:
    """Arguments as JSON, and the tensors among them by position."""
    import torch

    tensors = {str(i): value for i, value in enumerate(arguments) if isinstance(value, torch.Tensor)}
    return tuple(None if str(i) in tensors else value for i, value in enumerate(arguments)), tensors


def _bytes_tensor(content: bytes) -> torch.Tensor:
    import torch

    if not content:
        return torch.empty(0, dtype=torch.uint8)
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)
