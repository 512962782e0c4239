"""Records as bytes and back: JSON inside zstd.

Most values go through orjson; what it cannot carry (integers beyond 64 bits, lone surrogates, which hostile
machines send) goes through the standard library, so that no machine can make its own evidence, or that of others in the same
transaction, impossible to keep.
"""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import orjson
import zstandard

MAX_BYTES = 1 << 28
"""Largest uncompressed record, bytes; a frame that claims more is refused before anything is unpacked."""
_T = TypeVar("_T")


class CodecError(ValueError):
    """Kept bytes cannot be understood: they were damaged or changed."""


class Compressor:
    """Packs many records; not for use by two threads at once."""

    def __init__(self) -> None:
        """Level 3: faster than a disk, and text shrinks to a fifth or less."""
        self._context = zstandard.ZstdCompressor(level=3, write_checksum=True, write_content_size=True)

    def pack(self, data: bytes) -> bytes:
        """Compressed; ValueError for more than :data:`MAX_BYTES`."""
        if len(data) > MAX_BYTES:
            raise ValueError(f"a record of {len(data)} bytes is too large to be kept")
        return self._context.compress(data)


def unpack(data: object) -> bytes:
    """The bytes that were packed; CodecError when they are damaged."""
    if not isinstance(data, bytes):
        raise CodecError("compressed bytes expected")
    try:
        size = zstandard.frame_content_size(data)
        if not 0 <= size <= MAX_BYTES:
            raise CodecError(f"a record claims {size} bytes")
        return zstandard.ZstdDecompressor().decompress(data)
    except zstandard.ZstdError as error:
        raise CodecError(str(error)) from error


def dumps(value: object) -> bytes:
    """JSON text."""
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode()


def loads(data: bytes) -> Any:  # noqa: ANN401
    """The value of a JSON text; CodecError when it is none."""
    try:
        return orjson.loads(data)
    except ValueError:
        pass
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CodecError("not JSON") from error


def understood(decode: Callable[[Any], _T], data: bytes) -> _T:
    """Apply ``decode`` to the JSON in ``data``; whatever does not fit is a CodecError."""
    value = loads(data)
    try:
        return decode(value)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise CodecError(str(error)) from error
