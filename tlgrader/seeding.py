"""Seeds and devices, as a notebook asks for them."""

from __future__ import annotations

import getpass
import hashlib
import os
import platform
import random
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SEED_VARIABLE = "TLGRADER_SEED"
_LAST: list[tuple[int, float]] = []


def seed() -> int:
    """Seed `random`, numpy and torch, and return the seed.

    In a student's kernel it is `own_seed`. The grader sets another one for each submission and attempt (environment
    variable ``TLGRADER_SEED``), so that a rerun is another draw.
    """
    import numpy
    import torch

    given = os.environ.get(SEED_VARIABLE)
    value = own_seed() if given is None else int(given)
    random.seed(value)
    numpy.random.seed(value % 2**32)
    torch.manual_seed(value)
    _LAST[:] = [(value, time.monotonic())]
    return value


def own_seed() -> int:
    """A seed of whoever works here, below 2**31: of the JupyterHub's user, else of this user on this machine.

    It is the same at each run, and another than a neighbour's: equal results of two students are then no chance.
    """
    who = os.environ.get("JUPYTERHUB_USER") or f"{_user()}@{platform.node()}"
    return int.from_bytes(hashlib.sha256(who.encode()).digest()[:4]) >> 1


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user without a name
        return ""


def last_seed() -> int:
    """What `seed` set last, or torch's own seed where it was never called."""
    import torch

    return _LAST[0][0] if _LAST else torch.initial_seed()


def since_seed() -> float:
    """Seconds since `seed` was called last; 0 where it never was."""
    return time.monotonic() - _LAST[0][1] if _LAST else 0.0


def device() -> torch.device:
    """The accelerator where there is one, else the CPU."""
    import torch

    accelerator = torch.accelerator.current_accelerator() if torch.accelerator.is_available() else None
    return accelerator or torch.device("cpu")
