"""A folder that a student saved: its files by name, its safetensors files' tensors, its JSON files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import torch
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors

from tlgrader.evidence.kinds import JSON, MAX_FILES, FileInfo, FolderEvidence, Missing, Opaque, TensorInfo
from tlgrader.evidence.modules import describe_tensor
from tlgrader.evidence.plain import NotPlain, encode_plain

MAX_TENSOR_BYTES = 256 * 2**20
MAX_JSON_BYTES = 2**20

Tensors = dict[str, dict[str, torch.Tensor]]


def observe_folder(path: Path) -> tuple[FolderEvidence | Missing | Opaque, Tensors]:
    """Evidence of the folder at `path`, and the tensors of its safetensors files by file and name.

    Files that are larger than the caps, or are not what their ending says, are listed and not read.
    """
    if not path.is_dir():
        absent = Missing(f"the folder `{path}` does not exist")
        return Opaque("file", f"`{path}`"[:1_000]) if path.exists() else absent, {}
    files = list(_files(path))
    tensors = {name: read for name, file in files if (read := _tensors(file)) is not None}
    evidence = FolderEvidence(
        path=str(path),
        files=tuple(FileInfo(name, file.stat().st_size) for name, file in files),
        tensors={name: _describe(read) for name, read in tensors.items()},
        texts={name: text for name, file in files if (text := _json(file)) is not None},
    )
    return evidence, tensors


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """At most `MAX_FILES` files under `folder`; links are not followed."""
    found = 0
    for parent, _, names in os.walk(folder):
        for name in sorted(names):
            file = Path(parent, name)
            if file.is_symlink() or not file.is_file() or found >= MAX_FILES:
                continue
            found += 1
            yield file.relative_to(folder).as_posix(), file


def _describe(tensors: dict[str, torch.Tensor]) -> tuple[TensorInfo, ...]:
    return tuple(describe_tensor(name, tensor) for name, tensor in tensors.items())


def _tensors(file: Path) -> dict[str, torch.Tensor] | None:
    if file.suffix != ".safetensors" or file.stat().st_size > MAX_TENSOR_BYTES:
        return None
    try:
        return load_safetensors(file.read_bytes())
    except (SafetensorError, KeyError, ValueError, RuntimeError):
        return None


def _json(file: Path) -> JSON:
    if file.suffix != ".json" or file.stat().st_size > MAX_JSON_BYTES:
        return None
    try:
        return encode_plain(msgspec.json.decode(file.read_bytes()))
    except (msgspec.DecodeError, NotPlain, RecursionError):
        return None
