"""Backbones whose weights are fetched: torchvision's models and sentence classifiers of the hub.

They are for courses whose machines have the internet. Once fetched, weights are read from the
libraries' caches.
"""

from collections.abc import Callable
from typing import Any

import torchvision
from torch import nn

from tlcourse.backbones.files import quiet
from tlgrader.errors import MachineError

DEFAULT_CLASSES = 2
REACH_TIMEOUT_S = 10.0


def load(name: str, classes: int | None) -> nn.Module:
    """Return torchvision's model of that name if there is one, else the hub's sentence classifier.

    Raises MachineError where it cannot be had.
    """
    if name in torchvision.models.list_models(module=torchvision.models):
        return _torchvision(name, classes)
    return _transformers(name, classes)


def tokenizer(name: str) -> Any:
    """Return the hub's tokenizer of that name; MachineError where it cannot be had."""
    from transformers import AutoTokenizer

    return _from_hub(name, AutoTokenizer.from_pretrained)


def _torchvision(name: str, classes: int | None) -> nn.Module:
    try:
        with quiet():
            model: nn.Module = torchvision.models.get_model(name, weights="DEFAULT", progress=False)
    except OSError as error:
        raise _unavailable(name, error) from error
    if classes is not None:
        _swap_last_linear(model, classes)
    return model


def _transformers(name: str, classes: int | None) -> nn.Module:
    from transformers import AutoModelForSequenceClassification

    labels = DEFAULT_CLASSES if classes is None else classes
    model: nn.Module = _from_hub(name, AutoModelForSequenceClassification.from_pretrained, num_labels=labels)
    return model


def _from_hub(name: str, fetch: Callable[..., Any], **options: int) -> Any:
    with quiet():
        try:
            return fetch(_place(name), **options)
        except (OSError, ValueError) as error:
            raise _unavailable(name, error) from error


def _place(name: str) -> str:
    """Return the name where the hub answers, else the cached copy's folder.

    The hub is asked here, once, because transformers asks it for minutes, and for a cached model too.
    """
    from huggingface_hub import HfApi, snapshot_download

    try:
        HfApi().model_info(name, timeout=REACH_TIMEOUT_S)
    except Exception:  # which error a missing network gives depends on the hub's HTTP client
        return snapshot_download(name, local_files_only=True)
    return name


def _unavailable(name: str, error: Exception) -> MachineError:
    return MachineError(
        f"The backbone {name!r} could not be loaded ({error}). Check its name; its weights are fetched "
        "from the internet once. 'efficientnet_lite0', 'all-MiniLM-L6-v2' and 'digits_resnet' need no network."
    )


def _swap_last_linear(model: nn.Module, classes: int) -> None:
    name, last = [(n, m) for n, m in model.named_modules() if isinstance(m, nn.Linear)][-1]
    model.set_submodule(name, nn.Linear(last.in_features, classes, bias=last.bias is not None))
