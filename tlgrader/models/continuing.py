"""How a decoder goes on after a prompt: the loss of the answer's tokens, and whether it writes the answer itself.

Greedy decoding writes exactly the expected answer if, and only if, the likeliest token after the prompt and any
beginning of the answer is the answer's next. So one pass over prompts and answers decides it, without generating.

That pass is the judge's own, of the rebuilt model, and never the notebook's process's: what is asked holds the answers,
and a `forward` of the student's own could copy them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn

from tlgrader.checks.declaring import check
from tlgrader.checks.finding import Finding, Measured, Outcome, Strength, failed, passed, skipped
from tlgrader.checks.narrowing import narrow_observation
from tlgrader.evidence.digest import digest, dtype_name
from tlgrader.evidence.kinds import ModelEvidence
from tlgrader.evidence.observation import Observation
from tlgrader.models.answers import Inputs, digests, logits_of, trimmed
from tlgrader.models.parity import ANSWERS, PROOF, CannotRun, WrongOutputs, asked
from tlgrader.rebuilding.logical import CannotRebuild

IGNORED = -100
"""The label of a token that does not count: the prompt's and padding's, as transformers has it."""
AT_ONCE = 4
"""So many rows at a time: the logits of 4 x 32 tokens over a vocabulary of 49,152 are 25 MB."""
LOSS, LIKELIEST = 0, 1


@dataclass(frozen=True, slots=True)
class Continued:
    """Prompts and what is to follow: (N, T) each, int64, padded on the right.

    ``labels`` are the tokens of the answers where they stand in ``input_ids``, `IGNORED` elsewhere. ``probe`` are a few
    public inputs by keyword, as the model takes them.
    """

    input_ids: torch.Tensor
    attention_mask: torch.Tensor
    labels: torch.Tensor
    probe: Inputs

    @property
    def inputs(self) -> Inputs:
        """What the model is given: no label."""
        return {"input_ids": self.input_ids, "attention_mask": self.attention_mask}

    @property
    def following(self) -> torch.Tensor:
        """The token that is to follow each but the last, (N, T - 1); `IGNORED` where it does not count."""
        return self.labels[:, 1:]


@dataclass(frozen=True, slots=True)
class _Told:
    """Of each token that counts, its loss and what the model holds likelier than all others; both (N, T - 1)."""

    losses: torch.Tensor
    likeliest: torch.Tensor


def token_loss(model: object, data: Continued) -> Measured:
    """The mean cross-entropy of the answers' tokens, whose exponential is the perplexity.

    Without a value, and with the reason, where there is none, or the model cannot be rebuilt.
    """
    if not isinstance(model, Observation) or not isinstance(model.evidence, ModelEvidence):
        return Measured(None, Strength.claimed, "there is no model")
    try:
        told = _told(model, data)
    except (WrongOutputs, CannotRun) as error:
        return Measured(None, Strength.claimed, str(error))
    except CannotRebuild as error:
        return Measured(None, Strength.claimed, f"{error}, and its own process is not shown the answers")
    mean = told.losses[data.following != IGNORED].mean().item()
    if not mean < float("inf"):
        return Measured(None, Strength.recomputed, "the model's logits are not finite")
    return Measured(mean, Strength.recomputed)


@check
def exact_answers(
    model: object,
    data: Continued,
    *,
    threshold: float,
    words: Callable[[list[int]], str],
    weight: float = 1.0,
) -> Finding:
    """The share of prompts after which greedy decoding writes the answer, token for token, is at least `threshold`.

    `words` is what tokens say, for messages: a tokenizer's ``decode``. Where the model cannot be rebuilt a person
    decides.
    """
    expected = f"{threshold:.0%} of {len(data.labels)} unseen prompts answered exactly, by greedy decoding"
    observation, _ = narrow_observation(model, ModelEvidence, "model")
    try:
        told = _told(observation, data)
    except WrongOutputs as error:
        return skipped(Strength.claimed, str(error), expected)
    except CannotRun as error:
        return failed(Strength.queried, str(error), expected)
    except CannotRebuild as error:
        return _for_a_person(str(error), expected)
    counted = data.following != IGNORED
    right = (told.likeliest == data.following) | ~counted
    exact = right.all(dim=1)
    share = exact.double().mean().item()
    observed = f"{share:.0%} are answered exactly{_first_mistake(data, told, exact, words)}"
    measured = {"exact": share}
    if share >= threshold:
        return passed(Strength.recomputed, observed, expected, measured, "exact")
    tokens = right[counted].double().mean().item()
    return failed(Strength.recomputed, observed, expected, _hint(share, tokens), measured, "exact")


def _for_a_person(why: str, expected: str) -> Finding:
    observed = f"a person has to look: {why}, and its own process is not shown the answers"
    return Finding("exact_answers", Outcome.error, Strength.claimed, observed, expected)


def _hint(share: float, tokens: float) -> str:
    """Where to look, by the shares of exact answers and of right tokens."""
    if tokens < 0.5:
        return (
            "not even the form of an answer is learned: is the loss that of the answers, and did each step move the "
            "adapters?"
        )
    if share == 0:
        return (
            f"{tokens:.0%} of the answers' tokens are right, and no answer whole: does each training answer end with "
            "the end-of-text token, and does its label count?"
        )
    return f"{tokens:.0%} of the answers' tokens are right: it learns the task, and needs more steps"


def _first_mistake(
    data: Continued, told: _Told, exact: torch.Tensor, words: Callable[[list[int]], str]
) -> str:
    """How the first answer goes wrong: what was written up to the first other token, and what is right."""
    wrong = (~exact).nonzero().flatten().tolist()
    if not wrong:
        return ""
    row = wrong[0]
    following, likeliest = data.following[row], told.likeliest[row]
    places = (following != IGNORED).nonzero().flatten().tolist()
    first = next(place for place in places if likeliest[place] != following[place])
    right = [int(following[place]) for place in places]
    written = [int(following[place]) for place in places if place < first] + [int(likeliest[first])]
    return f"; one begins with {words(written)!r:.200}, and {words(right)!r:.200} is right"


def _told(observation: Observation, data: Continued) -> _Told:
    """What the model holds of each token that counts; raises WrongOutputs, CannotRun and CannotRebuild."""
    following = data.following
    PROOF.require(observation, data.probe, lambda: _probed(observation, data.probe))
    about = ("tokens", *digests(data.inputs), digest(following))
    found = ANSWERS.once(observation, about, lambda model: _computed(model, data))
    return _Told(found[LOSS], found[LIKELIEST].long())


def _probed(observation: Observation, probe: Inputs) -> torch.Tensor:
    logits = asked(observation, probe)
    _require_tokens(logits, trimmed(probe))
    return logits


def _computed(model: nn.Module, data: Continued) -> torch.Tensor:
    """(2, N, T - 1), float64: losses, 0 where a token does not count, and the likeliest tokens."""
    rows = range(0, len(data.labels), AT_ONCE)
    return torch.cat([_of_rows(model, data, slice(start, start + AT_ONCE)) for start in rows], dim=1)


def _of_rows(model: nn.Module, data: Continued, rows: slice) -> torch.Tensor:
    batch = trimmed({name: tensor[rows] for name, tensor in data.inputs.items()})
    longest = batch["input_ids"].shape[1]
    following = data.labels[rows, 1:longest]
    logits = logits_of(model, batch)
    _require_tokens(logits, batch)
    before = logits[:, :-1].float()
    if before.shape[-1] <= int(following.max()):
        raise WrongOutputs(f"the model knows {before.shape[-1]} tokens, and the answers have others")
    losses = nn.functional.cross_entropy(before.flatten(0, 1), following.flatten(), reduction="none")
    found = torch.stack([losses.view_as(following).double(), before.argmax(dim=-1).double()])
    return nn.functional.pad(found, (0, data.labels.shape[1] - longest))


def _require_tokens(logits: torch.Tensor, batch: Inputs) -> None:
    """Raise WrongOutputs unless there is a row of numbers for each token."""
    shape, wanted = tuple(logits.shape), tuple(batch["input_ids"].shape)
    if len(shape) != 3 or shape[:2] != wanted or not logits.is_floating_point():
        raise WrongOutputs(
            f"the model returns {dtype_name(logits.dtype)} of shape {list(shape)} for {wanted[0]} "
            f"texts of {wanted[1]} tokens, logits for each token were expected"
        )
