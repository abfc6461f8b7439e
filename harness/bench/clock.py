# SPDX-License-Identifier: GPL-2.0-only
"""
Speed, as a share of what the bare controller does: harness/floor boots without
an operating system and issues one command at a time on copies of the same
images; between two such boots the kernel does its operations, without the
plugin. Times are of the processor's counter (TSC), which is the host's in
both. What else the host does only ever adds, so the time of a boot is one that
a tenth of its operations kept to; the mean, on both sides, where operations
are not alike. A share is a median over the repetitions, each against the
floors next to it: the host's pace changes from one second to the next.
"""

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ..console import Watcher
from ..errors import UserError
from ..guest import Guest
from ..paths import BUILD, LOGS
from ..qemu import Machine
from ..run import follow
from . import MIB, words_of
from .points import Point, uses_mean
from .session import BENCH, Kernel, Session, disks

if TYPE_CHECKING:
    from .table import Progress

FLOOR = BUILD / "floor" / "floor"
TIME_LIMIT = 1500
# The drive behind each target, and the seed of what it holds (0: anything).
DRIVES = {"file": (1, 0), "device": (2, 7)}

# statistic (low, mean), target, moves, order, size
FloorKey = tuple[str, str, str, str, int]
# path, target, order, size
Key = tuple[str, str, str, int]


@dataclass
class Repetition:
    """One boot of the kernel and what the floor was around it, in ticks."""
    floor: dict[FloorKey, float]
    times: dict[Key, tuple[float, str]] = field(default_factory=dict)


def floor_ticks(target: str, quick: bool, name: str) -> dict[FloorKey, float]:
    """Boots the bare controller's program for one target; returns its
    ticks. Raises UserError."""
    if not FLOOR.exists():
        raise UserError(f"{FLOOR} is missing: make floor")
    drive, seed = DRIVES[target]
    found: dict[FloorKey, float] = {}
    lines: list[str] = []
    m = Machine(FLOOR, f"drive={drive} seed={seed} mib=64 quick={int(quick)}",
                disks(name), accel="tcg")
    with Guest(m, LOGS / f"{name}.log", lines.append) as guest:
        why = follow(guest, Watcher(), TIME_LIMIT)
    for words in filter(None, (words_of(x, "floor") for x in lines)):
        if "error" in words:
            raise UserError(f"floor: {words['error']} ({words['value']})")
        for which in ("low", "mean") if "size" in words else ():
            found[which, target, words["moves"], words["order"],
                  int(words["size"])] = float(words[which])
    if why or "floor done=1" not in lines:
        raise UserError(f"floor: {why or 'no end'} "
                        f"(log: {LOGS / name}.log)")
    return found


def between(a: dict[FloorKey, float], b: dict[FloorKey, float]
            ) -> dict[FloorKey, float]:
    """Returns the floor between two measurements of it."""
    return {k: (a[k] + b[k]) / 2 for k in a}


def statistic(path: str) -> str:
    """Returns which statistic is a path's time."""
    return "mean" if uses_mean(path) else "low"


def floor_of(floor: dict[FloorKey, float], moves: str, key: Key
             ) -> float | None:
    """Returns the ticks that the controller needs for what an operation
    moves: "rw" is a write and a read. None if that was not measured."""
    path, target, order, size = key
    parts = [floor.get((statistic(path), target, m, order, size))
             for m in moves]
    return None if None in parts or not parts else sum(parts)


@dataclass
class Speeds:
    """All repetitions."""
    repetitions: list[Repetition] = field(default_factory=list)
    mhz: float = 0.0

    def shares(self, key: Key) -> list[float]:
        """Returns a path's share of the controller's speed in percent, one
        for each repetition."""
        found = []
        for r in self.repetitions:
            if key not in r.times:
                continue
            ticks, moves = r.times[key]
            floor = floor_of(r.floor, moves, key)
            if floor:
                found.append(100 * floor / ticks)
        return found

    def share(self, key: Key) -> float | None:
        """Returns the median share."""
        found = self.shares(key)
        return statistics.median(found) if found else None

    def mib_s(self, key: Key) -> float | None:
        """Returns the median speed in MiB/s."""
        found = [r.times[key][0] for r in self.repetitions if key in r.times]
        return self.speed(key[3], statistics.median(found)) if found else None

    def speed(self, size: int, ticks: float) -> float:
        """Takes bytes and ticks; returns MiB/s."""
        return size / MIB * self.mhz * 1e6 / ticks

    def keys(self) -> list[Key]:
        """Returns what was measured."""
        return list(dict.fromkeys(
            k for r in self.repetitions for k in r.times))

    def as_json(self) -> dict:
        """Returns it for bench.json."""
        floors: dict[FloorKey, list[float]] = {}
        for r in self.repetitions:
            for k, v in r.floor.items():
                floors.setdefault(k, []).append(v)
        return {
            "repetitions": len(self.repetitions), "tsc_mhz": self.mhz,
            "floor": [{"target": t, "moves": m, "order": o, "size": s,
                       "ticks": statistics.median(v),
                       "mib_s": self.speed(s, statistics.median(v))}
                      for (which, t, m, o, s), v in floors.items()
                      if which == "low"],
            "paths": [{"path": k[0], "target": k[1], "order": k[2],
                       "size": k[3], "share": self.share(k),
                       "shares": self.shares(k), "mib_s": self.mib_s(k)}
                      for k in self.keys()]}


def measure(kernel: Kernel, targets: list[str], words: list[str],
            quick: bool, repetitions: int, progress: "Progress"
            ) -> tuple[Speeds, list[str]]:
    """Boots floor and kernel in turn, one at a time. words go to the guest's
    bench. Returns the speeds and what went wrong."""
    speeds, wrong = Speeds(), []
    before = _floors(targets, quick, kernel.name)
    for number in range(repetitions):
        what = f"{kernel.name}: time, {number + 1} of {repetitions}"
        progress.say(what)
        times: dict[Key, tuple[float, str]] = {}
        s = Session(f"bench-clock-{kernel.name}", kernel,
                    " ".join([BENCH, "-t", *words]),
                    lambda p: (_note(times, p),
                               progress.show(f"{what}, {p.name()}")),
                    counting=False).run()
        after = _floors(targets, quick, kernel.name)
        speeds.repetitions.append(Repetition(between(before, after), times))
        speeds.mhz = s.mhz or speeds.mhz
        wrong += s.wrong
        before = after
    return speeds, wrong


def _note(times: dict[Key, tuple[float, str]], p: Point) -> None:
    if p.ok:
        times[(*p.line, p.size)] = (float(p.words[statistic(p.path)]),
                                    p.moves)


def _floors(targets: list[str], quick: bool, name: str
            ) -> dict[FloorKey, float]:
    found: dict[FloorKey, float] = {}
    for target in targets:
        found |= floor_ticks(target, quick, f"bench-floor-{name}")
    return found
