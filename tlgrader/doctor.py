"""What this machine offers for grading, and what to do about what it lacks."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tlgrader.architectures import architecture, declare
from tlgrader.architectures.installed import lacking
from tlgrader.course import Registration, Symptom, serves_graders, tried
from tlgrader.errors import GraderError, MachineError
from tlgrader.sandbox import gpu, wall
from tlgrader.sandbox.limits import Limits, in_words
from tlgrader.sandbox.slot import Slot

_EVERYBODYS = ("torch", "torchvision", "transformers", "peft")
_EXTRA = "`tlgrader grade` needs pip install 'tlgrader[grade]'"


def examine(registration: Registration) -> list[Symptom]:
    """Look at everything, in the order in which it is needed; then at what the course asks for."""
    declare(registration.architectures, registration.wrappers)
    return [
        _python(),
        _packages(),
        _serves(),
        _wall(),
        _room(),
        *_slot(registration),
        *(_architecture(name) for name in registration.architectures),
        *(registration.examine() if registration.examine else ()),
        _nbgrader(),
        _gpus(),
        _slurm(),
    ]


def _python() -> Symptom:
    version = sys.version.split()[0]
    return Symptom("Python", sys.version_info >= (3, 11), version, "Python 3.11 or newer is needed")


def _packages() -> Symptom:
    """The versions that decide what notebooks do; the last two come with extras."""
    versions = {name: _version(name) for name in (*_EVERYBODYS, "timm", "nbgrader")}
    missing = [name for name in _EVERYBODYS if versions[name] is None]
    if missing:
        return Symptom("packages", False, f"{', '.join(missing)} is missing", "pip install tlgrader")
    return Symptom(
        "packages", True, ", ".join(f"{name} {version}" for name, version in versions.items() if version)
    )


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _serves() -> Symptom:
    """Whom this installation is for. A student's goes without nbgrader and lacks nothing."""
    lacks = lacking("grade")
    if not serves_graders():
        return Symptom("serves", True, "students: `tlgrader check` and, in notebooks, `check` and `hand_in`")
    if lacks:
        return Symptom("serves", False, f"graders, but {', '.join(lacks)} is missing", _EXTRA)
    return Symptom("serves", True, "students, authors and graders")


def _wall() -> Symptom:
    """Graders need it; a student may run an own notebook without."""
    reason = wall.available()
    if reason is None:
        return Symptom("wall", True, "bubblewrap works")
    if not serves_graders():
        return Symptom("wall", False, reason, "tlgrader check --no-sandbox NOTEBOOK", needed=False)
    return Symptom(
        "wall", False, reason, "grade on a node that allows user namespaces, or in an Apptainer image"
    )


def _room() -> Symptom:
    cores = len(os.sched_getaffinity(0))
    memory = psutil.virtual_memory().available
    needed = Limits().memory_bytes
    found = f"{cores} cores, {in_words(memory)} free; a slot's limit is {in_words(needed)}"
    return Symptom("room", memory > needed, found, "use fewer slots: --slots 1", needed=False)


def _slot(registration: Registration) -> list[Symptom]:
    """Start what each grader starts, with all that the course lets be prepared, and run a cell in it."""
    left_out: list[str] = []

    def start() -> str:
        with Slot(_wall_here(registration), Limits(), None, registration.preparation) as slot:
            began = time.monotonic()
            slot.ready()
            ready = time.monotonic()
            left_out.extend(slot.left_out)
            with slot.worker(seed=0) as worker:
                result = worker.run("import torch\nprint(torch.ones(2).sum())", timeout_s=Limits().cell_s)
            if result.status != "ok":
                raise MachineError(f"a notebook of one line could not be run: {result.reason}")
            ran = time.monotonic()
        return f"ready after {ready - began:.1f} s; then a notebook of one line takes {ran - ready:.2f} s"

    advice = "without it nothing can be graded: mend course.py, or install what it names"
    slow = "grading goes on; take another version of the library, or take it out of `preload` in course.py"
    started = tried("slot", start, advice)
    return [started, *(Symptom("slot", False, sentence, slow, needed=False) for sentence in left_out)]


def _wall_here(registration: Registration) -> wall.Wall | None:
    """The wall that graders get; none where none can be built, which is a symptom of its own."""
    try:
        return wall.find_with_data(registration.preparation)
    except MachineError:
        return None


def _architecture(name: str) -> Symptom:
    def build() -> str:
        from tlgrader.architectures.pristine import pristine

        parameters = sum(p.numel() for p in pristine(name).module.parameters())
        weights = "its weights are there" if architecture(name).weights else "no weights are known"
        return f"{parameters:,} parameters; {weights}"

    return tried(f"architecture {name}", build, "see course.py; is its package installed?")


def _nbgrader() -> Symptom:
    if not serves_graders():
        return Symptom(
            "nbgrader", False, "not installed: only graders and authors need it", _EXTRA, needed=False
        )
    program = Path(sys.executable).with_name("nbgrader")
    return Symptom("nbgrader", program.is_file(), str(program), "install into the environment of tlgrader")


def _gpus() -> Symptom:
    try:
        gpus = gpu.present()
    except GraderError as error:
        return Symptom("GPUs", False, str(error), "ask who runs this machine", needed=False)
    if not gpus:
        return Symptom("GPUs", False, "none: notebooks run on the CPU", needed=False)
    found = "; ".join(
        f"{n} is {one.name}, {in_words(one.memory_bytes)}, {one.id}" for n, one in enumerate(gpus)
    )
    return Symptom("GPUs", True, f"{found} (`tlgrader grade EXERCISE --gpus`)", needed=False)


def _slurm() -> Symptom:
    if shutil.which("sinfo") is None:
        return Symptom("Slurm", False, "not on PATH: this machine grades by itself", needed=False)
    done = subprocess.run(["sinfo", "--version"], capture_output=True, text=True, check=False)
    return Symptom("Slurm", done.returncode == 0, done.stdout.strip() or done.stderr.strip(), needed=False)
