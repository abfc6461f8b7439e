# SPDX-License-Identifier: GPL-2.0-only
"""
Boots of the guest's bench: a kernel, the disks, what the program is to do, and
what it says as it goes. A boot that counts has the plugin's log beside its
console; the n-th interval of a point is the n-th of the log.
"""

import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .. import counts, images
from ..console import Watcher
from ..decode import annotate
from ..guest import Guest
from ..paths import BUILD, LOGS
from ..qemu import Disk, Machine
from ..run import follow
from . import OUT, layers, words_of
from .points import Point

TIME_LIMIT = 1500
BENCH = "/bin/bench -d /dev/hdb -m /mnt -s /dev/hdc"
SCALE = "/bin/benchscale -d /dev/hdb -m /mnt"


@dataclass
class Kernel:
    """What is booted: ours, or the one that a user wants to see beside it.
    append and extra are for its command line and QEMU's; with_symbols: it is
    a vmlinux of ours, whose ticks and layers can be told apart."""
    name: str
    path: Path
    append: str = "root=/dev/hda"
    extra: tuple[str, ...] = ()
    with_symbols: bool = True

    def symbols(self) -> counts.Symbols | None:
        """Returns its functions, None if they are not known."""
        return counts.Symbols(self.path) if self.with_symbols else None

    def counting(self, log: Path, profile: bool) -> tuple[str, ...]:
        """Returns QEMU's words for a boot that counts into log."""
        table = None
        if self.with_symbols:
            table = layers.write_table(self.path, log.with_suffix(".layers"))
        return counts.qemu_arguments(log, self.symbols(), profile, table)


def disks(name: str) -> tuple[Disk, ...]:
    """Returns fresh copies of the images for one boot."""
    folder = BUILD / "boots" / name
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(
        Disk(images.copy(images.make(image), folder / f"{image}.img"), index,
             cache="unsafe")
        for index, image in ((0, "root"), (1, "benchfile"), (2, "benchraw")))


class Session:
    """One boot. on_point takes each point as soon as the guest is done with
    it, on_plan how many there will be; both in the reader's thread."""

    def __init__(self, name: str, kernel: Kernel, command: str,
                 on_point: Callable[[Point], None],
                 on_plan: Callable[[int], None] = lambda n: None,
                 counting: bool = True, profile: bool = False) -> None:
        self.name = name
        self.kernel = kernel
        self.command = command
        self.points: list[Point] = []
        self.wrong: list[str] = []
        self.mhz = 0.0
        self._on_point, self._on_plan = on_point, on_plan
        self._watcher = Watcher()
        self._done = False
        self._log = OUT / f"{name}.count.log" if counting else None
        self._reader = counts.Reader(self._log) if self._log else None
        self._profile = profile

    def run(self) -> "Session":
        """Boots and waits for the end; what went wrong is in wrong."""
        extra = self.kernel.extra
        if self._log:
            extra += self.kernel.counting(self._log, self._profile)
        append = (f"console=ttyS0 rw {self.kernel.append} init=/init -- "
                  f"run {self.command}")
        m = Machine(self.kernel.path, append, disks(self.name), accel="tcg",
                    extra=extra)
        log = LOGS / f"{self.name}.log"
        with Guest(m, log, self._on_line) as guest:
            why = follow(guest, self._watcher, TIME_LIMIT)
        if why or not self._done:
            self.wrong.insert(0, f"{why or 'the run is not whole'} "
                                 f"(log: {log})")
        if self._watcher.after and self.kernel.with_symbols:
            print("\n".join(annotate(self.kernel.path,
                                     self._watcher.after[:40])),
                  file=sys.stderr)
        return self

    def _on_line(self, line: str) -> None:
        self._watcher.feed(line)
        if line.startswith(("benchinit: ", "bench: ")):
            self.wrong.append(line)
        words = words_of(line, "bench") or words_of(line, "scale")
        if not words:
            return
        if "path" in words:
            self._point(Point.of(words))
        if "points" in words:
            self.mhz = float(words["mhz"])
            self._on_plan(int(words["points"]))
        self._done |= "done" in words

    def _point(self, p: Point) -> None:
        if p.ok and self._reader:
            first, n = int(p.words["first"]), int(p.words["intervals"])
            p.intervals = self._reader.update()[first:first + n]
            if len(p.intervals) != n:
                self.wrong.append(f"{p.name()}: {len(p.intervals)} intervals "
                                  f"of {n} in the log")
                return
        elif not p.ok and p.status != "unsupported":
            self.wrong.append(f"{p.name()}: {p.words.get('call')}: "
                              f"{p.words.get('text')}")
        self.points.append(p)
        self._on_point(p)


def at_a_time(sessions: list[Session], number: int) -> list[Session]:
    """Runs sessions, number of them at a time; returns them."""
    queue = list(sessions)
    lock = threading.Lock()
    errors: list[BaseException] = []

    def work() -> None:
        while True:
            with lock:
                if not queue or errors:
                    return
                session = queue.pop(0)
            try:
                session.run()
            except BaseException as e:  # for the thread that waits
                errors.append(e)

    threads = [threading.Thread(target=work, daemon=True)
               for _ in range(number)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if errors:
        raise errors[0]
    return sessions
