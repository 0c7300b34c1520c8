"""The modules of a course's ``grader_tests/``, as hidden tests import them: from that folder and nowhere else.

They stay out of ``sys.modules`` and off ``sys.path``: a course never meets another one's modules, nor a package that
happens to have the name ``grader_tests``. ``grader_tests`` itself holds nothing but its modules.
"""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from tlgrader.errors import AuthorError

PACKAGE = "grader_tests"
_COURSES = 4  # so many are held in one process, which tests do; a grader has one


def hidden_tests(folder: Path) -> HiddenTests:
    """The modules in `folder`, loaded when they are first asked for, and anew where any of them has changed."""
    files = sorted(folder.glob("*.py"))
    return _hidden_tests(folder, tuple((path.stem, path.read_bytes()) for path in files))


@lru_cache(_COURSES)
def _hidden_tests(folder: Path, contents: tuple[tuple[str, bytes], ...]) -> HiddenTests:
    """Once for all submissions, since reading hidden data takes as long as measuring on them."""
    return HiddenTests(folder, dict(contents))


class HiddenTests:
    """The modules with these `contents`, by name; each runs once."""

    def __init__(self, folder: Path, contents: Mapping[str, bytes]) -> None:
        self._folder, self._contents = folder, contents
        self._package = ModuleType(PACKAGE)
        self._builtins = {**vars(builtins), "__import__": self._import}
        self._modules: dict[str, ModuleType] = {}

    def module(self, name: str) -> ModuleType:
        """The module of this name.

        Raises:
            AuthorError: the folder has none.
        """
        if name not in self._contents:
            raise AuthorError(f"there is no {PACKAGE}/{name}.py")
        if name not in self._modules:
            self._run(name)
        return self._modules[name]

    def _run(self, name: str) -> None:
        path = self._folder / f"{name}.py"
        module = ModuleType(f"{PACKAGE}.{name}")
        module.__dict__.update(__file__=str(path), __package__=PACKAGE, __builtins__=self._builtins)
        self._modules[name] = module  # two may import each other
        setattr(self._package, name, module)
        try:
            exec(compile(self._contents[name], path, "exec"), module.__dict__)
        except BaseException:
            del self._modules[name]
            raise

    def _import(
        self,
        name: str,
        globals: Mapping[str, object] | None = None,
        locals: Mapping[str, object] | None = None,
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> ModuleType:
        """What an ``import`` statement in one of the modules calls, with the meaning of `builtins.__import__`."""
        full = f"{PACKAGE}.{name}".rstrip(".") if level else name
        if full.partition(".")[0] != PACKAGE:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        wanted = full.removeprefix(PACKAGE).removeprefix(".")
        if wanted:
            module = self.module(wanted)
            return module if fromlist else self._package
        for one in fromlist or ():
            self.module(one)
        return self._package
