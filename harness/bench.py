# SPDX-License-Identifier: GPL-2.0-only
"""
`make bench`: what each path of the patched kernel costs, counted from outside
while selftests/bin/bench.cpp runs. Prints a row a path and size as the guest
is done with it, next to the budget and to what two other kernels took on the
same emulated disk. Leaves build/bench/bench.json and, with PROFILE=1,
build/bench/profile.txt.
"""

import argparse
import json
import statistics
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from . import counts, images
from .console import Watcher
from .decode import annotate
from .errors import UserError
from .guest import Guest
from .paths import BUILD, LOGS, TOP, vmlinux
from .qemu import Disk, Machine, require_qemu
from .run import follow

OUT = BUILD / "bench"
TIME_LIMIT = 280
PAGE = TOP / "docs" / "performance.md"
TABLE_BEGIN, TABLE_END = "<!-- make bench PAGE=1 -->\n", "<!-- end -->\n"
KIB, MIB = 1 << 10, 1 << 20
SIZES = {4 * KIB: "4 KiB", 64 * KIB: "64 KiB", MIB: "1 MiB"}
TOP_FUNCTIONS = 12

# Kernel instructions that an operation may take.
BUDGET = {
    ("getppid", 4 * KIB): 44,
    ("read-hot", 4 * KIB): 450, ("read-hot", MIB): 30_000,
    ("read-cold", MIB): 200_000,
    ("mmap-hot", 4 * KIB): 1_500,
    ("odirect-read", 4 * KIB): 2_500, ("odirect-read", 64 * KIB): 6_000,
    ("odirect-read", MIB): 40_000,
    ("refill", 4 * KIB): 1_800, ("refill", 64 * KIB): 2_200,
    ("refill", MIB): 6_000,
}

# Measured earlier in the same way: QEMU 7.2 TCG, PIIX3 IDE, i386 kernels, an
# ext2 file read in sequence. 4 KiB, 64 KiB, 1 MiB; Linux 2.4.37, Linux 6.12.
PEERS = {
    "getppid": ((44,), (213,)),
    "read-hot": ((453, 2_950, 42_958), (1_432, 5_638, 77_115)),
    "read-cold": ((2_436, 35_402, 550_138), (3_194, 38_213, 555_902)),
    "mmap-hot": ((1_660, 7_873, 107_544), (9_994, 18_095, 154_067)),
    "mmap-cold": ((5_843, 40_025, 624_280), (12_063, 52_229, 728_757)),
    "odirect-read": ((4_224, 22_840, 344_758), (9_346, 21_102, 139_783)),
    "odirect-write": ((4_420, 22_263, 333_302), (9_730, 15_158, 100_649)),
    "dev-odirect-read": ((3_929, 17_630, 262_136), (7_695, 17_431, 112_913)),
    "raw-read": ((7_611, 82_787, 1_309_969), ()),
}

# Reading ahead makes one operation pay for the next: the mean is the cost.
# Elsewhere operations are alike: the median of those without a timer tick. A
# quick disk spares some of them two task switches and the halt; the value is
# that of those that waited.
MEAN = {"read-cold", "mmap-cold", "block-cold", "dev-read-cold"}

COLUMNS = (("", -18), ("size", 7), ("kernel", 9), ("budget", 8), ("", -7),
           ("awake", 8), ("reads", 6), ("writes", 7), ("PRDs", 6),
           ("invlpg", 7),
           ("CR3", 5), ("ports", 6), ("2.4.37*", 10), ("6.12*", 9))
FOOT = ("kernel: instructions of an operation, string instructions as one "
        "each. awake: of one\nwhose disk command was over before the process "
        "slept. reads, writes: disk commands.\n"
        "* measured earlier on the same emulated disk.")


@dataclass
class Point:
    """One path at one size, per operation."""
    path: str
    size: int
    status: str
    words: dict[str, str]
    intervals: list[counts.Interval] = field(default_factory=list)

    def sample(self) -> list[counts.Interval]:
        """Returns the intervals that the values are taken from: operations
        with the usual number of disk commands that waited for the disk, if
        any did, and that no tick disturbed."""
        if self.path in MEAN:
            return self.intervals
        usual = self._usual()
        return counts.undisturbed(counts.that_waited(usual, True) or usual)

    def awake(self) -> float | None:
        """Returns the kernel instructions of operations whose disk command
        was over before the process slept, None if there are none."""
        usual = self._usual()
        found = counts.that_waited(usual, False)
        if self.path in MEAN or len(found) == len(usual):
            return None
        found = [i for i in found if not i.counts["ticks"]]
        return (statistics.median(i.counts["kernel"] for i in found)
                if found else None)

    def value(self, key: str) -> float:
        """Returns one counter's typical value of an operation."""
        return self._typical([i.counts[key] for i in self.sample()])

    def reads(self) -> float:
        """Returns the DMA reads of an operation."""
        return self._typical([i.reads() for i in self.sample()])

    def writes(self) -> float:
        """Returns the DMA writes of an operation."""
        return self._typical([i.writes() for i in self.sample()])

    def prds(self) -> float:
        """Returns PRD entries an operation, by the kernel's own count; -1 if
        it has none."""
        n = int(self.words.get("disk_prd", -1))
        return n / len(self.intervals) if n > 0 else n

    def budget(self) -> int | None:
        """Returns the kernel instructions allowed, None if nothing is set."""
        return BUDGET.get((self.path, self.size))

    def met(self) -> bool | None:
        """Whether the budget is kept, None without one."""
        limit = self.budget()
        return None if limit is None else self.value("kernel") <= limit

    def peer(self, which: int) -> int | None:
        """Returns what Linux 2.4.37 (0) or 6.12 (1) took."""
        found = PEERS.get(self.path, ((), ()))[which]
        index = list(SIZES).index(self.size)
        return found[index] if index < len(found) else None

    def _usual(self) -> list[counts.Interval]:
        most = statistics.mode(len(i.commands) for i in self.intervals)
        return [i for i in self.intervals if len(i.commands) == most]

    def _typical(self, values: list[int]) -> float:
        return (statistics.mean(values) if self.path in MEAN
                else statistics.median(values))


def parse(line: str) -> dict[str, str] | None:
    """Takes a console line; returns the words of a "bench" line."""
    if not line.startswith("bench "):
        return None
    head, _, text = line[6:].partition(" text=")
    words = dict(w.split("=", 1) for w in head.split() if "=" in w)
    return words | ({"text": text} if text else {})


def row(cells: list[str]) -> str:
    """Returns cells in the columns' widths."""
    return "".join(f"{c:<{-w}}" if w < 0 else f"{c:>{w}}"
                   for c, (_, w) in zip(cells, COLUMNS)).rstrip()


def point_row(p: Point) -> str:
    """Returns a point as a row of the table."""
    size = "" if p.path == "getppid" else SIZES[p.size]
    if p.status != "ok":
        why = ("not supported by this kernel" if p.status == "unsupported"
               else f"FAILED: {p.words.get('call')}: {p.words.get('text')}")
        return row([p.path, size]) + f"  {why}"
    verdict = {None: "", True: " met", False: " MISSED"}[p.met()]
    return row([p.path, size, number(p.value("kernel")), number(p.budget()),
                verdict, number(p.awake()), number(p.reads()),
                number(p.writes()),
                number(p.prds()), number(p.value("invlpg")),
                number(p.value("cr3")), number(p.value("port_io")),
                number(p.peer(0)), number(p.peer(1))])


def number(n: float | None) -> str:
    """Returns a number, short; "-" for none."""
    if n is None or n < 0:
        return "-"
    return f"{n:.1f}" if n < 100 and n != int(n) else f"{n:,.0f}"


def as_json(p: Point) -> dict:
    """Returns a point for bench.json."""
    d: dict = {"path": p.path, "size": p.size, "status": p.status}
    if p.status != "ok":
        return d | {"call": p.words.get("call"), "text": p.words.get("text")}
    kernel = [i.counts["kernel"] for i in p.intervals]
    return d | {
        "operations": len(p.intervals), "sample": len(p.sample()),
        "statistic": "mean" if p.path in MEAN else "median",
        "kernel": p.value("kernel"), "kernel_awake": p.awake(),
        "kernel_min": min(kernel),
        "kernel_max": max(kernel), "budget": p.budget(), "met": p.met(),
        "disk_reads": p.reads(), "disk_writes": p.writes(),
        "disk_prd": p.prds(), "linux_2_4_37": p.peer(0),
        "linux_6_12": p.peer(1),
        "counts": {k: p.value(k) for k in p.intervals[0].counts}}


def markdown(points: list[Point]) -> str:
    """Returns the points as a table for docs/performance.md."""
    head = ("path", "size", "kernel", "awake", "budget", "", "commands",
            "PRDs", "invlpg", "CR3", "2.4.37", "6.12")
    rows = [head, ("---", "---") + ("---:",) * 3 + ("---",) + ("---:",) * 6]
    for p in points:
        size = "" if p.path == "getppid" else SIZES[p.size]
        if p.status != "ok":
            rows.append((p.path, size, p.status) + ("",) * 9)
            continue
        verdict = {None: "", True: "met", False: "**missed**"}[p.met()]
        rows.append((p.path, size, *(number(n) for n in (
            p.value("kernel"), p.awake(), p.budget())), verdict, *(
            number(n) for n in (p.reads() + p.writes(), p.prds(),
                                p.value("invlpg"), p.value("cr3"),
                                p.peer(0), p.peer(1)))))
    return "\n".join("| " + " | ".join(
        "" if c == "-" else c for c in r) + " |" for r in rows) + "\n"


def update_page(points: list[Point], page: Path = PAGE) -> None:
    """Puts the table of this run into the page, in place of the last."""
    head, begin, rest = page.read_text().partition(TABLE_BEGIN)
    _, end, tail = rest.partition(TABLE_END)
    if not begin or not end:
        raise UserError(f"{page}: no place for the table")
    page.write_text(head + begin + markdown(points) + end + tail)


class _Bench:
    """Follows the guest's console and prints a row a point."""

    def __init__(self, log: Path) -> None:
        self.watcher = Watcher()
        self.reader = counts.Reader(log)
        self.points: list[Point] = []
        self.wrong: list[str] = []
        self.done = False

    def on_line(self, line: str) -> None:
        """Takes one console line, in the reader's thread."""
        self.watcher.feed(line)
        words = parse(line)
        if not words:
            return
        if "path" in words:
            self._point(words)
        self.done |= "done" in words

    def _point(self, words: dict[str, str]) -> None:
        p = Point(words["path"], int(words["size"]), words["status"], words)
        if p.status == "ok":
            first, n = int(words["first"]), int(words["ops"])
            p.intervals = self.reader.update()[first:first + n]
            if len(p.intervals) != n:
                self.wrong.append(f"{p.path} {p.size}: {len(p.intervals)} "
                                  f"intervals of {n} in the log")
                return
        elif p.status == "error":
            self.wrong.append(f"{p.path} {p.size}: {words.get('text')}")
        self.points.append(p)
        print(point_row(p), flush=True)

    def verdict(self) -> list[str]:
        """Returns what is wrong with the run, nothing for a whole one."""
        return self.wrong + ([] if self.done else ["the run is not whole"])


def typical(p: Point) -> list[counts.Interval]:
    """Returns the intervals that stand for the point: all where the mean is
    its value, else one with the median count."""
    if p.path in MEAN:
        return p.intervals
    found = p.sample()
    middle = statistics.median_low(i.counts["kernel"] for i in found)
    return [next(i for i in found if i.counts["kernel"] == middle)]


def profile(points: list[Point], symbols: counts.Symbols,
            limit: int | None) -> str:
    """Returns where the kernel instructions of an operation went, by
    function; inlined ones count as their caller's."""
    out = []
    for p in points:
        if p.status != "ok":
            continue
        chosen = typical(p)
        sites: Counter[int] = Counter()
        for i in chosen:
            sites.update(i.sites)
        out.append(f"{p.path} {SIZES[p.size]}: "
                   f"{sum(sites.values()) / len(chosen):,.0f}")
        top = symbols.by_function(sites).most_common()
        out += [f"  {n / len(chosen):>10,.0f}  {name}"
                for name, n in top[:limit]]
        if rest := top[len(top[:limit]):]:
            n = sum(n for _, n in rest) / len(chosen)
            out.append(f"  {n:>10,.0f}  ({len(rest)} others)")
    return "\n".join(out) + "\n"


def machine(kernel: Path, folder: Path, words: list[str],
            arguments: tuple[str, ...]) -> Machine:
    """Returns the machine that runs the guest's bench."""
    folder.mkdir(parents=True, exist_ok=True)
    root = images.copy(images.make("root"), folder / "root.img")
    disks = (Disk(root, 0), *(
        Disk(images.copy(images.make(name), folder / f"{name}.img"), index)
        for index, name in ((1, "bench"), (2, "scratch"))))
    append = " ".join(["console=ttyS0 root=/dev/hda rw init=/init -- run "
                       "/bin/bench -d /dev/hdb -m /mnt -s /dev/hdc", *words])
    return Machine(kernel, append, disks, accel="tcg",
                   extra=arguments)


def run(kernel: Path, words: list[str], profiling: bool, page: bool) -> int:
    """Boots, counts, reports; returns the exit status. Missed budgets are
    told, not failures."""
    OUT.mkdir(parents=True, exist_ok=True)
    log = OUT / "count.log"
    state = _Bench(log)
    symbols = counts.Symbols(kernel)
    m = machine(kernel, BUILD / "boots" / "bench",
                (["-q"] if profiling else []) + words,
                counts.qemu_arguments(log, symbols, profiling))
    print(row([t for t, _ in COLUMNS]), flush=True)
    with Guest(m, LOGS / "bench.log", state.on_line) as guest:
        why = follow(guest, state.watcher, TIME_LIMIT)
    if state.watcher.after:
        print("\n".join(annotate(kernel, state.watcher.after[:40])),
              file=sys.stderr)
    print(FOOT)
    (OUT / "bench.json").write_text(json.dumps(
        [as_json(p) for p in state.points], indent=1) + "\n")
    if profiling:
        (OUT / "profile.txt").write_text(profile(state.points, symbols, None))
        print("\n" + profile(state.points, symbols, TOP_FUNCTIONS), end="")
    wrong = [why] if why else state.verdict()
    if page and not wrong:
        update_page(state.points)
    return report(wrong, state.points)


def report(wrong: list[str], points: list[Point]) -> int:
    """Prints the verdict; returns the exit status."""
    judged = [p.met() for p in points if p.status == "ok"
              and p.met() is not None]
    print(f"budgets: {judged.count(True)} met, {judged.count(False)} missed; "
          f"{OUT / 'bench.json'}")
    if not wrong:
        return 0
    print(f"FAILED: {'; '.join(wrong)} (log: {LOGS / 'bench.log'})",
          file=sys.stderr)
    return 1


def main() -> int:
    """Returns the exit status."""
    p = argparse.ArgumentParser(prog="bench")
    p.add_argument("--kernel", type=Path, default=vmlinux("patched"))
    p.add_argument("--profile", action="store_true")
    p.add_argument("--page", action="store_true",
                   help="put the table into docs/performance.md")
    p.add_argument("paths", nargs="*", help="only these")
    a = p.parse_args()
    try:
        require_qemu()
        if not a.kernel.exists():
            raise UserError(f"{a.kernel} is missing: make patched")
        return run(a.kernel, a.paths, a.profile, a.page)
    except UserError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
