"""Frames of JSON and safetensors over a socket whose other end may be hostile.

A frame is two lengths (header and payload, unsigned, big-endian), a JSON header and a safetensors payload,
which is empty where no tensor is sent. Nothing is unpickled or evaluated. Whatever is not of this form, too
long or too late is a WireError, after which the channel is of no more use.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec

if TYPE_CHECKING:
    import torch

MAX_HEADER = 32 << 20
MAX_PAYLOAD = 512 << 20
_LENGTHS = struct.Struct(">QQ")
_CHUNK = 1 << 20

Received = TypeVar("Received")


class WireError(Exception):
    """What came over the socket is not a frame that this side understands."""


class Closed(WireError):
    """The other end closed the socket."""


class Late(WireError):
    """The other end did not send, or take, a whole frame in time."""


class Channel(Generic[Received]):
    """One end of a stream socket. `decoder` says what may be received; its type is enforced."""

    def __init__(self, sock: socket.socket, decoder: msgspec.json.Decoder[Received]) -> None:
        self._sock = sock
        self._decoder = decoder

    def fileno(self) -> int:
        """The socket's descriptor, to wait on."""
        return self._sock.fileno()

    def close(self) -> None:
        """Close the socket."""
        self._sock.close()

    def send(
        self,
        message: msgspec.Struct,
        tensors: Mapping[str, torch.Tensor] | None = None,
        *,
        deadline: float | None = None,
    ) -> None:
        """Send one frame before `deadline` (of time.monotonic).

        Raises Closed, Late, and WireError if the frame is too long or holds what safetensors cannot.
        """
        header = msgspec.json.encode(message)
        payload = pack(tensors) if tensors else b""
        _check(len(header), len(payload), MAX_PAYLOAD)
        for part in (_LENGTHS.pack(len(header), len(payload)) + header, payload):
            self._send(part, deadline)

    def receive(
        self, *, deadline: float | None = None, tensors: bool = True
    ) -> tuple[Received, dict[str, torch.Tensor]]:
        """The next frame, whole before `deadline`; with `tensors` False none may come along.

        Raises Closed, Late, WireError.
        """
        header_length, payload_length = _LENGTHS.unpack(self._receive(_LENGTHS.size, deadline))
        _check(header_length, payload_length, MAX_PAYLOAD if tensors else 0)
        header = self._receive(header_length, deadline)
        payload = self._receive(payload_length, deadline)
        try:
            message = self._decoder.decode(header)
        except (msgspec.MsgspecError, RecursionError, UnicodeError, ValueError) as error:
            raise WireError(f"a header that is not understood: {error}") from error
        return message, unpack(payload) if payload else {}

    def _send(self, data: bytes, deadline: float | None) -> None:
        view = memoryview(data)
        while view:
            self._wait(deadline)
            try:
                view = view[self._sock.send(view[:_CHUNK], socket.MSG_NOSIGNAL) :]
            except TimeoutError as error:
                raise Late("the other end does not read") from error
            except OSError as error:
                raise Closed(str(error)) from error

    def _receive(self, length: int, deadline: float | None) -> bytes:
        data = bytearray()
        while len(data) < length:
            self._wait(deadline)
            try:
                part = self._sock.recv(min(length - len(data), _CHUNK))
            except TimeoutError as error:
                raise Late("the other end does not answer") from error
            except OSError as error:
                raise Closed(str(error)) from error
            if not part:
                raise Closed("the other end is closed")
            data += part
        return bytes(data)

    def _wait(self, deadline: float | None) -> None:
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            raise Late("no time is left")
        self._sock.settimeout(left)


def pack(tensors: Mapping[str, torch.Tensor], metadata: Mapping[str, str] | None = None) -> bytes:
    """Tensors as safetensors, whatever their strides and device, with `metadata` in the header.

    Raises WireError where that cannot be.
    """
    from safetensors.torch import save

    try:
        plain = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in tensors.items()}
        return save(plain, dict(metadata) if metadata else None)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise WireError(f"tensors that safetensors cannot hold: {error}") from error


def unpack(payload: bytes) -> dict[str, torch.Tensor]:
    """The tensors in a safetensors payload. Raises WireError where it is not one."""
    from safetensors import SafetensorError
    from safetensors.torch import load

    try:
        return load(payload)
    except (SafetensorError, KeyError, TypeError, ValueError, RuntimeError, OverflowError) as error:
        raise WireError(f"a payload that is not safetensors: {error}") from error


def _check(header: int, payload: int, most_payload: int) -> None:
    if header > MAX_HEADER or payload > most_payload:
        raise WireError(
            f"a frame of {header} + {payload} bytes; at most {MAX_HEADER} + {most_payload} are taken"
        )
