"""The judge's handle on a worker. Whatever a worker says is doubted; whatever it does, the judge goes on."""

from __future__ import annotations

import select
import signal
import socket
import time
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Protocol, Self

import msgspec

from tlgrader.errors import MachineError
from tlgrader.evidence.device import Device
from tlgrader.evidence.kinds import Evidence, Missing, Step
from tlgrader.evidence.plain import encode_plain
from tlgrader.evidence.wire import Channel, Closed, Late, WireError
from tlgrader.sandbox import messages
from tlgrader.sandbox.limits import Limits, in_words
from tlgrader.sandbox.outputs import Outputs
from tlgrader.sandbox.stopwatch import Stopwatch

if TYPE_CHECKING:
    import torch

GRACE_S = 5.0
"""How long a worker may take to stop after its own alarm before the judge ends it."""
CELL_OUTPUTS, NOTEBOOK_OUTPUTS = 12, 24
"""How large the outputs of a cell, and of a notebook, are at most: so many times what a cell may print."""
_DECODER = msgspec.json.Decoder(messages.FromWorker)
NOT_UNDERSTOOD = "its process sent something that is not understood"


class CellStatus(StrEnum):
    """How a cell ended: well; by the student's exception; by a limit; or its process is gone."""

    ok = "ok"
    error = "error"
    limit = "limit"
    dead = "dead"


class CellResult(msgspec.Struct, frozen=True):
    """What came of one cell. ``reason`` is empty where all went well; ``seconds`` is the judge's clock."""

    status: CellStatus
    outputs: list[dict[str, Any]]
    reason: str
    seconds: float


class Unanswered(Exception):
    """A worker could not answer: its process is gone, or the student's object raised; says which."""


class Keeper(Protocol):
    """What a worker needs of its slot. ``fileno`` becomes readable when the worker is gone."""

    limits: Limits

    def fileno(self) -> int: ...

    def reap(self, *, hung_up: bool = False) -> messages.Ending: ...

    def usage(self) -> messages.Usage | None: ...


class Worker:
    """The judge's handle on one student's process; a `Source` of evidence. Everything it says is doubted."""

    def __init__(self, slot: Keeper, sock: socket.socket) -> None:
        self._slot = slot
        self._channel = Channel(sock, _DECODER)
        self._room = slot.limits.output_bytes * NOTEBOOK_OUTPUTS
        self._gone: str | None = None
        self._fault = ""  # of the machine, once there was one: nothing that comes after it is the student's
        self.ending: messages.Ending | None = None
        """How the process ended, once it has."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, source: str, *, timeout_s: float) -> CellResult:
        """Run one cell; a dead worker answers at once.

        Raises MachineError where the zygote is gone, where the machine did not let the cell run until its limit, or
        where it lacks what the cell asks for.
        """
        started = time.monotonic()
        outputs = Outputs(min(self._room, self._slot.limits.output_bytes * CELL_OUTPUTS))
        status, reason = self._run(source, timeout_s, outputs)
        self._room = max(0, self._room - len(msgspec.json.encode(outputs.made())))
        return CellResult(status, outputs.made(), reason, time.monotonic() - started)

    def begin(self, files: Mapping[str, bytes], links: Mapping[str, str]) -> None:
        """Wait until it serves, with files and links in its work folder, by relative name. Raises Unanswered."""
        tensors = {str(i): _bytes_tensor(content) for i, content in enumerate(files.values())}
        self._ask(messages.Begin(tuple(files), dict(links)), messages.Done, tensors)

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]:
        """Evidence for each path. Forgets what was observed before. Missing where there is nothing."""
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

    def logits(self, model: int | str, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """What the model with this handle, or of this name, answers.

        Raises Unanswered if it raised, or the worker is gone.
        """
        return self._tensor(messages.Logits(model, self._answer_s), inputs)

    def call(self, handle: int, arguments: Sequence[object]) -> Evidence:
        """Evidence of what the function with this handle returns; Missing, with the reason, if it raises."""
        plain, tensors = _apart(arguments)
        request = messages.Call(handle, plain, tuple(map(int, tensors)), self._answer_s)
        try:
            answer, _ = self._ask(request, messages.Called, tensors)
        except Unanswered as error:
            return Missing(str(error))
        evidence: Evidence = answer.evidence
        return evidence

    def step(self, model: int, optimizer: int | None, inputs: Mapping[str, torch.Tensor], seed: int) -> Step:
        """What a training step did with copies of the model and the optimizer of these handles.

        Raises Unanswered where none could be taken, or the worker is gone.
        """
        request = messages.TakeStep(model, optimizer, seed, self._answer_s)
        answer, _ = self._ask(request, messages.Stepped, inputs)
        step: Step = answer.step
        return step

    def device(self) -> Device | None:
        """The GPU that the notebook has used, as it says itself; None where it has used none, or does not say."""
        try:
            answer, _ = self._ask(messages.AskDevice(self._answer_s), messages.Used)
        except Unanswered:
            return None
        device: Device | None = answer.device
        return device

    def close(self) -> None:
        """End the process and all that it started, once. Raises MachineError if the zygote is gone."""
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
            return CellStatus.dead, self._gone
        watch = self._stopwatch()
        if watch.before is None:
            return CellStatus.dead, self._bury(WireError("it has ended"), "")
        deadline = time.monotonic() + timeout_s + GRACE_S
        late = f"the cell ran longer than its limit of {timeout_s:g} s and could not be interrupted"
        try:
            self._channel.send(messages.Run(source, timeout_s), deadline=deadline)
            while True:
                message, _ = self._next(deadline, tensors=False)
                if isinstance(message, messages.Done):
                    self._require_time(watch, timeout_s)
                    if message.status == "machine":
                        raise self._at_fault(message.reason)
                    return CellStatus(message.status), message.reason
                if not isinstance(message, messages.Output):
                    raise WireError("an answer to no question")
                outputs.add(message, len(msgspec.json.encode(message)))
        except WireError as error:
            self._require_time(watch, timeout_s)
            return CellStatus.dead, self._bury(error, late)

    def _ask(
        self, request: messages.ToWorker, kind: type[Any], tensors: Mapping[str, torch.Tensor] | None = None
    ) -> tuple[Any, dict[str, torch.Tensor]]:
        if self._gone is not None:
            raise Unanswered(self._gone)
        watch = self._stopwatch()
        if watch.before is None:
            raise Unanswered(self._bury(WireError("it has ended"), ""))
        deadline = time.monotonic() + self._answer_s + GRACE_S
        late = f"the notebook's process did not answer within {self._answer_s:g} s"
        try:
            self._channel.send(request, tensors, deadline=deadline)
            message, payload = self._next(deadline, tensors=kind is messages.Sent)
            if not isinstance(message, kind | messages.Failed):
                raise WireError("an answer to another question")
        except WireError as error:
            self._require_time(watch, self._answer_s)
            raise Unanswered(self._bury(error, late)) from error
        if isinstance(message, messages.Failed):
            self._require_time(watch, self._answer_s)
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
        readable, _, _ = select.select([self._channel.fileno(), self._slot.fileno()], [], [], left)
        if self._channel.fileno() in readable:
            return self._channel.receive(deadline=deadline, tensors=tensors)
        if readable:
            raise WireError("")
        raise Late("")

    def _stopwatch(self) -> Stopwatch:
        if self._fault:
            raise MachineError(self._fault)
        return Stopwatch(self._slot)

    def _require_time(self, watch: Stopwatch, limit_s: float) -> None:
        """Raise MachineError, now and at every later request, where all of the limit passed by the machine's fault."""
        complaint = watch.complaint(limit_s)
        if complaint:
            raise self._at_fault(complaint)

    def _at_fault(self, reason: str) -> MachineError:
        self._fault = reason
        return MachineError(reason)

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
        try:
            self.ending = self._slot.reap(hung_up=hung_up)
        except MachineError as error:
            self._gone = str(error)
            raise


def in_a_sentence(ending: messages.Ending, limits: Limits) -> str:
    """Why a worker is gone, for a student."""
    if ending.over == "memory":
        return f"the notebook used more than {in_words(limits.memory_bytes)} of memory"
    if ending.over == "processes":
        return f"the notebook started more than {limits.processes} processes, or too many threads"
    if ending.signal is None:
        return f"the cell ended the Python process itself (exit status {ending.status})"
    name = (signal.strsignal(ending.signal) or "unknown").lower()
    return f"the notebook's process was killed by signal {ending.signal} ({name})"


def _apart(arguments: Sequence[object]) -> tuple[tuple[Any, ...], dict[str, torch.Tensor]]:
    """Arguments as JSON, and the tensors among them by position."""
    import torch

    tensors = {str(i): value for i, value in enumerate(arguments) if isinstance(value, torch.Tensor)}
    plain = (None if str(i) in tensors else encode_plain(value) for i, value in enumerate(arguments))
    return tuple(plain), tensors


def _bytes_tensor(content: bytes) -> torch.Tensor:
    import torch

    if not content:
        return torch.empty(0, dtype=torch.uint8)
    return torch.frombuffer(bytearray(content), dtype=torch.uint8)
