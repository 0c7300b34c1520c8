"""Features of sentences: what MiniLM, frozen, makes of them, computed by the judge itself.

They belong to public or hidden sentences and to no submission, so they are remembered over a cohort.
"""

from __future__ import annotations

from functools import cache

import torch
from torch.nn import functional as F

from tlcourse.backbones import MINILM, load_backbone, load_tokenizer
from tlgrader.hidden import one_thread

BATCH = 50


@cache
def features(texts: tuple[str, ...]) -> torch.Tensor:
    """The mean over each sentence's tokens, of shape (N, 384)."""
    found: list[torch.Tensor] = []
    for start in range(0, len(texts), BATCH):
        batch = load_tokenizer(MINILM)(list(texts[start : start + BATCH]), padding=True, return_tensors="pt")
        with torch.no_grad(), one_thread():
            hidden = encoder()(**batch).last_hidden_state
        mask = batch["attention_mask"].unsqueeze(-1)
        found.append((hidden * mask).sum(dim=1) / mask.sum(dim=1))
    return torch.cat(found)


@cache
def encoder() -> torch.nn.Module:
    """MiniLM without its head, in eval mode."""
    with torch.random.fork_rng(devices=[]):
        encoder: torch.nn.Module = load_backbone(MINILM).bert  # type: ignore[assignment]
    return encoder


def poolings(texts: list[str]) -> dict[str, list[list[float]]]:
    """What could be taken for a sentence's features, the right one first, by what to say of the others."""
    batch = load_tokenizer(MINILM)(texts, padding=True, return_tensors="pt")
    with torch.no_grad(), one_thread():
        outputs = encoder()(**batch)
    hidden, mask = outputs.last_hidden_state, batch["attention_mask"].unsqueeze(-1)
    total, count = (hidden * mask).sum(dim=1), mask.sum(dim=1)
    found = {
        "": total / count,
        "padding is counted, too: multiply by `attention_mask` before the sum, and divide by its sum": hidden.mean(
            dim=1
        ),
        "what is masked is left out of the sum; divide by how many tokens are there, too": (
            hidden * mask
        ).mean(dim=1),
        "this is the first token's output; the mean over all tokens of the sentence is asked for": hidden[
            :, 0
        ],
        "this is the pooler's output; the mean over the sentence's tokens is asked for": outputs.pooler_output,
        "this is the sum over the tokens; divide it by how many they are": total,
        "leave the mean as it is: it is not to be normalised": F.normalize(total / count, dim=1),
    }
    return {hint: rows.tolist() for hint, rows in found.items()}
