"""What given cells loaded: the tensors of architectures whose weights the course does not know beforehand.

"Frozen" and "untouched" are then compared with these. They are the worker's word, but of a process in which no code of
the student's had run: where some had, the evidence is only claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tlgrader import architectures
from tlgrader.architectures.recognised import declared_name, is_known, roots
from tlgrader.evidence.kinds import Evidence, ModelEvidence
from tlgrader.evidence.names import under
from tlgrader.evidence.observation import Loaded
from tlgrader.notebook.exercise import Cell, Role

MOST = 16
"""So many names that a cell binds are looked at."""


class Observing(Protocol):
    """What is needed of a worker."""

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]: ...


class Loading:
    """Watches one notebook run, and keeps what each architecture was when a given cell first left it behind."""

    def __init__(self, kernel: Observing) -> None:
        self._kernel = kernel
        self._student_ran = False
        self._found: dict[str, Loaded] = {}

    @property
    def found(self) -> Mapping[str, Loaded]:
        """What was loaded, by the architecture's name."""
        return self._found

    def after(self, cell: Cell) -> None:
        """Look at what a cell left behind, once it has run."""
        if cell.role is not Role.given:
            self._student_ran |= bool(cell.source.strip())
        elif self._wanted():
            for evidence in self._kernel.observe(_bound(cell)[:MOST]).values():
                if isinstance(evidence, ModelEvidence):
                    self._keep(evidence, cell.id)

    def _wanted(self) -> bool:
        names = (name for name in architectures.names() if name not in self._found)
        return any(architectures.architecture(name).weights is None for name in names)

    def _keep(self, evidence: ModelEvidence, cell: str) -> None:
        for root in filter(is_known, roots(evidence)):
            name = declared_name(root)
            if architectures.architecture(name).weights is None and name not in self._found:
                digests = {key: tensor.digest for key, tensor in under(root, evidence).items()}
                self._found[name] = Loaded(cell, digests, trusted=not self._student_ran)


def _bound(cell: Cell) -> list[str]:
    """Global names that an author's cell binds; none of one with a magic."""
    return [s.get_name() for s in cell.symbols or () if s.is_assigned() and not s.is_imported()]
