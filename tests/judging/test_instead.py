"""What people write into grade cells elsewhere: it is graded as it is, or refused with its line and what to write."""

from __future__ import annotations

import ast
import re

import pytest

from tlgrader.errors import AuthorError
from tlgrader.judging.gradecell import parse_all

REFUSED = {
    "from nose.tools import assert_equal": "write `assert f(1) == 2` for `assert_equal(f(1), 2)`",
    "from numpy.testing import assert_allclose": "write `assert f(1) == 2` for `assert_equal(f(1), 2)`",
    "import os": "belongs into a given cell, what a check needs into grader_tests/<exercise>.py",
    "assert_equal(squares(1), [1])": "write `assert squares(1) == [1]`",
    "self.assertEqual(squares(1), [1])": "write `assert squares(1) == [1]`",
    "assert_true(rate > 0)": "write `assert rate > 0`",
    "assert_in('a', names)": "write `assert 'a' in names`",
    "np.testing.assert_allclose(mean([1, 2]), 1.5)": "write `check.returns(mean, [[1, 2]], 1.5)`",
    "assert_almost_equal(rate, 0.1)": "write `assert abs(rate - 0.1) < 1e-6`",
    "assert_raises(ValueError, squares, 0)": "write `check.raises(squares, [0], 'ValueError')`",
    "assert_equal(squares(1))": "write an assert, as in `assert f(1) == 2`",
    "with pytest.raises(ValueError):\n    squares(0)": "write `check.raises(squares, [0], 'ValueError')`",
    "with open('x') as file:\n    file.read()": "belongs into a given cell",
    "print(squares(3))": "leave it out: each item says by itself what was seen",
    "squares(3)": "as in `check.returns(squares, [3], …)`",
    "for n in range(3):\n    assert squares(n)": "write `assert all(squares(n) for n in range(3))`, or a line for each",
    "for n in [1]:\n    x = n\n    assert x": "one `assert all(… for n in [1])`",
    "if rate > 1:\n    raise AssertionError": "as in `assert rate > 1`",
    "def helper(x):\n    return x": "move it into a function of grader_tests/<exercise>.py",
    "expected = [1, 4, 9]": "write the value where it is used",
    "answer = squares(3)": "write the value where it is used",
    "del squares": "for anything else, move it into a function of grader_tests/<exercise>.py",
    "try:\n    squares(0)\nexcept ValueError:\n    print('good')": 'write `check.raises(f, [0], "ValueError")`',
    "try:\n    squares(0)\nexcept ValueError:\n    pass": "and `else: raise`",
    "assert np.allclose(weights, 1)": "write `check.returns(np.allclose, [weights, 1], …)`",
    "assert np.allclose(mean([1, 2]), 1.5)": "write `check.returns(mean, [[1, 2]], 1.5)`",
    "assert close(squares(2), [1, 4])": "write `check.returns(squares, [2], …)` with what it has to return",
    "assert squares(n=2) == [1, 4]": "by keyword is not allowed",
    "assert type(rate) == float": "of Python's functions there are abs, all, any",
    "assert make()(1) == 2": "calling `make()` here",
}


@pytest.mark.parametrize("source", REFUSED)
def test_a_line_that_may_not_stand_there_is_refused_with_what_to_write(source: str) -> None:
    with pytest.raises(AuthorError, match=re.escape(REFUSED[source])) as raised:
        parse_all([("check_it", 1, f"assert rate\n{source}")])
    assert str(raised.value).startswith("grade cell check_it, line 2: ")


def test_all_such_lines_of_a_notebook_are_said_at_once() -> None:
    with pytest.raises(AuthorError) as raised:
        parse_all([("one", 1, "import os\nassert rate\nprint(1)"), ("two", 1, "del rate")])
    lines = str(raised.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "grade cell one, line 1",
        "grade cell one, line 3",
        "grade cell two, line 1",
    ]


def test_what_is_written_instead_is_taken() -> None:
    written = [
        match[1] for said in REFUSED.values() if (match := re.fullmatch(r"write `([^`…]*)`(?:,.*)?", said))
    ]
    assert len(written) >= 8
    for line in written:
        assert parse_all([("check_it", 1, line)])["check_it"].lines[0].source


TRY = """\
try:
    squares(0)
except {}:
    pass
else:
    raise AssertionError("did not raise")"""


@pytest.mark.parametrize(
    ("kinds", "names"),
    [("ValueError", "'ValueError'"), ("(ValueError, TypeError)", "['ValueError', 'TypeError']")],
)
def test_a_try_with_a_call_that_has_to_fail_is_a_check(kinds: str, names: str) -> None:
    (line,) = parse_all([("one", 1, TRY.format(kinds))])["one"].lines
    assert (line.name, line.needs, line.is_assert) == ("raises", ("squares",), False)
    assert ast.unparse(line.expression) == f"check.raises(squares, [0], {names})"
