"""A library that cannot be forked is found by name, before a cohort meets it, and grading goes on without it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.sandbox.cells import printed, run
from tests.sandbox.conftest import LIMITS
from tlgrader.errors import AuthorError, MachineError
from tlgrader.grading.process import say_what_is_left_out
from tlgrader.sandbox.preparation import Preparation
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import find

THREAD = (
    "import threading\nthreading.Thread(target=threading.Event().wait, name='ticker', daemon=True).start()\n"
)
PROCESS = "import subprocess\nhelper = subprocess.Popen(['sleep', '1000'])\n"
ENDED = "import subprocess\nhelper = subprocess.Popen(['true'])\n"

Prepared = Callable[..., Preparation]


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prepared:
    """A course whose package has modules with these sources, and preloads them."""
    package = tmp_path / "a_course"
    package.mkdir()
    (package / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    # Its own packages are found there by students' code, too.
    monkeypatch.setattr("tlgrader.sandbox.wall._PASSED_ON", ("PYTHONPATH",))
    monkeypatch.setenv("PYTHONPATH", f"{Path(__file__).parent.parent.parent}:{tmp_path}")

    def make(preload: tuple[str, ...] = (), warm_up: tuple[str, ...] = (), **sources: str) -> Preparation:
        for name, source in sources.items():
            (package / f"{name}.py").write_text(source)
        modules = preload or tuple(f"a_course.{name}" for name in sources)
        return Preparation(packages=("a_course",), preload=modules, warm_up=warm_up)

    return make


def test_what_starts_a_thread_or_a_process_is_named_and_left_to_each_notebook(prepared: Prepared) -> None:
    preparation = prepared(
        ("a_course.outer", "a_course.helper", "a_course.ended", "a_course.fine"),
        ("a_course.fine:tick", "a_course.fine:count"),
        ticking=THREAD,
        outer="from a_course import ticking\n",
        helper=PROCESS,
        ended=ENDED,
        fine="import threading\ncounted = 0\n\ndef tick():\n    from a_course import ticking\n\n"
        "def count():\n    global counted\n    counted += 1\n",
    )
    with Slot(find(preparation=preparation), LIMITS, None, preparation) as slot:
        with slot.worker(seed=1) as worker:
            source = (
                "import sys\nfrom a_course.fine import counted\nprint(counted, 'a_course.outer' in sys.modules)\n"
                "import a_course.outer, threading\nprint('ticker' in [t.name for t in threading.enumerate()])"
            )
            assert printed(worker, source) == "1 False\nTrue\n"
        said = sorted(sentence.partition("; ")[0] for sentence in slot.left_out)
    alone = "is left to each notebook, and not prepared once for all: it started"
    forks = "and a fork takes none along"
    assert said == [
        f"`a_course.fine:tick` {alone} the thread 'ticker' (`a_course.ticking` did), {forks}",
        f"`a_course.helper` {alone} the process 'sleep', {forks}",
        f"`a_course.outer` {alone} the thread 'ticker' (`a_course.ticking` did), {forks}",
    ]


def test_a_module_that_a_course_preloads_and_nobody_has_is_the_authors_error(prepared: Prepared) -> None:
    preparation = prepared(("a_course.missing",))
    with (
        Slot(find(preparation=preparation), LIMITS, None, preparation) as slot,
        pytest.raises(AuthorError, match=r"course\.py .*`a_course\.missing`.*ModuleNotFoundError"),
    ):
        slot.ready()


def test_a_library_that_crashes_is_named(prepared: Prepared) -> None:
    preparation = prepared(crashing="import ctypes\nctypes.string_at(0)\n")
    with (
        Slot(find(preparation=preparation), LIMITS, None, preparation) as slot,
        pytest.raises(MachineError, match=r"it was preparing `a_course\.crashing`"),
    ):
        slot.ready()


ABSENT = ("sklearn", "timm", "matplotlib", "torchvision", "transformers", "peft", "PIL")


class Bare(Slot):
    """A slot where no library is installed but those of the engine."""

    def _command(self, descriptor: int, rules: tuple[int, ...]) -> tuple[list[str], dict[str, str]]:
        command, variables = super()._command(descriptor, rules)
        at = command.index("-m")
        code = (
            f"import sys; sys.modules.update(dict.fromkeys({ABSENT})); "
            "import importlib.util as u; real = u.find_spec; "
            f"u.find_spec = lambda name, *rest: None if name in {ABSENT} else real(name, *rest); "
            "from tlgrader.sandbox.zygote import main; sys.exit(main(sys.argv[1:]))"
        )
        return [*command[:at], "-c", code, *command[at + 2 :]], variables


def test_without_any_of_the_usual_libraries_a_notebook_runs(bare: Slot) -> None:
    with bare.worker(seed=1) as worker:
        assert printed(worker, "import torch\nprint(torch.ones(2).sum().item())") == "2.0\n"
        assert run(worker, "import sklearn").reason.startswith("ModuleNotFoundError")
    assert bare.left_out == ()


@pytest.fixture
def bare() -> Iterator[Slot]:
    with Bare(find(), LIMITS) as slot:
        yield slot


QUICK = """
import sys
from tlgrader.sandbox import preloading
preloading._import_torch = lambda: None
preloading._read_backends = lambda: None
preloading.ENGINE, preloading.LIBRARIES = {engine}, {libraries}
sys.path.insert(0, {path!r})
attempt = preloading.Preloading()
try:
    print(attempt.run((), ()))
    print(*attempt.left_out, sep="\\n")
except Exception as error:
    print(type(error).__name__, error)
"""


def attempt(tmp_path: Path, *, engine: tuple[str, ...] = (), libraries: tuple[str, ...] = ()) -> str:
    """What comes of importing these, in a process of their own."""
    code = QUICK.format(engine=engine, libraries=libraries, path=str(tmp_path))
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_what_the_engine_needs_cannot_be_left_out_so_the_way_on_is_said(tmp_path: Path) -> None:
    (tmp_path / "ticking.py").write_text(THREAD)
    (tmp_path / "needed.py").write_text("import ticking\n")
    said = attempt(tmp_path, engine=("needed",))
    assert said.startswith(
        "MachineError `needed` is needed before workers are forked, but it started the thread"
    )
    assert "(`ticking` did)" in said
    assert "set the variable" in said


def test_a_library_that_is_broken_is_said_and_one_that_is_not_installed_is_not(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "too_old.py").write_text("raise RuntimeError('needs torch 9')\n")
    said = attempt(tmp_path, libraries=("broken", "not_installed.at.all", "too_old")).splitlines()
    assert said[0] == "True"
    assert [line.partition("`")[2].partition("`")[0] for line in said[1:]] == ["broken", "too_old"]
    assert "RuntimeError: needs torch 9" in said[2]


def test_a_thread_that_ends_by_itself_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / "brief.py").write_text("import threading\nthreading.Timer(0.05, print).start()\n")
    assert attempt(tmp_path, libraries=("brief",)).split() == ["True"]


def test_what_is_left_out_is_said_in_a_line_each(capsys: pytest.CaptureFixture[str]) -> None:
    slot = Slot(None, LIMITS)
    slot.left_out = ("`a` is left to each notebook", "`b` is left to each notebook")
    say_what_is_left_out(slot)
    assert capsys.readouterr().err.splitlines() == [f"tlgrader: {sentence}" for sentence in slot.left_out]
