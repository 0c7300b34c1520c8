"""What a student wrote or shows, made harmless: a page with it runs none of it, fetches nothing, and is soon made.

Renderers of HTML and Markdown take time that grows with the square of what they are given, so each text has a limit,
and so has the sum of a notebook's. Text that cannot be rendered so is shown as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode

from tlgrader.notebook.claimed import Pictures

LEFT_OUT = "[tlgrader] What stood here is left out: no page can show it safely."
MARKDOWN, HTML, COLOURED, IN_ALL = 10_000, 100_000, 100_000, 300_000
"""The most characters of a text in Markdown, in HTML, and with ANSI's colours; and of all that a notebook renders."""
DEPTH = 100
"""The most elements of HTML within each other."""
# What pandas, rich, tqdm and Markdown need; scripts, styles, frames, forms and handlers are not among them.
_NAMES = """a abbr b blockquote br code col colgroup dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre s small span
strong sub sup table tbody td tfoot th thead tr u ul"""
_TAGS = frozenset(_NAMES.split())
_ATTRIBUTES = {"*": ["class", "title"], "a": ["href"], "td": ["colspan"], "th": ["colspan", "scope"]}
_FROM_MARKDOWN = _TAGS | {"img", "input"}
"""``input`` is the box of a task list."""
_EMPTY = {"br", "col", "hr", "img", "input", "wbr"}
_TAG_START = re.compile(r"<(?=[A-Za-z/!?])")
_LINE_START = re.compile("^", re.MULTILINE)
_TAG = re.compile(r"<(/?)([a-z!?][^\s/>]*)")
_SHOWN = ("text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "text/plain")
_IGNORED = "".join(map(chr, range(33)))  # around an address, by browsers
_LINKS = {"", "http", "https", "mailto"}
_PASTED = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]*\Z")


class Harmless:
    """Makes the cells of one notebook harmless."""

    def __init__(self) -> None:
        self._left = IN_ALL
        self._sanitiser = SanitizeHTML(tags=sorted(_TAGS), attributes=_ATTRIBUTES)

    def clean(self, cell: NotebookNode) -> None:
        """Make `cell` harmless, in place. A raw cell becomes one of Markdown that shows its text."""
        if cell.cell_type == "code":
            cell.outputs = [self._output(output) for output in cell.outputs]
        elif cell.cell_type == "markdown":
            cell.source = self._markdown(cell.source, cell.get("attachments", {}))
        else:
            cell.cell_type, cell.source = "markdown", _as_written(cell.source)

    def _output(self, output: NotebookNode) -> NotebookNode:
        if output.output_type == "stream":
            return NotebookNode(output, text=_not_too_coloured(output.text))
        if output.output_type == "error":
            text = "\n".join(output.traceback)
            return NotebookNode(output, traceback=_not_too_coloured(text).split("\n"))
        return NotebookNode(output, data=self._data(output.data), metadata=_sizes(output.metadata))

    def _data(self, data: Mapping[str, str]) -> NotebookNode:
        cleaned = {kind: self._of_kind(kind, data[kind]) for kind in _SHOWN if kind in data}
        kept = {kind: text for kind, text in cleaned.items() if text is not None}
        return NotebookNode(kept or {"text/plain": LEFT_OUT})

    def _of_kind(self, kind: str, text: str) -> str | None:
        match kind:
            case "text/html":
                return self._html(text)
            case "text/markdown":
                return self._markdown(text, {})
            case "text/plain":
                return _not_too_coloured(text)
        return text

    def _html(self, text: str) -> str | None:
        """None where it is too much, or too deep: a plain text that comes with it is shown then."""
        if not self._may_render(text, HTML) or _depth(text) > DEPTH:
            return None
        return str(self._sanitiser.sanitize_html_tags(text))

    def _markdown(self, text: str, pictures: Pictures) -> str:
        """As it is, or with its HTML as text, or as it was written."""
        if self._may_render(text, MARKDOWN):
            for shown in dict.fromkeys((text, _TAG_START.sub("&lt;", text))):
                if _renders_harmlessly(shown, pictures):
                    return shown
        return _as_written(text)

    def _may_render(self, text: str, most: int) -> bool:
        if len(text) > min(most, self._left):
            return False
        self._left -= len(text)
        return True


class _WithoutHtml(IPythonRenderer):
    """What pages render Markdown with, but refusing what it would pass on as HTML."""

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise InvalidNotebook("it holds HTML")

    block_html = inline_html = block_mermaidjs = _refuse


def _as_written(text: str) -> str:
    """A block of code in Markdown, in which nothing means anything; Markdown ends lines where Python sees more ends."""
    block = _LINE_START.sub("    ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return block if _renders_harmlessly(block, {}) else LEFT_OUT


def _not_too_coloured(text: str) -> str:
    return text if len(text) <= COLOURED else str(strip_ansi(text))


def _depth(text: str) -> int:
    """About how many elements a parser has open at one time; what is not well nested counts as never closed."""
    still_open: list[str] = []
    deepest = 0
    for closes, name in _TAG.findall(text.lower()):
        if not closes and name not in _EMPTY:
            still_open.append(name)
        elif closes and still_open[-1:] == [name]:
            still_open.pop()
        deepest = max(deepest, len(still_open))
    return deepest


def _sizes(metadata: Mapping[str, Any]) -> NotebookNode:
    """The width and height of pictures, in pixels: templates write them, and all else there is, into tags."""
    sizes = {kind: about for kind, about in metadata.items() if kind in _SHOWN and isinstance(about, dict)}
    return NotebookNode(
        {
            kind: {side: about[side] for side in ("width", "height") if isinstance(about.get(side), int)}
            for kind, about in sizes.items()
        }
    )


def _renders_harmlessly(text: str, pictures: Pictures) -> bool:
    """Whether pages can show it, as they will: links in Markdown lead anywhere, and pictures come from anywhere."""
    try:
        page = MarkdownWithMath(renderer=_WithoutHtml(escape=False, attachments=pictures)).render(text)
    except Exception:  # what it cannot render, no page could
        return False
    return all(_is_harmless(tag) for tag in BeautifulSoup(page, "html.parser").find_all(True))


def _is_harmless(tag: Tag) -> bool:
    if tag.name not in _FROM_MARKDOWN or any(name.startswith("on") for name in tag.attrs):
        return False
    source = str(tag.get("src", ""))
    return _scheme(str(tag.get("href", ""))) in _LINKS and (
        _scheme(source) == "" or bool(_PASTED.match(source))
    )


def _scheme(address: str) -> str:
    try:
        parts = urlsplit(address.strip(_IGNORED))
    except ValueError:
        return "?"
    return parts.scheme or ("http" if parts.netloc else "")
