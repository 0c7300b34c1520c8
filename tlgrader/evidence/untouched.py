"""Running a student's code so that nothing is left behind: modes, gradients, random state."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from tlgrader.evidence.modules import walk


@contextmanager
def same_randomness() -> Iterator[None]:
    """Restore the state of random, numpy and torch, on every device in use, at the end."""
    python, numpy = random.getstate(), np.random.get_state()
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()
    with torch.random.fork_rng(devices=list(devices)):
        try:
            yield
        finally:
            random.setstate(python)
            np.random.set_state(numpy)


@contextmanager
def evaluating(model: nn.Module) -> Iterator[None]:
    """Put every module into eval mode without calling ``eval()``, and each back as it was at the end."""
    modes = [(module, vars(module).get("training", True)) for _, module in walk(model)]
    for module, _ in modes:
        module.training = False
    try:
        with torch.no_grad():
            yield
    finally:
        for module, mode in modes:
            module.training = mode
