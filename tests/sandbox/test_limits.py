"""Every limit ends what meets it, says so in a student's words, and leaves the slot fit for the next."""

import pytest

from tests.sandbox.cells import printed, run
from tlgrader.sandbox.handle import Worker
from tlgrader.sandbox.limits import in_words
from tlgrader.sandbox.messages import Raised
from tlgrader.sandbox.outputs import CUT, Outputs
from tlgrader.sandbox.slot import Slot


def test_an_endless_loop_is_interrupted_and_later_cells_run(worker: Worker) -> None:
    result = run(worker, "print('looping')\nwhile True:\n    pass", timeout_s=0.3)
    assert (result.status, result.reason) == ("limit", "the cell ran longer than its limit of 0.3 s")
    assert result.outputs[0]["text"] == "looping\n"
    assert "It was stopped at line" in result.outputs[1]["traceback"][1]
    assert printed(worker, "print('next')") == "next\n"


def test_a_loop_that_catches_everything_is_ended(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlgrader.sandbox.handle.GRACE_S", 0.5)
    source = (
        "import time\nprint('kept')\nwhile True:\n    try:\n        while True: time.sleep(0.001)\n"
        "    except BaseException: pass"
    )
    result = run(worker, source, timeout_s=0.3)
    assert result.status == "dead"
    assert result.reason == "the cell ran longer than its limit of 0.3 s and could not be interrupted"
    assert result.outputs[0]["text"] == "kept\n"
    again = run(worker, "1")
    assert (again.status, again.reason) == ("dead", result.reason)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import os\nos._exit(3)", "the cell ended the Python process itself (exit status 3)"),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", "killed by signal 9 (killed)"),
        ("import ctypes\nctypes.string_at(0)", "killed by signal 11 (segmentation fault)"),
        ("import os\nos.kill(os.getpid(), 15)", "killed by signal 15 (terminated)"),
        ("import os\nos.abort()", "killed by signal 6 (aborted)"),
    ],
)
def test_a_process_that_ends_says_how(worker: Worker, source: str, reason: str) -> None:
    result = run(worker, source)
    assert result.status == "dead"
    assert result.reason.endswith(reason)
    assert run(worker, "1").reason == result.reason


@pytest.mark.parametrize(
    "source",
    [
        "held = bytearray(2 << 30)",
        "import torch\nheld = torch.empty(1 << 30)",
        "import numpy\nnumpy.ones(1 << 30)",
    ],
)
def test_too_much_memory_is_refused_and_later_cells_run(worker: Worker, source: str) -> None:
    result = run(worker, source)
    assert (result.status, result.reason) == ("limit", "the cell needed more memory than its limit of 1 GiB")
    assert run(worker, "1").status == "ok"


@pytest.mark.parametrize(
    "hold",
    [
        "held = bytearray(300 << 20)",
        "import mmap\nheld = mmap.mmap(-1, 300 << 20)\nheld.write(bytes(300 << 20))",
    ],
    ids=["own", "shared"],
)
def test_memory_of_several_processes_is_added_up(worker: Worker, hold: str) -> None:
    source = (
        "import os, signal\nfor _ in range(6):\n    if os.fork() == 0:\n        {}\n        signal.pause()\n"
        "signal.pause()"
    )
    result = run(worker, source.format(hold.replace("\n", "\n        ")))
    assert (result.status, result.reason) == ("dead", "the notebook used more than 1 GiB of memory")


def test_a_fork_bomb_is_ended_and_the_slot_goes_on(slot: Slot) -> None:
    with slot.worker(seed=1) as worker:
        result = run(worker, "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass")
        assert result.status == "dead"
        assert result.reason == "the notebook started more than 24 processes, or too many threads"
    with slot.worker(seed=2) as worker:
        assert run(worker, "1").status == "ok"


@pytest.mark.parametrize(
    "source",
    ["while True: print('x' * 1000)", "import os\nwhile True: os.write(1, b'x' * 1000)", "!yes"],
    ids=["python", "descriptor", "subprocess"],
)
def test_printing_without_end_is_stopped(worker: Worker, source: str) -> None:
    result = run(worker, source)
    assert (result.status, result.reason) == ("limit", "the cell printed more than its limit of 64 KiB")
    text = "".join(output.get("text", "") for output in result.outputs)
    assert 32 * 1024 < len(text) <= 64 * 1024
    assert printed(worker, "print('next')") == "next\n"


def test_showing_without_end_is_stopped(worker: Worker) -> None:
    result = run(worker, "from IPython.display import HTML, display\nwhile True: display(HTML('x' * 10_000))")
    assert result.status == "limit"
    assert len(result.outputs) < 64


def test_a_long_file_is_refused(worker: Worker) -> None:
    result = run(worker, "with open('long', 'wb') as file:\n    file.write(bytes(33 << 20))")
    assert (result.status, result.reason) == (
        "limit",
        "the cell wrote a file longer than its limit of 32 MiB",
    )


def test_a_full_folder_is_said(worker: Worker) -> None:
    source = "for i in range(20):\n    open(f'file{i}', 'wb', buffering=0).write(bytes(31 << 20))"
    result = run(worker, source)
    assert result.status == "limit"
    assert "256 MiB" in result.reason


def test_catching_an_alarm_of_ones_own_does_not_help(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlgrader.sandbox.handle.GRACE_S", 0.5)
    result = run(
        worker, "import signal\nsignal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass", 0.3
    )
    assert result.status == "dead"


@pytest.mark.parametrize(
    ("size", "words"), [(4 << 30, "4 GiB"), (1 << 20, "1 MiB"), (1536 << 10, "1.5 MiB"), (12, "12 bytes")]
)
def test_sizes_are_written_as_people_do(size: int, words: str) -> None:
    assert in_words(size) == words


def test_all_cells_of_a_notebook_together_show_no_more_than_a_page_takes(worker: Worker) -> None:
    show = "from IPython.display import display\ndisplay({'text/plain': 'x' * 400_000}, raw=True)"
    shown = [run(worker, show).outputs for _ in range(5)]
    assert [len(outputs[0]["data"]["text/plain"]) for outputs in shown[:3]] == [400_000] * 3
    assert [outputs[0]["text"] for outputs in shown[3:]] == [CUT["text"]] * 2
    assert run(worker, "1 / 0").outputs[0]["ename"] == "ZeroDivisionError"
    assert run(worker, f"{show}\n1 / 0").outputs[0]["ename"] == "ZeroDivisionError"


def test_a_process_that_sends_one_traceback_after_another_is_kept_in_bounds() -> None:
    outputs, raised = Outputs(1_000), Raised("E", "e", ("x" * 50_000,))
    for _ in range(1_000):
        outputs.add(raised, 50_000)
    assert [output["output_type"] for output in outputs.made()] == ["error", "error", "stream"]
