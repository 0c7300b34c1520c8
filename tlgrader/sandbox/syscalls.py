"""System calls that no notebook needs: bubblewrap lets the kernel refuse them to all that is behind a wall.

A worker has the uid of its zygote. Without this it could set that one's limits, priority and processors, which the next
student's worker inherits. System V objects, message queues and keyrings outlive a worker. The rest are parts of the
kernel that Docker's default profile forbids, too, since they have held many of its holes.

A call is refused with EPERM, as where a privilege is missing. A process may change itself, where it
says 0 (``resource.setrlimit``, ``os.nice``, ``os.sched_setaffinity(0, …)``).
"""

from __future__ import annotations

import errno
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import IO, Any

from tlgrader.errors import MachineError

OF_OTHERS = ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler")
"""Their first argument is the process that they change."""
NEVER = (
    # What outlives a worker: System V objects, POSIX message queues, keyrings.
    *("shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl"),
    *("msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink", "add_key", "request_key", "keyctl"),
    # Other processes.
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp"),
    *("move_pages", "migrate_pages"),
    # What a notebook has no use for, and attacks on the kernel have.
    *("io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "bpf", "perf_event_open"),
    *("fanotify_init", "lookup_dcookie", "open_by_handle_at", "name_to_handle_at"),
    # Other namespaces and mounts.
    *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount"),
    *("mount_setattr", "fsopen", "fsconfig", "fsmount", "fspick"),
    # The machine.
    *("acct", "delete_module", "finit_module", "init_module", "iopl", "ioperm", "kexec_file_load"),
    *("kexec_load", "quotactl", "quotactl_fd", "reboot", "settimeofday", "clock_settime", "swapon"),
    *("swapoff", "syslog", "vhangup"),
)
NAMESPACES = (0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000)
"""Flags of ``clone``: a new mount, cgroup, uts, ipc, user, pid and network namespace (<linux/sched.h>)."""
FAMILIES = (1, 2, 10, 16)
"""Sockets within a machine (AF_UNIX), of the network, which is not there, and netlink, which lists addresses."""
MOST_FAMILIES = 64
PRIO_USER, IOPRIO_WHO_USER = 2, 3
"""Whose priority is set: that of all processes of a user."""
SOL_SOCKET, SO_PEERPIDFD = 1, 77


@contextmanager
def rules() -> Iterator[IO[bytes]]:
    """A file of the rules as ``bwrap --seccomp`` reads them, from its beginning.

    Raises:
        MachineError: libseccomp, which compiles them, is missing.
    """
    with tempfile.TemporaryFile() as file:
        file.write(_compiled())
        file.seek(0)
        yield file


@cache
def _compiled() -> bytes:
    """A program for the kernel's packet filter; a worker's system calls cost some ten nanoseconds more."""
    with tempfile.TemporaryFile() as file:
        _filter().export_bpf(file)
        file.seek(0)
        return file.read()


def _filter() -> Any:
    seccomp = _library()
    found = seccomp.SyscallFilter(seccomp.ALLOW)
    for name, conditions, number in _refused(seccomp):
        # One that this processor does not have needs no rule.
        if seccomp.resolve_syscall(seccomp.system_arch(), name) >= 0:
            found.add_rule(seccomp.ERRNO(number), name, *conditions)
    return found


def _refused(seccomp: Any) -> Iterator[tuple[str, tuple[Any, ...], int]]:
    """Each call, under which conditions on its arguments, and the error that it gives."""
    arg, not_equal, equal = seccomp.Arg, seccomp.NE, seccomp.EQ
    for name in NEVER:
        yield name, (), errno.EPERM
    for name in OF_OTHERS:
        yield name, (arg(0, not_equal, 0),), errno.EPERM
    for name, users in (("setpriority", PRIO_USER), ("ioprio_set", IOPRIO_WHO_USER)):
        yield name, (arg(1, not_equal, 0),), errno.EPERM
        yield name, (arg(0, equal, users),), errno.EPERM
    for flag in NAMESPACES:
        yield "clone", (arg(0, seccomp.MASKED_EQ, flag, flag),), errno.EPERM
    # Its flags lie in memory, where no filter sees them; the C library takes `clone` where there is no such call.
    yield "clone3", (), errno.ENOSYS
    for family in set(range(MOST_FAMILIES)) - set(FAMILIES):
        yield "socket", (arg(0, equal, family),), errno.EAFNOSUPPORT
    yield "getsockopt", (arg(1, equal, SOL_SOCKET), arg(2, equal, SO_PEERPIDFD)), errno.EPERM


def _library() -> Any:
    try:
        import pyseccomp
    except (ImportError, OSError, RuntimeError) as error:
        raise MachineError(
            f"no sandbox can be built here: {error}. Install the package pyseccomp and the system's libseccomp "
            "(Debian, Ubuntu: libseccomp2)"
        ) from error
    return pyseccomp
