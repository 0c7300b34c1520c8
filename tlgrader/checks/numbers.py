"""Numbers as a student may hand them in: booleans are none, and a whole number may be larger than any float."""

from __future__ import annotations

import math
from typing import TypeGuard


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether `value` is a whole number or a float, NaN and infinity among them."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_finite(value: object) -> TypeGuard[int | float]:
    """Whether `value` is a number that a float can hold and that is neither NaN nor infinite."""
    return is_number(value) and _float(value) is not None and math.isfinite(value)


def are_near(one: float, other: float, tolerance: float) -> bool:
    """Whether two numbers are equal, both NaN, or at most `tolerance` apart."""
    if one == other:
        return True
    first, second = _float(one), _float(other)
    if first is None or second is None:
        return False
    return (math.isnan(first) and math.isnan(second)) or abs(first - second) <= tolerance


def _float(value: float) -> float | None:
    try:
        return float(value)
    except OverflowError:
        return None
