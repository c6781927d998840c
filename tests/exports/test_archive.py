"""The zip: sums of joined runs are right, and a file beyond four gigabytes would still open."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exports.archive
from exports.archive import Stream, archive
from exports.deflating import joined_crc


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_the_sum_of_a_join_is_the_sum_of_the_whole(first: bytes, second: bytes) -> None:
    assert joined_crc(zlib.crc32(first), zlib.crc32(second), len(second)) == zlib.crc32(first + second)


def made() -> io.BytesIO:
    out = io.BytesIO()
    stream = Stream()
    for place in range(100):
        stream.write(f"ligne {place}\n".encode() * 50)
    stream.end()
    with archive(out) as members:
        members.add("petit.txt", "é".encode())
        members.add_between("grand.txt", b"tete\n", stream, b"pied\n")
        members.add("vide.txt", b"")
    return out


def test_members_of_several_runs_are_whole() -> None:
    with zipfile.ZipFile(made()) as members:
        assert members.testzip() is None
        whole = members.read("grand.txt")
        assert whole.startswith(b"tete\nligne 0\n")
        assert whole.endswith(b"ligne 99\npied\n")
        assert members.read("petit.txt").decode() == "é"


def test_sizes_beyond_32_bits_are_told_in_the_zip64_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports.archive, "LARGEST", 100)
    with zipfile.ZipFile(made()) as members:
        assert members.testzip() is None
        assert {info.filename for info in members.infolist()} == {"petit.txt", "grand.txt", "vide.txt"}
