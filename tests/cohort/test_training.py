"""Training results that were handed in: what is taken stands for running the training, and all else says why not."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable, Iterator

import msgspec
import nbformat
import pytest
import torch
from safetensors.torch import save
from typer.testing import CliRunner

from tests import tiny
from tests.trained import (
    LOOK,
    SHOW,
    TRAIN,
    Grader,
    make_trained_course,
    submit,
    train_at_home,
    with_history,
    with_zeros,
)
from tlgrader.checks.finding import Outcome, Strength
from tlgrader.cli.app import app
from tlgrader.course.paths import Course
from tlgrader.evidence.device import Device
from tlgrader.evidence.digest import digest
from tlgrader.evidence.handed_in import FILE, MAX_BYTES, HandedIn, cell_digest, read, write
from tlgrader.evidence.kinds import BackboneRoot, ModelEvidence
from tlgrader.grading.grader import grade_cells_of
from tlgrader.grading.pool import Pool
from tlgrader.notebook.exercise import read_exercise
from tlgrader.notebook.submission import read_submission, rebuild
from tlgrader.records.record import Record, Training, alike
from tlgrader.sandbox.limits import GIB, Limits
from tlgrader.selfcheck import _training

LIMITS = Limits(cell_s=60, notebook_s=120, memory_bytes=GIB)
FORGED = {
    "missing": "there is no `training.safetensors` beside the notebook",
    "linked": "cannot be read: the file cannot be opened",
    "too_large": "more than the 16 MB allowed",
    "pickled": "it is not a safetensors file",
    "not_ours": "`tlgrader.hand_in` did not write it",
    "header_lies": "its header is longer than it may be",
    "other_form": "not of the form",
    "other_exercise": "was written by the exercise `other`",
    "other_student": "was written by the student `bob`",
    "stale": "the cell `build` had not run as it is in the notebook",
    "trained_otherwise": "the cell `train` had not run as it is in the notebook",
    "not_finite": "is not finite",
    "other_tensor": "is not the one that its name promises",
    "lost_tensor": "is not in `training.safetensors`",
    "other_shape": "is not as it is described",
    "unknown_backbone": "the backbone `nobody/knows` does not come with the grader",
    "other_weights": "the backbone `digits_resnet` has other weights there than here",
    "without_history": "a check looks at `history`, which was not handed in",
    "trained_on": "`model` is assigned once more after the training",
    "made_in_training": "does not fit the notebook (UsageError: `model` is not a model before the training)",
}
Change = Callable[[HandedIn, dict[str, torch.Tensor]], tuple[HandedIn, dict[str, torch.Tensor]]]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_trained_course(tmp_path_factory.mktemp("course"))
    course.registration.write_text(
        "from tlcourse import COURSE as OURS\n"
        "from tlgrader.course import Registration\n\n"
        "COURSE = Registration(architectures=OURS.architectures)\n"
    )
    course.source("other").parent.mkdir()
    course.source("other").write_text("{}")
    return course


@pytest.fixture(scope="module")
def result(course: Course, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """What Jupyter wrote when the right notebook had run in it."""
    home = make_trained_course(tmp_path_factory.mktemp("home"))
    return train_at_home(submit(home, "ada", None))


@pytest.fixture(scope="module")
def grader(course: Course) -> Iterator[Grader]:
    with Pool(course, 1, LIMITS, sandboxed=True) as pool:
        yield Grader(course, pool)


def _status(record: Record, cell: str) -> str:
    return {one.cell: one.status for one in record.cells}[cell]


def test_the_file_holds_evidence_and_no_more_than_the_changed_tensors(result: bytes) -> None:
    handed_in, tensors = read(result)
    assert (handed_in.exercise, handed_in.student, handed_in.device.name) == ("tiny", "", "cpu")
    assert set(handed_in.evidence) == {"model", "history", "optimizer"}
    assert sum(tensor.numel() for tensor in tensors.values()) == 4 * 8 + 8 + 8 * 2 + 2


@pytest.fixture(scope="module")
def ways(course: Course, result: bytes, grader: Grader) -> dict[Training, Record]:
    """One submission, graded in all ways."""
    submit(course, "ada", result)
    return {training: grader.records(training, "ada")["ada"] for training in Training}


def test_run_and_handed_in_get_the_same_verdict(ways: dict[Training, Record]) -> None:
    outcomes = [{id: i.finding.outcome for id, i in record.items().items()} for record in ways.values()]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    assert [record.score for record in ways.values()] == [12, 12, 12]
    assert not any(record.for_a_person() for record in ways.values())


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("globals().pop('model')", "name 'model' is not defined"),
        ("globals()['model'] = 5", "is no model in the notebook"),
    ],
)
def test_tensors_without_a_model_that_answers_like_them_prove_nothing(
    course: Course, result: bytes, grader: Grader, line: str, said: str
) -> None:
    submit(course, "loses_it", result, look=f"{LOOK}{line}\n")
    record = grader.records(Training.auto, "loses_it")["loses_it"]
    assert record.handed_in
    (accuracy,) = [item.finding for item in record.items().values() if item.finding.check == "accuracy"]
    assert accuracy.outcome is Outcome.failed
    assert said in accuracy.observed


@pytest.mark.parametrize("training", [Training.handed_in, Training.auto])
def test_what_was_handed_in_is_judged_and_the_training_does_not_run(
    ways: dict[Training, Record], training: Training
) -> None:
    record = ways[training]
    assert record.handed_in == ("model", "history", "optimizer")
    assert (_status(record, "train"), _status(record, "hand_in")) == ("not_run", "not_run")
    assert any("The training was not run" in note and "trained on cpu" in note for note in record.notes)
    items = record.items()
    assert items["check_train/learns_the_sign"].handed_in == ("model",)
    assert items["check_train/learns_the_sign"].finding.strength is Strength.recomputed
    assert items["check_build/head"].handed_in == ()  # before the training: the worker's


def test_a_rerun_takes_nothing_from_the_file(ways: dict[Training, Record]) -> None:
    record = ways[Training.rerun]
    assert (record.handed_in, record.notes, _status(record, "train")) == ((), (), "ok")


def test_cells_after_the_training_find_what_was_handed_in(ways: dict[Training, Record]) -> None:
    record = ways[Training.handed_in]
    assert _status(record, "look") == "ok"
    assert record.items()["check_train/assert"].finding.outcome is Outcome.passed


def test_a_given_cell_that_only_shows_something_runs_with_the_training_alone(
    ways: dict[Training, Record],
) -> None:
    shown = {training: _status(record, "show") for training, record in ways.items()}
    assert shown == {Training.rerun: "ok", Training.handed_in: "not_run", Training.auto: "not_run"}


def test_a_given_cell_runs_whose_names_the_student_uses(
    course: Course, result: bytes, grader: Grader
) -> None:
    submit(course, "uses_it", result, look=f"{LOOK}assert size == 58\n")
    record = grader.records(Training.auto, "uses_it")["uses_it"]
    assert (_status(record, "show"), _status(record, "look"), record.score) == ("ok", "ok", 12)


def test_what_was_only_shown_need_not_have_run_before_the_training(
    course: Course, result: bytes, grader: Grader
) -> None:
    shown = cell_digest(SHOW)
    cells = tuple(cell for cell in read(result)[0].cells if cell != shown)
    assert cells != read(result)[0].cells
    submit(course, "never_showed_it", _changed(result, _with(cells=cells)))
    assert grader.records(Training.auto, "never_showed_it")["never_showed_it"].handed_in


def test_cells_that_do_not_run_show_what_they_showed_the_student_and_that_it_is_theirs(
    course: Course, result: bytes, grader: Grader
) -> None:
    path = submit(course, "shows", result)
    notebook = json.loads(path.read_text())
    cells = {cell["id"]: cell for cell in notebook["cells"]}
    spoilt = {
        "output_type": "display_data",
        "data": {"text/html": "<script>alert(1)</script>58"},
        "metadata": {},
    }
    said = {"output_type": "stream", "name": "stdout", "text": "parameters: 58\n"}
    cells["show"]["outputs"], cells["train"]["outputs"] = [said, spoilt], [said]
    cells["look"]["outputs"] = [said]  # it runs, so its own outputs are shown
    path.write_text(json.dumps(notebook))
    grader.records(Training.auto, "shows")
    graded = nbformat.read(course.graded_notebook("tiny", "shows"), as_version=4)
    outputs = {cell.id: cell.get("outputs", []) for cell in graded.cells}
    marked, claimed, html = outputs["show"]
    assert (
        "it did not run: it only shows something; the notebook that was handed in shows this:" in marked.text
    )
    assert claimed.text == "parameters: 58\n"
    assert "<script" not in html.data["text/html"]
    assert [output.text for output in outputs["train"]] == [
        "[tlgrader] it did not run: a training result was handed in; the notebook that was handed in shows this:\n",
        "parameters: 58\n",
    ]
    assert outputs["look"] == []


def test_a_record_holds_for_the_way_in_which_it_was_made(
    grader: Grader, ways: dict[Training, Record]
) -> None:
    grader.steps(Training.auto, "ada")
    assert [step.done_now for step in grader.steps(Training.auto, "ada")] == [False]
    assert [step.done_now for step in grader.steps(Training.rerun, "ada")] == [True]


def test_a_record_of_what_had_to_be_run_again_holds_for_a_rerun(course: Course, grader: Grader) -> None:
    submit(course, "without", None)
    assert [step.done_now for step in grader.steps(Training.auto, "without")] == [True]
    assert [step.done_now for step in grader.steps(Training.rerun, "without")] == [False]


def _changed(result: bytes, change: Change) -> bytes:
    return write(*change(*read(result)))


def _with(**fields: object) -> Change:
    return lambda handed_in, tensors: (msgspec.structs.replace(handed_in, **fields), tensors)


def _model(change: Callable[[ModelEvidence], ModelEvidence]) -> Change:
    def changed(
        handed_in: HandedIn, tensors: dict[str, torch.Tensor]
    ) -> tuple[HandedIn, dict[str, torch.Tensor]]:
        model = handed_in.evidence["model"]
        assert isinstance(model, ModelEvidence)
        evidence = handed_in.evidence | {"model": change(model)}
        return msgspec.structs.replace(handed_in, evidence=evidence), tensors

    return changed


def _on(backbone: str) -> Change:
    root = BackboneRoot("", backbone)
    return _model(lambda model: msgspec.structs.replace(model, backbones=(root,)))


def _own_forward(model: ModelEvidence) -> ModelEvidence:
    first, *others = model.modules
    return msgspec.structs.replace(model, modules=(msgspec.structs.replace(first, patched=True), *others))


def _wider(model: ModelEvidence) -> ModelEvidence:
    first, *others = model.parameters
    return msgspec.structs.replace(model, parameters=(msgspec.structs.replace(first, shape=(80, 4)), *others))


def _not_finite(
    handed_in: HandedIn, tensors: dict[str, torch.Tensor]
) -> tuple[HandedIn, dict[str, torch.Tensor]]:
    model = handed_in.evidence["model"]
    assert isinstance(model, ModelEvidence)
    spoilt = torch.full(model.parameters[0].shape, float("nan"))
    described = msgspec.structs.replace(model.parameters[0], digest=digest(spoilt))
    parameters = (described, *model.parameters[1:])
    evidence = handed_in.evidence | {"model": msgspec.structs.replace(model, parameters=parameters)}
    return msgspec.structs.replace(handed_in, evidence=evidence), tensors | {described.digest: spoilt}


def _forgeries(result: bytes) -> dict[str, bytes | None]:
    handed_in, tensors = read(result)
    first, made = min(tensors), ANSWERS["made_in_training"]
    without = {name: seen for name, seen in handed_in.evidence.items() if name != "history"}
    return {
        "missing": None,
        "linked": None,
        "too_large": save({"zeros": torch.zeros(MAX_BYTES // 4)}),
        "pickled": pickle.dumps({"model": [1.0]}),
        "not_ours": save(tensors),
        "header_lies": struct.pack("<Q", 2**40) + result[8:],
        "other_form": _changed(result, _with(cells=("no digest",))),
        "other_exercise": _changed(result, _with(exercise="other")),
        "other_student": _changed(result, _with(student="bob")),
        "stale": result,
        "trained_otherwise": result,
        "not_finite": _changed(result, _not_finite),
        "other_tensor": write(handed_in, tensors | {first: torch.zeros_like(tensors[first])}),
        "lost_tensor": write(handed_in, {name: tensor for name, tensor in tensors.items() if name != first}),
        "other_shape": _changed(result, _model(_wider)),
        "unknown_backbone": _changed(result, _on("nobody/knows")),
        "other_weights": _changed(
            result, lambda h, t: _with(backbones={"digits_resnet": "0" * 64})(*_on("digits_resnet")(h, t))
        ),
        "without_history": _changed(result, _with(evidence=without)),
        "trained_on": result,
        "made_in_training": _changed(
            result, _with(cells=(*map(cell_digest, made.values()), *handed_in.cells))
        ),
    }


ANSWERS = {
    "stale": {"build": "model = nn.Sequential(nn.Linear(4, 9), nn.ReLU(), nn.Linear(9, 2))"},
    "trained_otherwise": {"train": TRAIN.replace("0.05", "0.06")},
    "made_in_training": {"build": "made = nn.Sequential", "train": f"{tiny.ANSWERS['build']}\n{TRAIN}"},
    "trained_on": {"look": f"model = model.eval(){LOOK}"},
}


@pytest.fixture(scope="module")
def forged(course: Course, result: bytes, grader: Grader) -> dict[str, Record]:
    """A cohort of bad results, graded by `auto` in one slot."""
    for student, content in _forgeries(result).items():
        path = submit(course, student, content, **ANSWERS.get(student, {}))
        if student == "linked":
            path.with_name(FILE).symlink_to(course.submitted("tiny", "stale").with_name(FILE))
    return grader.records(Training.auto, *FORGED)


@pytest.mark.parametrize("student", FORGED)
def test_what_cannot_be_taken_is_run_again_and_says_why(forged: dict[str, Record], student: str) -> None:
    record = forged[student]
    (note,) = record.notes
    assert note.startswith("The training was run again: ")
    assert FORGED[student] in note
    assert (record.handed_in, _status(record, "train")) == ((), "ok")
    assert not any(item.handed_in for item in record.items().values())
    assert record.score == (
        12 if student != "made_in_training" else 10
    )  # its first check has no model to see


def test_without_a_rerun_a_person_grades_what_comes_after_the_training(
    grader: Grader, forged: dict[str, Record]
) -> None:
    record = grader.records(Training.handed_in, "not_finite")["not_finite"]
    assert _status(record, "train") == "not_run"
    assert record.score is None
    scores = {grade.cell: grade.score for grade in record.grades}
    assert scores == {"check_build": 2.0, "check_train": None, "check_learn": None}
    assert "neither run nor taken" in record.for_a_person()[0]


def test_a_model_that_cannot_be_built_again_is_asked_in_the_notebook_as_ever(
    course: Course, result: bytes, grader: Grader
) -> None:
    submit(course, "own_forward", _changed(result, _model(_own_forward)))
    record = grader.records(Training.auto, "own_forward")["own_forward"]
    finding = record.items()["check_train/learns_the_sign"].finding
    assert (finding.outcome, finding.strength) == (Outcome.passed, Strength.queried)
    assert record.handed_in


def test_what_a_gpu_trained_is_judged_without_one(course: Course, result: bytes, grader: Grader) -> None:
    def on_a_gpu(model: ModelEvidence) -> ModelEvidence:
        there = tuple(msgspec.structs.replace(info, device="cuda:0") for info in model.parameters)
        return msgspec.structs.replace(model, parameters=there)

    device = Device("Tesla T4", 15 * 2**30, 2**30)
    submit(course, "gpu", _changed(_changed(result, _model(on_a_gpu)), _with(device=device, seconds=2_000.0)))
    record = grader.records(Training.auto, "gpu")["gpu"]
    assert record.score == 12
    assert "33 min after the notebook began, trained on Tesla T4, 1.0 of 15.0 GB" in record.notes[0]
    assert record.device == device


def test_a_claimed_history_changes_nothing_that_is_measured(
    course: Course, result: bytes, grader: Grader
) -> None:
    submit(course, "zeros", with_history(with_zeros(result), [0.0] * 60))
    record = grader.records(Training.auto, "zeros")["zeros"]
    items = record.items()
    assert record.handed_in
    assert items["check_train/history"].finding.strength is Strength.claimed
    assert items["check_train/learns_the_sign"].finding.outcome is Outcome.failed


def test_the_same_tensors_of_two_students_are_shown_to_a_person(
    course: Course, result: bytes, grader: Grader
) -> None:
    submit(course, "one", result)
    submit(course, "two", result)
    submit(course, "another_seed", _changed(result, _with(seed=5)))
    submit(course, "trained_here", None)
    records = grader.records(Training.auto, "one", "two", "another_seed", "trained_here")
    same, different = (
        alike(records[student] for student in (first, second, "trained_here"))
        for first, second in (("one", "two"), ("one", "another_seed"))
    )
    assert same == [
        "one and two handed in the same tensors under the same seed, as where one copies, or where they are one user "
        "on one machine"
    ]
    assert "one and another_seed handed in the same tensors under different seeds" in different[0]
    said = CliRunner().invoke(app, ["status", "tiny", "--course", str(course.root)])
    assert said.exit_code == 1
    assert "handed in the same tensors under different seeds, as where one copies" in said.stderr


def test_the_way_is_a_choice_of_the_command(course: Course) -> None:
    wrong = CliRunner().invoke(app, ["grade", "tiny", "--training", "never", "--course", str(course.root)])
    assert wrong.exit_code == 2
    assert "handed-in" in wrong.output


def test_a_student_learns_beforehand_that_the_training_belongs_to_the_notebook(
    course: Course, result: bytes
) -> None:
    said = CliRunner().invoke(app, ["check", str(submit(course, "checks", result))]).stdout
    assert "training.safetensors belongs to this notebook: submit it, too." in " ".join(said.split())


@pytest.mark.parametrize(
    ("brings", "train", "why"),
    [
        (False, TRAIN, "there is no `training.safetensors` beside"),
        (True, TRAIN + "\n# changed", "`training.safetensors` is stale"),
    ],
)
def test_a_student_learns_beforehand_why_it_would_not_be_taken(
    course: Course, result: bytes, brings: bool, train: str, why: str
) -> None:
    exercise = read_exercise(course.source("tiny"))
    path = submit(course, "checks_again", result if brings else None, train=train)
    if not brings:
        path.with_name(FILE).unlink(missing_ok=True)
    cells = rebuild(exercise, read_submission(path, "")).cells
    said = _training(path, cells, grade_cells_of(exercise))
    assert said.startswith(f"The grader would not take your training as it was handed in: {why}")
