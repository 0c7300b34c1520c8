"""``course.py``: what a course registers, and what an author reads where it is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from tests.declared import declared
from tests.models.wire import Wire
from tests.tiny import make_course
from tlcourse.backbones import minilm
from tlgrader import architectures
from tlgrader.architectures import Architecture
from tlgrader.authoring.declarations import require_declarations
from tlgrader.checks.finding import Fault, Outcome
from tlgrader.course import Course, Registration, read_registration
from tlgrader.errors import AuthorError
from tlgrader.judging.evaluation import Evaluator
from tlgrader.judging.gradecell import parse_all

HEAD = "from tlgrader.course import Architecture, Registration\n"


def _course(tmp_path: Path, text: str) -> Course:
    course = make_course(tmp_path)
    course.registration.write_text(HEAD + text)
    return course


def test_a_course_without_the_file_registers_nothing(tmp_path: Path) -> None:
    assert read_registration(make_course(tmp_path)) == Registration()


def test_what_it_registers_is_read(tmp_path: Path) -> None:
    course = _course(
        tmp_path,
        'COURSE = Registration(architectures={"net": Architecture("torchvision:resnet18")}, preload=("json",))',
    )
    found = read_registration(course)
    assert list(found.architectures) == ["net"]
    assert found.preparation.preload == ("json",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("COURSE = 3", "has to define `COURSE = Registration"),
        ("x = 1\nCOURSE = Registration(", r"course.py, line 3: SyntaxError"),
        ("x = 1\nCOURSE = Registration(colour=3)", r"course.py, line 3: TypeError.*colour"),
        ("import nothing_like_it", "course.py, line 2: ModuleNotFoundError"),
        (
            'COURSE = Registration(architectures={\n"a": Architecture("torchvision:resnet18"),\n'
            '"a": Architecture("torchvision:vgg16")})',
            "line 4: 'a' is declared twice",
        ),
    ],
)
def test_a_mistake_in_the_file_is_the_authors_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(AuthorError, match=words):
        read_registration(_course(tmp_path, text))


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        (
            'Architecture("torchvision:resnet19")',
            "resnet19.*cannot be built.*Does its library have this name",
        ),
        ('Architecture("timm:resnet18", {"colour": 3})', "cannot be built.*colour"),
        ('Architecture("transformers:AutoModelForCausalLM")', "cannot be built.*config"),
        ('Architecture("resnet18")', "names no model: write `torchvision:…`"),
        ('Architecture("nowhere.to_be_seen:net")', "there is no `nowhere.to_be_seen:net`"),
        ("Architecture(lambda: 1 / 0)", "cannot be built: ZeroDivisionError"),
        (
            'Architecture("torchvision:resnet18", weights="nowhere.pth")',
            "weights.*cannot be loaded.*nowhere.pth",
        ),
        (
            'Architecture("torchvision:resnet18", example=(1, 64, 64))',
            "does not take its `example`: RuntimeError",
        ),
        (
            'Architecture("torchvision:resnet18", example="nowhere.to_be_seen:batch")',
            "there is no `nowhere.to_be_seen:batch`",
        ),
    ],
)
def test_a_wrong_declaration_is_found_before_a_release(tmp_path: Path, declaration: str, words: str) -> None:
    course = _course(tmp_path, f'COURSE = Registration(architectures={{\n"mine": {declaration}}})')
    with (
        declared({}),
        pytest.raises(AuthorError, match=rf"(?s)course.py, line 3, the architecture 'mine': .*{words}"),
    ):
        require_declarations(course)


def _net(width: int = 8) -> nn.Module:
    return nn.Sequential(nn.Linear(4, width), nn.ReLU(), nn.Linear(width, 2))


@pytest.mark.parametrize(
    ("state", "fresh", "words"),
    [
        (_net(9).state_dict(), (), "cannot be loaded: RuntimeError.*size mismatch"),
        (
            {"0.weight": torch.zeros(8, 4), "0.bias": torch.zeros(8)},
            (),
            "another model.*'2.weight'.*in `fresh`",
        ),
        ({**_net().state_dict(), "more": torch.zeros(1)}, (), "another model.*'more'"),
    ],
)
def test_weights_of_another_model_are_said_to_be(
    tmp_path: Path, state: Mapping[str, torch.Tensor], fresh: tuple[str, ...], words: str
) -> None:
    save_file(dict(state), tmp_path / "weights.safetensors")
    with pytest.raises(AuthorError, match=words):
        Architecture(_net, weights=tmp_path / "weights.safetensors", fresh=fresh).load()


@pytest.mark.parametrize("suffix", ["safetensors", "pth"])
def test_weights_from_a_file_are_known_but_for_what_is_fresh(tmp_path: Path, suffix: str) -> None:
    from tlgrader.architectures import fingerprint

    path, backbone = tmp_path / f"weights.{suffix}", _net()[0]  # type: ignore[index]
    state = {f"0.{name}": tensor for name, tensor in backbone.state_dict().items()}
    save_file(state, path) if suffix == "safetensors" else torch.save(state, path)
    with declared({"net": Architecture(_net, weights=path, fresh=("2",))}):
        assert set(fingerprint("net") or ()) == {"0.weight", "0.bias"}


@pytest.mark.parametrize(
    "tokenizer",
    [minilm._folder(), str(minilm._folder()), minilm.tokenizer, "tlcourse.backbones.minilm:tokenizer"],
)
def test_a_tokenizer_is_a_folder_or_a_function(tokenizer: str | Path | Callable[[], Any]) -> None:
    with declared({"net": Architecture(_net, tokenizer=tokenizer)}):
        assert architectures.tokenizer("net")("transfer")["input_ids"][0] == 101


def test_a_tokenizer_that_is_not_declared_is_the_authors_error() -> None:
    with declared({"net": Architecture(_net)}):
        with pytest.raises(AuthorError, match="has no tokenizer: name a folder or a function"):
            architectures.tokenizer("net")
        with pytest.raises(AuthorError, match="declares no architecture 'other'; it declares net"):
            architectures.tokenizer("other")


def test_at_grading_a_wrong_declaration_costs_no_student_a_point() -> None:
    (cell,) = parse_all([("check_it", 1.0, "from tlgrader import check\ncheck.frozen(model)")]).values()
    with declared({"mine": Architecture(lambda: 1 / 0)}):  # type: ignore[arg-type, return-value]
        record = Evaluator(Path("none.py")).judge(cell, {"model": Wire().observe(_net())})
    (item,) = record.items
    assert (item.finding.outcome, item.finding.fault, record.score) == (Outcome.error, Fault.author, None)
    assert "ZeroDivisionError" in item.finding.observed
