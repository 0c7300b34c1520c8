"""The check of a quiz's form: every question answered, with something that can be an answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Strength, passed_unless
from tlgrader.checks.narrowing import another_kind, require_present
from tlgrader.checks.wording import counted, describe, listed
from tlgrader.evidence.observation import Observation


@check
def answers(
    answers: object,
    names: Sequence[str],
    *,
    one_of: Sequence[str] = (),
    order_of: Sequence[str] = (),
    weight: float = 1.0,
) -> Finding:
    """The dict `answers` holds, under each of `names`, one of the words `one_of`, or a list of all in `order_of`.

    Whether an answer is right is not said here. Capitals and spaces around a word do not matter.
    """
    allowed, ordered = (order_of, True) if order_of else (one_of, False)
    form = "a list that puts in order" if ordered else "one of"
    expected = f"for {listed(names, len(names))} {form} {', '.join(map(repr, allowed))}"
    if not isinstance(answers, Mapping):
        require_present(answers, "answers", expected)
        raise another_kind(answers, "answers", "a dict of words", expected)
    test = _order_problem if ordered else _choice_problem
    problems = [problem for name in names if (problem := test(name, answers.get(name), allowed))]
    observed = f"{counted(len(names), 'question')} answered"
    return passed_unless(
        problems, Strength.queried, observed, expected, "whether answers are right is not said here"
    )


def word(answer: object) -> object:
    """An answer as it is compared: without capitals and spaces around it."""
    return answer.strip().casefold() if isinstance(answer, str) else answer


def _choice_problem(name: str, answer: Any, allowed: Sequence[str]) -> str:
    if answer in (None, ""):
        return f"`{name}` is not answered"
    if word(answer) not in map(word, allowed):
        return f"`{name}` is {_short(answer)}, which is no possible answer"
    return ""


def _order_problem(name: str, answer: Any, allowed: Sequence[str]) -> str:
    if answer in (None, "", []):
        return f"`{name}` is not answered"
    if not isinstance(answer, list | tuple):
        return f"`{name}` is {_short(answer)}, not a list"
    given, wanted = [word(item) for item in answer], [word(item) for item in allowed]
    strange = [item for item, plain in zip(answer, given, strict=True) if plain not in wanted]
    if strange:
        return f"`{name}` holds {_short(strange[0])}, which is no possible entry"
    missing = [item for item in allowed if word(item) not in given]
    twice = [item for item in allowed if given.count(word(item)) > 1]
    said = [f"lacks {listed(missing)}"] if missing else []
    said += [f"holds {listed(twice)} more than once"] if twice else []
    return f"`{name}` {' and '.join(said)}" if said else ""


def _short(answer: object) -> str:
    return describe(answer) if isinstance(answer, Observation) or answer is ... else f"{answer!r:.60}"
