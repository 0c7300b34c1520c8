"""Ordinary architectures, as a course declares them and as a student gets them, each with a head of the student's own.

``python -m tests.models.zoo`` measures all of them and writes the tables of ``docs/architectures.md``.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import timm
import torch
import torchvision
import transformers
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import (
    BertConfig,
    DistilBertConfig,
    GPT2Config,
    LlamaConfig,
    PretrainedConfig,
    ResNetConfig,
    RobertaConfig,
    ViTConfig,
)

from tests.declared import declared
from tests.models.wire import Wire
from tests.tiny import REPOSITORY
from tlgrader.architectures import Architecture
from tlgrader.evidence.answering import forward
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.rebuilding.logical import CannotRebuild
from tlgrader.rebuilding.rebuild import rebuild
from tlgrader.rebuilding.stepping import difference

CLASSES = 3
PAGE = REPOSITORY / "docs/architectures.md"
Inputs = Mapping[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Case:
    """One architecture: its declaration, the student's model, and public inputs for it."""

    declared: Architecture
    student: Callable[[], nn.Module]
    inputs: Callable[[], Inputs]
    change: str


def _pictures(side: int = 64) -> Inputs:
    return {"x": torch.randn(2, 3, side, side)}


def _tokens() -> Inputs:
    return {
        "input_ids": torch.randint(5, 900, (2, 12)),
        "attention_mask": torch.ones(2, 12, dtype=torch.int64),
    }


def _with_head(model: Any, place: str) -> nn.Module:
    """The model with a new last layer of `CLASSES` outputs at `place`."""
    old = model.get_submodule(place)
    last = [layer for layer in old.modules() if isinstance(layer, nn.Linear | nn.Conv2d)][-1]
    new = (
        nn.Conv2d(last.in_channels, CLASSES, 1)
        if isinstance(last, nn.Conv2d)
        else nn.Linear(last.in_features, CLASSES)
    )
    parent, _, key = place.rpartition(".")
    setattr(model.get_submodule(parent), key, new)
    changed: nn.Module = model
    return changed


def _torchvision(name: str, head: str, side: int = 64) -> Case:
    return Case(
        Architecture(f"torchvision:{name}"),
        lambda: _with_head(torchvision.models.get_model(name, weights=None), head),
        lambda: _pictures(side),
        f"a new `{head}`",
    )


def _timm(name: str, side: int = 64) -> Case:
    def student() -> nn.Module:
        model: Any = timm.create_model(name, pretrained=False)
        model.reset_classifier(CLASSES)
        return model

    return Case(Architecture(f"timm:{name}"), student, lambda: _pictures(side), "`reset_classifier`")


def _transformers(kind: str, config: PretrainedConfig, inputs: Callable[[], Inputs]) -> Case:
    def student() -> nn.Module:
        changed = type(config).from_dict({**config.to_dict(), "id2label": {0: "a", 1: "b", 2: "c"}})
        return getattr(transformers, kind).from_config(changed)

    return Case(
        Architecture(f"transformers:{kind}", {"config": config}), student, inputs, f"{CLASSES} labels"
    )


_TEXT = "AutoModelForSequenceClassification"
_PICTURE = "AutoModelForImageClassification"
_SMALL: Mapping[str, Any] = {"vocab_size": 1_000, "pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
BERT = BertConfig(num_hidden_layers=2, vocab_size=1_000)
DISTILBERT = DistilBertConfig(n_layers=2, vocab_size=1_000)
ROBERTA = RobertaConfig(num_hidden_layers=2, vocab_size=1_000)
GPT2 = GPT2Config(n_layer=2, n_embd=192, n_head=4, **_SMALL)
LLAMA = LlamaConfig(
    num_hidden_layers=2,
    hidden_size=128,
    intermediate_size=256,
    num_attention_heads=4,
    num_key_value_heads=2,
    **_SMALL,
)

HEADS: dict[str, Case] = {
    "torchvision efficientnet_b0": _torchvision("efficientnet_b0", "classifier.1"),
    "torchvision efficientnet_b5": _torchvision("efficientnet_b5", "classifier.1"),
    "torchvision resnet18": _torchvision("resnet18", "fc"),
    "torchvision resnet50": _torchvision("resnet50", "fc"),
    "torchvision mobilenet_v3_small": _torchvision("mobilenet_v3_small", "classifier.3"),
    "torchvision vit_b_16": _torchvision("vit_b_16", "heads.head", 224),
    "torchvision convnext_tiny": _torchvision("convnext_tiny", "classifier.2"),
    "torchvision swin_t": _torchvision("swin_t", "head"),
    "torchvision vgg16": _torchvision("vgg16", "classifier.6"),
    "torchvision densenet121": _torchvision("densenet121", "classifier"),
    "torchvision inception_v3": _torchvision("inception_v3", "fc", 96),
    "torchvision googlenet": _torchvision("googlenet", "fc"),
    "torchvision squeezenet1_0": _torchvision("squeezenet1_0", "classifier.1"),
    "timm resnet18": _timm("resnet18"),
    "timm vit_tiny_patch16_224": _timm("vit_tiny_patch16_224", 224),
    "timm efficientnet_b0": _timm("efficientnet_b0"),
    "timm convnext_atto": _timm("convnext_atto"),
    "timm mobilenetv3_small_100": _timm("mobilenetv3_small_100"),
    "transformers BERT": _transformers(_TEXT, BERT, _tokens),
    "transformers DistilBERT": _transformers(_TEXT, DISTILBERT, _tokens),
    "transformers RoBERTa": _transformers(_TEXT, ROBERTA, _tokens),
    "transformers ViT": _transformers(
        _PICTURE,
        ViTConfig(num_hidden_layers=2),
        lambda: {"pixel_values": torch.randn(2, 3, 224, 224)},
    ),
    "transformers ResNet": _transformers(
        _PICTURE,
        ResNetConfig(depths=[2, 2, 2, 2]),
        lambda: {"pixel_values": torch.randn(2, 3, 64, 64)},
    ),
}

_TARGETS = {
    "BERT": (BERT, ["query", "value"], "word_embeddings"),
    "DistilBERT": (DISTILBERT, ["q_lin", "v_lin"], "word_embeddings"),
    "GPT-2": (GPT2, ["c_attn"], "wte"),
    "Llama": (LLAMA, ["q_proj", "v_proj"], "embed_tokens"),
}
_VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "LoRA": {},
    "rsLoRA": {"use_rslora": True},
    "DoRA": {"use_dora": True},
    "LoRA, `modules_to_save`": {"modules_to_save": ["classifier", "score"]},
    "LoRA, ranks of their own": {"rank_pattern": {".*0.*": 2}},
    "LoRA, biases trained": {"bias": "lora_only"},
}


def _adapted(model: nn.Module, targets: list[str], **options: Any) -> nn.Module:
    """The model with adapters, every trained parameter moved."""
    adapted = get_peft_model(model, LoraConfig(r=4, lora_alpha=16, target_modules=targets, **options))
    for parameter in adapted.parameters():
        if parameter.requires_grad:
            parameter.data += 0.02 * torch.randn_like(parameter)
    return adapted


def _lora(family: str, variant: str, *, embedding: bool = False) -> Case:
    config, targets, table = _TARGETS[family]
    base = _transformers(_TEXT, config, _tokens)
    targets = [*targets, table] if embedding else targets
    options = {"task_type": "SEQ_CLS", **_VARIANTS.get(variant, {})}
    change = f"{variant} on {', '.join(f'`{target}`' for target in targets)}"
    return Case(base.declared, lambda: _adapted(base.student(), targets, **options), _tokens, change)


def _lora_of_pictures(variant: str) -> Case:
    base = _torchvision("resnet18", "fc")
    change = f"{variant} on `conv1`, `fc`"
    options = _VARIANTS[variant]
    return Case(
        base.declared, lambda: _adapted(base.student(), ["conv1", "fc"], **options), _pictures, change
    )


def _causal(family: str) -> Case:
    config, targets, _ = _TARGETS[family]
    declaration = Architecture("transformers:AutoModelForCausalLM", {"config": config})

    def student() -> nn.Module:
        model = transformers.AutoModelForCausalLM.from_config(config)
        return _adapted(model, targets, task_type="CAUSAL_LM")

    return Case(declaration, student, _tokens, "LoRA, every token's logits")


ADAPTERS: dict[str, Case] = {
    **{f"{family}, {variant}": _lora(family, variant) for family in _TARGETS for variant in _VARIANTS},
    **{f"{family}, embeddings": _lora(family, "LoRA", embedding=True) for family in _TARGETS},
    **{f"ResNet-18, {variant}": _lora_of_pictures(variant) for variant in ("LoRA", "DoRA")},
    "GPT-2, a decoder with tied embeddings": _causal("GPT-2"),
    "Llama, a decoder": _causal("Llama"),
}


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came of a case: the largest difference of logits, and how long rebuilding took."""

    difference: float
    seconds: float
    sent: int


def all_declared(cases: Mapping[str, Case]) -> dict[str, Architecture]:
    """What one course declares that uses all of them, each once."""
    return {name: case.declared for name, case in cases.items()}


def rebuilt(case: Case) -> Rebuilt:
    """Rebuild the student's model from its evidence and compare what both answer. Raises CannotRebuild."""
    torch.manual_seed(0)
    model, inputs, wire = case.student(), case.inputs(), Wire()
    observation = wire.observe(model)
    assert isinstance(observation.evidence, ModelEvidence)
    started = time.perf_counter()
    ours = rebuild(observation)
    seconds = time.perf_counter() - started
    with torch.no_grad():
        answer: Any = forward(ours, inputs)
    theirs = wire.logits(observation.evidence.handle, inputs)
    return Rebuilt((answer - theirs).abs().max().item(), seconds, wire.sent)


def step(case: Case) -> str:
    """How a step with everything trainable that is trainable, in train mode, differs from the judge's.

    Raises CannotRebuild.
    """
    torch.manual_seed(0)
    inputs, wire = case.inputs(), Wire()
    with declared({"it": replace(case.declared, example=lambda: inputs)}):
        model = case.student().train()
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        return difference(wire.observe(model), wire.observe(torch.optim.AdamW(trained, lr=1e-3)))


def _step_in_words(case: Case) -> str:
    try:
        return step(case) or "repeated"
    except CannotRebuild as reason:
        return str(reason).split(": ", 1)[-1].partition(":")[0]


def _row(name: str, case: Case) -> str:
    with declared(
        {**all_declared(HEADS), "it": case.declared} if case in ADAPTERS.values() else all_declared(HEADS)
    ):
        rebuilt(case)  # the library's own first time
        found = rebuilt(case)
    return f"| {name} | {case.change} | {found.difference:.1e} | {found.seconds:.2f} s | {_step_in_words(case)} |"


def main() -> None:
    """Measure everything and write the page's tables."""
    page = PAGE.read_text()
    for mark, cases in (("heads", HEADS), ("adapters", ADAPTERS)):
        rows = "\n".join(_row(name, case) for name, case in cases.items())
        start, end = f"<!-- {mark} -->\n", f"\n<!-- end of {mark} -->"
        head = "| model | what the student changed | largest difference | rebuilt in | a step |\n"
        head += "| --- | --- | --- | --- | --- |"
        before, after = page[: page.index(start)], page[page.index(end) :]
        page = f"{before}{start}{head}\n{rows}{after}"
    PAGE.write_text(page)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    transformers.utils.logging.set_verbosity_error()
    main()
