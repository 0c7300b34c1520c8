"""Mutants: one mistake each, made where the source allows it; and an audit that tells who notices."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tiny import make_course, source_notebook
from tlgrader.authoring.audit import Fate, fate, unused
from tlgrader.authoring.mutation import (
    MOST,
    MUTATORS,
    answers,
    explanations,
    functions,
    general,
    models,
    mutants,
    training,
)
from tlgrader.authoring.mutation.source import Mutator, changed, parsed
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.cli.audited import audit_all
from tlgrader.course.paths import Course
from tlgrader.errors import AuthorError
from tlgrader.notebook.corpus import Sample, read_sample
from tlgrader.notebook.exercise import exercise_from, read_exercise
from tlgrader.records.record import GradeRecord, Item, Record, Status

LOOP = """\
for epoch in range(20):
    model.train()
    for images, labels in train_loader:  # ä: offsets count bytes
        loss = F.cross_entropy(model(images), labels)
        optimizer.zero_grad(); loss.backward()
        optimizer.step()
"""
FILTERED = "torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=1e-3)"


def _made(mutator: Mutator, text: str, known: frozenset[str] = frozenset()) -> list[str]:
    code = parsed("cell", text, known)
    assert code is not None
    return [changed(code, change) for change in mutator(code)]


@pytest.mark.parametrize(
    ("mutator", "text", "expected"),
    [
        (models.drop_freeze, "p.requires_grad = False  # all", ["pass  # all"]),
        (models.drop_freeze, "model.requires_grad_(False)", ["pass"]),
        (models.drop_freeze, "model.requires_grad_(False).eval()", ["model.eval()"]),
        (training.drop_eval_mode, "model.requires_grad_(False).eval()", ["model.requires_grad_(False)"]),
        (models.drop_freeze, 'p.requires_grad = "fc" in name', ["pass"]),
        (models.drop_freeze, "p.requires_grad = True\nmodel.requires_grad_()", []),
        (models.drop_unfreeze, "head.requires_grad_()", ["pass"]),
        (
            models.freeze_head,
            "if new:\n    m.fc = nn.Linear(8, 2)",
            ["if new:\n    m.fc = nn.Linear(8, 2)\n    m.fc.requires_grad_(False)"],
        ),
        (
            models.other_class_count,
            "m = nn.Sequential(nn.Linear(8, 4), nn.Linear(4, len(classes)))",
            ["m = nn.Sequential(nn.Linear(8, 4), nn.Linear(4, (len(classes)) + 1))"],
        ),
        (models.other_class_count, "model.reset_classifier(5)", ["model.reset_classifier(6)"]),
        (
            models.other_class_count,
            "load_backbone('a', classes=10)",
            ["load_backbone('a', classes=11)"],
        ),
        (models.other_rank, "LoraConfig(r=8)", ["LoraConfig(r=(8) // 2)"]),
        (models.other_alpha, "LoraConfig(lora_alpha=ALPHA)", ["LoraConfig(lora_alpha=2 * (ALPHA))"]),
        (models.fewer_targets, 'C(target_modules=["query", "value"])', ['C(target_modules=["query"])']),
        (models.other_targets, 'C(target_modules=["value"])', ["C(target_modules=['key'])"]),
        (models.frozen_in_optimizer, FILTERED, [FILTERED.replace("p.requires_grad", "True")]),
        (models.frozen_in_optimizer, "Adam(filter(trainable, parts), lr=1)", ["Adam(parts, lr=1)"]),
        (models.other_group, "Adam(model.fc.parameters(), lr=1)", ["Adam(model.parameters(), lr=1)"]),
        (models.drop_group_rate, 'SGD([{"params": a, "lr": 0.1}])', ['SGD([{"params": a}])']),
        (training.drop_step, LOOP, [LOOP.replace("optimizer.step()", "pass")]),
        (training.drop_backward, LOOP, [LOOP.replace("loss.backward()", "pass")]),
        (training.drop_zero_grad, LOOP, [LOOP.replace("optimizer.zero_grad()", "pass")]),
        (training.drop_train_mode, LOOP, [LOOP.replace("model.train()", "pass")]),
        (training.no_epochs, LOOP, [LOOP.replace("20", "0")]),
        (training.one_epoch, "EPOCHS = 3\nfit(model, epochs=EPOCHS)", None),
        (training.zero_learning_rate, '[{"lr": 0.1}]', ['[{"lr": 0.0}]']),
        (training.huge_learning_rate, "Adam(p, lr=rate)", ["Adam(p, lr=1000 * (rate))"]),
        (
            training.shuffled_labels,
            LOOP,
            [LOOP.replace("(images), labels)", "(images), (labels)[torch.randperm(len(labels))])")],
        ),
        (
            training.shuffled_labels,
            "loss = model(**batch).loss",
            [
                "loss = model(**{**batch, 'labels': (batch['labels'])[torch.randperm(len(batch['labels']))]}).loss"
            ],
        ),
        (general.returns_nothing, "def f():\n    return 1", ["def f():\n    return None"]),
        (general.returns_something_else, "def f(a):\n    return [a]", ["def f(a):\n    return ([a])[::-1]"]),
        (general.opposite, "best = scores.argmax(dim=1)", ["best = scores.argmin(dim=1)"]),
        (general.opposite, "good = a >= b", ["good = a < b"]),
        (general.other_truth, "x.flag = f(shuffle=True)", ["x.flag = f(shuffle=False)"]),
        (
            general.other_number,
            "f(4, 0.5, 1e-3, lr=0.1)",
            ["f(5, 0.5, 1e-3, lr=0.1)", "f(4, 1.0, 1e-3, lr=0.1)"],
        ),
        (general.other_number, "x.split(32), DataLoader(x, batch_size=8)", []),
        (general.drop_element, "f([a, b])", ["f([a])"]),
        (general.drop_statement, 'x = 1\n"""Words."""\nprint(x)\nx += f"{3}"\nf(x)', None),
        (general.swap_arguments, "f(a, b)", ["f(b, a)"]),
        (functions.other_statistic, "st.variance(a)", ["st.pvariance(a)", "st.stdev(a)"]),
        (functions.other_statistic, "a.var()", ["a.std()", "a.var(correction=0)"]),
        (functions.boundary, "d < -s", ["d <= -s"]),
        (functions.other_constant, "2 * s", ["3 * s", "(1) * s"]),
        (functions.other_constant, "x = 0.5", ["x = 1.0", "x = 0.25"]),
        (
            functions.fixed_margin,
            "s = f(a)\nd = f(b)\nx = d < 2\ny = s",
            ["s = f(a)\nd = 0.0\nx = d < 2\ny = s"]
            + [f"s = f(a)\nd = {margin}\nx = d < 2\ny = s" for margin in ("0.05", "0.1")],
        ),
        (functions.other_sign, "-a", ["(a)"]),
        (functions.other_sign, "a - b", ["((b) - (a))", "((a) + (b))", "abs((a) - (b))"]),
        (functions.lost_factor, "a / n", ["(a)", "((a) // (n))"]),
        (functions.lost_factor, "a % 5", ["((a) // (5))"]),
        (functions.sum_of_roots, "(a + b) ** 0.5", ["((a) ** 0.5 + (b) ** 0.5)"]),
        (functions.sum_of_roots, "m.sqrt(sum(v))", ["sum(m.sqrt(_one) for _one in (v))"]),
        (functions.sum_of_roots, "a ** 2", []),
        (functions.other_axis, "m.sum(dim=0)", ["m.sum(dim=1)"]),
        (functions.other_axis, "m.argmax(-1)", ["m.argmax(0)"]),
        (functions.other_axis, "m[i][j] = f(0)", ["m[j][i] = f(0)"]),
        (functions.off_by_one, "len(a)", ["(len(a) - 1)", "(len(a) + 1)"]),
        (
            functions.off_by_one,
            "[f(a) for a in b]",
            ["[f(a) for a in list(b)[1:]]", "[f(a) for a in list(b)[:-1]]"],
        ),
        (
            answers.other_unit,
            "def f(a):\n    return {'a': g(a), 'b': 'word'}",
            [
                "def f(a):\n    return {'a': 100 * (g(a)), 'b': 'word'}",
                "def f(a):\n    return {'a': round(g(a), 2), 'b': 'word'}",
            ],
        ),
        (functions.other_parameter, "def f(a, b):\n    return a", ["def f(a, b):\n    return b"]),
        (functions.exchanged, "def f(a, b):\n    return 1", ["def f(b, a):\n    return 1"]),
        (functions.exchanged, "x = v(a) / len(a) + v(b) / len(b)", None),
        (answers.other_answer, "def f():\n    return 'a' if x == 'k' else 'b'", None),
        (functions.lost_case, "if not a:\n    x = 1", ["pass", "if (a):\n    x = 1"]),
        (functions.lost_case, "a or b", ["(a and b)", "(a)", "(b)"]),
        (functions.lost_precaution, "m.sum(0).clamp(min=1)", ["m.sum(0)"]),
        (answers.last_only, "a += b", ["a = b"]),
        (
            answers.last_only,
            "def f(b):\n    for a in b:\n        g(a)\n    return a",
            ["def f(b):\n    for a in b:\n        g(a)\n        return a\n    return a"],
        ),
        (functions.other_order, "sorted(a)", ["sorted(a)[::-1]", "list(a)"]),
    ],
)
def test_a_mutator_makes_its_mistake_and_leaves_the_rest_as_it_was(
    mutator: Mutator, text: str, expected: list[str] | None
) -> None:
    made = _made(mutator, text)
    if expected is None:  # several places, each a mutant of its own
        assert len(made) == 2
        assert len(set(made)) == 2
    else:
        assert made == expected


def test_held_out_data_stand_in_for_training_data_where_the_notebook_has_them() -> None:
    known = frozenset({"validation_loader", "validation_features"})
    assert _made(training.evaluation_data, LOOP, known) == [LOOP.replace("train_loader", "validation_loader")]
    assert _made(training.evaluation_data, LOOP) == []
    call = "head = train_head(train_features, 3)"
    assert _made(training.evaluation_data, call, known) == ["head = train_head(validation_features, 3)"]
    indexed = "for epoch in range(2):\n    f(train_features[batch])"
    (made,) = _made(training.evaluation_data, indexed, known)
    assert "f(validation_features[batch % len(validation_features)])" in made


def test_what_is_no_plain_python_has_no_mutants() -> None:
    assert parsed("cell", "%matplotlib inline\nx = 1") is None


def _reference(**cells: str) -> Sample:
    return Sample("reference", "", cells)


def test_mutants_are_few_named_by_their_place_and_always_the_same() -> None:
    exercise = exercise_from(source_notebook(), "tiny")
    reference = _reference(build="model = nn.Linear(4, 2)\nf(1, 1)", learn=LOOP)
    made = mutants(exercise, reference)
    assert made == mutants(exercise, reference)
    assert len(made) <= MOST
    assert mutants(exercise, reference, most=3) == made[:3]
    names = [mutant.name for mutant in made]
    assert names[:2] == ["freeze_head@build:1", "other_class_count@build:1"]
    assert {"drop_step@learn:6", "other_number@build:2", "other_number@build:2#2"} <= set(names)
    assert len(set(names)) == len(names)
    assert all(set(mutant.cells) < {"build", "learn"} for mutant in made)


def test_equal_programs_are_one_mutant() -> None:
    exercise = exercise_from(source_notebook(), "tiny")
    names = {m.name for m in mutants(exercise, _reference(learn="config = C(target_modules=['a', 'b'])"))}
    assert names == {"fewer_targets@learn:1"}  # the general mutator drop_element would do the same


@pytest.mark.parametrize("mutators", [MUTATORS, functions.RIVALS])
def test_every_mutator_says_what_it_does(mutators: tuple[Mutator, ...]) -> None:
    assert all((mutator.__doc__ or "").split("\n")[0].endswith(".") for mutator in mutators)
    assert len({mutator.__name__ for mutator in mutators}) == len(mutators)


MUTANT = Sample("drop_step@learn:1", "", {"learn": ""})


def _record(outcome: Outcome, weight: float = 1.0) -> Record:
    finding = Finding("f", outcome, Strength.claimed, "seen", "expected", weight=weight)
    other = Finding("g", Outcome.passed, Strength.claimed, "seen", "expected")
    grade = GradeRecord("cell", 2, (Item("cell/f", False, finding), Item("cell/g", False, other)))
    return Record(exercise="e", student=MUTANT.name, status=Status.graded, grades=(grade,))


def test_a_mutant_dies_of_what_costs_it_points() -> None:
    why = {"drop_step@*": "Nothing is to be learned."}
    assert fate(MUTANT, _record(Outcome.failed), why) == Fate(MUTANT, ("cell/f",))
    assert fate(MUTANT, _record(Outcome.skipped), why).killed_by == ("cell/f",)
    survivor = fate(MUTANT, _record(Outcome.passed), why)
    assert survivor.survives
    assert survivor.explained == "Nothing is to be learned."
    assert fate(MUTANT, _record(Outcome.failed, weight=0), {}).survives  # it is said, but costs nothing


def test_a_mutant_that_breaks_a_check_or_the_grader_is_a_problem() -> None:
    assert fate(MUTANT, _record(Outcome.error), {}).problem == "cell/f ended in error: seen"
    fault = Record(exercise="e", student=MUTANT.name, status=Status.fault, reason="the judge died")
    assert fate(MUTANT, fault, {}) == Fate(MUTANT, (), problem="the judge died")


def test_an_explanation_of_nothing_is_unused() -> None:
    why = {"drop_step@learn:*": "a", "drop_*": "b", "no_epochs@*": "c"}
    assert unused(why, [Fate(MUTANT, ())]) == ["drop_*", "no_epochs@*"]
    assert unused(why, [Fate(MUTANT, ("cell/f",))]) == list(why)


@pytest.mark.parametrize(
    ("text", "says"),
    [("drop_step = ", "is no TOML"), ('"drop_*" = ""', "no sentence"), ("[a]", "no sentence")],
)
def test_an_explanation_without_a_sentence_is_refused(tmp_path: Path, text: str, says: str) -> None:
    course = make_course(tmp_path)
    assert explanations(course, "tiny") == {}
    course.corpus("tiny").mkdir(parents=True)
    course.equivalent("tiny").write_text(text)
    with pytest.raises(AuthorError, match=says):
        explanations(course, "tiny")


FAILED = "check_build/head, check_learn/assert, check_learn/inverse_is_small"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The tiny course with a corpus that proves every item, and explanations of which one is idle."""
    course = make_course(tmp_path)
    course.corpus("tiny").mkdir(parents=True)
    for path, text in (
        (
            course.reference("tiny"),
            "# %% build\nmodel = nn.Linear(4, 2)\n# %% learn\nrate = 0.1\nmodel.eval()",
        ),
        (
            course.corpus("tiny") / "fail__all.py",
            "# %% build\nmodel = nn.Linear(4, 3)\n# %% learn\nrate = 0.001",
        ),
    ):
        verdict = f"failed: {FAILED}\n" if path.stem != "reference" else ""
        path.write_text(f'"""A solution.\n\n{verdict}"""\n{text}\n')
    course.equivalent("tiny").write_text('"drop_eval_mode@*" = "No mode is asked for."\n"gone@*" = "Once."\n')
    return course


def test_an_audit_lists_who_survives_who_is_explained_and_what_is_idle(
    course: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = {
        "freeze_head@build:1",
        "other_class_count@build:1",
        "drop_eval_mode@learn:2",
        "other_number@build:1",
        "other_number@learn:1",
        "swap_arguments@build:1",
    }
    made = mutants(read_exercise(course.source("tiny")), read_sample(course.reference("tiny")))
    assert {mutant.name for mutant in made} == expected
    assert not audit_all(course, ["tiny"], 1, mutate=True)
    said = " ".join(capsys.readouterr().out.split())
    assert "gone@*: explains no mutant that survives" in said
    assert "released: check_learn/inverse_is_small ended in error where nothing was done" in said
    assert (
        "2 submissions, 2 surprises, 3 items, 0 unproven. "
        "6 mutants, 4 killed, 1 explained as equivalent, 1 that survive unexplained." in said
    )
