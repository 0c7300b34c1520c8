"""The wire takes frames of the right form, and turns all else into a WireError."""

import socket
import struct
import time
from collections.abc import Iterator

import msgspec
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tlgrader.evidence.wire import MAX_HEADER, Channel, Closed, Late, WireError


class Word(msgspec.Struct, tag=True):
    text: str


DECODER = msgspec.json.Decoder(Word)
Ends = tuple[Channel[Word], Channel[Word], socket.socket]


@pytest.fixture
def ends() -> Iterator[Ends]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours, DECODER), Channel(theirs, DECODER), theirs


def soon() -> float:
    return time.monotonic() + 5


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64, torch.bool, torch.uint8])
def test_messages_and_tensors_arrive_as_sent(ends: Ends, dtype: torch.dtype) -> None:
    ours, theirs, _ = ends
    tensor = torch.arange(6).reshape(2, 3).to(dtype).T
    theirs.send(Word("hello"), {"a": tensor, "empty": torch.empty(0), "scalar": torch.tensor(1.5)})
    message, tensors = ours.receive(deadline=soon())
    assert message == Word("hello")
    assert torch.equal(tensors["a"], tensor)
    assert tensors["empty"].shape == (0,)
    assert tensors["scalar"].item() == 1.5


def test_views_of_one_storage_can_be_sent(ends: Ends) -> None:
    ours, theirs, _ = ends
    base = torch.arange(4.0)
    theirs.send(Word(""), {"a": base, "b": base[1:]})
    assert torch.equal(ours.receive(deadline=soon())[1]["b"], base[1:])


def test_what_safetensors_cannot_hold_is_an_error(ends: Ends) -> None:
    with pytest.raises(WireError):
        ends[1].send(Word(""), {"a": torch.eye(3).to_sparse()})


def frame(header: bytes, payload: bytes = b"") -> bytes:
    return struct.pack(">QQ", len(header), len(payload)) + header + payload


@pytest.mark.parametrize(
    "sent",
    [
        frame(b""),
        frame(b"{}"),
        frame(b'{"type": "Word"}'),
        frame(b'{"type": "Word", "text": 3}'),
        frame(b'{"type": "Word", "text": "\xff"}'),
        frame(b"[" * 100_000),
        frame(b'{"type": "Word", "text": "", "more": ' + b"[" * 100_000),
        frame(b'{"type": "Word", "text": ""}', b"not safetensors"),
        frame(b'{"type": "Word", "text": ""}', b"\xff" * 64),
        frame(b'{"type": "Word", "text": ""}', struct.pack("<Q", 2) + b"{}" + b"left over"),
        struct.pack(">QQ", MAX_HEADER + 1, 0),
        struct.pack(">QQ", 2, 1 << 40),
    ],
)
def test_malformed_frames_are_errors(ends: Ends, sent: bytes) -> None:
    ours, _, raw = ends
    raw.sendall(sent)
    with pytest.raises(WireError):
        ours.receive(deadline=soon())


def test_tensors_come_only_where_they_are_asked_for(ends: Ends) -> None:
    ours, theirs, _ = ends
    theirs.send(Word(""), {"a": torch.ones(1)})
    with pytest.raises(WireError):
        ours.receive(deadline=soon(), tensors=False)


def test_a_closed_end_and_a_late_one_are_told_apart(ends: Ends) -> None:
    ours, _, raw = ends
    raw.sendall(b"half")
    with pytest.raises(Late):
        ours.receive(deadline=time.monotonic() + 0.05)
    raw.close()
    with pytest.raises(Closed):
        ours.receive(deadline=soon())
    with pytest.raises(Closed):
        ours.send(Word(""), deadline=soon())


def test_an_end_that_does_not_read_is_late(ends: Ends) -> None:
    with pytest.raises(Late):
        ends[0].send(Word("x" * (8 << 20)), deadline=time.monotonic() + 0.05)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(data)
        theirs.shutdown(socket.SHUT_WR)
        with pytest.raises(WireError):
            Channel(ours, DECODER).receive(deadline=soon())
