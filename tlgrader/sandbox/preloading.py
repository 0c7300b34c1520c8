"""What a zygote imports before it forks workers, and which library left something that no fork can take along.

A fork has one thread: locks that another one held stay locked in it for ever. So a library that starts a thread or
a process, or initialises CUDA, when it is imported is found by name, and the zygote begins again without it; those
notebooks that use it import it themselves (docs/decisions/0015-libraries-that-start-threads.md).
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from importlib.abc import MetaPathFinder
from pkgutil import resolve_name
from typing import Literal

import msgspec

from tlgrader.errors import AuthorError, GraderError, MachineError
from tlgrader.sandbox import processes

ENGINE = (
    *("torch._dynamo", "torch.nn", "torch.optim", "torch.utils.data"),
    *("stack_data", "bdb"),
    # What IPython imports when a shell is made.
    *("IPython.core.application", "IPython.core.completerlib", "IPython.core.logger", "IPython.core.magics"),
    *("IPython.core.completer", "IPython.core.oinspect", "IPython.utils.wildcard"),
    *("pygments.formatters.html", "pygments.formatters.terminal256", "pygments.lexers.python"),
    *("tlgrader.checks.live", "tlgrader.seeding", "tlgrader.handing_in", "tlgrader.restoring"),
    *("tlgrader.evidence.observe", "tlgrader.sandbox.worker"),
)
"""What every worker needs, beside torch itself: 2.6 s and 280 MiB for torch, 1.9 s and 80 MiB for torch._dynamo, which
an optimizer's first step imports, and 0.1 s for the rest; measured on a core of a server."""
LIBRARIES = (
    *(
        "torchvision",
        "torchvision.models",
        "torchvision.transforms.v2",
        "torchvision.datasets",
    ),  # 0.4 s, 8 MiB
    *("transformers", "timm", "safetensors.torch"),  # 0.8 s, 17 MiB; 0.3 s, 21 MiB; nothing
    *("peft", "peft.utils.transformers_weight_conversion"),  # 1.8 s, 52 MiB; the second is new in peft 0.18
    "matplotlib.pyplot",  # 0.5 s, 29 MiB
    *("PIL.Image", "PIL.JpegImagePlugin", "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.PpmImagePlugin"),
    "sklearn.metrics",  # 1 s, 40 MiB; 2.3 s, 66 MiB where pandas, and pyarrow with it, is installed
)
"""What most notebooks of the field use, imported where it is installed, and what each costs a slot once.

Workers share the pages; left out, each is paid by every notebook that imports it. What fewer courses use is for their
`preload`: `datasets` (0.6 s, 20 MiB), lightning with torchmetrics (0.5 s, 12 MiB).
"""
_CUDA = -1
"""In place of a thread's or a process's number."""
_PATIENCE_S = 0.5
"""How long a thread that an import started may take to end by itself."""


class LeftOut(msgspec.Struct, frozen=True):
    """A module or function that is not run before workers are forked, why, and the seconds that it took."""

    name: str
    why: str
    seconds: float = 0.0

    def __str__(self) -> str:
        cost = f"; a notebook that uses it takes {self.seconds:.1f} s longer" if self.seconds else ""
        return f"`{self.name}` is left to each notebook, and not prepared once for all: {self.why}{cost}"


@dataclass(frozen=True, slots=True)
class _Step:
    name: str
    of: Literal["engine", "libraries", "course"]
    run: Callable[[], object]


class Preloading:
    """One attempt to import all but what is `known` to be left out. `left_out` says in the end what else there is."""

    def __init__(self, known: Sequence[LeftOut] = ()) -> None:
        self.left_out = list(known)
        self._seconds: dict[str, float] = {}
        self._watch = _Watch()

    def run(self, modules: Sequence[str], functions: Sequence[str]) -> bool:
        """Import what workers need and what the course names, and call its functions.

        Whether this process can be forked. Where not, begin a new one, without all that is `left_out` now.

        Raises:
            AuthorError: what the course names cannot be imported or run.
            MachineError: the engine cannot be imported, or cannot be without what no fork takes along.
        """
        skipped = {one.name for one in self.left_out}
        sys.meta_path.insert(0, self._watch)
        try:
            for step in _steps(modules, functions):
                if step.name not in skipped:
                    self._take(step)
        finally:
            sys.meta_path.remove(self._watch)
        gc.collect()
        gc.freeze()
        return self._leaves_nothing()

    def _take(self, step: _Step) -> None:
        print(f"it was preparing `{step.name}`", file=sys.stderr, flush=True)  # its last words, if it crashes
        self._watch.begin(step)
        started = time.monotonic()
        try:
            step.run()
        except (Exception, SystemExit) as error:
            self._note(step, error)
        self._seconds[step.name] = time.monotonic() - started
        self._watch.look()

    def _note(self, step: _Step, error: BaseException) -> None:
        """A library may not be installed; one that is broken is said; what is needed has to be there."""
        said = f"{type(error).__name__}: {error}"[:500]
        if step.of == "course":
            whose = error if isinstance(error, GraderError) else None
            raise whose or AuthorError(
                f"course.py lets `{step.name}` be prepared, which fails: {said}"
            ) from error
        if step.of == "engine":
            raise MachineError(f"`{step.name}` cannot be imported: {said}. Install it anew") from error
        if not (isinstance(error, ModuleNotFoundError) and _is_part(step.name, of=error.name or "")):
            self.left_out.append(LeftOut(step.name, f"it cannot be imported ({said})"))

    def _leaves_nothing(self) -> bool:
        left = self._watch.left()
        for step, things in left.items():
            why = f"it started {' and '.join(things)}, and a fork takes none along"
            if step.of == "engine":
                raise MachineError(
                    f"`{step.name}` is needed before workers are forked, but {why}. Remove that library, take another "
                    "version of it, or set the variable that keeps it from doing so in `environment`, sandbox/wall.py"
                )
            self.left_out.append(LeftOut(step.name, why, self._seconds[step.name]))
        return not left


class _Watch(MetaPathFinder):
    """Sees which module was being imported when a thread, a process or CUDA began. It finds no modules itself."""

    def __init__(self) -> None:
        self._step: _Step | None = None
        self._module = ""
        self._begun: dict[int, tuple[_Step, str]] = {}

    def begin(self, step: _Step) -> None:
        """What begins from now on is this step's."""
        self._step, self._module = step, step.name

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """The next module is about to be imported."""
        self._note(_threads())
        self._module = name

    def look(self) -> None:
        """The step is done."""
        self._note({*_threads(), *(process.pid for process in processes.descendants())})
        cuda = getattr(sys.modules.get("torch"), "cuda", None)
        if cuda is not None and cuda.is_initialized():
            self._note({_CUDA})

    def left(self) -> dict[_Step, list[str]]:
        """What still runs of what began, in words, for each step that it began in."""
        deadline = time.monotonic() + _PATIENCE_S
        while (names := self._names()) and time.monotonic() < deadline:
            time.sleep(_PATIENCE_S / 50)
        found: dict[_Step, list[str]] = {}
        for thing, name in names.items():
            step, module = self._begun[thing]
            found.setdefault(step, []).append(name if module == step.name else f"{name} (`{module}` did)")
        return found

    def _note(self, things: Iterable[int]) -> None:
        assert self._step is not None
        for thing in things:
            self._begun.setdefault(thing, (self._step, self._module))

    def _names(self) -> dict[int, str]:
        self.look()
        children = processes.descendants() if processes.has_children() else []
        names = {child.pid: f"the process '{processes.name(child.pid)}'" for child in children}
        names |= {thread: f"the thread '{_thread_name(thread)}'" for thread in _threads()}
        return names | ({_CUDA: "CUDA"} if _CUDA in self._begun else {})


def _threads() -> set[int]:
    """The ids of this process's other threads."""
    return {int(thread) for thread in os.listdir("/proc/self/task")} - {os.getpid()}  # noqa: PTH208 - fast


def _thread_name(thread: int) -> str:
    """As Python calls it, or else the library that started it."""
    of_python = {one.native_id: one.name for one in threading.enumerate()}
    return of_python.get(thread) or processes.name(thread)


def _steps(modules: Sequence[str], functions: Sequence[str]) -> Iterator[_Step]:
    yield _Step("torch", "engine", _import_torch)
    yield from (_Step(name, "engine", partial(import_module, name)) for name in ENGINE)
    yield from (_Step(name, "libraries", partial(import_module, name)) for name in LIBRARIES)
    yield _Step("matplotlib.backends", "libraries", _read_backends)
    yield from (_Step(name, "course", partial(import_module, name)) for name in modules)
    yield from (_Step(name, "course", partial(_call, name)) for name in functions)


def _import_torch() -> None:
    import torch

    torch.set_num_threads(1)


def _read_backends() -> None:
    """Find what all packages declare, once, and import the notebooks' own."""
    import_module("matplotlib.backends").backend_registry.list_all()
    import_module("matplotlib_inline.backend_inline")


def _call(reference: str) -> None:
    resolve_name(reference)()


def _is_part(name: str, *, of: str) -> bool:
    """Whether `name` is the module `of`, or lies in it."""
    return f"{name}.".startswith(f"{of}.")
