"""What given cells loaded: the tensors of architectures whose weights the course does not know beforehand.

"Frozen" and "untouched" are then compared with these. They are the worker's word, but of a process in which no code of
the student's had run: where some had, the evidence is only claimed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from tlgrader import architectures
from tlgrader.architectures.recognised import declared_name, is_known, roots
from tlgrader.evidence.kinds import Evidence, ModelEvidence, ParameterInfo
from tlgrader.evidence.names import under
from tlgrader.evidence.observation import Loaded
from tlgrader.notebook.exercise import Cell, Role

MOST = 16
"""So many names that a cell binds are looked at, and so many models of an architecture are kept."""


class Observing(Protocol):
    """What is needed of a worker."""

    def observe(self, names: Sequence[str]) -> dict[str, Evidence]: ...


class Loading:
    """Watches one notebook run, and keeps what each model was when a given cell first left it behind."""

    def __init__(self, kernel: Observing) -> None:
        self._kernel = kernel
        self._student_ran = False
        self._found: dict[str, tuple[Loaded, ...]] = {}

    @property
    def found(self) -> Mapping[str, tuple[Loaded, ...]]:
        """The models that were loaded, by the architecture's name."""
        return self._found

    def after(self, cell: Cell) -> None:
        """Look at what a cell left behind, once it has run."""
        if cell.role is not Role.given:
            self._student_ran |= bool(cell.source.strip())
        elif any(_is_unknown(name) for name in architectures.names()):
            for evidence in self._kernel.observe(_bound(cell)[:MOST]).values():
                if isinstance(evidence, ModelEvidence):
                    self._keep(evidence, cell.id)

    def _keep(self, evidence: ModelEvidence, cell: str) -> None:
        for root in filter(is_known, roots(evidence)):
            name, tensors = declared_name(root), under(root, evidence)
            before = self._found.get(name, ())
            tokens = frozenset(info.token for info in tensors.values() if isinstance(info, ParameterInfo))
            # The same parameters under another name, or trained by a given cell, started as they were first.
            is_new = all(tokens != one.tokens for one in before)
            if _is_unknown(name) and is_new and len(before) < MOST:
                digests = {key: tensor.digest for key, tensor in tensors.items()}
                one = Loaded(cell, digests, tokens, trusted=not self._student_ran)
                self._found[name] = (*before, one)


def _is_unknown(name: str) -> bool:
    """Whether the course does not say where an architecture's weights lie."""
    return architectures.architecture(name).weights is None


def _bound(cell: Cell) -> list[str]:
    """Global names that an author's cell binds; none of one with a magic."""
    return [s.get_name() for s in cell.symbols or () if s.is_assigned() and not s.is_imported()]
