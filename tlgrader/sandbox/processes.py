"""What the kernel says in /proc of a zygote's descendants, and how they are ended."""

from __future__ import annotations

import ctypes
import os
import re
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER = 1, 4, 36
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_NUMBER = re.compile(rb"^(PPid|Threads|RssAnon|RssShmem|Pss_Anon|Pss_Shmem):\s+(\d+)", re.MULTILINE)


class Process(NamedTuple):
    """A process, and the bytes of memory it holds that are of no file, those shared with a fork included."""

    pid: int
    parent: int
    threads: int
    memory: int


def set_dumpable(allowed: bool) -> None:
    """Whether processes of the same user may read and trace this one. A fork inherits it."""
    _prctl(_PR_SET_DUMPABLE, int(allowed))


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended, so that none is lost."""
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent() -> None:
    """Be killed when the process that forked this one ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def keep_freed_memory() -> None:
    """Let the C library keep what is freed for the next allocation of this process and its forks.

    By default glibc gives large blocks back at once and takes new pages, zeroed, for the next ones: a third of the
    time of EfficientNet-Lite0's features in batches of 50. Elsewhere than on glibc this does nothing.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option in (_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD):
            mallopt(option, 2**30)


def _prctl(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def descendants() -> list[Process]:
    """All processes that this one or its descendants have started; as PID 1, all others of the namespace."""
    children: dict[int, list[Process]] = {}
    for process in _all():
        children.setdefault(process.parent, []).append(process)
    found: list[Process] = []
    wanted = [os.getpid()]
    while wanted:
        more = children.pop(wanted.pop(), [])
        found += more
        wanted += [process.pid for process in more]
    return found


def _all() -> Iterator[Process]:
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            with suppress(OSError, KeyError):  # it has ended meanwhile
                yield _read(int(entry.name))


def _read(pid: int) -> Process:
    status = _numbers(f"/proc/{pid}/status")
    memory = status.get(b"RssAnon", 0) + status.get(b"RssShmem", 0)
    return Process(pid, status[b"PPid"], status[b"Threads"], memory * 1024)


def _numbers(path: str) -> dict[bytes, int]:
    """What the kernel says there in numbers."""
    with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - a `Path` takes twice as long, fifty times a second
        return {name: int(number) for name, number in _NUMBER.findall(file.read())}


def memory_bytes() -> int:
    """This process's own memory, in the sense of `Process.memory`."""
    return _read(os.getpid()).memory


def proportional_bytes(process: Process) -> int:
    """Its memory, what is shared divided among its sharers. Slow; where it cannot be read, all counts."""
    try:
        rollup = _numbers(f"/proc/{process.pid}/smaps_rollup")
        return (rollup[b"Pss_Anon"] + rollup[b"Pss_Shmem"]) * 1024
    except (OSError, KeyError):
        return process.memory


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time of those that are there, and of their children that have ended and were waited for."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):  # it has ended meanwhile
            # What follows the command's name, which may hold anything: utime is the 12th, cstime the 15th.
            fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


def delayed_seconds(pid: int) -> float:
    """How long its main thread waited for a processor; 0 where the kernel does not say."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def name(task: int) -> str:
    """What a process or a thread of this process calls itself; empty where it has ended."""
    try:
        return Path(f"/proc/{task}/comm").read_text(errors="replace").strip()
    except OSError:
        return ""


def has_children() -> bool:
    """Whether this process has any, after those that have ended are taken off the list."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def kill_descendants() -> None:
    """Send SIGKILL to all descendants, once. As PID 1 nothing can escape by forking meanwhile."""
    if os.getpid() == 1:
        _quietly(-1)
        return
    for process in descendants():
        _quietly(process.pid)


def _quietly(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
