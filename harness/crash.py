# SPDX-License-Identifier: GPL-2.0-only
"""
The guest program fsexer on a disk that loses its power: what it may rely on
at each moment, and what must still be there after e2fsck.

It says "kept" once fsync or the like has returned, "gone" before it changes
that again, and waits for an answer, so that each has its place in the log of
the disk's writes.
"""

import os
import re
import subprocess
import threading
import zlib
from dataclasses import dataclass
from pathlib import Path

from . import images
from .errors import UserError
from .guest import Guest

# With a full stop: the last line may be cut off.
KEPT = re.compile(r"fsexer: kept (\d+) /mnt(/\S+) (\d+) ([0-9a-f]{8})\.$")
GONE = re.compile(r"fsexer: gone (\d+)\.$")
# e2fsck's exit status.
REPAIRED, LEFT = 3, 4


@dataclass
class Promise:
    """A file that a crash must not take while the log is between since and
    until bytes long."""
    path: str
    size: int
    crc: int
    since: int
    until: float = float("inf")

    def holds(self, at: int) -> bool:
        """Whether it was given when the log was that long."""
        return self.since <= at <= self.until

    def broken(self, image: Path) -> str:
        """Returns what is wrong with the file on the disk, or ""."""
        try:
            data = images.read_file(image, self.path)
        except UserError:
            return f"{self.path}: lost"
        if len(data) != self.size:
            return f"{self.path}: {len(data)} bytes, not {self.size}"
        if zlib.crc32(data) != self.crc:
            return f"{self.path}: {self.size} bytes, other contents"
        return ""


class Listener:
    """Notes the promises of a guest as its lines arrive, and answers."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.guest: Guest | None = None
        self.promises: dict[int, Promise] = {}
        self.messages = 0
        self.changed = threading.Condition()

    def on_line(self, line: str) -> None:
        """Takes a line of the console."""
        at = self.log.stat().st_size
        if m := KEPT.match(line):
            self.promises[int(m[1])] = Promise(m[2], int(m[3]),
                                               int(m[4], 16), at)
        elif m := GONE.match(line):
            self.promises[int(m[1])].until = at
        else:
            return
        with self.changed:
            self.messages += 1
            self.changed.notify_all()
        try:
            if self.guest:
                self.guest.type("\n")
        except BrokenPipeError:
            pass    # killed meanwhile

    def wait(self, messages: int, limit: float) -> bool:
        """Waits for that many; returns whether they came in time."""
        with self.changed:
            return self.changed.wait_for(
                lambda: self.messages >= messages, limit)


def repair(image: Path) -> tuple[str, bool]:
    """
    Repairs a file system as a boot would, with e2fsck -p, and if that leaves
    it to a person with -y, twice: what it clears in a later pass the first
    time is in its bitmaps still. Returns what is wrong then, or "", and
    whether -y was needed.
    """
    for how in ("-p", "-fy", "-fy"):
        status = _e2fsck(how, image)
        bad = (f"e2fsck: status {status}" if status & ~REPAIRED
               else images.fsck(image))
        if not bad or (how == "-p" and not status & LEFT):
            break
    return bad, how != "-p"


def _e2fsck(how: str, image: Path) -> int:
    p = subprocess.run(["/sbin/e2fsck", how, str(image)], text=True,
                       env=dict(os.environ, LC_ALL="C"), errors="replace",
                       capture_output=True)
    image.with_suffix(f".e2fsck{how}").write_text(p.stdout + p.stderr)
    return p.returncode
