"""The course itself: the demo's cohort is graded once, and everything that was promised of it is looked at."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.tiny import REPOSITORY, hand_in
from tlgrader import gradebook, pipeline
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.course.paths import Course
from tlgrader.demo import COHORT, NOT_TAKEN, TAKEN, UNREADABLE, failing, mixed, run_demo
from tlgrader.notebook.corpus import as_notebook, read_corpus
from tlgrader.notebook.exercise import read_exercise
from tlgrader.records.record import Record, Status, Training, read

pytestmark = pytest.mark.long

EXERCISES = tuple(Course(REPOSITORY).exercises())
MOST = 9  # so many that every item fails somebody
SEARCHERS = {
    "feature_extraction": "cheat__searches_for_hidden_tests",
    "lora": "cheat__searches_for_the_answers",
}
# Right, but not rebuilt: a hook or a class of the student's own stands in the way, so the worker was asked.
QUERIED = {"pass__forward_hook", "pass__hook_on_the_head", "pass__own_head_class"}


def copy_of_the_course(root: Path) -> Course:
    for name in ("source", "release", "grader_tests", "tl_solutions"):
        shutil.copytree(REPOSITORY / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("nbgrader_config.py", "course.py"):
        shutil.copy(REPOSITORY / file, root)
    return Course(root)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A clone after a demo; `tlgrader audit --all` grades the rest of each corpus."""
    course = copy_of_the_course(tmp_path_factory.mktemp("demo"))
    # One slot, since the rest of the suite has the other core.
    for shown in run_demo(course, slots=1, most=MOST):
        assert shown.surprises([step.record for step in shown.steps()]) == [], shown.exercise
    return course


def hand_in_sample(course: Course, exercise: str, student: str) -> None:
    """What the corpus has of that name becomes a submission."""
    samples = {sample.name: sample for sample in read_corpus(course, exercise)}
    notebook = as_notebook(read_exercise(course.source(exercise)), samples[student], samples["reference"])
    hand_in(course, student, notebook, exercise)


@pytest.fixture(scope="module")
def records(course: Course) -> dict[tuple[str, str], Record]:
    return {(name, record.student): record for name in EXERCISES for record in pipeline.records(course, name)}


@pytest.mark.parametrize("exercise", EXERCISES)
def test_a_few_of_the_corpus_are_of_every_kind_and_fail_every_item(exercise: str) -> None:
    corpus = [sample for sample in read_corpus(Course(REPOSITORY), exercise) if sample.kind != "baseline"]
    few = {sample.kind for sample in mixed(corpus, COHORT)}
    assert len(few) == COHORT
    assert "reference" in few
    kinds = {sample.kind for sample in mixed(corpus, MOST)}
    assert kinds == {"reference", "pass", "partial", "fail", "error", "cheat"}
    failed = {id for sample in mixed(corpus, MOST) for id in failing(sample)}
    assert failed == {id for sample in corpus for id in failing(sample)}


def test_every_correct_variant_has_full_marks(records: dict[tuple[str, str], Record]) -> None:
    for (exercise, student), record in records.items():
        if student.startswith(("pass__", "reference")):
            assert record.score == record.points, (exercise, student)


def test_a_training_that_was_handed_in_counts_as_if_it_had_been_run(
    records: dict[tuple[str, str], Record],
) -> None:
    taken, run = records["lora", TAKEN], records["lora", "reference"]
    assert taken.handed_in == ("model", "history", "optimizer")
    assert not run.handed_in
    assert taken.score == run.score == run.points
    strengths = {id: item.finding.strength for id, item in run.items().items()}
    assert {id: item.finding.strength for id, item in taken.items().items()} == strengths


def test_a_neighbours_training_is_not_taken_and_says_so(
    records: dict[tuple[str, str], Record],
) -> None:
    record = records["lora", NOT_TAKEN]
    assert not record.handed_in
    assert any(f"was written by the student `{TAKEN}`" in note for note in record.notes)
    assert record.score is not None
    assert record.score < record.points


def test_no_wrong_submission_and_no_cheat_has_full_marks(records: dict[tuple[str, str], Record]) -> None:
    for (_, student), record in records.items():
        if student.startswith(("partial__", "fail__", "error__", "cheat__")):
            assert record.score is not None
            assert record.score < record.points, student


def test_the_untouched_starter_earns_nothing(records: dict[tuple[str, str], Record]) -> None:
    untouched = [record for (_, name), record in records.items() if name.endswith("untouched")]
    assert untouched
    assert all(record.score == 0 for record in untouched)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_correct_variant_is_rebuilt_and_what_cannot_be_is_queried(
    records: dict[tuple[str, str], Record], exercise: str
) -> None:
    for (name, student), record in records.items():
        if name == exercise and student.startswith(("pass__", "reference")):
            decided = [item.finding for item in record.items().values() if item.finding.decided_by]
            assert decided, student
            expected = Strength.queried if student in QUERIED else Strength.recomputed
            for finding in decided:
                assert finding.strength is expected, (student, finding.observed)


def _printed(course: Course, exercise: str, student: str, cell_id: str) -> str:
    """What a student's cell printed."""
    notebook = nbformat.read(course.graded_notebook(exercise, student), as_version=4)
    (cell,) = [cell for cell in notebook.cells if cell.id == cell_id]
    return "".join(output.get("text", "") for output in cell.outputs)


@pytest.fixture(scope="module")
def searched(course: Course) -> dict[str, str]:
    """What those printed who searched, by exercise."""
    printed = {}
    for exercise, student in SEARCHERS.items():
        hand_in_sample(course, exercise, student)
        list(pipeline.grade(course, exercise, pipeline.Order((student,))))
        cell = {"feature_extraction": "train_head", "lora": "train_adapter"}[exercise]
        printed[exercise] = _printed(course, exercise, student, cell)
    return printed


def test_a_search_for_hidden_tests_finds_none(searched: dict[str, str]) -> None:
    assert "FOUND: []" in searched["feature_extraction"]


def test_a_search_for_answers_finds_none(searched: dict[str, str]) -> None:
    assert "hidden labels: tensor" not in searched["lora"]
    for kind in ("module", "function", "variable", "file", "environ", "cmdline", "maps"):
        assert f"{kind} []" in searched["lora"]


def test_unreadable_files_are_listed_and_have_no_score(records: dict[tuple[str, str], Record]) -> None:
    for exercise in EXERCISES:
        for student in UNREADABLE:
            assert records[exercise, student].status is Status.unreadable
            assert records[exercise, student].score is None


def test_feedback_holds_no_hidden_source_and_no_marking_scheme(course: Course) -> None:
    for exercise in EXERCISES:
        for page in course.root.glob(f"feedback/*/{exercise}/{exercise}.html"):
            if page.parts[-3].startswith(("cheat__searches", "cheat__reads")):  # their own text names it
                continue
            text = page.read_text()
            for hidden in ("grader_tests", "BEGIN HIDDEN", "MARK SCHEME", f"{exercise}.training_loss"):
                assert hidden not in text, page


def test_the_gradebook_and_autograded_hold_everyone(
    course: Course, records: dict[tuple[str, str], Record]
) -> None:
    for exercise in EXERCISES:
        rows = {row.student: row.score for row in gradebook.rows(course, exercise)}
        for (name, student), record in records.items():
            if name == exercise:
                assert rows[student] == pytest.approx(
                    sum(grade.score or 0 for grade in record.grades), abs=1e-3
                )
                assert course.autograded(exercise, student).is_file()


def test_a_second_run_keeps_everything(course: Course, records: dict[tuple[str, str], Record]) -> None:
    graded = [student for exercise, student in records if exercise == "lora" and student not in UNREADABLE]
    steps = list(pipeline.grade(course, "lora", pipeline.Order(tuple(graded), training=Training.auto)))
    assert len(steps) == len(graded)
    assert not any(step.done_now for step in steps)


def test_nbgrader_autograde_alone_gives_the_same_score(
    tmp_path: Path, records: dict[tuple[str, str], Record]
) -> None:
    (student, before), *_ = [
        (student, record)
        for (exercise, student), record in records.items()
        if exercise == "feature_extraction" and student.startswith("partial__")
    ]
    fresh = copy_of_the_course(tmp_path)
    hand_in_sample(fresh, "feature_extraction", student)
    program = Path(sys.executable).with_name("nbgrader")
    subprocess.run(
        [program, "autograde", "feature_extraction", f"--student={student}"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    record = read(fresh.record("feature_extraction", student))
    assert record is not None
    assert {id: item.finding.outcome for id, item in record.items().items()} == {
        id: item.finding.outcome for id, item in before.items().items()
    }
    (row,) = gradebook.rows(fresh, "feature_extraction")
    assert row.score == pytest.approx(before.score, abs=1e-3)


@pytest.mark.parametrize("exercise", EXERCISES)
def test_every_item_is_passed_by_someone_and_failed_by_someone(
    records: dict[tuple[str, str], Record], exercise: str
) -> None:
    outcomes: dict[str, set[Outcome]] = {}
    for (name, _), record in records.items():
        if name == exercise:
            for id, item in record.items().items():
                outcomes.setdefault(id, set()).add(item.finding.outcome)
    assert outcomes
    for id, seen in outcomes.items():
        assert {Outcome.passed, Outcome.failed} <= seen, id
