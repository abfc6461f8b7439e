# SPDX-License-Identifier: GPL-2.0-only
"""What was counted for one path, target, order and size, per operation."""

import statistics
from dataclasses import dataclass, field

from .. import counts
from ..counts import Interval

# Reading ahead or writing behind makes one operation pay for another: the
# mean is the cost. Elsewhere operations are alike: the median of those without
# a timer tick. A quick disk spares some of them two task switches and the
# halt; the value is that of those that waited.
MEAN = {"read-cold", "read-warm", "mmap-cold", "block-cold", "write-hot",
        "write-sync", "mmap-write-cold", "block-write", "async-refill",
        "async-write"}
LAYER = "layer:"


def uses_mean(path: str) -> bool:
    """Whether the mean is a path's value, not the median."""
    return path in MEAN


@dataclass
class Point:
    """One path at one size. target: none, file, device; order: sequence,
    random; moves: r, w, rw between memory and the disk, or "-"; row: how many
    operations an interval holds; axis, n: what was varied (scaling)."""
    path: str
    size: int
    status: str = "ok"
    target: str = "file"
    order: str = "sequence"
    moves: str = "-"
    row: int = 1
    words: dict[str, str] = field(default_factory=dict)
    intervals: list[Interval] = field(default_factory=list)
    axis: str = ""
    n: int = 0

    @staticmethod
    def of(words: dict[str, str]) -> "Point":
        """Takes a line's words; returns the point, without intervals."""
        return Point(words["path"], int(words["size"]), words["status"],
                     words.get("target", "file"),
                     words.get("order", "sequence"), words.get("moves", "-"),
                     int(words.get("row", 1)), words,
                     axis=words.get("axis", ""), n=int(words.get("n", 0)))

    @property
    def ok(self) -> bool:
        """Whether there are counts."""
        return self.status == "ok"

    @property
    def line(self) -> tuple[str, str, str]:
        """What the point shares with those of the other sizes."""
        return self.path, self.target, self.order

    @property
    def operations(self) -> int:
        """How many operations were counted."""
        return len(self.intervals) * self.row

    def name(self) -> str:
        """Returns words for a message."""
        where = f"{self.axis} {self.n}" if self.axis else \
            f"{self.target} {self.order}"
        return f"{self.path} {where} {self.size}"

    def sample(self) -> list[Interval]:
        """Returns the intervals that the values are taken from: operations
        with the usual number of disk commands that waited for the disk, if
        any did, and that no tick disturbed."""
        if uses_mean(self.path) or self.row > 1:
            return self.intervals
        usual = self._usual()
        return counts.undisturbed(counts.that_waited(usual, True) or usual)

    def awake(self) -> float | None:
        """Returns the kernel instructions of operations whose disk command
        was over before the process slept, None if there are none."""
        if uses_mean(self.path) or self.row > 1:
            return None
        usual = self._usual()
        found = counts.that_waited(usual, False)
        if len(found) == len(usual):
            return None
        found = [i for i in found if not i.counts["ticks"]]
        return (statistics.median(i.counts["kernel"] for i in found)
                if found else None)

    def value(self, key: str) -> float:
        """Returns one counter's typical value of an operation."""
        return self._typical([i.counts.get(key, 0) for i in self.sample()])

    @property
    def kernel(self) -> float:
        """Kernel instructions of an operation."""
        return self.value("kernel")

    def reads(self) -> float:
        """Returns the DMA reads of an operation."""
        return self._typical([i.reads() for i in self.sample()])

    def writes(self) -> float:
        """Returns the DMA writes of an operation."""
        return self._typical([i.writes() for i in self.sample()])

    def own_count(self, key: str) -> float:
        """Returns what the kernel counted itself (/proc/vmstat) an operation,
        -1 if it does not."""
        n = int(self.words.get(key, -1))
        return n / self.operations if n > 0 else n

    def prds(self) -> float:
        """Returns PRD entries an operation, by the kernel's own count."""
        return self.own_count("disk_prd")

    def layers(self) -> dict[str, float]:
        """Returns kernel instructions by layer; they add up to the kernel's
        of the interval that stands for the point."""
        total: dict[str, float] = {}
        chosen = self.typical()
        for i in chosen:
            for key, n in i.counts.items():
                if key.startswith(LAYER):
                    name = key.removeprefix(LAYER).replace("_", " ")
                    total[name] = total.get(name, 0) + n
        return {k: n / len(chosen) / self.row for k, n in total.items()}

    def typical(self) -> list[Interval]:
        """Returns the intervals that stand for the point: all where the mean
        is its value, else one with the median count."""
        found = self.sample()
        if uses_mean(self.path) or self.row > 1:
            return found
        middle = statistics.median_low(i.counts["kernel"] for i in found)
        return [next(i for i in found if i.counts["kernel"] == middle)]

    def _usual(self) -> list[Interval]:
        most = statistics.mode(len(i.commands) for i in self.intervals)
        return [i for i in self.intervals if len(i.commands) == most]

    def _typical(self, values: list[int]) -> float:
        take = (statistics.mean if uses_mean(self.path) or self.row > 1
                else statistics.median)
        return take(values) / self.row


def as_json(p: Point) -> dict:
    """Returns a point for bench.json."""
    d: dict = {"path": p.path, "target": p.target, "order": p.order,
               "size": p.size, "moves": p.moves, "status": p.status}
    if p.axis:
        d |= {"axis": p.axis, "n": p.n}
    if not p.ok:
        return d | {"call": p.words.get("call"), "text": p.words.get("text")}
    kernel = [i.counts["kernel"] / p.row for i in p.intervals]
    return d | {
        "operations": p.operations, "sample": len(p.sample()),
        "statistic": "mean" if uses_mean(p.path) or p.row > 1 else "median",
        "kernel": p.kernel, "kernel_awake": p.awake(),
        "kernel_min": min(kernel), "kernel_max": max(kernel),
        "disk_reads": p.reads(), "disk_writes": p.writes(),
        "disk_prd": p.prds(),
        "copied": max(p.own_count("copy_to_user_bytes"), 0) +
        max(p.own_count("copy_from_user_bytes"), 0),
        "layers": p.layers(),
        "counts": {k: p.value(k) for k in p.intervals[0].counts
                   if not k.startswith(LAYER)}}
