"""Whether the notebook's own `perplexity` of `llm_lora` is one, and what a wrong one resembles."""

from __future__ import annotations

import math

import torch

from tlgrader.hidden import IGNORED, Finding, NotThere, Strength, asked, check, passed_unless


@check
def scores_answers(perplexity: object, *, weight: float = 1.0) -> Finding:
    """Of texts of different lengths, the exponential of the mean over all tokens that count."""
    expected = "exp of the mean cross-entropy over all tokens whose label is not -100"
    logits, labels = _some_logits()
    found, right = asked(perplexity, [logits.tolist(), labels.tolist()]), _perplexity(logits, labels)
    number = found.item() if isinstance(found, torch.Tensor) and found.numel() == 1 else found
    if not isinstance(number, int | float):
        raise NotThere(
            f"`perplexity` returned {type(found).__name__}", expected, "return a plain number, as `.item()`"
        )
    observed = f"{number:.4f}, where {right:.4f} is right"
    problems = [] if _close(number, right) else [observed]
    return passed_unless(
        problems, Strength.queried, observed, expected, _perplexity_hint(number, logits, labels)
    )


def _some_logits() -> tuple[torch.Tensor, torch.Tensor]:
    """Two texts of six tokens, five tokens known, of which two and four count."""
    logits = torch.randn(2, 6, 5, generator=torch.Generator().manual_seed(7)) * 2
    labels = torch.tensor([[IGNORED, IGNORED, 3, 1, IGNORED, IGNORED], [IGNORED, 4, 0, 2, 2, IGNORED]])
    return logits, labels


def _losses(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), labels.flatten(), reduction="none"
    ).view_as(labels)


def _perplexity(logits: torch.Tensor, labels: torch.Tensor) -> float:
    following = labels[:, 1:]
    return math.exp(_losses(logits[:, :-1], following)[following != IGNORED].mean().item())


def _perplexity_hint(number: float, logits: torch.Tensor, labels: torch.Tensor) -> str:
    """What a wrong perplexity resembles."""
    following = labels[:, 1:]
    losses, counts = _losses(logits[:, :-1], following), following != IGNORED
    of_texts = losses.sum(dim=1) / counts.sum(dim=1)
    mean = losses[counts].mean().item()
    known = [
        (0.0, "nothing is computed yet"),
        (mean, "that is the mean cross-entropy itself: take its exponential"),
        (
            math.exp(_losses(logits, labels)[labels != IGNORED].mean().item()),
            "nothing is shifted: logits at a place predict the label of the next one",
        ),
        (
            math.exp(_losses(logits[:, 1:], labels[:, :-1])[labels[:, :-1] != IGNORED].mean().item()),
            "shifted the wrong way: leave out the last logits and the first labels",
        ),
        (
            math.exp(losses.mean().item()),
            "labels of -100 are counted in the mean: divide by how many tokens count",
        ),
        (math.exp(of_texts.mean().item()), "a mean of each text's mean: take it over all tokens that count"),
        (
            of_texts.exp().mean().item(),
            "a mean of each text's perplexity: take it over all tokens that count",
        ),
        (
            math.exp(-mean),
            "that is the mean probability: the cross-entropy has a minus, and the exponential none",
        ),
        (2**mean, "the cross-entropy is in natural logarithms: the base is e, and not 2"),
        (math.exp(losses.sum().item()), "that is of the sum: take the mean over the tokens that count"),
    ]
    return next(
        (hint for value, hint in known if _close(number, value)),
        "work two tokens out by hand: the logits before each, the softmax's logarithm at its label, mean, minus, exp",
    )


def _close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-9)
