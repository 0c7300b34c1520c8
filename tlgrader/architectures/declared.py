"""One architecture as an author declares it: how it is built, and where its weights lie.

Nothing here imports torch before it is needed, so that the command line can read a course's declarations quickly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from tlgrader.errors import AuthorError, GraderError

if TYPE_CHECKING:
    import torch
    from torch import nn

    Factory = Callable[..., nn.Module]


EXAMPLES = 4
"""So many inputs of random numbers are made where only a shape is declared."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """A model that students start from.

    `factory` is a name of a library, or a function that returns the model:

    - ``"torchvision:efficientnet_b0"`` is ``torchvision.models.get_model("efficientnet_b0", **arguments)``;
    - ``"timm:vit_tiny_patch16_224"`` is ``timm.create_model("vit_tiny_patch16_224", **arguments)``;
    - ``"transformers:AutoModelForSequenceClassification"`` is that class, from ``arguments["config"]``: a
      configuration, a dict with its ``model_type``, or a folder that holds ``config.json``. All other arguments
      change the configuration (``num_labels=3``);
    - ``"package.module:function"`` is a function of that module; or give a function itself.

    Neither may load weights. `weights`, if they are known, is a file of them (a state dict as ``.safetensors`` or
    ``.pth``), or a function (or ``"package.module:function"``) that returns the model with its weights, as students
    get it. With weights the grader can say that a tensor is the pretrained one, bit for bit.

    `fresh` are modules whose weights are drawn anew at each load, such as a classifier's head. `tokenizer` is that of a
    language model: a folder that transformers reads, or a function (or its name) that returns one; hidden tests ask for
    it by the architecture's name.

    `example` is what the model takes, for a training step that the judge repeats: the shape of one input
    (``(3, 224, 224)``, then a few of random numbers), or a function (or its name) that returns a batch, ``{"x": …}`` or
    by keyword. Without one, what the notebook's process says of frozen parameters and of an optimizer is only claimed.
    """

    factory: str | Factory
    arguments: Mapping[str, Any] = field(default_factory=dict)
    weights: str | Path | Factory | None = None
    fresh: tuple[str, ...] = ()
    tokenizer: str | Path | Callable[[], Any] | None = None
    example: tuple[int, ...] | str | Callable[[], Mapping[str, torch.Tensor]] | None = None

    def build(self) -> nn.Module:
        """The model, its weights drawn at random by its library, on torch's current default device.

        Raises:
            AuthorError: there is no such factory, or it raises.
        """
        with _authors_fault(f"{self} cannot be built", _BUILDING):
            return self._made()

    def load(self) -> nn.Module:
        """The model with its weights, on the CPU. Call it only where `weights` are given.

        Raises:
            AuthorError: the weights cannot be read, or are those of another architecture.
            MachineError: a function of the author's says that this machine lacks them.
        """
        with _authors_fault(f"the weights of {self} cannot be loaded", _LOADING):
            return self._loaded()

    def load_tokenizer(self) -> Any:
        """The tokenizer.

        Raises:
            AuthorError: none is declared, or it cannot be loaded.
        """
        with _authors_fault(f"the tokenizer of {self} cannot be loaded"):
            return self._tokenizer()

    def inputs(self) -> Mapping[str, torch.Tensor]:
        """A few inputs, as `example` says. Call it only where that is given.

        Raises:
            AuthorError: its function raises, or there is none of this name.
        """
        if isinstance(self.example, tuple):
            import torch

            numbers = torch.Generator().manual_seed(0)
            return {"x": torch.randn(EXAMPLES, *self.example, generator=numbers)}
        with _authors_fault(f"the example of {self} cannot be made"):
            return self._example()

    def __str__(self) -> str:
        name = self.factory if isinstance(self.factory, str) else self.factory.__qualname__
        given = ", ".join(f"{key}={value!r:.60}" for key, value in self.arguments.items())
        return f"`{name}({given})`"

    def _made(self) -> nn.Module:
        if callable(self.factory):
            return self.factory(**self.arguments)
        library, _, name = self.factory.partition(":")
        if library in _LIBRARIES:
            return _LIBRARIES[library](name, dict(self.arguments))
        return _function(self.factory)(**self.arguments)

    def _loaded(self) -> nn.Module:
        assert self.weights is not None
        if isinstance(self.weights, Path) or _is_file(self.weights):
            return self._with_file(Path(self.weights).expanduser())  # type: ignore[arg-type]
        return self.weights() if callable(self.weights) else _function(self.weights)()

    def _tokenizer(self) -> Any:
        if self.tokenizer is None:
            raise AuthorError(
                f"{self} has no tokenizer: name a folder or a function as its `tokenizer` in course.py"
            )
        if callable(self.tokenizer):
            return self.tokenizer()
        if isinstance(self.tokenizer, str) and ":" in self.tokenizer:
            return _function(self.tokenizer)()
        from transformers import AutoTokenizer

        return AutoTokenizer.from_pretrained(Path(self.tokenizer).expanduser(), local_files_only=True)

    def _example(self) -> Mapping[str, torch.Tensor]:
        assert self.example is not None
        assert not isinstance(self.example, tuple)
        made: Any = self.example if callable(self.example) else _function(self.example)
        inputs: Mapping[str, torch.Tensor] = made()
        return inputs

    def _with_file(self, path: Path) -> nn.Module:
        model = self.build()
        found = model.load_state_dict(_read(path), strict=False)
        missing = [name for name in found.missing_keys if not name.startswith(self.fresh or ("\0",))]
        if missing or found.unexpected_keys:
            strange = ", ".join(map(repr, [*missing, *found.unexpected_keys][:3]))
            raise AuthorError(
                f"{path} holds the weights of another model than {self}: {strange} is in only one of the two; name "
                "what is drawn anew at each load in `fresh`"
            )
        return model


_BUILDING = (
    "Does its library have this name, and does it take these arguments, without weights and a network?"
)
_LOADING = "They have to be those of this architecture with these arguments, modules named in `fresh` apart"


@contextmanager
def _authors_fault(what: str, remedy: str = "") -> Iterator[None]:
    """Turn whatever the block raises into an AuthorError: a factory is an author's code, a file may hold anything."""
    try:
        yield
    except GraderError:
        raise
    except Exception as error:
        said = f"{what}: {_short(error)}"
        raise AuthorError(f"{said}. {remedy}" if remedy else said) from error


def _short(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:300]


def _is_file(weights: object) -> bool:
    return isinstance(weights, str) and weights.endswith((".safetensors", ".pt", ".pth", ".bin"))


def _read(path: Path) -> dict[str, Any]:
    if path.suffix == ".safetensors":
        from safetensors.torch import load_file

        return load_file(path)
    import torch

    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def _function(reference: str) -> Factory:
    """The function that ``package.module:function`` names. Raises AuthorError."""
    try:
        found = resolve_name(reference) if ":" in reference else None
    except (ImportError, AttributeError, ValueError) as error:
        raise AuthorError(f"there is no `{reference}`: {error}") from error
    if not callable(found):
        known = ", ".join(f"`{library}:…`" for library in _LIBRARIES)
        raise AuthorError(f"`{reference}` names no model: write {known} or `package.module:function`")
    return found


def _torchvision(name: str, arguments: dict[str, Any]) -> nn.Module:
    from torchvision.models import get_model

    model: nn.Module = get_model(name, weights=None, **arguments)
    return model


def _timm(name: str, arguments: dict[str, Any]) -> nn.Module:
    import timm

    model: nn.Module = timm.create_model(name, pretrained=False, **arguments)
    return model


def _transformers(name: str, arguments: dict[str, Any]) -> nn.Module:
    import transformers

    kind: Any = getattr(transformers, name)
    config = _config(arguments.pop("config"), arguments)
    model: nn.Module = kind.from_config(config) if name.startswith("AutoModel") else kind(config)
    return model


def _config(config: Any, changes: dict[str, Any]) -> Any:
    """A configuration of its own, changed. Nothing is asked of a hub."""
    from transformers import AutoConfig

    if isinstance(config, str | Path):
        return AutoConfig.from_pretrained(Path(config).expanduser(), local_files_only=True, **changes)
    values = {**(config if isinstance(config, dict) else config.to_dict()), **changes}
    return AutoConfig.for_model(**values) if isinstance(config, dict) else type(config).from_dict(values)


_LIBRARIES: Mapping[str, Callable[[str, dict[str, Any]], Any]] = {
    "torchvision": _torchvision,
    "timm": _timm,
    "transformers": _transformers,
}
