"""Which GPUs there are, what a slot may use of one, and what its wall shows, against a driver that stands in."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pynvml as real
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.stand_in import pynvml
from tlgrader.errors import MachineError, UsageError
from tlgrader.sandbox import blame, gpu
from tlgrader.sandbox.gpu import (
    CONTEXT_BYTES,
    Gpu,
    GpuAllocation,
    allocations,
    present,
    require_room,
    require_torch_that_shares,
)
from tlgrader.sandbox.limits import GIB, Limits
from tlgrader.sandbox.wall import Wall, environment

L4, FIRST, SECOND = "GPU-0a1b2c3d-0000", "MIG-5c89a0e4-0000", "MIG-5c89a0e4-0001"


@pytest.fixture(autouse=True)
def _driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "pynvml", pynvml)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)


def test_the_stand_in_answers_what_the_library_has() -> None:
    ours = {name for name in dir(pynvml) if name.lower().startswith("nvml")}
    assert ours - set(dir(real)) == set()
    for name in (name for name in ours if name.isupper()):
        assert getattr(pynvml, name) == getattr(real, name)


def test_gpus_and_slices_are_found_with_their_device_files() -> None:
    whole, *slices = present()
    assert (whole.id, whole.name, whole.memory_bytes) == (L4, "NVIDIA L4", 24 * GIB)
    assert whole.nodes[0] == "/dev/nvidia0"
    assert [one.id for one in slices] == [FIRST, SECOND]
    assert {one.nodes[0] for one in slices} == {"/dev/nvidia1"}, "a slice is reached through its GPU"


@pytest.mark.parametrize(
    ("visible", "ids"),
    [
        ("0", [L4]),
        ("1,0", [FIRST, SECOND, L4]),
        ("", []),
        ("GPU-0a1b", [L4]),
        (f"{SECOND}", [SECOND]),
        ("7", []),
    ],
)
def test_what_a_scheduler_leaves_is_what_there_is(
    visible: str, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    assert [one.id for one in present()] == ids


def test_no_driver_is_no_gpu_and_a_broken_one_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLGRADER_STAND_IN_ERROR", str(pynvml.NVML_ERROR_LIBRARY_NOT_FOUND))
    assert present() == []
    with pytest.raises(MachineError, match="no GPU here"):
        allocations("all", present(), 1)
    monkeypatch.setenv("TLGRADER_STAND_IN_ERROR", str(pynvml.NVML_ERROR_UNKNOWN))
    with pytest.raises(MachineError, match="the GPU's driver fails"):
        present()


@pytest.mark.parametrize(
    ("wanted", "parts", "ids"),
    [
        ("all", 1, [L4, FIRST, SECOND]),
        ("0", 2, [L4, L4]),
        ("2, 0", 1, [SECOND, L4]),
        (f"{FIRST},{FIRST}", 1, [FIRST]),
        ("GPU-0a", 1, [L4]),
    ],
)
def test_gpus_are_chosen_by_position_or_id(wanted: str, parts: int, ids: list[str]) -> None:
    assert [allocation.gpu.id for allocation in allocations(wanted, present(), parts)] == ids


@pytest.mark.parametrize(
    ("wanted", "parts", "words"),
    [
        ("3", 1, "no GPU is `3`: 0 is NVIDIA L4, GPU-0a1b2c3d-0000; 1 is"),
        ("", 1, "no GPU is ``"),
        ("GPU-", 1, "no GPU is `GPU-`"),
        ("MIG-5c89", 1, "several GPUs are `MIG-5c89`"),
        ("0", 40, "40 slots are too many for 24 GiB on NVIDIA L4"),
    ],
)
def test_a_choice_that_is_none_says_what_there_is(wanted: str, parts: int, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        allocations(wanted, present(), parts)


@given(memory=st.integers(2 * CONTEXT_BYTES, 200 * GIB), parts=st.integers(1, 16))
def test_shares_fit_side_by_side_with_a_context_each(memory: int, parts: int) -> None:
    allocation = GpuAllocation(Gpu("GPU-x", "x", memory, ()), parts)
    assert parts * (allocation.memory_bytes + CONTEXT_BYTES) <= memory
    assert allocation.fraction < 1 / parts


def test_memory_that_other_programs_hold_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    (allocation,) = allocations("0", present(), 1)
    require_room(allocation)
    monkeypatch.setenv("TLGRADER_STAND_IN_FREE", str(2 * GIB))
    with pytest.raises(
        MachineError, match=r"NVIDIA L4 has 2 GiB free, and a slot may use 23.5 GiB: other programs"
    ):
        require_room(allocation)


def test_the_wall_shows_the_gpu_of_its_share_and_no_other() -> None:
    node = next(str(path) for path in sorted(Path("/dev").iterdir()) if path.is_char_device())
    allocation = GpuAllocation(Gpu("GPU-x", "x", 24 * GIB, (node, "/dev/of-no-machine")), 2)
    command = Wall(Path("/bwrap")).command(["program"], Limits(), allocation, rules=9)
    assert [command[i + 1] for i, word in enumerate(command) if word == "--dev-bind"] == [node]
    assert command.index("--dev") < command.index("--dev-bind") < command.index("--remount-ro")
    variables = {command[i + 1]: command[i + 2] for i, word in enumerate(command) if word == "--setenv"}
    assert variables["CUDA_VISIBLE_DEVICES"] == "GPU-x"
    assert variables["PYTORCH_ALLOC_CONF"] == f"per_process_memory_fraction:{11.5 / 24:.4f}"


def test_torch_understands_how_a_share_is_said() -> None:
    """By torch's own parser, which needs no GPU, in a process of its own, since it keeps what it reads."""
    said = environment(None, GpuAllocation(Gpu("GPU-x", "x", 24 * GIB, ()), 2))["PYTORCH_ALLOC_CONF"]
    read = f"import torch; torch._C._accelerator_setAllocatorSettings({said!r})"
    subprocess.run([sys.executable, "-c", read], check=True)


@pytest.mark.parametrize("found", ["2.6.0", "2.9.1+cu128"])
def test_a_torch_that_reads_no_share_is_given_none(found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu, "version", lambda name: found)
    with pytest.raises(MachineError, match=re.escape(f"torch {found} cannot be held to a share")):
        require_torch_that_shares()


def test_this_torch_reads_its_share() -> None:
    require_torch_that_shares()


def test_a_wall_without_a_share_shows_no_gpu() -> None:
    command = Wall(Path("/bwrap")).command(["program"], Limits(), rules=9)
    assert "--dev-bind" not in command
    assert command[command.index("CUDA_VISIBLE_DEVICES") + 1] == ""


def test_a_share_that_is_used_up_is_the_students_limit_and_one_that_was_not_there_the_machines_fault() -> (
    None
):
    used_up = blame.out_of_memory(free=GIB, reserved=11 * GIB, allowed=11 * GIB)
    assert (used_up.status, used_up.reason) == (
        "limit",
        "the cell needed more than its share of 11 GiB of the GPU's memory",
    )
    taken = blame.out_of_memory(free=GIB, reserved=2 * GIB, allowed=11 * GIB)
    assert (taken.status, taken.reason) == (
        "machine",
        "other programs hold the GPU's memory: of a slot's 11 GiB it had 3 GiB",
    )
