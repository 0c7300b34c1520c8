"""Whatever a notebook leaves in a writable folder is gone before the next one, and nothing else is touched."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from os import mkfifo
from pathlib import Path

import pytest

import tlgrader
from tests.sandbox.cells import printed, refused, run
from tests.sandbox.conftest import LIMITS
from tlgrader.sandbox.emptying import Folder
from tlgrader.sandbox.preparation import Preparation
from tlgrader.sandbox.slot import Slot
from tlgrader.sandbox.wall import find

SECONDS = 60.0
PACKAGE = Path(tlgrader.__file__).resolve()
STAYS = {"ipython", *(PACKAGE.parts[2:3] if PACKAGE.is_relative_to("/tmp") else ())}
LIST = f"import os\nprint([sorted({{*os.listdir(f)}} - {STAYS!r}) for f in ('/tmp', '/dev/shm', '/home/student')])"
"""IPython makes a folder of its own, and a checkout below /tmp is mounted there."""
LEAVE = {
    "many files": "import os\nfor i in range(150_000): os.close(os.open(f'/tmp/{i}', os.O_CREAT))",
    "a deep tree": "import os\nfor i in range(2_000):\n    os.mkdir('d')\n    os.chdir('d')\n"
    "    os.chmod('..', 0)\nos.chdir('/')",
    "links to everything": "import os\nfor i in range(200): os.symlink('/', f'/tmp/link{i}')",
    "unreadable folders": "import os\nos.makedirs('/dev/shm/a/b/c')\nopen('/dev/shm/a/b/c/f', 'w').close()\n"
    "for folder in ('a/b/c', 'a/b', 'a', ''): os.chmod('/dev/shm/' + folder, 0)",
    "odd names": "import os\nfor name in (b'-rf', b'\\xff\\n', b'x' * 255, b'*'):\n    os.mkdir(b'/tmp/' + name)",
    "odd kinds": "import os, socket\nos.mkfifo('f')\nsocket.socket(socket.AF_UNIX).bind('s')\nos.mkdir('.hidden')",
    "a full folder": "import os\nos.mkdir('/tmp/d')\ntry:\n"
    "    for i in range(99): open(f'/tmp/d/{i}', 'wb', buffering=0).write(bytes(31 << 20))\nexcept OSError: pass",
}


@pytest.mark.parametrize("source", LEAVE.values(), ids=LEAVE)
def test_what_a_notebook_leaves_is_gone_before_the_next(slot: Slot, source: str) -> None:
    with slot.worker(seed=1) as worker:
        assert (run(worker, source, timeout_s=60).status, worker.ending) == ("ok", None)
    with slot.worker(seed=2) as worker:
        assert printed(worker, LIST) == "[[], [], []]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    (tmp_path / "folder").mkdir()
    folder = Folder(tmp_path / "folder")
    yield folder
    folder.close()


def test_what_a_link_leads_to_is_left_as_it_is(folder: Folder, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "file").touch(mode=0o400)
    (tmp_path / "folder" / "deep").mkdir()
    for link in ("link", "deep/link"):
        (tmp_path / "folder" / link).symlink_to(elsewhere)
    assert folder.empty(SECONDS)
    assert not list((tmp_path / "folder").iterdir())
    assert (elsewhere / "file").stat().st_mode & 0o777 == 0o400


def test_what_is_no_file_is_removed_as_well(folder: Folder, tmp_path: Path) -> None:
    mkfifo(tmp_path / "folder" / "pipe")
    with socket.socket(socket.AF_UNIX) as there:
        there.bind(str(tmp_path / "folder" / "s"))
    assert folder.empty(SECONDS)
    assert not list((tmp_path / "folder").iterdir())


def test_a_folder_that_takes_too_long_is_said_not_to_be_empty(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "folder" / "file").touch()
    assert not folder.empty(-1)
    assert folder.empty(SECONDS)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_folder_that_is_no_longer_in_its_place_is_said_not_to_be_empty(
    folder: Folder, tmp_path: Path, replaced: bool
) -> None:
    (tmp_path / "folder").rename(tmp_path / "moved")
    if replaced:
        (tmp_path / "folder").symlink_to(tmp_path / "moved")
    assert not folder.empty(SECONDS)


def test_what_is_mounted_below_is_neither_entered_nor_touched(tmp_path: Path) -> None:
    (tmp_path / "precious" / "folder").mkdir(parents=True)
    (tmp_path / "precious" / "file").touch(mode=0o400)
    root = Path(tlgrader.__file__).parent.parent
    code = (
        "from pathlib import Path; from tlgrader.sandbox.emptying import Folder; "
        "Path('/mnt/file').touch(); Path('/mnt/deep/file').touch(); "
        "print(Folder(Path('/mnt')).empty(60), sorted(map(str, Path('/mnt').rglob('*'))))"
    )
    inside = ["--bind", "/", "/", "--tmpfs", "/mnt", "--bind", str(tmp_path / "precious"), "/mnt/there"]
    inside += ["--bind", str(tmp_path / "precious" / "file"), "/mnt/mounted", "--dir", "/mnt/deep"]
    command = [str(find().bwrap), "--unshare-user", *inside, "--chdir", str(root), sys.executable, "-c", code]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert said == "True ['/mnt/mounted', '/mnt/there', '/mnt/there/file', '/mnt/there/folder']\n"
    assert (tmp_path / "precious" / "file").stat().st_mode & 0o777 == 0o400


def test_nobody_moves_the_environment_where_it_lies_in_a_writable_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tmp_path.is_relative_to("/tmp")
    package = tmp_path / "environment" / "a_course_of_its_own"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("NAME = 'a course'\n")
    monkeypatch.syspath_prepend(package.parent)
    preparation = Preparation(packages=(package.name,))
    top = Path(*tmp_path.parts[:3])
    with Slot(find(preparation=preparation), LIMITS, None, preparation) as slot:
        with slot.worker(seed=1) as worker:
            for attempt in (f"rename({str(top)!r}, '/tmp/x')", f"mkdir({str(tmp_path / 'y')!r})"):
                assert refused(worker, f"import os\nos.{attempt}").startswith("OSError")
            assert run(worker, "open('/tmp/left', 'w').close()").status == "ok"
        with slot.worker(seed=2) as worker:
            assert printed(worker, LIST) == f"[[{top.name!r}], [], []]\n"
            assert printed(worker, f"print(open({str(package / '__init__.py')!r}).read())").startswith("NAME")


@pytest.fixture(scope="module")
def bare() -> Iterator[Slot]:
    """A slot without a wall, which these tests may break."""
    with Slot(None, LIMITS) as slot:
        yield slot


@pytest.mark.parametrize(
    "source",
    ["import os\nos.rename('../work', '../moved')", "import shutil\nshutil.rmtree('../work')"],
    ids=["moved", "removed"],
)
def test_a_slot_whose_folder_is_gone_is_begun_anew_and_no_student_notices(bare: Slot, source: str) -> None:
    with bare.worker(seed=1) as worker:
        assert run(worker, source).status == "ok"
    assert worker.ending is not None
    assert worker.ending.asked
    with bare.worker(seed=2) as worker:
        assert run(worker, "open('mine', 'w').write('x')").status == "ok"


def test_without_a_wall_nothing_is_left_on_the_machine(bare: Slot) -> None:
    worker = bare.worker(seed=1)
    folder = Path(printed(worker, "import os\nprint(os.getcwd())").strip()).parent
    assert run(worker, LEAVE["a deep tree"]).status == "ok"
    bare.close()
    assert not folder.exists()
