"""What student code cannot do behind the wall, tried with real processes."""

import subprocess
import sys
from pathlib import Path

import pytest

import tlgrader
from tests.sandbox.cells import printed, refused, run
from tlgrader.errors import MachineError
from tlgrader.sandbox import wall
from tlgrader.sandbox.handle import Worker
from tlgrader.sandbox.limits import Limits
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import Wall

REPOSITORY = Path(tlgrader.__file__).parent.parent


def test_of_the_course_only_the_package_and_the_environment_exist(worker: Worker) -> None:
    listed = printed(worker, f"import os\nprint(sorted(os.listdir({str(REPOSITORY)!r})))")
    assert set(eval(listed)) <= {"tlgrader", Path(sys.prefix).name}
    for hidden in ("grader_tests", "tl_solutions", "tests", ".git", "gradebook.db"):
        assert "FileNotFoundError" in refused(worker, f"os.stat({str(REPOSITORY / hidden)!r})")


@pytest.mark.parametrize(
    "folder", ["/", "/usr", "/etc", "/dev", str(REPOSITORY), str(REPOSITORY / "tlgrader")]
)
def test_all_but_the_work_folders_is_read_only(worker: Worker, folder: str) -> None:
    assert "Read-only" in refused(worker, f"open({folder + '/x'!r}, 'w')")


def test_the_network_is_unreachable(worker: Worker) -> None:
    connect = "import socket\nsocket.create_connection(('{}', 53), timeout=2)"
    assert "unreachable" in refused(worker, connect.format("1.1.1.1"))
    assert "refused" in refused(worker, connect.format("127.0.0.1"))


def test_the_zygote_cannot_be_killed_read_or_traced(worker: Worker) -> None:
    run(worker, "import os, signal\nfor s in (9, 15, 19, 2): os.kill(1, s)")
    for read in ("open('/proc/1/mem')", "open('/proc/1/environ')", "os.readlink('/proc/1/fd/0')"):
        assert "PermissionError" in refused(worker, read)
    traced = "import ctypes\nprint(ctypes.CDLL(None).ptrace(16, 1, 0, 0))"
    assert printed(worker, traced) == "-1\n"
    status = printed(worker, "print(open('/proc/1/status').read())")
    caught = int(status.partition("SigCgt:")[2].split()[0], 16)
    assert caught & 0xFFFF_FFFF == 0, "PID 1 is deaf to signals from inside only where it has no handler"


def test_the_zygote_keeps_no_handler_that_a_library_set() -> None:
    program = (
        "import readline\nfrom tlgrader.sandbox.zygote import _handle_no_signal\n"
        "_handle_no_signal()\nprint(open('/proc/self/status').read())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    caught = int(done.stdout.partition("SigCgt:")[2].split()[0], 16)
    assert caught & 0xFFFF_FFFF == 0


def test_a_worker_has_no_privilege(worker: Worker) -> None:
    assert refused(worker, "import os\nos.setuid(0)").startswith(("OSError", "PermissionError"))
    status = printed(worker, "print(open('/proc/self/status').read())")
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert printed(worker, "import ctypes\nprint(ctypes.CDLL(None).unshare(0x10000000))") == "-1\n"


def test_a_worker_inherits_no_descriptor_and_no_secret(worker: Worker) -> None:
    source = (
        "import os\nfor fd in sorted(map(int, os.listdir('/proc/self/fd'))):\n"
        "    try: print(fd, os.readlink(f'/proc/self/fd/{fd}').split(':')[0])\n    except OSError: pass"
    )
    found = dict(line.split() for line in printed(worker, source).splitlines())
    assert found.pop("0") == "/dev/null"
    assert found.pop("3") == "socket"
    assert set(found.values()) == {"pipe"}
    variables = eval(printed(worker, "print(sorted(os.environ))"))
    assert not [name for name in variables if "KEY" in name or "TOKEN" in name.replace("TOKENIZERS", "")]


def test_nothing_is_left_for_the_next_student(slot: Slot) -> None:
    leave = (
        "import os, subprocess, time\n"
        "for folder in ('/tmp', '/dev/shm', '.'):\n"
        "    os.makedirs(f'{folder}/deep/er')\n    open(f'{folder}/deep/er/note', 'w').write('answer')\n"
        "    os.chmod(f'{folder}/deep/er', 0)\n    os.chmod(f'{folder}/deep', 0)\n"
        "os.symlink('/usr', 'link')\nos.chmod('.', 0o500)\n"
        "_ = subprocess.Popen(['sleep', '1000'], start_new_session=True)\n"
        "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0: time.sleep(1000)\n    os._exit(0)\n"
    )
    look = (
        "import os\nprint([os.listdir(f) for f in ('/dev/shm', '.')], os.path.exists('/tmp/deep'),"
        " len([p for p in os.listdir('/proc') if p.isdigit()]))"
    )
    with slot.worker(seed=1) as worker:
        assert run(worker, leave).status == "ok"
    with slot.worker(seed=2) as worker:
        assert printed(worker, look) == "[[], []] False 2\n"


def test_deeply_nested_folders_are_removed(slot: Slot) -> None:
    with slot.worker(seed=1) as worker:
        assert (
            run(worker, "import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')").status
            == "ok"
        )
    with slot.worker(seed=2) as worker:
        assert printed(worker, "import os\nprint(os.listdir('.'))") == "[]\n"


@pytest.mark.parametrize(
    "garbage",
    ["b'rubbish' * 1000", "bytes(16)", "b'\\xff' * 16", "(16).to_bytes(8, 'big') + bytes(8) + b'[' * 16"],
)
def test_garbage_on_the_wire_ends_the_worker_only(slot: Slot, garbage: str) -> None:
    with slot.worker(seed=1) as worker:
        result = run(worker, f"import os, time\nos.write(3, {garbage})\ntime.sleep(1000)")
        assert (result.status, result.reason) == ("dead", "its process sent something that is not understood")
    with slot.worker(seed=2) as worker:
        assert run(worker, "1").status == "ok"


def test_a_closed_socket_ends_the_worker(worker: Worker) -> None:
    result = run(worker, "import os, time\nos.close(3)\ntime.sleep(1000)")
    assert (result.status, result.reason) == ("dead", "its process sent something that is not understood")


def test_the_command_shows_nothing_but_what_is_needed(tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "hidden").mkdir()
    command = Wall(Path("/bwrap"), tmp_path / "public").command(["program"], Limits(), rules=9)
    shown = [command[i + 2] for i, word in enumerate(command) if word == "--ro-bind"]
    assert "/data/public" in shown
    assert not {"/", "/root", "/home", "/etc", str(REPOSITORY), str(tmp_path)} & set(shown)
    assert not [word for word in command if "hidden" in word]
    for wanted in ("--unshare-all", "--die-with-parent", "--new-session", "--as-pid-1", "--clearenv"):
        assert wanted in command
    read_only = [command[i + 1] for i, word in enumerate(command) if word == "--remount-ro"]
    assert (read_only[0], read_only[-1]) == ("/dev", "/")
    assert all(
        REPOSITORY.is_relative_to(folder) for folder in read_only[1:-1]
    )  # a checkout in a writable folder
    assert command[-2:] == ["--", "program"]


def test_where_no_wall_can_be_built_the_reason_and_a_way_out_are_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr("tlgrader.sandbox.wall._bwrap", lambda: broken)
    with pytest.raises(MachineError, match=r"No permissions to create new namespace.*--no-sandbox"):
        wall.find()
    assert "No permissions" in (wall.available() or "")


def test_a_wall_can_be_built_here() -> None:
    assert wall.available() is None
