"""What the judge, the zygote and a worker say to each other.

On the control socket the judge and the zygote are both trusted. On a job socket the worker is not: everything
that it sends is decoded by type here, and its sizes are capped in `evidence/wire.py`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec

from tlgrader.evidence.device import Device
from tlgrader.evidence.kinds import JSON, Evidence, Step
from tlgrader.sandbox.limits import Limits

Short = Annotated[str, msgspec.Meta(max_length=1_024)]
Reason = Annotated[str, msgspec.Meta(max_length=16_384)]
Bundle = Annotated[dict[str, JSON], msgspec.Meta(max_length=64)]
Limit = Literal["memory", "processes"]
StreamName = Literal["stdout", "stderr"]

# The control socket: the judge to the zygote.


class Spawn(msgspec.Struct, frozen=True, tag=True):
    """Fork a worker, which answers on the socket sent along. There must be none already."""

    seed: int
    limits: Limits


class Reap(msgspec.Struct, frozen=True, tag=True):
    """End everything but the zygote and empty the folders; answered by Reaped.

    `hung_up`: the worker closed its socket, so it may be about to end by itself, which is worth waiting for.
    """

    hung_up: bool = False


class Measure(msgspec.Struct, frozen=True, tag=True):
    """Say what the machine has given the worker so far; answered by Usage."""


class Ending(msgspec.Struct, frozen=True):
    """How a worker ended: its exit status or the signal that killed it, and the limit that was the reason."""

    status: int | None = None
    signal: int | None = None
    over: Limit | None = None
    asked: bool = False
    """It was alive until the judge asked for its end."""
    peak_bytes: int = 0
    """The most memory that its processes were seen to hold at one time beyond what the zygote holds."""


# The zygote to the judge.


class Ready(msgspec.Struct, frozen=True, tag=True):
    """Everything is imported but what is `left_out`, in sentences; a worker can be forked."""

    left_out: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True, tag=True):
    """No worker can be forked, by the fault of the course's author or of the machine."""

    by: Literal["author", "machine"]
    reason: str


class Ended(msgspec.Struct, frozen=True, tag=True):
    """The worker is gone, by itself or for a limit."""


class Reaped(msgspec.Struct, frozen=True, tag=True):
    """All is ended, and the folders are empty, unless not `emptied`: then no other worker may follow this one."""

    ending: Ending
    emptied: bool = True


class Usage(msgspec.Struct, frozen=True, tag=True):
    """What the machine has given the worker since it was forked, in seconds."""

    cpu_s: float
    """Processor time of its living processes, and of those that they have waited for."""
    delayed_s: float
    """How long its main thread was ready to run and no processor was free."""
    paused_s: float
    """How long nothing at all ran inside the wall: stopped, suspended, starved."""
    ended: bool
    """Whether the worker is gone."""


FromZygote = Ready | Refused | Ended | Reaped | Usage
ToZygote = Spawn | Reap | Measure

# A job socket: the judge to the worker. Tensors travel in the same frame, by key.


class Begin(msgspec.Struct, frozen=True, tag=True):
    """Write the frame's tensors of bytes as files into the work folder; their keys are `names`' positions.

    `links` are made in it, too: names with what they point to.
    """

    names: tuple[str, ...]
    links: dict[str, str] = {}


class Run(msgspec.Struct, frozen=True, tag=True):
    """Run a cell."""

    source: str
    timeout_s: float


class Observe(msgspec.Struct, frozen=True, tag=True):
    """Follow paths (`evidence/paths.py`) in the notebook's namespace and describe what they lead to."""

    names: tuple[str, ...]
    timeout_s: float


class FetchTensor(msgspec.Struct, frozen=True, tag=True):
    """Send the observed tensor with this digest."""

    digest: str
    timeout_s: float


class Logits(msgspec.Struct, frozen=True, tag=True):
    """Send what the model with this handle, or of this name, answers for the frame's tensors."""

    model: int | str
    timeout_s: float


class Call(msgspec.Struct, frozen=True, tag=True):
    """Call the function with this handle. Arguments at positions in `tensors` are in the frame."""

    handle: int
    arguments: tuple[Any, ...]
    tensors: tuple[int, ...]
    timeout_s: float


class TakeStep(msgspec.Struct, frozen=True, tag=True):
    """Take a training step with copies of the model and the optimizer of these handles, on the frame's tensors."""

    model: int
    optimizer: int | None
    seed: int
    timeout_s: float


class AskDevice(msgspec.Struct, frozen=True, tag=True):
    """Say which GPU the notebook used."""

    timeout_s: float


ToWorker = Begin | Run | Observe | FetchTensor | Logits | Call | TakeStep | AskDevice

# The worker to the judge, while a cell runs.


class Stream(msgspec.Struct, frozen=True, tag=True):
    """Text that a cell printed."""

    name: StreamName
    text: str


class Display(msgspec.Struct, frozen=True, tag=True):
    """A rich output, or the new content (`update`) of those with the same `display_id`."""

    data: Bundle
    metadata: Bundle
    display_id: Short | None = None
    update: bool = False


class Returned(msgspec.Struct, frozen=True, tag=True):
    """The value of a cell's last expression."""

    data: Bundle
    metadata: Bundle
    execution_count: int


class Raised(msgspec.Struct, frozen=True, tag=True):
    """A traceback."""

    ename: str
    evalue: str
    traceback: tuple[str, ...]


class Clear(msgspec.Struct, frozen=True, tag=True):
    """Forget the outputs so far, now or (`wait`) when the next one comes."""

    wait: bool


Output = Stream | Display | Returned | Raised | Clear


class Done(msgspec.Struct, frozen=True, tag=True):
    """A cell ended."""

    status: Literal["ok", "error", "limit", "machine"]
    """How: well, by the student's error, by a limit, or because the machine lacks what the cell asks for."""
    reason: Reason = ""


# The worker to the judge, in answer to the other requests.


class Observed(msgspec.Struct, frozen=True, tag=True):
    """The evidence for each name."""

    evidence: dict[str, Evidence]


class Sent(msgspec.Struct, frozen=True, tag=True):
    """The frame holds one tensor, under the key ``tensor``."""


class Called(msgspec.Struct, frozen=True, tag=True):
    """What a function returned."""

    evidence: Evidence


class Stepped(msgspec.Struct, frozen=True, tag=True):
    """What a training step did."""

    step: Step


class Used(msgspec.Struct, frozen=True, tag=True):
    """The GPU that the notebook has initialised, if any."""

    device: Device | None


class Failed(msgspec.Struct, frozen=True, tag=True):
    """The request could not be answered."""

    reason: Reason


FromWorker = (
    Stream | Display | Returned | Raised | Clear | Done | Observed | Sent | Called | Stepped | Used | Failed
)
