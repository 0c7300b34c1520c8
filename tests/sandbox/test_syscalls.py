"""System calls that are refused behind the wall, each tried; and what honest notebooks do still works."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.sandbox.cells import printed, refused, run
from tlgrader.sandbox import syscalls
from tlgrader.sandbox.handle import Worker
from tlgrader.sandbox.slot import Slot

EPERM = 1
CALL = """
import ctypes, os, struct
libc = ctypes.CDLL(None, use_errno=True)
def tried(name, *arguments):
    result = getattr(libc, name)(*arguments)
    return ctypes.get_errno() if result == -1 else "done"
def number(call, *arguments):
    return tried("syscall", ctypes.c_long(call), *map(ctypes.c_long, arguments))
"""
X86 = pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are those of x86-64")


@pytest.mark.parametrize(
    "call",
    [
        "tried('prlimit', 1, 7, struct.pack('QQ', 64, 64), None)",  # open files of the zygote
        "tried('setpriority', 0, 1, 19)",
        "tried('setpriority', 2, 0, 19)",  # of all processes of this uid
        "tried('sched_setaffinity', 1, 8, struct.pack('Q', 1))",
        "tried('shmget', 4711, 4096, 0o1600)",
        "tried('semget', 4711, 1, 0o1600)",
        "tried('msgget', 4711, 0o1600)",
        "tried('unshare', 0x10000000)",
        "tried('ptrace', 16, 1, 0, 0)",
        "tried('personality', 0xFFFFFFFF) and tried('mount', b'none', b'/tmp', b'tmpfs', 0, None)",
        "tried('process_vm_readv', 1, None, 0, None, 0, 0)",
    ],
)
def test_it_is_refused(worker: Worker, call: str) -> None:
    assert printed(worker, f"{CALL}print({call})") == f"{EPERM}\n"


@X86
@pytest.mark.parametrize(
    "call",
    ["250, 0, -3, 0", "248", "249", "425, 1, 0", "323, 0", "321, 0", "298, 0", "240", "312", "438"],
    ids=[
        *("keyctl", "add_key", "request_key", "io_uring_setup", "userfaultfd", "bpf", "perf_event_open"),
        *("mq_open", "kcmp", "pidfd_getfd"),
    ],
)
def test_a_call_without_a_function_is_refused(worker: Worker, call: str) -> None:
    assert printed(worker, f"{CALL}print(number({call}))") == f"{EPERM}\n"


@X86
def test_no_process_is_made_in_a_new_namespace(worker: Worker) -> None:
    assert printed(worker, f"{CALL}print(number(56, 0x10000000 | 17, 0, 0, 0, 0))") == f"{EPERM}\n"
    assert printed(worker, f"{CALL}print(number(435, 0, 0))") == "38\n"  # ENOSYS


@pytest.mark.parametrize("family", ["AF_VSOCK", "AF_PACKET", "AF_ALG"])
def test_no_socket_leaves_the_machine_or_enters_its_kernel(worker: Worker, family: str) -> None:
    assert "not supported" in refused(
        worker, f"import socket\nsocket.socket(socket.{family}, socket.SOCK_STREAM)"
    )


def test_a_peers_process_cannot_be_held(worker: Worker) -> None:
    ask = "import socket\na, b = socket.socketpair()\na.getsockopt(socket.SOL_SOCKET, 77)"
    assert "PermissionError" in refused(worker, ask)


def test_the_next_student_has_the_limits_of_a_fresh_slot(slot: Slot) -> None:
    look = "import os, resource\nprint(os.nice(0), os.sched_getaffinity(0), resource.getrlimit(resource.RLIMIT_NOFILE))"
    with slot.worker(seed=0) as worker:
        before = printed(worker, look)
    with slot.worker(seed=0) as worker:
        run(
            worker,
            f"{CALL}import resource\n"
            "print(tried('prlimit', 1, 7, struct.pack('QQ', 64, 64), None), tried('setpriority', 0, 1, 19))\n"
            "print(tried('sched_setaffinity', 1, 8, struct.pack('Q', 1)))\n"
            "resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)); os.nice(5)",
        )
    with slot.worker(seed=0) as worker:
        assert printed(worker, look) == before


HONEST = {
    "threads": "import threading\nt = threading.Thread(target=print, args=('ok',))\nt.start()\nt.join()",
    "a pool": "import multiprocessing\nwith multiprocessing.get_context('fork').Pool(2) as pool:\n"
    "    print('ok' if pool.map(abs, [-1, 2]) == [1, 2] else 'wrong')",
    "a program": "import subprocess\nprint(subprocess.check_output(['echo', 'ok'], text=True), end='')",
    "a loader's processes": "import torch\nfrom torch.utils.data import DataLoader\n"
    "print('ok' if len(list(DataLoader(torch.arange(4), num_workers=1))) == 4 else 'wrong')",
    "its own limits": "import os, resource\nresource.setrlimit(resource.RLIMIT_CORE, (0, 0))\nos.nice(1)\n"
    "os.sched_setaffinity(0, os.sched_getaffinity(0))\nprint('ok')",
    "a socket of its own": "import socket\na, b = socket.socketpair()\na.send(b'ok')\nprint(b.recv(2).decode())",
}


@pytest.mark.parametrize("does", HONEST)
def test_an_honest_notebook_may_have(worker: Worker, does: str) -> None:
    assert printed(worker, HONEST[does]).strip().endswith("ok")


def test_without_libseccomp_it_says_what_to_install() -> None:
    program = (
        "import ctypes.util, tlgrader.sandbox.wall as wall\n"
        "ctypes.util.find_library = lambda name: None\n"
        "print(wall.available())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "libseccomp2" in done.stdout


def test_every_name_is_one_that_some_kernel_has() -> None:
    import pyseccomp

    for name in (*syscalls.NEVER, *syscalls.OF_OTHERS):
        assert pyseccomp.resolve_syscall(pyseccomp.system_arch(), name) != -1, name
