"""What `tlgrader.hand_in` writes on a student's machine, and what it says where it writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import IPython
import pytest
import torch
from torch import nn

import tlgrader
from tlgrader import handing_in
from tlgrader.evidence.handed_in import FILE, HandedIn, Malformed, cell_digest, read
from tlgrader.evidence.kinds import ModelEvidence, OptimizerEvidence, Value
from tlgrader.seeding import SEED_VARIABLE, own_seed


@pytest.fixture(autouse=True)
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel in the folder of ``lora.ipynb``, in which two cells have run."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "lora.ipynb"))
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.delenv(SEED_VARIABLE, raising=False)
    history = SimpleNamespace(input_hist_raw=["", "model = build()", "tlgrader.hand_in(model)\n"])
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(history_manager=history))


def _written() -> tuple[HandedIn, dict[str, torch.Tensor]]:
    return read(Path(FILE).read_bytes())


def test_names_cells_and_who_it_was_are_written(capsys: pytest.CaptureFixture[str]) -> None:
    model = nn.Linear(2, 2)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    history = [0.5, 0.25]
    tlgrader.hand_in(model, history, optimizer)
    result, tensors = _written()
    assert (result.exercise, result.student) == ("lora", "ada")
    assert result.cells == (cell_digest("model = build()"), cell_digest("tlgrader.hand_in(model)"))
    assert result.evidence["history"] == Value([0.5, 0.25])
    seen, updates = result.evidence["model"], result.evidence["optimizer"]
    assert isinstance(seen, ModelEvidence)
    assert isinstance(updates, OptimizerEvidence)
    assert set(updates.groups[0].tokens) == {parameter.token for parameter in seen.parameters}
    assert set(tensors) == {parameter.digest for parameter in seen.parameters}
    assert "✓ Handed in: `model`, `history`, `optimizer`, trained on cpu" in capsys.readouterr().out


def test_the_seed_is_the_one_that_the_notebook_began_with() -> None:
    tlgrader.seed()
    torch.manual_seed(42)  # a student's own, in the middle: a rerun has to begin as the notebook did
    model = nn.Linear(2, 2)
    tlgrader.hand_in(model)
    assert _written()[0].seed == own_seed()
    assert 0 < _written()[0].seconds < 3_600


def test_each_student_has_a_seed_of_the_own_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seeds = []
    for hub, user, machine in [
        ("ada", "x", "n1"),
        ("ada", "y", "n2"),
        ("bob", "x", "n1"),
        ("", "x", "n1"),
        ("", "x", "n2"),
    ]:
        monkeypatch.setenv("JUPYTERHUB_USER", hub)
        monkeypatch.setattr("getpass.getuser", lambda user=user: user)
        monkeypatch.setattr("platform.node", lambda machine=machine: machine)
        seeds.append(own_seed())
    assert seeds[0] == seeds[1], "who a hub knows has the same seed on every machine"
    assert len(set(seeds)) == 4
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_user_without_a_name_has_a_seed_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 1000")

    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.setattr("getpass.getuser", nobody)
    assert own_seed() == own_seed()


def test_pretrained_tensors_are_left_out_and_their_backbone_is_named() -> None:
    model = tlgrader.load_backbone("digits_resnet", classes=3)
    tlgrader.hand_in(model)
    result, tensors = _written()
    assert set(result.backbones) == {"digits_resnet"}
    assert {tuple(tensor.shape) for tensor in tensors.values()} == {(3, 128), (3,)}


def test_randomness_is_as_it_was() -> None:
    model = tlgrader.load_backbone("digits_resnet", classes=3)
    before = torch.get_rng_state()
    tlgrader.hand_in(model)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (tuple, "name what the training made"),
        (lambda: (0.5,), "argument 1 has to be a variable"),
        (lambda: (nn.Linear(2, 2),), "argument 1 has to be a variable"),
    ],
)
def test_what_has_no_name_is_not_handed_in(
    make: Callable[[], tuple[object, ...]], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    tlgrader.hand_in(*make())
    assert says in capsys.readouterr().err
    assert not Path(FILE).exists()


def test_what_needs_a_process_is_not_handed_in(capsys: pytest.CaptureFixture[str]) -> None:
    function = len
    tlgrader.hand_in(function)
    assert "`function` is a builtin_function_or_method" in capsys.readouterr().err
    assert not Path(FILE).exists()


def test_what_is_too_large_is_said_and_not_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing_in, "MAX_BYTES", 1024)
    model = nn.Linear(20, 20)
    tlgrader.hand_in(model)
    assert "2 KB, more than the 1 KB allowed" in capsys.readouterr().err
    assert not Path(FILE).exists()


def test_where_the_grader_trains_nothing_is_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SEED_VARIABLE, "7")
    model = nn.Linear(2, 2)
    tlgrader.hand_in(model)
    assert "the grader has run the training itself" in capsys.readouterr().out
    assert not Path(FILE).exists()


def test_outside_a_notebook_it_says_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    model = nn.Linear(2, 2)
    tlgrader.hand_in(model)
    assert "has to be called in a notebook" in capsys.readouterr().err


@pytest.mark.parametrize("at", range(0, 400, 37))
def test_a_file_that_is_cut_off_is_malformed(at: int) -> None:
    model = nn.Linear(2, 2)
    tlgrader.hand_in(model)
    content = Path(FILE).read_bytes()
    with pytest.raises(Malformed):
        read(content[:at])
