"""The zygote: imports the heavy libraries once, then forks a worker for each notebook; no student code in it.

``python -P -m tlgrader.sandbox.zygote --control-fd N --folder F… --preload M… --warm-up M:F…`` where the folders are
those to empty, the modules and functions those of a course.
Inside a wall it is PID 1: it cannot be killed by what it starts, and a SIGKILL to -1 ends all of that.
Without a wall it adopts its descendants' orphans and ends what is below it. It ends when the control socket
does.
"""

from __future__ import annotations

import argparse
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NoReturn

import msgspec

from tlgrader.errors import AuthorError, GraderError
from tlgrader.sandbox import processes
from tlgrader.sandbox.emptying import Folder
from tlgrader.sandbox.limits import TASKS_PER_PROCESS, Limits
from tlgrader.sandbox.messages import (
    Ended,
    Ending,
    Limit,
    Measure,
    Ready,
    Reap,
    Reaped,
    Refused,
    Spawn,
    ToZygote,
    Usage,
)
from tlgrader.sandbox.preloading import LeftOut, Preloading

PACKET = 65_536
WATCH_S = 0.02
POLL_S = 0.002
PAUSE_S = 1.0
"""Two looks at a worker that are further apart than this had a pause between them."""
EMPTY_S = 20.0
"""How long it may take to empty a folder: 150,000 files take a second, and a slot that is begun anew takes five."""
DYING_S = 1.0
"""How long a worker that closed its socket may take to be gone by itself."""

_decoder: msgspec.json.Decoder[ToZygote] = msgspec.json.Decoder(ToZygote)


def main(arguments: Sequence[str] | None = None) -> int:
    """Import everything, say so, and serve until the control socket closes."""
    parser = argparse.ArgumentParser(prog="tlgrader.sandbox.zygote")
    parser.add_argument("--control-fd", type=int, required=True)
    parser.add_argument("--folder", type=Path, action="append", default=[])
    parser.add_argument("--preload", action="append", default=[])
    parser.add_argument("--warm-up", action="append", default=[])
    parser.add_argument("--left-out", action="append", default=[])
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    processes.set_dumpable(False)
    processes.adopt_orphans()
    processes.keep_freed_memory()
    with socket.socket(fileno=options.control_fd) as control:
        left_out = _preload(control, options)
        _handle_no_signal()
        Zygote(control, options.folder).serve(left_out)
    return 0


def _handle_no_signal() -> None:
    """As PID 1 it gets from inside only the signals that it has a handler for: Python's goes, and what libraries set.

    Python does not know of the latter (readline's for SIGWINCH, imported by way of pdb on Python 3.13).
    """
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        known = signal.getsignal(number)
        signal.signal(number, signal.SIG_IGN if known is signal.SIG_IGN else signal.SIG_DFL)


def _preload(control: socket.socket, options: argparse.Namespace) -> list[LeftOut]:
    """What is left out, once all else is imported. Says so and ends where nothing can be served."""
    preloading = Preloading([msgspec.json.decode(one, type=LeftOut) for one in options.left_out])
    try:
        if not preloading.run(options.preload, options.warm_up):
            _begin_again(preloading.left_out[len(options.left_out) :])
    except GraderError as error:
        by: Literal["author", "machine"] = "author" if isinstance(error, AuthorError) else "machine"
        control.send(msgspec.json.encode(Refused(by, str(error))))
        sys.exit(1)
    return preloading.left_out


def _begin_again(left_out: Sequence[LeftOut]) -> NoReturn:
    """The same process with a fresh interpreter, which ends all threads; it leaves out more than this one did."""
    _end_all()
    more = [word for one in left_out for word in ("--left-out", msgspec.json.encode(one).decode())]
    os.execv(sys.executable, [*sys.orig_argv, *more])


class Zygote:
    """Serves one control socket: at most one worker at a time."""

    def __init__(self, control: socket.socket, folders: Sequence[Path]) -> None:
        self._control = control
        self._folders = [Folder(path) for path in folders]
        self._worker: int | None = None
        self._limits = Limits()
        self._ending: Ending | None = None
        self._peak = 0
        self._own = 0
        self._paused = self._looked = 0.0

    def serve(self, left_out: Sequence[LeftOut]) -> None:
        """Answer until the judge is gone; then end everything."""
        self._send(Ready(tuple(map(str, left_out))))
        while True:
            watching = self._worker is not None and self._ending is None
            if watching:
                self._notice_pause()
            if select.select([self._control], [], [], WATCH_S if watching else None)[0]:
                data, descriptors, _, _ = socket.recv_fds(self._control, PACKET, 1)
                if not data:
                    break
                self._answer(_decoder.decode(data), descriptors)
            elif watching:
                self._watch()
        _end_all()

    def _answer(self, message: ToZygote, descriptors: list[int]) -> None:
        match message:
            case Spawn():
                self._spawn(message, descriptors[0])
            case Reap():
                self._send(self._reap(DYING_S if message.hung_up else 0))
            case Measure():
                self._send(self._usage())

    def _spawn(self, message: Spawn, job: int) -> None:
        self._limits, self._ending, self._peak = message.limits, None, 0
        self._paused, self._looked = 0.0, time.monotonic()
        self._own = processes.memory_bytes()
        self._worker = os.fork()
        if self._worker == 0:
            _become_worker(message, job)
        os.close(job)

    def _notice_pause(self) -> None:
        """Count the time since the last look where it is far longer than a look takes."""
        now = time.monotonic()
        gap, self._looked = now - self._looked, now
        self._paused += gap if gap > PAUSE_S else 0.0

    def _usage(self) -> Usage:
        self._notice_pause()
        if self._worker is None or self._ending is not None:
            return Usage(0.0, 0.0, self._paused, ended=True)
        cpu = processes.cpu_seconds(process.pid for process in processes.descendants())
        return Usage(cpu, processes.delayed_seconds(self._worker), self._paused, ended=False)

    def _watch(self) -> None:
        """Note that the worker has ended, or end it for what it and all that it started use together."""
        over = self._over()
        if over is None and not self._has_ended():
            return
        if over is not None:
            processes.kill_descendants()
        self._ending = self._collect(over)
        self._send(Ended())

    def _over(self) -> Limit | None:
        found = processes.descendants()
        if self._too_many(found):
            return "processes"
        most = self._limits.memory_bytes * 9 // 8  # the kernel's limit, which a cell survives, comes first
        used = sum(process.memory for process in found) - self._own
        if used > most:
            used = -self._own
            for process in found:
                used += processes.proportional_bytes(process)
                if self._too_many(processes.descendants()):  # they may multiply while they are measured
                    return "processes"
        self._peak = max(self._peak, used)
        return "memory" if used > most else None

    def _too_many(self, found: Sequence[processes.Process]) -> bool:
        threads = sum(process.threads for process in found)
        return len(found) > self._limits.processes or threads > self._limits.processes * TASKS_PER_PROCESS

    def _has_ended(self) -> bool:
        assert self._worker is not None
        return os.waitid(os.P_PID, self._worker, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _reap(self, patience_s: float) -> Reaped:
        """End everything, empty the folders, and say how the worker ended."""
        if self._worker is None:
            return Reaped(Ending())
        if self._ending is None:
            self._over()
            asked = not self._ends_within(patience_s)
            processes.kill_descendants()
            self._ending = msgspec.structs.replace(self._collect(None), asked=asked)
        _end_all()
        ending, self._worker, self._ending = self._ending, None, None
        emptied = all(folder.empty(EMPTY_S) for folder in self._folders)
        return Reaped(ending, emptied)

    def _ends_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(POLL_S)
        return self._has_ended()

    def _collect(self, over: Limit | None) -> Ending:
        assert self._worker is not None
        code = os.waitstatus_to_exitcode(os.waitpid(self._worker, 0)[1])
        status, killer = (code, None) if code >= 0 else (None, -code)
        return Ending(status, killer, over, peak_bytes=max(self._peak, 0))

    def _send(self, message: Ready | Ended | Reaped | Usage) -> None:
        self._control.send(msgspec.json.encode(message))


def _end_all() -> None:
    while processes.has_children():
        processes.kill_descendants()
        time.sleep(POLL_S)


def _become_worker(message: Spawn, job: int) -> None:
    """Never returns."""
    from tlgrader.sandbox.worker import main as work

    try:
        work(job, message.seed, message.limits)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


if __name__ == "__main__":
    sys.exit(main())
