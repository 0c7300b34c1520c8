"""Ordinary architectures are rebuilt from a course's declaration, and what is not is said; the page says the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import transformers

from tests.declared import declared
from tests.models.zoo import ADAPTERS, HEADS, PAGE, Case, all_declared, rebuilt, step
from tlgrader.models.parity import PARITY
from tlgrader.rebuilding.logical import CannotRebuild

pytestmark = [
    pytest.mark.long,
    # peft 0.21 asks transformers 5 for an attribute under its old name.
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning"),
    # torchvision's advice on what its two oldest networks draw at first.
    pytest.mark.filterwarnings("ignore:The default weight initialization of:FutureWarning"),
    pytest.mark.filterwarnings("ignore:fan_in_fan_out is set to False:UserWarning"),
]


@pytest.fixture(autouse=True, scope="module")
def _quiet() -> Iterator[None]:
    before = transformers.utils.logging.get_verbosity()
    transformers.utils.logging.set_verbosity_error()
    yield
    transformers.utils.logging.set_verbosity(before)


@pytest.fixture(scope="module")
def _every_architecture() -> Iterator[None]:
    """One course declares all of them, so that each has to be told from all others."""
    with declared(all_declared(HEADS)):
        yield


@pytest.mark.usefixtures("_every_architecture")
@pytest.mark.parametrize("case", HEADS.values(), ids=HEADS.keys())
def test_a_model_with_a_head_of_its_own_answers_as_the_students_does(case: Case) -> None:
    assert rebuilt(case).difference <= PARITY


@pytest.mark.parametrize("case", ADAPTERS.values(), ids=ADAPTERS.keys())
def test_an_adapted_model_answers_as_the_students_does(case: Case) -> None:
    with declared({"it": case.declared}):
        assert rebuilt(case).difference <= PARITY


NOT_REPEATED = ("torchvision vit_b_16", "torchvision vgg16", "torchvision inception_v3")
"""Two have too much to train; the third takes no pictures as small as these in train mode."""


@pytest.mark.parametrize("name", [*HEADS, *ADAPTERS])
def test_a_training_step_of_it_is_repeated(name: str) -> None:
    case = (HEADS | ADAPTERS)[name]
    if name not in NOT_REPEATED:
        assert step(case) == ""
        return
    with pytest.raises(CannotRebuild):
        step(case)


def test_the_page_lists_them_all() -> None:
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]+) \| [\d.e+-]+ \| [\d.]+ s \| [^|]+ \|$", PAGE.read_text(), re.MULTILINE
    )
    assert rows == [(name, case.change) for name, case in (HEADS | ADAPTERS).items()]
