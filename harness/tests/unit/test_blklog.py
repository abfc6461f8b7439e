# SPDX-License-Identifier: GPL-2.0-only
"""What a disk may hold after a power failure, from a log made by hand."""

import random
import struct

import pytest

from harness import blklog

HEAD = struct.pack("<QQQI", blklog.MAGIC, blklog.VERSION, 0, 512).ljust(512,
                                                                        b"\0")


def entry(sector: int, data: bytes = b"", flags: int = 0) -> bytes:
    """Returns a log's entry."""
    return struct.pack("<QQQQ", sector, len(data) // 512, flags, 0).ljust(
        512, b"\0") + data


@pytest.fixture
def log(tmp_path):
    """A write, a flush, a write of two blocks, a write that is cut off."""
    path = tmp_path / "log"
    path.write_bytes(HEAD + entry(0, b"a" * 1024) + entry(0, b"",
                                                          blklog.FLUSH)
                     + entry(2, b"b" * 2048) + entry(8, b"c" * 1024)[:-1])
    return path


def test_a_log_ends_at_its_last_whole_entry(log):
    entries = blklog.read(log)
    assert [(e.offset, len(e.data), e.flags) for e in entries] == [
        (0, 1024, 0), (0, 0, blklog.FLUSH), (1024, 2048, 0)]
    assert [e.end for e in entries] == [2048, 2560, 5120]
    assert entries[2].covers(1024) and not entries[2].covers(3072)


def test_what_is_not_a_log_is_refused(tmp_path):
    path = tmp_path / "log"
    path.write_bytes(bytes(1024))
    with pytest.raises(AssertionError):
        blklog.read(path)


def test_only_what_was_not_flushed_can_be_lost(log, tmp_path):
    seen = set()
    for seed in range(60):
        image = tmp_path / "image"
        image.write_bytes(bytes(4096))
        blocks, lost = blklog.crash(image, blklog.read(log), 1024,
                                    random.Random(seed))
        data = image.read_bytes()
        assert blocks == 2 and data[:1024] == b"a" * 1024
        assert lost == data[1024:3072].count(0) // 1024
        seen.add(data)
    assert len(seen) == 4


def test_what_was_forced_to_the_medium_is_never_lost(tmp_path):
    path, image = tmp_path / "log", tmp_path / "image"
    path.write_bytes(HEAD + entry(0, b"a" * 1024, blklog.FUA))
    for seed in range(20):
        image.write_bytes(bytes(1024))
        assert blklog.crash(image, blklog.read(path), 1024,
                            random.Random(seed)) == (1, 0)
        assert image.read_bytes() == b"a" * 1024
