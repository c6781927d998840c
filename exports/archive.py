"""A zip with the same bytes for the same content: fixed dates, fixed order, members deflated while they are made."""

import struct
import tempfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, BinaryIO

from exports.deflating import compressor, crc32, flushed, joined_crc

_DATE_1980 = 33
_MARK = 0xFFFFFFFF
LARGEST = _MARK
"""A size or place from here on is told in 64 bits, the 32-bit field holding the mark."""
_BLOCK = 1 << 20


class Stream:
    """A growing run of bytes, deflated into a temporary file; it joins a member later. Memory stays flat."""

    def __init__(self) -> None:
        self._spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the stream
        self._deflate = compressor()
        self.crc = 0
        self.size = 0
        self.packed = 0

    def write(self, data: bytes) -> None:
        """Take some bytes."""
        self.crc = crc32(data, self.crc)
        self.size += len(data)
        self._keep(self._deflate.compress(data))

    def end(self) -> None:
        """No more bytes; the run ends on a byte boundary, open for what follows in its member."""
        self._keep(self._deflate.flush(zlib.Z_SYNC_FLUSH))

    def blocks(self) -> Iterator[bytes]:
        """The deflated bytes, once; the temporary file is gone afterwards."""
        self._spool.seek(0)
        while block := self._spool.read(_BLOCK):
            yield block
        self._spool.close()

    def close(self) -> None:
        """Forget what was kept."""
        self._spool.close()

    def _keep(self, data: bytes) -> None:
        self.packed += len(data)
        self._spool.write(data)


class Archive:
    """Writes members one after the other; ``close`` writes the directory."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._offset = 0
        self._directory: list[bytes] = []

    def add(self, name: str, data: bytes) -> None:
        """A member from bytes."""
        packed = flushed(data, last=True)
        self._member(name, crc32(data), len(data), len(packed), (packed,))

    def add_between(self, name: str, head: bytes, middle: Stream, tail: bytes) -> None:
        """A member of three runs: the middle was deflated long before its head was known."""
        first, last = flushed(head, last=False), flushed(tail, last=True)
        crc = joined_crc(joined_crc(crc32(head), middle.crc, middle.size), crc32(tail), len(tail))
        packed = len(first) + middle.packed + len(last)
        self._member(name, crc, len(head) + middle.size + len(tail), packed, _chain(first, middle, last))

    def add_file(self, name: str, source: IO[bytes]) -> None:
        """A member from an open file, streamed."""
        stream = Stream()
        while block := source.read(_BLOCK):
            stream.write(block)
        stream.end()
        self.add_between(name, b"", stream, b"")

    def _member(self, name: str, crc: int, size: int, packed: int, blocks: Iterable[bytes]) -> None:
        encoded = name.encode("utf-8")
        wide = max(size, packed, self._offset) >= LARGEST
        sizes = struct.pack("<QQ", size, packed) if wide else b""
        version = 45 if wide else 20
        shown = (_MARK, _MARK) if wide else (packed, size)
        common = struct.pack("<HHHHHLLLH", version, 0x800, 8, 0, _DATE_1980, crc, *shown, len(encoded))
        extra = struct.pack("<HH", 1, len(sizes)) + sizes if wide else b""
        self._directory.append(_entry(version, common, encoded, sizes, self._offset))
        self._put(b"PK\x03\x04" + common + struct.pack("<H", len(extra)) + encoded + extra)
        for block in blocks:
            self._put(block)

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._offset += len(data)

    def close(self) -> None:
        """Write the directory; the archive is whole."""
        start, size, count = self._offset, sum(map(len, self._directory)), len(self._directory)
        for entry in self._directory:
            self._out.write(entry)
        if start + size >= LARGEST or count >= 0xFFFF:
            self._out.write(struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, start))
            self._out.write(struct.pack("<4sLQL", b"PK\x06\x07", 0, start + size, 1))
        self._out.write(struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, min(count, 0xFFFF), min(count, 0xFFFF),
                                    size if size < LARGEST else _MARK, start if start < LARGEST else _MARK, 0))


def _entry(version: int, common: bytes, name: bytes, sizes: bytes, start: int) -> bytes:
    wide = bool(sizes)
    extra = struct.pack("<HH", 1, len(sizes) + 8) + sizes + struct.pack("<Q", start) if wide else b""
    return (b"PK\x01\x02" + struct.pack("<H", version) + common + struct.pack(
        "<HHHHLL", len(extra), 0, 0, 0, 0, _MARK if wide else start) + name + extra)


def _chain(first: bytes, middle: Stream, last: bytes) -> Iterator[bytes]:
    yield first
    yield from middle.blocks()
    yield last


@contextmanager
def archive(out: BinaryIO) -> Iterator[Archive]:
    """An archive that is closed when all went well; after an error the file is of no use and the caller drops it."""
    made = Archive(out)
    yield made
    made.close()
