"""What a wrong value resembles: the hint that fits what a function returned, and nothing where none fits."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from tlgrader.checks.numbers import are_near, is_number

Relation = Callable[[float], float | None]
"""What a wrong number would be of the expected one; None where there is no such number."""

_OF_ANY: tuple[tuple[str, Relation], ...] = (
    ("it is 100 times what was expected: a share is asked for, not percent", lambda wanted: 100 * wanted),
    (
        "it is a hundredth of what was expected: percent are asked for, not a share",
        lambda wanted: wanted / 100,
    ),
    ("only the sign is another: is something subtracted the wrong way round?", lambda wanted: -wanted),
)
_OF_FRACTIONS: tuple[tuple[str, Relation], ...] = (
    ("it is 1 minus what was expected: the opposite is counted", lambda wanted: 1 - wanted),
    ("it is the square of what was expected: is a root forgotten?", lambda wanted: wanted * wanted),
    ("it is the root of what was expected", lambda wanted: math.sqrt(wanted) if wanted >= 0 else None),
    (
        "it is 1 divided by what was expected: are dividend and divisor exchanged?",
        lambda wanted: 1 / wanted if wanted else None,
    ),
)
"""Between whole numbers these hold by chance: 4 is the square of 2, and twice 2, and 2 more."""


def resemblance(seen: Any, wanted: Any, tolerance: float) -> str:
    """How `seen`, which is not `wanted`, is related to it, in words; empty where no relation fits.

    Both are plain: numbers, text, lists and dicts of them.
    """
    return next(_hints(seen, wanted, tolerance), "")


def _hints(seen: Any, wanted: Any, tolerance: float) -> Iterator[str]:
    if seen is None:
        yield "did you forget `return`?"
    if isinstance(wanted, list) and isinstance(seen, list):
        yield from _of_lists(seen, wanted, tolerance)
    elif isinstance(wanted, list):
        yield f"a list of {len(wanted)} was expected, not one value"
    elif isinstance(seen, list):
        yield f"one value was expected, not a list of {len(seen)}"
    elif isinstance(wanted, str) and is_number(seen):
        yield "a name was expected, not its number: look up the name at that place"
    yield from _of_numbers(_numbers(seen), _numbers(wanted), tolerance)
    if isinstance(wanted, list) and isinstance(seen, list):
        yield from _first_other(seen, wanted, tolerance)


def _first_other(seen: list[Any], wanted: list[Any], tolerance: float) -> Iterator[str]:
    """Where two lists of numbers differ first; and nothing where they differ everywhere."""
    one, other = _numbers(seen), _numbers(wanted)
    if one and len(one) == len(other):
        apart = [
            place for place, pair in enumerate(zip(one, other, strict=True)) if not are_near(*pair, tolerance)
        ]
        if apart and len(apart) < len(one):
            place = apart[0]
            yield (
                f"{len(apart)} of its {len(one)} numbers differ, the first at place {place} (counted from 0): "
                f"{one[place]:.6g} where {other[place]:.6g} was expected"
            )


def _of_lists(seen: list[Any], wanted: list[Any], tolerance: float) -> Iterator[str]:
    def same(one: list[Any], other: list[Any]) -> bool:
        first, second = _numbers(one), _numbers(other)
        if first and second and len(first) == len(second):
            return all(are_near(a, b, tolerance) for a, b in zip(first, second, strict=True))
        return one == other

    if _is_table(seen) and _is_table(wanted) and same([list(row) for row in zip(*seen, strict=True)], wanted):
        yield "rows and columns are exchanged"
    elif same(seen[::-1], wanted):
        yield "it is in the reverse order"
    elif len(seen) != len(wanted):
        yield f"a list of {len(wanted)} was expected, not of {len(seen)}"
    elif sorted(map(repr, seen)) == sorted(map(repr, wanted)):
        yield "it has the right entries in another order"


def _is_table(value: list[Any]) -> bool:
    return (
        bool(value)
        and all(isinstance(row, list) and row for row in value)
        and len({len(row) for row in value}) == 1
    )


def _of_numbers(seen: list[float], wanted: list[float], tolerance: float) -> Iterator[str]:
    """One relation that holds between all pairs, and tells: of 0 and 1 most do."""
    if len(seen) != len(wanted) or all(abs(number) in (0, 1) for number in wanted):
        return
    fractions = any(number != round(number) for number in wanted if math.isfinite(number))
    for words, relation in (*_OF_ANY, *(_OF_FRACTIONS if fractions else ())):
        related = [relation(number) for number in wanted]
        if all(
            other is not None and are_near(one, other, tolerance)
            for one, other in zip(seen, related, strict=True)
        ):
            yield words


def _numbers(value: Any) -> list[float]:
    """All numbers in a value, in order; none where there is anything else in it."""
    if is_number(value):
        return [value]
    if not isinstance(value, list) or not value:
        return []
    parts = [_numbers(item) for item in value]
    return [number for part in parts for number in part] if all(parts) else []
