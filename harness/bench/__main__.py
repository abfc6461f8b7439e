# SPDX-License-Identifier: GPL-2.0-only
"""The command behind `make bench`."""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import UserError, exit_status
from ..paths import LOGS, TOP, vmlinux
from ..qemu import QEMU, require_qemu
from . import (KIB, MIB, OUT, SIZES, budgets, clock, fit, page, peer, report,
               scaling, table)
from .points import Point, as_json
from .profile import TOP_FUNCTIONS, profile
from .session import BENCH, SCALE, Kernel, Session, at_a_time

QUICK_SIZES = (4 * KIB, 64 * KIB, MIB)
SCALING = "scaling"  # a word like a path's


@dataclass
class Wish:
    """What the user asked for. paths are parts of paths' names."""
    kernel: Kernel
    paths: list[str]
    quick: bool = False
    profile: bool = False
    page: bool = False
    peer: Kernel | None = None
    repetitions: int = 5

    @property
    def targets(self) -> list[str]:
        """The kinds of file to measure."""
        return ["file"] if self.quick else ["file", "device"]

    @property
    def words(self) -> list[str]:
        """What the guest's bench is told besides."""
        return (["-q"] if self.quick else []) + [
            p for p in self.paths if p != SCALING]

    @property
    def measures_paths(self) -> bool:
        """Whether any path is wanted, not the scaling alone."""
        return not self.paths or any(p != SCALING for p in self.paths)

    @property
    def scales(self) -> bool:
        """Whether the scaling is wanted."""
        return SCALING in self.paths or not (self.paths or self.quick)


@dataclass
class Found:
    """What was measured."""
    points: list[Point] = field(default_factory=list)
    scaling: list[Point] = field(default_factory=list)
    peer: list[Point] = field(default_factory=list)
    speeds: clock.Speeds = field(default_factory=clock.Speeds)
    peer_speeds: clock.Speeds = field(default_factory=clock.Speeds)
    wrong: list[str] = field(default_factory=list)


def count(w: Wish, progress: table.Progress) -> Found:
    """Boots what counts, as many at a time as there are processors."""
    found = Found()
    sessions: list[Session] = []

    def add(name: str, kernel: Kernel, command: str, into: list[Point],
            note: str = "") -> None:
        sessions.append(Session(
            name, kernel, command,
            lambda p: (into.append(p), progress.point(note, p)),
            progress.plan, profile=w.profile and kernel is w.kernel))

    for target in w.targets if w.measures_paths else ():
        command = " ".join([BENCH, "-x", target, *w.words])
        add(f"bench-{target}", w.kernel, command, found.points)
        if w.peer:
            add(f"bench-peer-{target}", w.peer, command, found.peer,
                w.peer.name)
    if w.scales:
        sessions.append(Session(
            "bench-scaling", w.kernel, SCALE + (" -q" if w.quick else ""),
            lambda p: (found.scaling.append(p), progress.show(p.name()))))
    at_a_time(sessions, os.cpu_count() or 1)
    found.wrong += [x for s in sessions for x in s.wrong]
    order = {t: i for i, t in enumerate(("none", *w.targets))}
    for points in (found.points, found.peer):
        points.sort(key=lambda p: order[p.target])
    return found


def time_it(w: Wish, found: Found, progress: table.Progress) -> None:
    """Boots what is timed, one at a time."""
    if not any(p.moves != "-" for p in found.points):
        return
    found.speeds, wrong = clock.measure(
        w.kernel, w.targets, w.words, w.quick, w.repetitions, progress)
    found.wrong += wrong
    if w.peer:
        found.peer_speeds, wrong = clock.measure(
            w.peer, w.targets, w.words, w.quick, w.repetitions, progress)
        found.wrong += wrong


def verdicts(found: Found) -> list[budgets.Verdict]:
    """Returns the budgets' verdicts."""
    shares = {(k[0], k[3]): found.speeds.share(k)
              for k in found.speeds.keys()
              if k[1:3] == ("file", "sequence")}
    return budgets.judge(found.points, {
        k: v for k, v in shares.items() if v is not None})


def relative(path: Path) -> str:
    """Returns a path as seen from the repository's top."""
    full = path.resolve()
    return str(full.relative_to(TOP) if full.is_relative_to(TOP) else path)


def results(w: Wish, found: Found) -> dict:
    """Returns what goes to bench.json."""
    version = subprocess.run([QEMU, "--version"], capture_output=True,
                             text=True).stdout.splitlines()
    peers = []
    if w.peer:
        peers = [{"name": w.peer.name, "kernel": str(w.peer.path),
                  "points": [as_json(p) for p in found.peer],
                  "speed": found.peer_speeds.as_json()}]
    earlier = {"/".join(map(str, (*p.line, p.size))):
               [budgets.earlier(*p.line, p.size, i)
                for i in range(len(budgets.EARLIER))] for p in found.points}
    return {
        "date": time.strftime("%Y-%m-%d"), "kernel": relative(w.kernel.path),
        "kernel_name": w.kernel.name,
        "qemu": version[0] if version else "?",
        "points": [as_json(p) for p in found.points],
        "budgets": [v.as_json() for v in verdicts(found)],
        "model": [dict(zip(("path", "target", "order"), line)) |
                  {"a": f.a, "b": f.b, "error": f.error}
                  for line, f in fit.fits(found.points).items()],
        "scaling": [as_json(p) for p in found.scaling],
        "speed": (found.speeds.as_json() if found.speeds.repetitions
                  else None),
        "peers": peers,
        "earlier": {"kernels": list(budgets.EARLIER), "counts": {
            k: v for k, v in earlier.items() if any(v)}}}


def tell(w: Wish, found: Found, sizes: tuple[int, ...]) -> None:
    """Prints the tables behind the rows."""
    print(table.FOOT)
    if found.speeds.repetitions:
        print("\n" + table.speeds(found.speeds, sizes))
    if found.peer_speeds.repetitions and w.peer:
        print(f"\n{w.peer.name}")
        print(table.speeds(found.peer_speeds, sizes))
    if fits := fit.fits(found.points):
        print("\n" + table.models(fits))
    if found.scaling:
        print("\n" + scaling.table(found.scaling))
    print("\n" + table.budgets(verdicts(found)))


def write_profile(w: Wish, found: Found) -> None:
    """Writes and prints where the instructions went, by function."""
    symbols = w.kernel.symbols()
    if not w.profile or not symbols:
        return
    (OUT / "profile.txt").write_text(profile(found.points, symbols, None))
    print("\n" + profile(found.points, symbols, TOP_FUNCTIONS), end="")


def run(w: Wish) -> int:
    """Measures and reports; returns the exit status. Missed budgets are
    told, not failures."""
    OUT.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    sizes = QUICK_SIZES if w.quick else SIZES
    progress = table.Progress(sizes)
    print(table.header("kernel instructions", sizes), flush=True)
    found = count(w, progress)
    if w.measures_paths and not found.points and not found.wrong:
        raise UserError(f"no path is called {' or '.join(w.paths)}")
    time_it(w, found, progress)
    progress.line("")
    tell(w, found, sizes)
    write_profile(w, found)
    all_of_it = results(w, found)
    (OUT / "bench.json").write_text(json.dumps(all_of_it, indent=1) + "\n")
    print(f"{OUT / 'bench.json'}\n{report.write(all_of_it)}")
    if w.page and not found.wrong:
        page.update({"costs": page.costs(found.points),
                     "budgets": page.budgets(verdicts(found)),
                     "shares": page.shares(found.speeds),
                     "model": page.models(fit.fits(found.points)),
                     "scaling": page.scaling(found.scaling)})
    if found.wrong:
        print(f"FAILED: {'; '.join(found.wrong)}", file=sys.stderr)
    return bool(found.wrong)


def wish(argv: list[str] | None = None) -> Wish:
    """Takes the command line; returns what it asks for. Raises UserError."""
    p = argparse.ArgumentParser(prog="bench")
    p.add_argument("--kernel", type=Path, default=vmlinux("patched"))
    p.add_argument("--quick", action="store_true",
                   help="few sizes, a file in sequence only")
    p.add_argument("--profile", action="store_true")
    p.add_argument("--page", action="store_true",
                   help="put the tables into docs/performance.md")
    p.add_argument("--repetitions", type=int, default=0, help="of the clock")
    p.add_argument("--peer", default="", help="another kernel's bzImage")
    p.add_argument("--peer-modules", default="",
                   help="its lib/modules/VERSION")
    p.add_argument("--peer-append", default="", help="its command line")
    p.add_argument("paths", nargs="*", help="parts of paths' names")
    a = p.parse_args(argv)
    if not a.kernel.exists():
        raise UserError(f"{a.kernel} is missing: make patched")
    if a.page and (a.paths or a.quick):
        raise UserError("PAGE=1 needs a whole run")
    kernel = Kernel("this kernel", a.kernel)
    return Wish(kernel, a.paths, a.quick, a.profile, a.page,
                peer.kernel(a.peer, a.peer_modules, a.peer_append),
                a.repetitions or (3 if a.quick or a.paths else 5))


def bench() -> int:
    """Does what the command line asks for; returns the exit status."""
    require_qemu()
    return run(wish())


if __name__ == "__main__":
    sys.exit(exit_status(bench))
