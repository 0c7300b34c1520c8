"""A cell's outputs as nbformat keeps them, put together from what a worker sent piece by piece."""

from __future__ import annotations

from typing import Any

from tlgrader.sandbox.messages import Bundle, Clear, Display, Output, Raised, Returned, Stream

MOST_OUTPUTS = 10_000
"""A cell that shows more pieces than this loses the rest; what a worker sends is bounded here, too."""
TRACEBACK = 2**17
"""How many bytes beyond the limit a traceback may take."""
CUT = {
    "output_type": "stream",
    "name": "stderr",
    "text": "[tlgrader] what was shown beyond this is left out\n",
}


class Outputs:
    """The outputs of one cell, in order. Text of the same stream is joined."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._made: list[dict[str, Any]] = []
        self._ids: list[str | None] = []
        self._clear_next = False
        self._is_cut = False

    def made(self) -> list[dict[str, Any]]:
        """The outputs so far, as nbformat's output dicts, and a line where some were left out."""
        return [*self._made, dict(CUT)] if self._is_cut else self._made

    def add(self, output: Output, size: int) -> None:
        """Take what came next, `size` bytes long; past the limit only a traceback is kept."""
        if isinstance(output, Clear):
            self._clear_next = output.wait
            if not output.wait:
                self._clear()
            return
        if self._clear_next:
            self._clear()
        if self._fits(output, size):
            self._size += size
            self._put(output)
        else:
            self._is_cut = True

    def _fits(self, output: Output, size: int) -> bool:
        is_last = isinstance(output, Raised)
        limit = self._limit + TRACEBACK if is_last else self._limit
        return (is_last or not self._is_cut) and self._size + size <= limit and len(self._made) < MOST_OUTPUTS

    def _clear(self) -> None:
        self._made.clear()
        self._ids.clear()
        self._clear_next = False

    def _put(self, output: Output) -> None:
        if isinstance(output, Display) and output.update:
            self._update(output)
        elif isinstance(output, Stream) and self._continues(output):
            self._made[-1]["text"] += output.text
        else:
            self._made.append(as_nbformat(output))
            self._ids.append(output.display_id if isinstance(output, Display) else None)

    def _continues(self, output: Stream) -> bool:
        last = self._made[-1] if self._made else {}
        return last.get("output_type") == "stream" and last.get("name") == output.name

    def _update(self, output: Display) -> None:
        for made, display_id in zip(self._made, self._ids, strict=True):
            if display_id is not None and display_id == output.display_id:
                made["data"], made["metadata"] = _text_only(output.data), output.metadata


def as_nbformat(output: Output) -> dict[str, Any]:
    """One output as a dict of nbformat 4."""
    match output:
        case Stream():
            return {"output_type": "stream", "name": output.name, "text": output.text}
        case Display():
            return {
                "output_type": "display_data",
                "data": _text_only(output.data),
                "metadata": output.metadata,
            }
        case Returned():
            return {
                "output_type": "execute_result",
                "data": _text_only(output.data),
                "metadata": output.metadata,
                "execution_count": output.execution_count,
            }
        case Raised():
            traceback = list(output.traceback)
            return {
                "output_type": "error",
                "ename": output.ename,
                "evalue": output.evalue,
                "traceback": traceback,
            }
        case Clear():
            raise TypeError("clearing is no output")


def _text_only(data: Bundle) -> dict[str, str]:
    """What a notebook can hold: a bundle may have come from anywhere, and each of its kinds is to be text."""
    return {kind: text for kind, text in data.items() if isinstance(text, str)}
