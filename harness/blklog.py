# SPDX-License-Identifier: GPL-2.0-only
"""
Every write and flush that a disk was given, as QEMU's blklogwrites driver
logs them, and what the disk could hold if the power had failed: all that was
written before a flush, and of what came after it whatever the disk likes.
"""

import random
import struct
from dataclasses import dataclass
from pathlib import Path

MAGIC, VERSION = 0x6A736677736872, 1
SECTOR = 512
FLUSH, FUA, DISCARD = 1, 2, 4


@dataclass(frozen=True)
class Entry:
    """One write or flush. end is where the log goes on behind it."""
    offset: int
    data: bytes
    flags: int
    end: int

    def covers(self, offset: int) -> bool:
        """Whether it wrote the byte at that offset of the disk."""
        return self.offset <= offset < self.offset + len(self.data)


def drive(image: Path, log: Path, index: int) -> tuple[str, ...]:
    """Returns QEMU's words for an IDE drive whose writes are logged."""
    return ("-drive", "driver=blklogwrites,file.driver=file,"
            f"file.filename={image},log.driver=file,log.filename={log},"
            f"if=ide,index={index},id=hd{'abcd'[index]},cache=writeback,"
            "rerror=report,werror=report")


def read(log: Path) -> list[Entry]:
    """Returns a log's entries. QEMU counts them in the head only now and
    then, so that what follows the last whole one is not believed."""
    data = log.read_bytes()
    magic, version, count, size = struct.unpack_from("<QQQI", data)
    assert (magic, version, size) == (MAGIC, VERSION, SECTOR), "not a log"
    entries: list[Entry] = []
    at = SECTOR
    while at + SECTOR <= len(data):
        sector, sectors, flags, _ = struct.unpack_from("<QQQQ", data, at)
        at += SECTOR
        start, length = at, sectors * SECTOR
        if not flags & DISCARD:
            at += length
        if at > len(data):
            break
        entries.append(Entry(sector * SECTOR,
                             b"" if flags & DISCARD else data[start:at],
                             flags, at))
    assert len(entries) >= count
    return entries


def replay(image: Path, entries: list[Entry]) -> None:
    """Applies all entries to an image."""
    with image.open("r+b") as f:
        for e in entries:
            f.seek(e.offset)
            f.write(e.data)


def crash(image: Path, entries: list[Entry], block: int,
          rng: random.Random) -> tuple[int, int]:
    """
    Applies entries to an image as a disk does that loses power behind them:
    what came after the last flush may be missing, block by block. Returns how
    many blocks that concerned and how many of them are missing.
    """
    safe = max((i + 1 for i, e in enumerate(entries) if e.flags & FLUSH),
               default=0)
    replay(image, entries[:safe])
    lose = rng.choice((0.1, 0.5, 0.9, 1.0))
    blocks = lost = 0
    with image.open("r+b") as f:
        for e in entries[safe:]:
            for at in range(0, len(e.data), block):
                blocks += 1
                if not e.flags & FUA and rng.random() < lose:
                    lost += 1
                    continue
                f.seek(e.offset + at)
                f.write(e.data[at:at + block])
    return blocks, lost
