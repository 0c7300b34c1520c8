"""What each wrong submission of a corpus is told: a page of mistakes, the items that catch them, and the messages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tlgrader.authoring.audit import Audited
from tlgrader.checks.finding import Finding, Outcome
from tlgrader.checks.wording import counted, cut
from tlgrader.judging.evaluation import HIDDEN_ASSERTION

LONG = 300
"""So many characters of a message are shown."""
_HEADING = "\n## "
_WRONG = ("fail", "partial", "cheat")
_INTRODUCTION = """\
# Mistakes, and what students read

Every wrong submission of each exercise's corpus, the items that fail it, and what its student reads there: what
was seen, and where to look. `tlgrader audit` grades all of them and reports where one is caught by another item than
its file says. Written by `tlgrader audit --all --page docs/mistakes.md`.
"""


def silent(audited: Sequence[Audited]) -> tuple[str, ...]:
    """Items that fail a wrong submission and say no more than that, as ``submission: item``."""
    return tuple(
        f"{one.sample.name}: {id}" for one, id, finding in _failures(audited) if not _advice(finding)
    )


def page(exercises: Mapping[str, Sequence[Audited]], before: str = "") -> str:
    """The page, in Markdown, of all wrong submissions of these exercises; other sections stay as they were `before`."""
    old = {text.partition("\n")[0]: text for text in before.split(_HEADING)[1:]}
    new = {name: _section(name, audited) for name, audited in exercises.items()}
    return _INTRODUCTION + "".join(_HEADING + text for _, text in sorted((old | new).items()))


def _section(name: str, audited: Sequence[Audited]) -> str:
    wrong = [one for one in sorted(audited, key=lambda one: one.sample.name) if any(_failures([one]))]
    rows = "".join(row for one in wrong for row in _rows(one))
    head = "| mistake | item | message |\n| --- | --- | --- |\n"
    return f"{name}\n\n{counted(len(wrong), 'submission')}.\n\n{head}{rows}"


def _rows(one: Audited) -> Iterator[str]:
    """A row for each item that fails it; the first one tells the mistake."""
    mistake = _cell(one.sample.what)
    for _, id, finding in _failures([one]):
        yield f"| {mistake} | `{id}` | {_cell(_message(finding))} |\n"
        mistake = ""


def _failures(audited: Sequence[Audited]) -> Iterator[tuple[Audited, str, Finding]]:
    """Failed items of wrong submissions."""
    for one in audited:
        if one.sample.kind in _WRONG:
            for id, item in one.record.items().items():
                if item.finding.outcome is Outcome.failed:
                    yield one, id, item.finding


def _message(finding: Finding) -> str:
    advice = _advice(finding)
    return cut(finding.observed, LONG) + (f" *{cut(advice, LONG)}*" if advice else "")


def _advice(finding: Finding) -> str:
    """What a student may do about it: the hint, or what an assert says; a hidden one without a message says nothing."""
    told = finding.check == "assert" and finding.expected != HIDDEN_ASSERTION
    return finding.hint.strip() or (finding.expected if told else "")


def _cell(text: str) -> str:
    """Text as a cell of a table holds it: in one line, and no bar."""
    return " ".join(text.split()).replace("|", "\\|")
