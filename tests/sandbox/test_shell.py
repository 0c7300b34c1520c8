"""A worker's shell shows what Jupyter would, in the order in which it came."""

import nbformat
import pytest

from tests.sandbox.cells import kinds, printed, run
from tlgrader.sandbox.handle import Worker
from tlgrader.sandbox.slot import Slot


def as_notebook(outputs: list[dict[str, object]]) -> dict[str, object]:
    cell = {
        "cell_type": "code",
        "id": "a",
        "source": "",
        "metadata": {},
        "execution_count": 1,
        "outputs": outputs,
    }
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}


def test_outputs_come_in_order_and_are_valid_notebook_outputs(worker: Worker) -> None:
    result = run(
        worker,
        "import sys\n"
        "from IPython.display import HTML, display\n"
        "print('one')\nprint('two')\n"
        "print('three', file=sys.stderr)\n"
        "display(HTML('<b>four</b>'))\n"
        "print('five')\n"
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n"
        "{'six': 6}",
    )
    assert kinds(result) == ["stdout", "stderr", "display_data", "stdout", "display_data", "execute_result"]
    assert result.outputs[0]["text"] == "one\ntwo\n"
    assert result.outputs[2]["data"]["text/html"] == "<b>four</b>"
    assert result.outputs[4]["data"]["image/png"].startswith("iVBOR")
    assert result.outputs[5]["data"]["text/plain"] == "{'six': 6}"
    nbformat.validate(as_notebook(result.outputs))


def test_a_plot_is_shown_at_the_end_of_its_cell_as_in_jupyter(worker: Worker) -> None:
    result = run(worker, "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('after')")
    assert kinds(result) == ["stdout", "display_data"]


def test_what_subprocesses_and_c_code_print_stands_where_it_was_printed(worker: Worker) -> None:
    result = run(
        worker,
        "import ctypes, os, subprocess\n"
        "print('a')\n!echo b\nprint('c')\n"
        "_ = subprocess.run(['echo', 'd'])\n"
        "_ = os.write(1, b'e\\n')\n"
        "_ = os.system('echo f; echo g >&2')\n"
        "print('h')",
    )
    assert [(o["name"], o["text"]) for o in result.outputs] == [
        ("stdout", "a\nb\nc\nd\ne\nf\n"),
        ("stderr", "g\n"),
        ("stdout", "h\n"),
    ]


def test_what_forked_processes_print_is_kept(worker: Worker) -> None:
    source = (
        "from torch.utils.data import DataLoader\n"
        "def show(batch):\n    print(f'batch {batch}\\n', end='', flush=True)\n    return batch\n"
        "print(len(list(DataLoader([1, 2], num_workers=2, collate_fn=show))))"
    )
    lines = printed(worker, source).splitlines()
    assert sorted(lines) == ["2", "batch [1]", "batch [2]"]


def test_an_exception_is_shown_as_a_traceback_and_later_cells_run(worker: Worker) -> None:
    result = run(worker, "print('before')\n1 / 0")
    assert (result.status, result.reason) == ("error", "ZeroDivisionError: division by zero")
    assert kinds(result) == ["stdout", "error"]
    assert result.outputs[1]["ename"] == "ZeroDivisionError"
    assert "Cell" in result.outputs[1]["traceback"][2]
    assert printed(worker, "print('still here')") == "still here\n"


def test_a_syntax_error_is_shown(worker: Worker) -> None:
    result = run(worker, "x = )")
    assert result.status == "error"
    assert result.outputs[0]["ename"] == "SyntaxError"


def test_displays_can_be_updated_and_cleared(worker: Worker) -> None:
    result = run(
        worker,
        "from IPython.display import clear_output, display\n"
        "print('gone')\nclear_output(wait=True)\n"
        "handle = display('old', display_id=True)\nhandle.update('new')",
    )
    assert [o["data"]["text/plain"] for o in result.outputs] == ["'new'"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("%%time\nx = 3", "Wall time"),
        ("import asyncio\nawait asyncio.sleep(0)\nprint('awaited')", "awaited"),
        ("%env HOME", None),
        ("exit()", None),
        ("import threading\nthreading.Thread(target=print, args=('from a thread',)).run()", "from a thread"),
    ],
)
def test_magics_and_top_level_await_work(worker: Worker, source: str, words: str | None) -> None:
    result = run(worker, source)
    assert result.status == "ok", result
    assert words is None or words in result.outputs[0]["text"]


def test_leaving_does_not_end_the_notebook(worker: Worker) -> None:
    assert run(worker, "import sys\nsys.exit(3)").status == "error"
    assert run(worker, "quit()").status == "ok"
    assert run(worker, "1").status == "ok"


def test_questions_are_refused_with_a_reason(worker: Worker) -> None:
    result = run(worker, "name = input('Who are you?')")
    assert result.status == "error"
    assert "cannot ask for input" in result.reason


def test_the_namespace_is_a_notebooks(worker: Worker) -> None:
    assert printed(
        worker, "print(__name__)\nclass A: pass\nimport pickle\nprint(len(pickle.dumps(A())) > 0)"
    ) == ("__main__\nTrue\n")
    assert printed(worker, "print('A' in globals())") == "True\n"


def test_odd_text_does_not_break_the_wire(worker: Worker) -> None:
    assert "?" in printed(worker, r"print('\ud800 lone surrogate')")
    assert run(worker, r"raise ValueError('\ud800')").status == "error"
    hostile = "class E(Exception):\n    def __str__(self): raise RuntimeError\nraise E()"
    assert run(worker, hostile).status == "error"
    assert run(worker, "class R:\n    def _repr_html_(self): return b'\\xff'\nR()").status == "ok"


def test_random_numbers_follow_the_seed(slot: Slot) -> None:
    source = (
        "import os, random, numpy, torch\nprint(random.random(), numpy.random.rand(), torch.rand(1).item())"
    )
    drawn = []
    for seed in (1, 1, 2):
        with slot.worker(seed=seed) as worker:
            drawn.append(printed(worker, source))
            assert printed(worker, "print(os.environ['TLGRADER_SEED'])") == f"{seed}\n"
    assert drawn[0] == drawn[1] != drawn[2]


def test_files_are_put_into_the_work_folder(slot: Slot) -> None:
    with slot.worker(seed=1, files={"data/numbers.csv": b"1,2\n", "empty.txt": b""}) as worker:
        source = (
            "from pathlib import Path\nprint(Path('data/numbers.csv').read_text(), sorted(Path().iterdir()))"
        )
        assert printed(worker, source) == "1,2\n [PosixPath('data'), PosixPath('empty.txt')]\n"
