"""Plain data survives JSON as it was."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlgrader.evidence.plain import MAX_ITEMS, NotPlain, decode_plain, encode_plain

KEYS = st.none() | st.booleans() | st.integers() | st.text() | st.tuples(st.integers(), st.text())
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.sets(KEYS) | st.dictionaries(KEYS, inner),
    max_leaves=20,
)


def _round_trip(value: object) -> Any:
    return decode_plain(json.loads(json.dumps(encode_plain(value), allow_nan=False)))


@settings(deadline=None)
@given(PLAIN)
def test_round_trip(value: object) -> None:
    back = _round_trip(value)
    assert back == value
    assert type(back) is type(value)


def test_what_json_does_not_have() -> None:
    assert math.isnan(_round_trip(float("nan")))
    assert _round_trip([float("inf"), -float("inf")]) == [float("inf"), -float("inf")]
    assert _round_trip({"$float": "nan"}) == {"$float": "nan"}
    assert _round_trip(2**100) == 2**100


def test_a_list_that_contains_itself_is_not_plain() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(NotPlain):
        encode_plain(value)


@pytest.mark.parametrize("value", ["x" * 70_000, [0] * (MAX_ITEMS + 1), 2**5000, object(), [print]])
def test_too_much_and_the_unknown_are_refused(value: object) -> None:
    with pytest.raises(NotPlain):
        encode_plain(value)


@pytest.mark.parametrize(
    "data",
    [{"$tuple": 3}, {"$nothing": 1}, {"$set": [[1]]}, {"$int": "f" * 9_000}, {"$float": "x"}, {"$int": 3}],
)
def test_what_no_encoder_wrote_is_refused(data: object) -> None:
    with pytest.raises(NotPlain):
        decode_plain(data)


def test_data_nested_without_end_is_refused() -> None:
    data: object = 1
    for _ in range(100_000):
        data = [data]
    with pytest.raises(NotPlain):
        decode_plain(data)
