"""The small language of grade cells: what it takes, what it refuses with a line, and how lines become items."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tlgrader.checks.finding import Fault, Finding, Outcome, Strength
from tlgrader.errors import AuthorError
from tlgrader.evidence.kinds import Evidence, Missing, Opaque, Value
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer
from tlgrader.judging.evaluation import Evaluator
from tlgrader.judging.explain import as_html
from tlgrader.judging.gradecell import has_visible_checks, parse_all
from tlgrader.records.record import GradeRecord

HIDDEN = "### BEGIN HIDDEN TESTS\n{}\n### END HIDDEN TESTS"


def _needs(source: str) -> list[tuple[str, ...]]:
    return [line.needs for line in parse_all([("cell", 1, source)])["cell"].lines]


@pytest.mark.parametrize(
    ("source", "needs"),
    [
        ("check.frozen(model)", ("model",)),
        ("check.frozen(lora_module.model, except_='head')", ("lora_module.model",)),
        ("assert rate == 0.1", ("rate",)),
        ("assert len(history['loss']) == epochs", ("history", "epochs")),
        ("assert all(value > 0 for value in losses)", ("losses",)),
        ("assert config.r == 8, 'the rank'", ("config.r",)),
        ("check.returns(normalise, [0, 255], [-1, 1])", ("normalise",)),
        ('check.loader(dataloaders["train"])', ("dataloaders['train']",)),
        ("check.optimizer(trainer.optimizers[0], model)", ("trainer.optimizers[0]", "model")),
        ("check.frozen(model.layers[-1])", ("model.layers[-1]",)),
        ("check.history(history[key])", ("history", "key")),
        ("check.returns(f, [0], [row[0] for row in rows])", ("f", "rows")),
        ("assert squares(3) == [1, 4, 9]", ("squares",)),
        ("assert all(f(n) == n * k for n in range(3))", ("f", "k")),
        ('"""What it is about."""\nassert nets["a"].size(0) == 3', ("nets['a'].size",)),
        ("assert model.layers[-1].out_features == 5", ("model.layers[-1].out_features",)),
    ],
)
def test_names_that_the_cell_does_not_define_are_the_students(source: str, needs: tuple[str, ...]) -> None:
    assert _needs(source) == [needs]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("print(model)", r"line 1: the call `print"),
        ("check.frozen(model)\nmodel.eval()", r"line 2: the call `model.eval"),
        ("import os\ncheck.frozen(model)", r"line 1: `import os`"),
        ("from grader_tests import lora\ncheck.frozen(model)", "outside the hidden region"),
        ("x = check.frozen(model)", "a name outside the hidden region"),
        ("for p in model.parameters(): pass", "is not allowed"),
        ("check.frozen(model.eval())", r"line 1: calling `model.eval` here"),
        ("assert (lambda: 1)()", "not allowed"),
        ("check.frozen(", "line 1"),
        ("", "no check"),
        (HIDDEN.format("from os import path\ncheck.frozen(model)"), "from os import path"),
        (HIDDEN.format("from grader_tests import lora as l\nl.x(model)"), "under another name"),
        ("### BEGIN HIDDEN TESTS\ncheck.frozen(model)", "no end"),
    ],
)
def test_what_a_grade_cell_may_not_hold_is_refused_with_its_line(source: str, says: str) -> None:
    with pytest.raises(AuthorError, match=says):
        parse_all([("cell", 1, source)])


def _judge(
    source: str, evidence: dict[str, Evidence], hidden_tests: str = "", tmp: Path = Path("/nonexistent")
) -> GradeRecord:
    if hidden_tests:
        (tmp / "exercise.py").write_text(hidden_tests)
    cell = parse_all([("cell", 4, source)])["cell"]
    return Evaluator(tmp / "exercise.py").judge(cell, _observed(evidence))


def _observed(evidence: dict[str, Evidence]) -> dict[str, Observation]:
    return {name: Observation(name, seen, Observer()) for name, seen in evidence.items()}


def test_every_line_is_an_item_and_the_score_is_the_passed_share() -> None:
    grade = _judge("assert rate == 1\nassert rate == 2\nassert rate < 5\nassert rate > 0", {"rate": Value(1)})
    assert [item.id for item in grade.items] == [
        "cell/assert",
        "cell/assert#2",
        "cell/assert#3",
        "cell/assert#4",
    ]
    assert grade.score == 3.0


def test_an_assert_says_what_it_saw() -> None:
    finding = _judge("assert rate == 2", {"rate": Value(1)}).items[0].finding
    assert (finding.outcome, finding.observed, finding.expected) == (
        Outcome.failed,
        "`rate` is 1",
        "rate == 2",
    )


def test_an_assert_on_a_value_of_another_kind_fails_with_the_reason() -> None:
    finding = _judge("assert history['loss'] < 1", {"history": Value([1])}).items[0].finding
    assert finding.outcome is Outcome.failed
    assert "TypeError" in finding.observed


@pytest.mark.parametrize(
    ("source", "value", "seen"),
    [
        ("assert sorted(value)[0] < 1", torch.eye(2), "Boolean value of Tensor"),
        ("assert value > 0", torch.eye(2), "Boolean value of Tensor"),
        ("assert value[0] < 1", torch.tensor([1j, 2j]), "Complex"),
        ("assert value < 1", 1j, "`value` is not a plain value"),
        ("assert float(value) < 1", 2**4000, "int too large"),
        ("assert abs(value - 0.5) < 1", 2**4000, "int too large"),
        ("assert value[0] < 1", [[[1]]], "TypeError"),
        ("assert max(value) < 1", [], "ValueError"),
        ("assert sum(value) < 1", np.array(["a", "b"]), "`value`"),
    ],
)
def test_a_value_of_a_wrong_form_is_the_students_failure_and_is_shown(
    source: str, value: object, seen: str
) -> None:
    observer = Observer()
    evidence = observer.observe(value)
    cell = parse_all([("cell", 4, source)])["cell"]
    grade = Evaluator(Path("none.py")).judge(cell, {"value": Observation("value", evidence, observer)})
    finding = grade.items[0].finding
    assert (finding.outcome, finding.fault) == (Outcome.failed, None)
    assert seen in finding.observed
    assert "`value` is" in finding.observed


def test_a_value_that_python_does_not_show_is_named_by_its_type() -> None:
    finding = (
        _judge("assert value == 1", {"value": Value({"$tuple": [{"$int": hex(2**4000)}]})}).items[0].finding
    )
    assert (finding.outcome, finding.fault) == (Outcome.failed, None)
    nested = {"a": {"$int": hex(2**4000)}, "b": "x" * 200}
    finding = _judge("assert value == 1", {"value": Value(nested)}).items[0].finding
    assert "'a': " in finding.observed


def test_an_assert_on_a_missing_name_fails_with_the_reason() -> None:
    finding = _judge("assert rate == 2", {"rate": Missing("cell `a`: SyntaxError")}).items[0].finding
    assert finding.observed == "`rate` does not exist: cell `a`: SyntaxError"


def test_a_hidden_asserts_text_is_not_shown() -> None:
    finding = _judge(HIDDEN.format("assert rate == 2"), {"rate": Value(1)}).items[0].finding
    assert "2" not in finding.expected


def test_a_check_that_raises_is_an_error_and_the_cell_has_no_score(tmp_path: Path) -> None:
    source = "assert rate == 1\n" + HIDDEN.format("from grader_tests import exercise\nexercise.bug(rate)")
    grade = _judge(source, {"rate": Value(1)}, "def bug(rate):\n    return rate / 0\n", tmp_path)
    finding = grade.items[1].finding
    assert (finding.outcome, finding.fault) == (Outcome.error, Fault.author)
    assert "ZeroDivisionError" in finding.observed
    assert grade.score is None


def test_a_machines_fault_is_told_apart(tmp_path: Path) -> None:
    source = HIDDEN.format("from grader_tests import exercise\nexercise.look(rate)")
    test = "from tlgrader.errors import MachineError\ndef look(rate):\n    raise MachineError('no weights')\n"
    finding = _judge(source, {"rate": Value(1)}, test, tmp_path).items[0].finding
    assert (finding.outcome, finding.fault) == (Outcome.error, Fault.machine)


def test_what_a_hidden_function_returned_can_be_kept_for_a_later_cell(tmp_path: Path) -> None:
    (tmp_path / "exercise.py").write_text(
        "from tlgrader.checks.finding import Finding, Outcome, Strength\n"
        "def look(x): return x\n"
        "def grew(a, b):\n"
        "    return Finding('grew', Outcome.passed if b > a else Outcome.failed, Strength.claimed, f'{a}, {b}', '')\n"
    )
    first = HIDDEN.format("from grader_tests import exercise\nbefore = exercise.look(rate)\nassert rate")
    second = HIDDEN.format("from grader_tests import exercise\nexercise.grew(before, rate)")
    cells = parse_all([("one", 1, first), ("two", 1, second)])
    assert cells["two"].lines[0].needs == ("rate",)
    evaluator = Evaluator(tmp_path / "exercise.py")
    evaluator.judge(cells["one"], _observed({"rate": Value(1)}))
    finding = evaluator.judge(cells["two"], _observed({"rate": Value(2)})).items[0].finding
    assert (finding.outcome, finding.observed) == (Outcome.passed, "1, 2")


def test_an_item_says_what_was_handed_in_also_behind_what_was_kept(tmp_path: Path) -> None:
    (tmp_path / "exercise.py").write_text(
        "from tlgrader.checks.finding import Finding, Outcome, Strength\n"
        "def look(x): return x\n"
        "def seen(x): return Finding('seen', Outcome.passed, Strength.claimed, f'{x}', '')\n"
    )
    source = HIDDEN.format(
        "from grader_tests import exercise\nkept = exercise.look(a)\nexercise.seen(kept)\nassert b"
    )
    cell = parse_all([("one", 1, source)])["one"]
    observed = _observed({"a": Value(1), "b": Value(1)})
    observed["a"] = replace(observed["a"], handed_in=True)
    grade = Evaluator(tmp_path / "exercise.py").judge(cell, observed)
    assert [item.handed_in for item in grade.items] == [("a",), ()]
    assert as_html(grade).count("from the training result that was handed in") == 1


def test_a_check_on_an_object_of_another_kind_fails_and_names_it() -> None:
    finding = _judge("check.frozen(model)", {"model": Opaque("builtins.generator")}).items[0].finding
    assert finding.outcome is Outcome.failed
    assert "model" in finding.observed


def test_an_assert_looks_into_plain_data_and_the_worker_into_all_else() -> None:
    source = 'assert optimizer.param_groups[0]["lr"] == rates["head"][-1]'
    line = parse_all([("cell", 1, source)])["cell"].lines[0]
    assert line.needs == ("optimizer.param_groups", "rates")
    assert line.asks[2:] == ("optimizer.param_groups[0]['lr']", "rates['head'][-1]")
    seen: dict[str, Evidence] = {
        "optimizer.param_groups": Opaque("builtins.list"),
        "rates": Value({"head": [1, 2]}),
        "optimizer.param_groups[0]['lr']": Value(1),
        "rates['head'][-1]": Value(2),
    }
    finding = _judge(source, seen).items[0].finding
    assert (finding.outcome, finding.observed) == (
        Outcome.failed,
        "`optimizer.param_groups[0]['lr']` is 1, `rates['head'][-1]` is 2",
    )


def test_an_assert_into_plain_data_shows_the_data_whole_as_ever() -> None:
    seen: dict[str, Evidence] = {"history": Value({"loss": [2]}), "history['loss'][-1]": Value(7)}
    finding = _judge('assert history["loss"][-1] < 1', seen).items[0].finding
    assert finding.observed == "`history` is {'loss': [2]}"
    seen = {"history": Missing("NameError: x"), "history['loss'][-1]": Missing("something else")}
    finding = _judge('assert history["loss"][-1] < 1', seen).items[0].finding
    assert finding.observed == "`history` does not exist: NameError: x"


def test_a_missing_entry_fails_a_check_with_the_reason() -> None:
    seen: dict[str, Evidence] = {"nets['b']": Missing("`nets` has no key 'b'; it has 'a'")}
    finding = _judge("check.frozen(nets['b'])", seen).items[0].finding
    assert finding.outcome is Outcome.failed
    assert finding.observed == "`nets['b']` does not exist: `nets` has no key 'b'; it has 'a'"


def _called(source: str, **functions: object) -> Finding:
    """What becomes of an assert that calls `functions` of a student's."""
    observer = Observer()
    observed = {name: Observation(name, observer.observe(f), observer) for name, f in functions.items()}
    (item,) = Evaluator(Path("none.py")).judge(parse_all([("cell", 1, source)])["cell"], observed).items
    return item.finding


def _squares(n: int) -> list[int]:
    if n < 1:
        raise ValueError("n must be positive")
    return [number**2 for number in range(1, n + 1)]


def test_an_assert_may_call_a_students_function() -> None:
    finding = _called("assert squares(3) == [1, 4, 9]", squares=_squares)
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.queried)
    assert finding.observed == "`squares(3)` returned [1, 4, 9]"
    wrong = _called("assert squares(3) == [1, 4]", squares=_squares)
    assert (wrong.outcome, wrong.expected) == (Outcome.failed, "squares(3) == [1, 4]")
    several = "assert all(len(squares(n)) == n * k for n in range(1, 9))"
    assert _called(several, squares=_squares, k=1).outcome is Outcome.passed
    assert _called(several, squares=_squares, k=2).observed == "`k` is 2, `squares(1)` returned [1]"


@pytest.mark.parametrize(
    ("function", "says"),
    [
        (lambda n: [1][n], "raised IndexError: list index out of range"),
        (lambda n: object(), "`f(3)` returned an object"),
        (
            lambda n: "abc",
            "TypeError: '>' not supported between instances of 'str' and 'int' (`f(3)` returned 'abc')",
        ),
        (5, "`f` is an int, a function was expected"),
    ],
)
def test_a_function_without_an_answer_fails_with_the_reason(function: object, says: str) -> None:
    finding = _called("assert f(3) > 2", f=function)
    assert finding.outcome is Outcome.failed
    assert says in finding.observed


def test_a_function_that_does_not_exist_fails_with_the_reason() -> None:
    finding = _judge("assert f(3) > 2", {"f": Missing("NameError: name 'f' is not defined")}).items[0].finding
    assert finding.observed == "`f` does not exist: NameError: name 'f' is not defined"


def test_what_a_hidden_assert_passes_to_a_function_is_not_shown() -> None:
    finding = _called(HIDDEN.format("assert squares(3) == [7]"), squares=_squares)
    assert (finding.observed, finding.expected) == ("`squares(…)` returned [1, 4, 9]", "a hidden assertion")


def test_a_function_beside_a_long_dict_shows_the_entry_that_is_asked_for() -> None:
    source = 'assert f(1) == [1] and causes["H"] == "batch norm"'
    finding = _called(source, f=_squares, causes=CAUSES)
    assert finding.observed == "`causes['H']` is 'H because of something or other', `f(1)` returned [1]"


def test_a_message_that_is_put_together_gives_way_to_what_was_seen() -> None:
    finding = _called('assert squares(1) == [2], f"got {squares(1)}"', squares=_squares)
    assert finding.observed == "`squares(1)` returned [1]"
    assert "squares(1) == [2]" in finding.expected


CAUSES = {letter: f"{letter} because of something or other" for letter in "ABCDEFGH"}


def test_an_assert_on_a_long_dict_shows_the_entry_that_it_asks_for() -> None:
    finding = _judge('assert causes["H"] == "batch norm"', {"causes": Value(CAUSES)}).items[0].finding
    assert finding.observed == "`causes['H']` is 'H because of something or other'"
    short = _judge('assert causes["H"] == 1', {"causes": Value({"H": 2, "I": 3})}).items[0].finding
    assert short.observed == "`causes` is {'H': 2, 'I': 3}"
    hidden = _judge(HIDDEN.format('assert causes["H"] == 1'), {"causes": Value(CAUSES)}).items[0].finding
    assert "causes['H']" not in hidden.observed


def test_an_assert_on_a_long_dict_shows_every_key() -> None:
    finding = _judge("assert len(causes) == 1", {"causes": Value(CAUSES)}).items[0].finding
    assert all(f"'{letter}': '{letter} because" in finding.observed for letter in CAUSES)


@pytest.mark.parametrize(
    ("released", "checks"),
    [
        ("", False),
        ("from tlgrader import check\n", False),
        ('"""Is the head new?"""\nfrom tlgrader import check\n', False),
        ("from tlgrader import check\ncheck.head(model, classes=2)", True),
        ("assert x == 1", True),
        ("assert x ==", True),
    ],
)
def test_of_a_released_cell_it_is_known_whether_visible_checks_are_left(released: str, checks: bool) -> None:
    assert has_visible_checks(released) is checks
