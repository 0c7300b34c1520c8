"""The checks on a student's own machine: live objects, words on stderr, nothing raised."""

import inspect
import subprocess
import sys
from collections.abc import Callable

import pytest
import torch
from torch import nn

from tests.checks.conftest import Net
from tlgrader import checks
from tlgrader.checks import live
from tlgrader.checks.finding import Measured, Strength
from tlgrader.errors import MachineError

Capture = pytest.CaptureFixture[str]


def test_a_passed_check_is_one_line_on_stdout(swapped: Net, capsys: Capture) -> None:
    live.frozen(swapped, except_="classifier")
    out, err = capsys.readouterr()
    assert err == ""
    assert out.startswith("✓ frozen: 4 parameter tensors outside `classifier`")
    assert out.count("\n") == 1


def test_a_failed_check_is_a_block_on_stderr_that_names_the_variable(net: Net, capsys: Capture) -> None:
    my_model = net
    assert live.head(my_model, classes=5) is None
    live.head("text", classes=5)
    out, err = capsys.readouterr()
    assert out == ""
    assert "✗ head: failed\n    observed  the last linear layer `classifier` has 10 outputs, not 5" in err
    assert "    expected  a new, trainable linear head with 5 outputs\n    hint      assign" in err
    assert "`model` is a str" in err


def test_live_arguments_of_every_kind(swapped: Net, capsys: Capture) -> None:
    optimizer = torch.optim.SGD(swapped.classifier.parameters())
    live.optimizer(optimizer, swapped)
    live.returns(lambda x: x + 1, [torch.ones(2)], torch.full((2,), 2.0))
    live.trainable_parameters(swapped, count=25, weight=2.0)
    live.history({"loss": [torch.tensor(1.0), 0.5]}, keys=["loss"], epochs=2)
    live.learned(Measured(1.0, Strength.claimed), Measured(0.1, Strength.claimed))
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("✓") == 5


def test_nothing_is_raised(monkeypatch: pytest.MonkeyPatch, net: Net, capsys: Capture) -> None:
    live.frozen()
    live.frozen(net, colour="red")

    def breaks(*_: object, **__: object) -> None:
        raise MachineError("the weights are missing")

    monkeypatch.setattr("tlgrader.checks.freezing.compare", breaks)
    live.frozen(net)
    err = capsys.readouterr().err
    assert "frozen could not be tried: TypeError: missing a required argument: 'model'" in err
    assert "frozen could not be tried: the weights are missing" in err


@pytest.mark.parametrize("name", checks.__all__)
def test_every_check_is_there_alive_with_its_signature_and_words(name: str) -> None:
    here: Callable[..., object] = getattr(live, name)
    there: Callable[..., object] = getattr(checks, name)
    assert inspect.signature(here).parameters == inspect.signature(there).parameters
    assert inspect.getdoc(here) == inspect.getdoc(there)
    assert name in live.__all__


def test_a_model_is_as_it_was(swapped: Net) -> None:
    state = torch.get_rng_state()
    swapped.train()
    live.frozen(swapped, except_="classifier")
    live.buffers_untouched(swapped)
    assert swapped.training
    assert torch.equal(torch.get_rng_state(), state)


def test_importing_checks_and_evidence_does_not_import_torch() -> None:
    code = (
        "import sys, tlgrader, tlgrader.checks, tlgrader.checks.finding, tlgrader.evidence.kinds\n"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_check_of_a_hostile_module_says_what_it_is(capsys: Capture) -> None:
    class Hostile(nn.Module):
        def __getattribute__(self, name: str) -> object:
            raise RuntimeError("no")

    live.frozen(Hostile.__new__(Hostile))
    assert "Hostile, a model (torch.nn.Module) was expected" in capsys.readouterr().err


def test_a_starter_has_the_name_that_the_call_gives_it(capsys: Capture) -> None:
    train_transform = train_loader = ...
    live.loader(train_loader, examples=1, batch_size=1, shuffled=True)
    assert "`train_loader` is an ellipsis" in capsys.readouterr().err
    live.randomness(random=True, transform=train_transform)
    assert "`train_transform` is an ellipsis" in capsys.readouterr().err


def test_of_two_names_for_one_object_the_one_in_the_call_counts(net: Net, capsys: Capture) -> None:
    class Run:
        model = net.eval()

    backbone = model = Run.model
    live.in_train_mode(model)
    assert "`model` is in eval mode" in capsys.readouterr().err
    live.in_train_mode(Run.model)
    assert "`Run.model` is in eval mode" in capsys.readouterr().err
    assert backbone is model


def test_an_entry_has_the_name_that_the_call_gives_it(net: Net, capsys: Capture) -> None:
    models, layers = {"lora": net.eval()}, [...]
    live.in_train_mode(models["lora"])
    assert "`models['lora']` is in eval mode" in capsys.readouterr().err
    live.in_train_mode(layers[0])
    assert "`layers[0]` is an ellipsis" in capsys.readouterr().err


def test_a_call_over_several_lines_after_text_that_is_not_ascii(capsys: Capture) -> None:
    mine = ...
    # fmt: off
    _ = "äöü", live.head(
        mine, classes=5)
    # fmt: on
    assert "`mine` is an ellipsis" in capsys.readouterr().err


def test_without_the_calls_text_an_object_is_known_and_a_starter_is_not(net: Net, capsys: Capture) -> None:
    source = "check.in_train_mode(first)\ncheck.in_train_mode(second)"
    exec(source, {"check": live, "first": net.eval(), "second": ...})  # no lines to be found
    err = capsys.readouterr().err
    assert "`first` is in eval mode" in err
    assert "`model` is an ellipsis" in err


def test_what_is_called_by_way_of_something_else_takes_no_name_from_it(capsys: Capture) -> None:
    nothing, starters = ..., [...]
    list(map(live.in_train_mode, starters))
    live.in_train_mode(*starters)
    live.in_train_mode(**{"model": nothing})
    assert capsys.readouterr().err.count("`model` is an ellipsis") == 3


def test_in_a_notebook_a_starter_has_the_name_that_the_call_gives_it(capsys: Capture) -> None:
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))
    shell.user_ns["check"] = live
    shell.run_cell("train_transform = train_loader = ...\n\ncheck.in_train_mode(\n    train_loader,\n)")
    assert "`train_loader` is an ellipsis" in capsys.readouterr().err
