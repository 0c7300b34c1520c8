"""The worker: the untrusted process in which one student's cells run, forked from the zygote.

Student code shares this process and can change all of it. What is here serves honest notebooks well and gives
a dishonest one nothing: the judge decodes by type and keeps its own deadlines.
"""

from __future__ import annotations

import builtins
import os
import random
import signal
import socket
import sys
import tempfile
import traceback
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy
import torch

from tlgrader.evidence.answering import logits
from tlgrader.evidence.device import Device, describe_device
from tlgrader.evidence.kinds import Evidence, Missing, Opaque
from tlgrader.evidence.modules import is_module
from tlgrader.evidence.observe import Observer
from tlgrader.evidence.paths import NoEntry, follow, steps
from tlgrader.evidence.plain import decode_plain
from tlgrader.evidence.wire import Channel, WireError
from tlgrader.sandbox import processes, shell
from tlgrader.sandbox.alarm import Alarm, LimitMet
from tlgrader.sandbox.blame import SHORT, in_short, verdict
from tlgrader.sandbox.capture import Capture, Printed
from tlgrader.sandbox.limits import Limits, apply_limits, in_words
from tlgrader.sandbox.messages import (
    AskDevice,
    Begin,
    Call,
    Called,
    Done,
    Failed,
    FetchTensor,
    Logits,
    Observe,
    Observed,
    Output,
    Run,
    Sent,
    Stepped,
    TakeStep,
    ToWorker,
    Used,
)

JOB = 3
"""The descriptor of the job socket in a worker."""

Tensors = Mapping[str, torch.Tensor]
Answer = tuple[msgspec.Struct, Tensors | None]


def main(job: int, seed: int, limits: Limits) -> None:
    """Become a worker and serve until the judge hangs up. The caller ends the process."""
    channel = Channel(_detach(job), msgspec.json.Decoder(ToWorker))
    try:
        apply_limits(limits)
        _reseed(seed)
        worker = Worker(channel, limits)
    except BaseException as error:
        channel.receive()
        channel.send(Failed(f"{in_short(error)} {traceback.format_exc()[-SHORT:]}"))
        return
    try:
        while True:
            worker.serve(*channel.receive())
    except WireError:
        return  # the judge is gone


def _detach(job: int) -> socket.socket:
    """Leave the zygote: an own session, and no descriptor but the job socket and /dev/null."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    processes.set_dumpable(True)
    processes.die_with_parent()
    _be_first_to_go()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    os.dup2(job, JOB)  # they may be the same
    os.set_inheritable(JOB, False)
    os.closerange(JOB + 1, os.sysconf("SC_OPEN_MAX"))
    return socket.socket(fileno=JOB)


def _be_first_to_go() -> None:
    """Where the machine runs out of memory, the kernel ends workers before anything else."""
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def _reseed(seed: int) -> None:
    """Random numbers of this worker's own: equal for equal seeds."""
    os.environ["TLGRADER_SEED"] = str(seed)
    random.seed(seed)
    numpy.random.seed(seed % 2**32)
    torch.manual_seed(seed)
    tempfile.tempdir = None
    sys.path.insert(0, "")


class Worker:
    """Answers the judge's requests, one at a time."""

    def __init__(self, channel: Channel[ToWorker], limits: Limits) -> None:
        self._channel = channel
        self._limits = limits
        self._alarm = Alarm()
        self._capture = Capture(self._put_out, self._too_much, limits.output_bytes)
        self._capture.start()
        sys.stdout, sys.stderr = Printed(self._capture, "stdout"), Printed(self._capture, "stderr")
        self._shell = shell.build(self._capture)
        self._observer = Observer()

    def serve(self, request: ToWorker, tensors: Tensors) -> None:
        """Answer one request."""
        answer, payload = self._run(request) if isinstance(request, Run) else self._tell(request, tensors)
        self._channel.send(answer, payload)

    # Cells

    def _run(self, request: Run) -> Answer:
        words = f"the cell ran longer than its limit of {request.timeout_s:g} s"
        self._capture.begin()
        error: BaseException | None = None
        try:
            with self._alarm.limit(request.timeout_s, words):
                result = self._shell.run_cell(request.source, store_history=True)  # type: ignore[no-untyped-call]
                error = result.error_before_exec or result.error_in_exec
        except BaseException as escaped:  # an alarm between the cell's end and the shell's
            error = escaped
        self._capture.end()
        return self._verdict(error), None

    def _verdict(self, error: BaseException | None) -> Done:
        if self._alarm.met is not None:
            return Done("limit", str(self._alarm.met))
        if error is None:
            return Done("ok")
        return verdict(error, self._limits)

    def _put_out(self, output: Output) -> None:
        with self._alarm.held():  # half a frame would be the end of the conversation
            self._channel.send(output)

    def _too_much(self) -> None:
        self._alarm.ring(f"the cell printed more than its limit of {in_words(self._limits.output_bytes)}")

    # Evidence

    def _tell(self, request: Any, tensors: Tensors) -> Answer:
        """Answer by `request`'s kind. Whatever the student's objects do, it is said and not raised."""
        if isinstance(request, Begin):
            return self._begin(request, tensors)
        try:
            with self._alarm.limit(request.timeout_s, f"it took longer than {request.timeout_s:g} s"):
                return self._describe(request, tensors)
        except BaseException as error:
            return Failed(in_short(error)), None

    def _begin(self, request: Begin, tensors: Tensors) -> Answer:
        for position, name in enumerate(request.names):
            path = Path(name)
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(tensors[str(position)].numpy().tobytes())
            except (OSError, ValueError) as error:
                return Failed(f"{name} cannot be put into the work folder: {in_short(error)}"), None
        for name, target in request.links.items():
            Path(name).symlink_to(target)
        return Done("ok"), None

    def _describe(
        self, request: Observe | FetchTensor | Logits | Call | TakeStep | AskDevice, tensors: Tensors
    ) -> Answer:
        match request:
            case Observe(names=names):
                self._observer.forget()
                return Observed({name: self._observe(name) for name in names}), None
            case FetchTensor(digest=digest):
                return Sent(), {"tensor": self._observer.tensor(digest)}
            case Logits(model=model):
                return Sent(), {"tensor": self._logits(model, tensors)}
            case TakeStep(model=model, optimizer=optimizer, seed=seed):
                return Stepped(self._observer.step(model, optimizer, tensors, seed)), None
            case AskDevice():
                return Used(_used_gpu()), None
            case Call():
                arguments = [decode_plain(argument) for argument in request.arguments]
                for position in request.tensors:
                    arguments[position] = tensors[str(position)]
                return Called(self._observer.call(request.handle, arguments)), None

    def _observe(self, name: str) -> Evidence:
        try:
            value = self._resolve(name)
        except LimitMet:
            raise
        except NoEntry as error:
            return Missing(str(error)[:SHORT].encode("utf-8", "replace").decode())
        except BaseException as error:
            return Missing(in_short(error))
        try:
            return self._observer.observe(value)
        except LimitMet:
            raise
        except BaseException:
            return Opaque(_type_name(value))

    def _logits(self, model: int | str, inputs: Tensors) -> torch.Tensor:
        if isinstance(model, int):
            return self._observer.logits(model, inputs)
        named = self._resolve(model)
        if not is_module(named):
            raise TypeError(f"`{model}` is no model in the notebook")
        return logits(named, inputs)

    def _resolve(self, path: str) -> object:
        """What a path in the notebook leads to; raises NoEntry or NameError, and what students' objects raise."""
        name, way = steps(path)
        if name in self._shell.user_ns:
            value = self._shell.user_ns[name]
        elif hasattr(builtins, name):
            value = getattr(builtins, name)
        else:
            raise NameError(f"name '{name}' is not defined")
        return follow(value, name, way)


def _used_gpu() -> Device | None:
    return describe_device("cuda") if torch.cuda.is_initialized() else None


def _type_name(value: object) -> str:
    kind = type(value)
    return f"{kind.__module__}.{kind.__qualname__}"[:1_000]
