"""LoRA: configurations, positions and files, each passed and failed by something, in words."""

from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, PromptTuningConfig, TaskType, get_peft_model
from torch import nn

from tests.checks.conftest import Observe
from tlgrader import checks
from tlgrader.checks.finding import Finding, Outcome, Strength
from tlgrader.evidence.kinds import Missing
from tlgrader.evidence.observation import Observation
from tlgrader.evidence.observe import Observer

PASSED, FAILED = Outcome.passed, Outcome.failed
ASKED: dict[str, Any] = {"r": 4, "alpha": 16, "target_modules": ["query", "value"]}


class Block(nn.Module):
    """Three linear layers with the names that attention gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.query, self.key, self.value = nn.Linear(4, 4), nn.Linear(4, 4), nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Shape (N, 4) to shape (N, 4)."""
        result: torch.Tensor = self.query(x) + self.key(x) + self.value(x)
        return result


def _base() -> nn.Module:
    return nn.Sequential(Block(), Block(), nn.Linear(4, 2))


def _config(**changes: Any) -> LoraConfig:
    return LoraConfig(**{"r": 4, "lora_alpha": 16, "target_modules": ["query", "value"], **changes})


def _adapted(**changes: Any) -> PeftModel:
    model = get_peft_model(_base(), _config(**{"modules_to_save": ["2"], **changes}))
    assert isinstance(model, PeftModel)
    return model


def _lora(value: object, observe: Observe, **changes: Any) -> Finding:
    return checks.lora(observe(value, "config"), **{**ASKED, **changes})


def test_a_right_configuration_passes(observe: Observe) -> None:
    config = _config(lora_dropout=0.1, task_type=TaskType.SEQ_CLS)
    finding = _lora(config, observe, dropout=0.1, task_type="SEQ_CLS")
    assert (finding.outcome, finding.strength) == (PASSED, Strength.claimed)
    assert _lora(_adapted(), observe).outcome is PASSED


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"r": 16, "lora_alpha": 4}, "`r` and `lora_alpha` are exchanged: r=16, lora_alpha=4"),
        ({"r": 8}, "`r` is 8, 4 was expected"),
        ({"lora_alpha": 8}, "`lora_alpha` is 8, 16 was expected"),
        (
            {"target_modules": ["query", "key"]},
            "is ['key', 'query'], ['query', 'value'] was expected",
        ),
        ({"target_modules": "query"}, "`target_modules` is the pattern 'query'"),
        ({"target_modules": ".*query"}, "is the pattern '.*query'"),
        (
            {"target_modules": "all-linear"},
            "`target_modules` is 'all-linear', the list ['query', 'value'] was",
        ),
        ({"lora_dropout": 0.5}, "`lora_dropout` is 0.5, 0.1 was expected"),
        ({"task_type": None}, "`task_type` is None, 'SEQ_CLS' was expected"),
        ({"use_rslora": True}, "`use_rslora` is True, False was expected"),
        ({"use_dora": True}, "`use_dora` is True, False was expected"),
    ],
)
def test_a_wrong_configuration_fails_in_words(changes: dict[str, Any], words: str, observe: Observe) -> None:
    config = _config(**{"lora_dropout": 0.1, "task_type": "SEQ_CLS", **changes})
    finding = _lora(config, observe, dropout=0.1, task_type="SEQ_CLS")
    assert finding.outcome is FAILED
    assert words in finding.observed


def test_another_scale_of_the_update_is_hinted_at_or_taken_where_it_was_asked_for(observe: Observe) -> None:
    config = _config(use_rslora=True)
    assert "`lora_alpha / sqrt(r)`" in _lora(config, observe).hint
    assert _lora(config, observe, rslora=True).outcome is PASSED
    assert _lora(config, observe, rslora=None).outcome is PASSED
    assert _lora(_config(), observe, rslora=True).outcome is FAILED


def test_every_linear_layer_is_not_called_a_pattern(observe: Observe) -> None:
    hint = _lora(_config(target_modules="all-linear"), observe).hint
    assert "stands for every linear layer" in hint
    assert "pattern" not in hint


def test_a_pattern_that_names_every_target_is_left_to_where_adapters_sit(observe: Observe) -> None:
    assert _lora(_config(target_modules=r".*\.(query|value)"), observe).outcome is PASSED


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (["0.query", "1.query"], ""),
        (["base.0.query", "base.1.query"], ""),
        (["1.query"], "is ['1.query'], ['0.query', '1.query'] was expected"),
        (["0.query", "2.query"], "is ['0.query', '2.query'], ['0.query', '1.query'] was expected"),
        (["query"], "is ['query'], ['0.query', '1.query'] was expected"),
        (None, "is [], ['0.query', '1.query'] was expected"),
    ],
)
def test_targets_of_several_parts_are_compared_as_a_whole(
    targets: list[str] | None, words: str, observe: Observe
) -> None:
    finding = _lora(_config(target_modules=targets), observe, target_modules=["0.query", "1.query"])
    assert finding.outcome is (FAILED if words else PASSED)
    assert words in finding.observed


@pytest.mark.parametrize("targets", [["query"], r"[01]\.query", ["0.query", "1.query"]])
def test_where_a_models_adapters_sit_says_what_its_targets_stand_for(
    targets: list[str] | str, observe: Observe
) -> None:
    model = _adapted(target_modules=targets)
    assert _lora(model, observe, target_modules=["0.query", "1.query"]).outcome is PASSED
    assert _lora(model, observe, target_modules=["0.query"]).outcome is FAILED


def test_what_is_no_lora_configuration(observe: Observe) -> None:
    other = PromptTuningConfig(task_type="SEQ_CLS", num_virtual_tokens=2)
    assert "`config` is a PromptTuningConfig, a LoraConfig was expected" in _lora(other, observe).observed
    assert "`config` has no adapter" in _lora(_base(), observe).observed
    assert "`config` is a dict" in checks.lora({"r": 4}, **ASKED).observed
    missing = Observation("config", Missing("nothing of that name"), Observer())
    assert "`config` does not exist: nothing of that name" in checks.lora(missing, **ASKED).observed


def _adapters(model: nn.Module, observe: Observe) -> Finding:
    return checks.adapters(observe(model), **ASKED)


def test_adapters_where_they_were_asked_for(observe: Observe) -> None:
    finding = _adapters(_adapted(), observe)
    assert finding.outcome is PASSED
    assert finding.observed == "adapters: 2 in `query`, 2 in `value`"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target_modules": ["query"]}, "no adapter in 2 `value` layers: `0.value`, `1.value`"),
        ({"target_modules": ["query", "1.value"]}, "no adapter in 1 `value` layer: `0.value`"),
        (
            {"target_modules": ["query", "key", "value"]},
            "2 adapters where none was asked for: `0.key`",
        ),
        ({"r": 2}, "adapters have rank 2, 4 was expected"),
        ({"rank_pattern": {"0.query": 1}}, "adapters have rank 1, 4 was expected"),
        ({"lora_alpha": 8}, "adapters have alpha 8, 16 was expected"),
    ],
)
def test_adapters_elsewhere_or_otherwise(changes: dict[str, Any], words: str, observe: Observe) -> None:
    finding = _adapters(_adapted(**changes), observe)
    assert finding.outcome is FAILED
    assert words in finding.observed


def test_no_adapter_at_all(observe: Observe) -> None:
    finding = _adapters(_base(), observe)
    assert "`model` has no LoRA adapter: `get_peft_model` was not called" in finding.observed
    assert (
        "the model has no layer `dense`"
        in checks.adapters(observe(_adapted()), target_modules=["query", "value", "dense"]).observed
    )


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_adapters_that_sleep(observe: Observe) -> None:
    model = _adapted()
    with model.disable_adapter():
        assert "4 adapters disabled" in _adapters(model, observe).observed
    model.merge_adapter()
    assert "4 adapters merged into the base" in _adapters(model, observe).observed
    model.unmerge_adapter()
    model.requires_grad_(False)
    assert "8 adapters frozen" in _adapters(model, observe).observed


def _reloads(folder: Path, model: nn.Module, observe: Observe) -> Finding:
    return checks.adapter_reloads(observe(folder, "folder"), observe(model))


@pytest.mark.parametrize("changes", [{}, {"use_dora": True}, {"use_rslora": True}])
def test_a_saved_adapter_reloads(changes: dict[str, Any], tmp_path: Path, observe: Observe) -> None:
    model = _adapted(**changes)
    model.save_pretrained(str(tmp_path))
    finding = _reloads(tmp_path, model, observe)
    assert (finding.outcome, finding.strength) == (PASSED, Strength.bitwise), finding.observed
    assert "tensors saved, bit for bit the model's" in finding.observed


def test_an_adapter_that_was_saved_before_it_trained(tmp_path: Path, observe: Observe) -> None:
    model = _adapted()
    model.save_pretrained(str(tmp_path))
    for parameter in model.parameters():
        parameter.data += 0.1 if parameter.requires_grad else 0
    finding = _reloads(tmp_path, model, observe)
    assert (finding.outcome, finding.strength) == (FAILED, Strength.bitwise)
    assert "10 saved tensors not as in the model" in finding.observed


def test_an_adapter_with_another_configuration(tmp_path: Path, observe: Observe) -> None:
    _adapted(r=2).save_pretrained(str(tmp_path))
    finding = _reloads(tmp_path, _adapted(), observe)
    assert "`r` is 2 in `adapter_config.json` and 4 in the model" in finding.observed


def test_an_adapter_without_its_saved_head(tmp_path: Path, observe: Observe) -> None:
    _adapted(modules_to_save=None).save_pretrained(str(tmp_path))
    finding = _reloads(tmp_path, _adapted(), observe)
    assert "2 tensors of the model not saved: `base_model.model.2.bias`" in finding.observed


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "it is empty"),
        (["adapter_config.json", "adapter_model.bin"], "`adapter_model.bin` is a pickle"),
        (["model.pt"], "it holds `model.pt` (a pickled model, not an adapter)"),
        (["config.json", "model.safetensors"], "(a whole model, not an adapter)"),
        (["adapter_config.json", "adapter_model.safetensors"], "`adapter_model.safetensors` in"),
    ],
)
def test_what_else_lies_in_the_folder(files: list[str], words: str, tmp_path: Path, observe: Observe) -> None:
    for name in files:
        (tmp_path / name).write_text("{}")
    finding = _reloads(tmp_path, _adapted(), observe)
    assert finding.outcome is FAILED
    assert words in finding.observed


def test_a_file_where_the_folder_should_be(tmp_path: Path, observe: Observe) -> None:
    file = tmp_path / "adapter"
    file.touch()
    observed = _reloads(file, _adapted(), observe).observed
    assert observed == f"`folder` is a file (`{file}`), a folder (pathlib.Path) was expected"


def test_no_folder_and_no_adapter(tmp_path: Path, observe: Observe) -> None:
    assert "does not exist" in _reloads(tmp_path / "none", _adapted(), observe).observed
    assert "`folder` is a str" in checks.adapter_reloads("adapter", observe(_adapted())).observed
    assert "has no LoRA adapter" in _reloads(tmp_path, _base(), observe).observed


def _other_options(**changes: Any) -> LoraConfig:
    return _config(lora_dropout=0.1, task_type="SEQ_CLS", **changes)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bias": "all"}, "`bias` is 'all', and peft's own 'none' was to stay"),
        ({"init_lora_weights": False}, "`init_lora_weights` is False, and peft's own True was to stay"),
        ({"layers_to_transform": [0]}, "`layers_to_transform` is [0], and peft's own None was to stay"),
    ],
)
def test_other_options_have_to_be_as_peft_has_them_only_where_that_is_asked(
    changes: dict[str, Any], words: str, observe: Observe
) -> None:
    config = _other_options(**changes)
    finding = _lora(config, observe, others_as_peft=True)
    assert finding.outcome is FAILED
    assert words in finding.observed
    assert "leave the other options out" in finding.hint
    assert _lora(config, observe).outcome is PASSED


def test_what_peft_fills_in_and_the_modules_to_save_are_no_other_options(observe: Observe) -> None:
    assert _lora(_other_options(modules_to_save=["2"]), observe, others_as_peft=True).outcome is PASSED
    assert _lora(_adapted(), observe, others_as_peft=True).outcome is PASSED
    used = _adapted().peft_config["default"]
    assert _lora(used, observe, others_as_peft=True).outcome is PASSED


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_model_that_is_wrapped_twice(observe: Observe) -> None:
    twice = get_peft_model(_adapted(), _config(modules_to_save=["2"]))
    finding = _adapters(twice, observe)
    assert finding.outcome is FAILED
    assert "`model` is wrapped 2 times" in finding.observed
    assert "on a fresh backbone" in finding.hint


def test_an_adapter_that_was_merged_away_is_not_said_to_match_nothing(observe: Observe) -> None:
    model = _adapted()
    model.merge_and_unload()
    observed = _adapters(model, observe).observed
    assert "no adapter any more: `merge_and_unload()` or `unload()` took it out" in observed
    assert "matched nothing" not in observed


def test_ranks_and_alpha_may_be_those_of_a_configuration(observe: Observe) -> None:
    model = _adapted()
    asked: dict[str, Any] = {"target_modules": ["query", "value"]}
    right, other = observe(_config(), "config"), observe(_config(lora_alpha=8), "config")
    assert checks.adapters(observe(model), config=right, **asked).outcome is PASSED
    finding = checks.adapters(observe(model), config=other, **asked)
    assert "adapters have alpha 16, 8 was expected" in finding.observed
    assert "wrap a fresh backbone with `config`" in finding.hint
    assert checks.adapters(observe(model), config=None, **asked).outcome is PASSED


# What was saved, loaded again.

INPUTS = {"x": [[1.0, 2.0, 3.0, 4.0], [0.5, -0.5, 0.0, 1.0]]}


def _seeded() -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return _base()


def _trained() -> PeftModel:
    model = get_peft_model(_seeded(), _config(modules_to_save=["2"]))
    assert isinstance(model, PeftModel)
    for parameter in model.parameters():
        parameter.data += 0.1 if parameter.requires_grad else 0
    return model


def _alike(model: nn.Module, load: Any, observe: Observe, inputs: Any = INPUTS) -> Finding:
    return checks.answers_alike(observe(load, "load_again"), observe(model), inputs)


def test_a_saved_adapter_is_loaded_by_peft_and_answers_as_the_model_did(
    tmp_path: Path, observe: Observe
) -> None:
    model = _trained()
    model.save_pretrained(str(tmp_path))
    finding = _alike(model, lambda: PeftModel.from_pretrained(_seeded(), tmp_path), observe)
    assert (finding.outcome, finding.strength) == (PASSED, Strength.queried), finding.observed
    assert "loaded on a fresh backbone, it answers as `model` does" in finding.observed


def test_what_was_not_saved_with_it_is_missed_in_its_answers(tmp_path: Path, observe: Observe) -> None:
    model = _trained()
    model.save_pretrained(str(tmp_path))
    model.get_parameter("base_model.model.0.key.weight").data += 0.1
    finding = _alike(model, lambda: PeftModel.from_pretrained(_seeded(), tmp_path), observe)
    assert finding.outcome is FAILED
    assert "it answers otherwise, by up to" in finding.observed
    assert "1 parameter tensor is not the model's: `base_model.model.0.key.weight`" in finding.observed


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_peft_says_by_itself_why_it_cannot_load(tmp_path: Path, observe: Observe) -> None:
    twice = get_peft_model(_trained(), _config(modules_to_save=["2"]))
    twice.save_pretrained(str(tmp_path))
    finding = _alike(twice, lambda: PeftModel.from_pretrained(_seeded(), tmp_path), observe)
    assert finding.outcome is FAILED
    assert "raised KeyError" in finding.observed
    assert "wrapped 2 times" in finding.hint
    finding = _alike(_trained(), lambda: PeftModel.from_pretrained(_seeded(), tmp_path / "none"), observe)
    assert "Can't find 'adapter_config.json'" in finding.observed
    assert "`model.save_pretrained(folder)`" in finding.hint


def test_what_is_no_model_or_cannot_be_run_is_said(observe: Observe) -> None:
    model = _trained()
    assert "`load_again()` returned plain data" in _alike(model, lambda: 3, observe).observed
    assert "a function was expected" in _alike(model, 3, observe).observed
    assert "`load_again()` cannot be run" in _alike(model, lambda: nn.Linear(3, 2), observe).observed
    assert "the inputs are no numbers" in _alike(model, _seeded, observe, {"x": "words"}).observed
    assert "by up to inf" in _alike(model, lambda: nn.Linear(4, 3), observe).observed
