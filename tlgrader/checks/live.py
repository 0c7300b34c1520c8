"""The checks on live objects, for a student's own machine: ``from tlgrader import check``.

Each has the name and the signature of the check in `tlgrader.checks`. A check that is not passed writes its
reasons to stderr, so that nbgrader's Validate reports the cell; none raises, and none returns anything.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

from tlgrader import checks
from tlgrader.checks.callsite import Call
from tlgrader.checks.finding import Finding, Measured, Outcome
from tlgrader.errors import GraderError
from tlgrader.evidence.kinds import Opaque
from tlgrader.evidence.observation import Observation, to_argument
from tlgrader.evidence.observe import Observer


def _live(check: Callable[..., Finding]) -> Callable[..., None]:
    """`check` on live objects, with what it found in words for its reader."""
    signature = inspect.signature(check)

    @wraps(check)
    def shown(*args: Any, **kwargs: Any) -> None:
        try:
            given = signature.bind(*args, **kwargs)
            here = inspect.currentframe()
            call = Call.of(check.__name__, signature, here and here.f_back)
            for key, value in given.arguments.items():
                given.arguments[key] = _seen(call.name_of(key, value), value)
            _show(check(*given.args, **given.kwargs))
        except GraderError as error:
            print(f"✗ {check.__name__} could not be tried: {error}", file=sys.stderr)
        except Exception as error:  # A cell's other checks are to be tried, whatever breaks in this one.
            said = f"{type(error).__name__}: {error}"
            print(f"✗ {check.__name__} could not be tried: {said}", file=sys.stderr)

    shown.__signature__ = signature.replace(return_annotation=None)  # type: ignore[attr-defined]
    return shown


def _seen(name: str, value: object) -> object:
    """A value as the judge would get it: plain data as it is, anything else observed."""
    if type(value) is Measured:
        return value
    observer = Observer()
    evidence = observer.observe(value)
    if isinstance(evidence, Opaque) and issubclass(type(value), list | tuple | dict):
        return value  # the arguments of a call, with tensors among them
    return to_argument(Observation(name, evidence, observer))


def _show(finding: Finding) -> None:
    if finding.outcome is Outcome.passed:
        print(f"✓ {finding.check}: {finding.observed}")
        return
    lines = [f"✗ {finding.check}: {finding.outcome}"]
    lines += [f"    observed  {finding.observed}", f"    expected  {finding.expected}"]
    lines += [f"    hint      {finding.hint}"] if finding.hint else []
    print("\n".join(lines), file=sys.stderr)


adapter_reloads = _live(checks.adapter_reloads)
adapters = _live(checks.adapters)
answers = _live(checks.answers)
answers_alike = _live(checks.answers_alike)
base_untouched = _live(checks.base_untouched)
buffers_untouched = _live(checks.buffers_untouched)
frozen = _live(checks.frozen)
head = _live(checks.head)
history = _live(checks.history)
in_train_mode = _live(checks.in_train_mode)
labelled_as = _live(checks.labelled_as)
learned = _live(checks.learned)
learning_rates = _live(checks.learning_rates)
loader = _live(checks.loader)
lora = _live(checks.lora)
metrics = _live(checks.metrics)
normalised = _live(checks.normalised)
optimizer = _live(checks.optimizer)
pseudo_labels = _live(checks.pseudo_labels)
randomness = _live(checks.randomness)
ranking = _live(checks.ranking)
raises = _live(checks.raises)
returns = _live(checks.returns)
stages_in_train_mode = _live(checks.stages_in_train_mode)
stages_moved = _live(checks.stages_moved)
stages_trainable = _live(checks.stages_trainable)
statistics_adapted = _live(checks.statistics_adapted)
trainable_parameters = _live(checks.trainable_parameters)
trained_on = _live(checks.trained_on)

__all__ = list(checks.__all__)
