"""Seeds and devices, as a notebook asks for them."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SEED_VARIABLE = "TLGRADER_SEED"
_LAST: list[int] = []


def seed() -> int:
    """Seed `random`, numpy and torch, and return the seed.

    In a student's kernel the seed is 0, so that everyone sees the same run. The grader sets another one for
    each submission and attempt (environment variable ``TLGRADER_SEED``), so that a rerun is another draw.
    """
    import numpy
    import torch

    value = int(os.environ.get(SEED_VARIABLE, "0"))
    random.seed(value)
    numpy.random.seed(value % 2**32)
    torch.manual_seed(value)
    _LAST[:] = [value]
    return value


def last_seed() -> int:
    """What `seed` set last, or torch's own seed where it was never called."""
    import torch

    return _LAST[0] if _LAST else torch.initial_seed()


def device() -> torch.device:
    """The accelerator where there is one, else the CPU."""
    import torch

    accelerator = torch.accelerator.current_accelerator(check_available=True)
    return accelerator or torch.device("cpu")
