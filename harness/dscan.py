# SPDX-License-Identifier: GPL-2.0-only
"""The lines that the guest program dscan prints, and the truth they are
compared with, computed on the host."""

import zlib
from dataclasses import dataclass, field
from pathlib import Path

PATHS = ("read", "mmap", "odirect", "direct", "refill")
TITLES = {"read": "read()", "mmap": "mmap", "odirect": "O_DIRECT",
          "direct": "MAP_DIRECT", "refill": "refill"}
COLUMNS = (("MiB/s", 7), ("matches", 9), ("crc32", 9), ("copied", 10),
           ("faults", 8), ("PTEs", 8), ("TLB", 7), ("cmds", 6), ("PRDs", 6),
           ("cached", 7))
HEADER = "path      " + "".join(f"{t:>{w}}" for t, w in COLUMNS)
CHUNK = 16 << 20


@dataclass
class Line:
    """One parsed line: kind is path, refill or done."""
    kind: str
    words: dict[str, str] = field(default_factory=dict)

    def number(self, key: str) -> int:
        """Returns a value as a number, -1 if it is not there."""
        return int(self.words.get(key, "-1"))


def parse(line: str) -> Line | None:
    """Takes a console line; returns what it says, None for other lines."""
    if not line.startswith("dscan "):
        return None
    words: dict[str, str] = {}
    text = line[6:].strip()
    head, sep, tail = text.partition(" text=")
    for word in head.split():
        key, eq, value = word.partition("=")
        if not eq:
            return None
        words[key] = value
    if sep:
        words["text"] = tail
    for key, kind in (("path", "path"), ("per_refill", "refill"),
                      ("done", "done")):
        if key in words:
            return Line(kind, words)
    return None


def row(line: Line) -> str:
    """Returns a path line as a row below HEADER."""
    w = line.words
    title = TITLES.get(w["path"], w["path"])
    if w["status"] != "ok":
        why = ("not supported by this kernel" if w["status"] == "unsupported"
               else f"failed: {w.get('call')}: {w.get('text')}")
        return f"{title:<10}  {why}"
    rate = line.number("bytes") / max(1, line.number("usec"))
    cells = (f"{rate * 1e6 / (1 << 20):.1f}", w["matches"], w["crc"],
             human(line.number("copied")), w["faults"], w["pte"], w["tlb"],
             w["commands"], w["prd"], w["cached"])
    return f"{title:<10}" + "".join(
        f"{c:>{width}}" for c, (_, width) in zip(cells, COLUMNS))


def refill_note(line: Line) -> str:
    """Returns what one refill costs at most, in words."""
    w = line.words
    commands = w["commands"]
    if w["commands_max"] != commands:
        commands += f"..{w['commands_max']}"
    return (f"          per refill (at most, of {w['per_refill']}): "
            f"copied={w['copied']} pte={w['pte']} tlb={w['tlb']} "
            f"faults={w['faults']} commands={commands} prd={w['prd']}")


def human(count: int) -> str:
    """Returns a number of bytes, short."""
    for unit in ("B", "KiB", "MiB"):
        if abs(count) < 10240 or unit == "MiB":
            break
        count = round(count / 1024)
    return f"{count} {unit}"


def truth(path: Path, pattern: bytes) -> tuple[int, int, int]:
    """Returns (size, matches, crc32) of a file. Matches may overlap."""
    size = crc = found = 0
    tail = b""
    keep = len(pattern) - 1
    with path.open("rb") as f:
        while chunk := f.read(CHUNK):
            size += len(chunk)
            crc = zlib.crc32(chunk, crc)
            data = tail + chunk
            found += count(data, pattern)
            tail = data[-keep:] if keep else b""
    return size, found, crc


def count(data: bytes, pattern: bytes) -> int:
    """Returns at how many offsets the pattern stands in data."""
    if not overlaps_itself(pattern):
        return data.count(pattern)
    found, at = 0, data.find(pattern)
    while at >= 0:
        found += 1
        at = data.find(pattern, at + 1)
    return found


def overlaps_itself(pattern: bytes) -> bool:
    """Whether two matches can share bytes: some proper prefix is a suffix."""
    return any(pattern.endswith(pattern[:n])
               for n in range(1, len(pattern)))


def disagreement(line: Line, want: tuple[int, int, int]) -> str:
    """Returns how a path's line differs from the truth, "" if it agrees."""
    if line.words["status"] != "ok":
        return f"{line.words['path']}: {line.words['status']}"
    got = (line.number("bytes"), line.number("matches"),
           int(line.words["crc"], 16))
    for what, a, b in zip(("bytes", "matches", "crc32"), got, want):
        if a != b:
            return f"{line.words['path']}: {what} {a}, the host says {b}"
    return ""
