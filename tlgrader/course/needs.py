"""What an exercise needs that is not as usual: time, memory, an accelerator, packages."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import msgspec

from tlgrader.errors import AuthorError
from tlgrader.sandbox.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What one exercise needs. A limit that is None is as usual; see `tlgrader.sandbox.limits.Limits`."""

    cell_s: float | None = None
    """Seconds that a cell may run."""
    notebook_s: float | None = None
    """Seconds that all cells together may run: `cell_s` at least, where that is more than usual."""
    memory_bytes: int | None = None
    """Memory of the notebook's processes together."""
    file_bytes: int | None = None
    """The largest file that a cell may write."""
    judge_s: float | None = None
    """Processor seconds that the judge may spend on one submission."""
    judge_memory_bytes: int | None = None
    """Memory that the judge may take for one submission."""
    accelerator: bool = False
    """Whether its training runs only on a GPU: it is then never tried on a CPU, nor graded where there is no GPU."""
    preload: tuple[str, ...] = ()
    """Modules that are imported once, before any notebook runs, and not for each."""

    def __post_init__(self) -> None:
        """Raises AuthorError for a limit that is not above 0."""
        for name, value in self._limits().items():
            if value <= 0:
                raise AuthorError(f"{name} has to be above 0, and is {value:g}")

    def limits(self, usual: Limits) -> Limits:
        """The limits of this exercise, where others have the `usual` ones."""
        given = self._limits()
        if "notebook_s" not in given:
            given["notebook_s"] = max(usual.notebook_s, given.get("cell_s", 0))
        return msgspec.structs.replace(usual, **given)

    def _limits(self) -> dict[str, float]:
        return {
            name: value
            for name, value in asdict(self).items()
            if value is not None and name not in ("accelerator", "preload")
        }


AS_USUAL = Needs()
