"""Raw deflate through ISA-L where it is installed (zlib level 1 elsewhere), and sums of streams that are joined later."""

import zlib
from types import ModuleType
from typing import Any

_zlib: ModuleType = zlib
try:
    from isal import isal_zlib

    _zlib = isal_zlib
except ImportError:  # pragma: no cover - ISA-L ships wheels for every platform that the lock names
    pass

_LEVEL = 1

_POLYNOMIAL = 0xEDB88320


def compressor() -> Any:
    """A raw deflate stream (no header), as zip members hold it."""
    return _zlib.compressobj(_LEVEL, zlib.DEFLATED, -15)


def crc32(data: bytes, start: int = 0) -> int:
    """The sum that zip keeps of a member."""
    return int(_zlib.crc32(data, start))


def flushed(data: bytes, *, last: bool) -> bytes:
    """``data`` deflated alone, ending on a byte so that another stream may follow, or closing the member."""
    stream = compressor()
    return bytes(stream.compress(data) + stream.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH))


def joined_crc(first: int, second: int, length: int) -> int:
    """The CRC-32 of A followed by B, from those of A and of B (``length`` bytes): zlib's crc32_combine."""
    if length == 0:
        return first
    odd = [_POLYNOMIAL] + [1 << bit for bit in range(31)]
    even = _squared(odd)
    odd = _squared(even)
    while True:
        even = _squared(odd)
        if length & 1:
            first = _times(even, first)
        length >>= 1
        if not length:
            return first ^ second
        odd, even = even, odd


def _times(matrix: list[int], vector: int) -> int:
    total, place = 0, 0
    while vector:
        if vector & 1:
            total ^= matrix[place]
        vector >>= 1
        place += 1
    return total


def _squared(matrix: list[int]) -> list[int]:
    return [_times(matrix, row) for row in matrix]
