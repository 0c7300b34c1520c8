"""Whose fault a cell's exception is: the student's, a limit's, or the machine's, which lacks what was asked for."""

from __future__ import annotations

import errno

import torch

from tlgrader.sandbox.limits import Limits, in_words
from tlgrader.sandbox.messages import Done

SHORT = 4_000
BLANK = "FIX_ME"
"""What courses write into their notebooks where a student has something to fill in."""
_OUT_OF_MEMORY = ("can't allocate memory", "Cannot allocate memory", "std::bad_alloc", "out of memory")
_NO_ACCELERATOR = (
    "Found no NVIDIA driver",
    "No CUDA GPUs are available",
    "Torch not compiled with CUDA enabled",
    "Attempting to deserialize object on a CUDA device but torch.cuda.is_available() is False",
)
_DISK_FULL = ("PytorchStreamWriter failed", "File too large", "No space left on device")


def verdict(error: BaseException, limits: Limits) -> Done:
    """How a cell ended that raised `error`."""
    return _on_gpu(error) or _of_limits(error, limits) or Done("error", in_short(error) + _of_a_blank(error))


def _of_a_blank(error: BaseException) -> str:
    """A clause where a starter's blank was left, which is a name that nothing defines."""
    is_blank = isinstance(error, NameError) and error.name == BLANK
    return f": a blank of the exercise, `{BLANK}`, is still to be filled in" if is_blank else ""


def _on_gpu(error: BaseException) -> Done | None:
    """What `error` says of a GPU: that there is none, or that its memory did not suffice, and whose fault that is."""
    if isinstance(error, torch.OutOfMemoryError) and torch.cuda.is_initialized():
        free, total = torch.cuda.mem_get_info()
        allowed = int(torch.cuda.get_per_process_memory_fraction() * total)
        return out_of_memory(free, torch.cuda.memory_reserved(), allowed)
    if _is_in(_message(error), error, _NO_ACCELERATOR):
        return Done(
            "machine", f"a cell asks for a GPU, and there is none for it here ({_message(error)[:200]})"
        )
    return None


def out_of_memory(free: int, reserved: int, allowed: int) -> Done:
    """Why a GPU's memory did not suffice: a slot's share of it was used up, or other programs held part of that."""
    if free + reserved < allowed:
        return Done(
            "machine",
            f"other programs hold the GPU's memory: of a slot's {in_words(allowed)} it had {in_words(free + reserved)}",
        )
    return Done("limit", f"the cell needed more than its share of {in_words(allowed)} of the GPU's memory")


def _of_limits(error: BaseException, limits: Limits) -> Done | None:
    reason = _limit_behind(error, limits)
    return Done("limit", reason) if reason else None


def lacks_memory(error: BaseException) -> bool:
    """Whether `error` says that memory did not suffice, in Python's words or torch's."""
    code = error.errno if isinstance(error, OSError) else None
    told = _is_in(_message(error), error, _OUT_OF_MEMORY)
    return isinstance(error, MemoryError) or code == errno.ENOMEM or told


def _limit_behind(error: BaseException, limits: Limits) -> str:
    """Which limit made `error`, in words; empty for an error of the student's own."""
    text = _message(error)
    code = error.errno if isinstance(error, OSError) else None
    if lacks_memory(error):
        return f"the cell needed more memory than its limit of {in_words(limits.memory_bytes)}"
    if code == errno.EFBIG or (code is None and _is_in(text, error, _DISK_FULL)):
        return f"the cell wrote a file longer than its limit of {in_words(limits.file_bytes)}"
    if code == errno.ENOSPC:
        return f"the cell wrote more than the {in_words(limits.memory_bytes // 4)} that a folder may hold"
    if code == errno.EAGAIN and isinstance(error, BlockingIOError):
        return f"the cell started more processes than its limit of {limits.processes}"
    return ""


def _is_in(text: str, error: BaseException, phrases: tuple[str, ...]) -> bool:
    return isinstance(error, RuntimeError | AssertionError) and any(phrase in text for phrase in phrases)


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except BaseException:
        return ""


def in_short(error: BaseException) -> str:
    """An exception in one line."""
    text = f"{type(error).__name__}: {_message(error)}".encode("utf-8", "replace").decode()
    return text[:SHORT]
