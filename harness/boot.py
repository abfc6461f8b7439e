# SPDX-License-Identifier: GPL-2.0-only
"""
Boots a kernel and runs selftests in it, in a thread of its own. Results can
be waited for one by one. A panic or a hang costs the test that was running;
the ones behind it get a new boot.
"""

import re
import shutil
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from . import images
from .console import Watcher
from .decode import annotate
from .effort import LONG
from .errors import UserError
from .guest import Guest
from .ktap import Parser, Result
from .machines import DISKS, Profile, rules
from .paths import BUILD, LOGS
from .qemu import Disk, Machine
from .qmp import QmpError
from .selftests import Selftest

# Seconds: for the kernel to reach init; for init to notice a time-out.
BOOT_LIMIT = 300
GRACE = 90
MAX_BOOTS = 12


@dataclass
class Outcome:
    """What became of one selftest. status is pass, fail, skip or xfail."""
    name: str
    status: str
    message: str = ""
    seconds: float = 0.0
    excerpt: list[str] = field(default_factory=list)
    result: Result | None = None


def boot_disks(p: Profile, folder: Path) -> tuple[Disk, ...]:
    """Copies the four images into folder and returns them as drives, with
    the machine's faults and throttles."""
    folder.mkdir(parents=True, exist_ok=True)
    disks = []
    for index, name in enumerate(DISKS):
        image = images.copy(images.make(name), folder / f"{name}.img")
        text = rules(p, name, image)
        conf = folder / f"{name}.rules" if text else None
        if conf:
            conf.write_text(text)
        disks.append(Disk(image, index, conf, dict(p.bps).get(name, 0)))
    return tuple(disks)


class SelftestBoot:
    """Runs some selftests on one kernel and one kind of machine."""

    def __init__(self, label: str, kernel: Path, p: Profile,
                 tests: list[Selftest], append: str = "") -> None:
        self.label = label
        self.kernel = kernel
        self.profile = p
        self.tests = tests
        self.append = append
        self.outcomes: dict[str, Outcome] = {}
        self.disk_problems: list[str] = []
        self.logs: list[Path] = []
        self.finished = False
        self._changed = threading.Condition()

    def run(self) -> None:
        """Boots as often as it takes; then every test has an outcome."""
        try:
            self._run()
        except Exception as e:  # the waiting threads must learn of it
            self._fill(f"the harness failed: {e!r}"
                       if not isinstance(e, UserError) else str(e))
        finally:
            with self._changed:
                self.finished = True
                self._changed.notify_all()

    def wait(self, name: str) -> Outcome:
        """Blocks until the test of that name has its outcome."""
        with self._changed:
            self._changed.wait_for(lambda: name in self.outcomes)
            return self.outcomes[name]

    def wait_all(self) -> None:
        """Blocks until the last boot is over and its disks are checked."""
        with self._changed:
            self._changed.wait_for(lambda: self.finished)

    def _run(self) -> None:
        for number in range(MAX_BOOTS):
            left = [t for t in self.tests if t.name not in self.outcomes]
            if not left:
                return
            _OneBoot(self, number, left).run()
        self._fill(f"not run: {MAX_BOOTS} boots went wrong before")

    def _fill(self, message: str) -> None:
        for t in self.tests:
            if t.name not in self.outcomes:
                self.settle(Outcome(t.name, "fail", message))

    def settle(self, outcome: Outcome) -> None:
        """Notes a test's outcome; the first one counts."""
        with self._changed:
            self.outcomes.setdefault(outcome.name, outcome)
            self._changed.notify_all()


class _OneBoot:
    """One QEMU run of a SelftestBoot."""

    def __init__(self, parent: SelftestBoot, number: int,
                 tests: list[Selftest]) -> None:
        self.parent = parent
        self.tests = {t.name: t for t in tests}
        self.name = parent.label + (f".{number + 1}" if number else "")
        self.parser = Parser()
        self.watcher = Watcher()
        self.current = ""
        self.since = time.monotonic()
        self.excerpt: list[str] = []
        self.claims: list[str] = []
        self.charged = False  # the oops, to the test that was running
        self.nmi = threading.Event()
        self.late = threading.Event()
        self.slowness = 1
        self.progress = threading.Condition()

    def run(self) -> None:
        folder = BUILD / "boots" / self.name
        disks = boot_disks(self.parent.profile, folder)
        images.put_file(disks[0].path, "/etc/tests", "".join(
            t.line() + "\n" for t in self.tests.values()))
        machine = Machine(self.parent.kernel, self._command_line(), disks,
                          self.parent.profile.memory)
        log = LOGS / f"{self.name}.log"
        self.parent.logs.append(log)
        with Guest(machine, log, self._on_line) as guest:
            why = self._watch(guest)
        if why:
            self._blame(why, log)
        else:
            self._check_disks(disks)
        shutil.rmtree(folder, ignore_errors=True)

    def _command_line(self) -> str:
        words = ["console=ttyS0", "root=/dev/hda", "rw", self.parent.append,
                 "init=/init", "--", *self.parent.profile.env,
                 "LONG=1" if LONG else ""]
        return " ".join(w for w in words if w)

    # -- the console, in the reader's thread

    def _on_line(self, line: str) -> None:
        self.watcher.feed(line)
        if line.startswith("# selftest: "):
            self._start(line.removeprefix("# selftest: ").strip())
        elif line.startswith("# timeout: "):
            self.nmi.set()
        elif line.strip() == "# slower disks, please":
            self.late.set()
        elif m := re.match(r"\s*# host: (.*)", line):
            self.claims.append(m[1].strip())
        self.excerpt.append(line)
        result = self.parser.feed(line)
        if result and result.depth == 0:
            self._finish(result)
        with self.progress:
            self.progress.notify_all()

    def _start(self, name: str) -> None:
        self.current = name
        self.since = time.monotonic()
        self.excerpt = []

    def _finish(self, r: Result) -> None:
        if r.name not in self.tests:
            return
        status, message = r.status, r.reason
        if failures := r.failures():
            message = "; ".join(failures + ([r.reason] if r.reason else []))
        if self.watcher.oops and status != "fail":
            status, message = "fail", self.watcher.oops
            self.charged = True
        self.parent.settle(Outcome(
            r.name, status, message, time.monotonic() - self.since,
            annotate(self.parent.kernel, self.excerpt[-80:])
            if status == "fail" else [], r))
        self.current = ""
        self.since = time.monotonic()

    # -- judging, in the boot's thread

    def _watch(self, guest: Guest) -> str:
        """Waits for the end of the boot; returns what went wrong, or ""."""
        while True:
            status = guest.wait(0.2)
            if self.nmi.is_set():
                self.nmi.clear()
                guest.stacks(0)
            if self.late.is_set() and status is None:
                self.late.clear()
                self._slow_down(guest)
            if self.watcher.trouble:
                guest.wait(2.0)
                return self.watcher.trouble
            if status is not None:
                return self._ended(guest, status)
            limit = self._limit()
            if time.monotonic() - self.since > limit:
                taken = guest.stacks()
                where = self.current or ("boot" if not self.parser.started
                                         else "init")
                return (f"{where} hangs: nothing for {limit} s" +
                        ("" if taken else ", QEMU does not answer"))

    def _slow_down(self, guest: Guest) -> None:
        """Halves the rates of the slow disks, three times at most."""
        self.slowness = min(2 * self.slowness, 8)
        for name, bps in self.parent.profile.bps:
            disk = Disk(Path(name), DISKS.index(name)).name
            with suppress(QmpError):
                guest.throttle(disk, bps // self.slowness)

    def _limit(self) -> float:
        if self.current in self.tests:
            return self.tests[self.current].timeout + GRACE
        return BOOT_LIMIT

    def _ended(self, guest: Guest, status: int) -> str:
        missing = [n for n in self.tests if n not in self.parent.outcomes]
        if bad := guest.failure(status):
            return bad
        if missing:
            return "the guest powered off too early"
        problems = self.parser.close()
        if problems:
            self.parent.disk_problems += [f"KTAP: {p}" for p in problems]
        return ""

    def _blame(self, why: str, log: Path) -> None:
        """The running test pays; without one, the first that waits does."""
        if self.charged:
            return
        name = self.current
        if name not in self.tests or name in self.parent.outcomes:
            name = next((n for n in self.tests
                         if n not in self.parent.outcomes), "")
        if not name:
            self.parent.disk_problems.append(f"after the last test: {why}")
            return
        excerpt = annotate(self.parent.kernel, self.excerpt[-120:])
        self.parent.settle(Outcome(name, "fail", f"{why} (log: {log})",
                                   time.monotonic() - self.since, excerpt))

    def _check_disks(self, disks: tuple[Disk, ...]) -> None:
        """Disk names are the guest's: hda ..."""
        found = self.parent.disk_problems
        for disk in disks:
            for offset in images.ext2_offsets(disk.path):
                if bad := images.fsck(disk.path, offset):
                    found.append(f"{disk.name} at {offset}: {bad}")
        paths = {d.name: d.path for d in disks}
        for claim in self.claims:
            if bad := images.check_claim(claim, paths):
                found.append(bad)
