"""The IPython shell that runs a notebook's cells: Jupyter's kernel without its sockets and threads."""

from __future__ import annotations

import builtins
import getpass
import os
import signal
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import msgspec
from IPython.core.autocall import ExitAutocall
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import activate_matplotlib
from traitlets import Any as AnyTrait
from traitlets import Type, default
from traitlets.config import Config

from tlgrader.sandbox.capture import Capture
from tlgrader.sandbox.messages import Clear, Display, Raised, Returned

INLINE = "module://matplotlib_inline.backend_inline"
_LONGEST_TEXT = 65_536


class Publisher(DisplayPublisher):
    """``display``, ``update_display`` and ``clear_output``."""

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: object = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **_: object,
    ) -> None:
        """Show `data`, or show it in place of what has the same display id."""
        self._validate_data(data, metadata)
        bundle, size = plain(data)
        display_id = (transient or {}).get("display_id")
        output = Display(bundle, plain(metadata or {})[0], display_id and str(display_id), update)
        self.shell.capture.show(output, size)

    def clear_output(self, wait: bool = False) -> None:
        """Forget the cell's outputs so far."""
        self.shell.capture.show(Clear(bool(wait)))


class Hook(DisplayHook):
    """The value of a cell's last expression."""

    shell: Shell

    def write_output_prompt(self) -> None:
        """Nothing: an output carries its number."""

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Show the value in all its formats."""
        bundle, size = plain(format_dict)
        output = Returned(bundle, plain(md_dict or {})[0], self.prompt_count)
        self.shell.capture.show(output, size)

    def finish_displayhook(self) -> None:
        """Nothing is left to print."""
        self._is_active = False


class Exit(ExitAutocall):
    """``exit`` and ``quit``: a graded notebook goes on to its next cell."""

    def __call__(self) -> None:
        print("exit() does nothing here: the next cells are run all the same", file=sys.stderr)


class Shell(InteractiveShell):
    """IPython as a notebook knows it; outputs go to `capture`."""

    capture = AnyTrait()
    displayhook_class = Type(Hook)
    display_pub_class = Type(Publisher)

    @default("exiter")
    def _exiter(self) -> Exit:
        return Exit(self)

    def enable_gui(self, gui: str | None = None) -> None:
        """There is no window system; `%matplotlib` may ask all the same."""

    def init_io(self) -> None:
        """Nobody is there to answer questions."""
        builtins.input = ask
        getpass.getpass = ask

    def init_virtualenv(self) -> None:
        """The interpreter is the environment's own."""

    def system_piped(self, cmd: str) -> None:
        """``!cmd``: run by the shell, its output put out as it comes."""
        command = self.var_expand(cmd, depth=1)
        process = subprocess.Popen(command, shell=True, stdin=subprocess.DEVNULL, start_new_session=True)
        try:
            self.user_ns["_exit_code"] = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise

    system = system_piped

    def _showtraceback(self, etype: type, evalue: BaseException, stb: list[str]) -> None:
        text = _short(_text_of(evalue))
        output = Raised(etype.__name__, text, tuple(_short(line) for line in stb)[:1_000])
        self.capture.show(output)


def build(capture: Capture) -> Shell:
    """The shell of this process. Nothing is written to a disk or read from a profile."""
    config = Config()
    config.HistoryManager.enabled = False
    shell: Shell = Shell.instance(config=config, capture=capture)
    if find_spec("matplotlib") is not None:
        _show_plots(shell)
    return shell


def _show_plots(shell: Shell) -> None:
    from matplotlib_inline.backend_inline import configure_inline_support

    activate_matplotlib(INLINE)
    configure_inline_support(shell, INLINE)


def ask(prompt: object = "", *_: object, **__: object) -> str:
    """In place of ``input()`` and ``getpass()``."""
    __tracebackhide__ = True
    raise StdinNotImplementedError("graded notebooks cannot ask for input: nobody is there to answer")


def plain(bundle: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """A display's bundle as JSON can hold it, images as base64, and its length in bytes."""
    texts = {str(key): _encodable(value) for key, value in bundle.items()}
    encoded = msgspec.json.encode(texts, enc_hook=str)
    return msgspec.json.decode(encoded), len(encoded)


def _encodable(value: object) -> object:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _text_of(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return "(its message cannot be shown)"


def _short(text: str) -> str:
    text = str(text).encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "…"
