# SPDX-License-Identifier: GPL-2.0-only
"""
`make cache-model`: what scanning a file by each path, window by window, does
to a processor's caches. selftests/bin/cachescan.cpp scans in the guest while
harness/plugin/cache.cpp shows every data access, and what the disk writes to
memory, to models of two processors on three kinds of bus. Prints a row a path
and window, then which window is best, and leaves build/bench/cache.json.
docs/cache-experiment.md explains.
"""

import argparse
import json
import sys
from array import array
from pathlib import Path

from . import cacheplot, counts, images
from .cachereport import (BUSES, KIB, MIB, PATHS, header, markdown, row,
                          verdict)
from .console import Watcher
from .decode import annotate
from .errors import UserError, exit_status
from .guest import Guest
from .paths import BUILD, LOGS, TOP, vmlinux
from .qemu import Disk, Machine, require_qemu
from .run import follow

from mkimage.content import pattern

PLUGIN = BUILD / "plugin" / "cache.so"
OUT = BUILD / "bench"
PAGE = TOP / "docs" / "cache-experiment.md"
TABLE_BEGIN, TABLE_END = "<!-- make cache-model PAGE=1 -->\n", "<!-- end -->\n"
TIME_LIMIT = 900
MEMORY = 256
FILE, FILE_SIZE, SEED = "/mnt/bench.bin", 12 * MIB, 21
TABLE = 128 * KIB
# What the disk reads besides the data, at most: blocks of block numbers.
METADATA = 1.02


# ---- the log and the console ----

class Log(counts.Reader):
    """The plugin's log. done: the intervals, each {id, accesses, device,
    models: {shape: {bus: counts}}}; shapes: the caches by name."""

    def __init__(self, log: Path | None) -> None:
        super().__init__(log)
        self.shapes: dict[str, dict[str, int]] = {}

    def feed(self, line: str) -> None:
        """Takes one line."""
        words = line.split()
        if line.startswith("cache shape "):
            keys = ("line", "l1_size", "l1_ways", "l2_size", "l2_ways")
            self.shapes[words[2]] = dict(zip(keys, map(int, words[3:])))
        elif line.startswith("cache end "):
            self.done.append({"id": int(words[2]), "models": {},
                              **_counts(words[3:])})
        elif line.startswith("cache model "):
            models = self.done[-1]["models"]
            models.setdefault(words[3], {})[words[4]] = _counts(words[5:])


def _counts(words: list[str]) -> dict:
    """Takes "a=1" and "b=1,2"; returns them as number and pair."""
    found: dict = {}
    for key, _, value in (w.partition("=") for w in words):
        numbers = [int(n) for n in value.split(",")]
        found[key] = numbers if len(numbers) > 1 else numbers[0]
    return found


def parse(line: str) -> dict[str, str] | None:
    """Takes a console line; returns the words of a "cachescan" line."""
    if not line.startswith("cachescan "):
        return None
    head, _, text = line[10:].partition(" text=")
    words = dict(w.split("=", 1) for w in head.split() if "=" in w)
    return words | ({"text": text} if text else {})


# ---- running it ----

def section(results: dict) -> str:
    """Takes what cache.json holds; returns a <section> for a report."""
    return cacheplot.section(results, verdict(results))


def update_page(results: dict, page: Path = PAGE) -> None:
    """Puts this run's tables into the page, in place of the last."""
    head, begin, rest = page.read_text().partition(TABLE_BEGIN)
    _, end, tail = rest.partition(TABLE_END)
    if not begin or not end:
        raise UserError(f"{page}: no place for the tables")
    page.write_text(head + begin + markdown(results) + end + tail)


def sum_of(data: bytes) -> int:
    """Returns what cachescan makes of a file."""
    words = array("I", data)
    if sys.byteorder == "big":
        words.byteswap()
    return sum(words) & 0xFFFFFFFF


class Run:
    """Follows the guest's console and joins it with the plugin's log."""

    def __init__(self, log: Path, quiet: bool = False) -> None:
        self.log = Log(log)
        self.quiet = quiet
        self.watcher = Watcher()
        self.results: dict = {"shapes": {}, "tables": [], "windows": [],
                              "points": []}
        self.wrong: list[str] = []
        self.done = False
        self._want = sum_of(pattern(SEED, 0, FILE_SIZE))

    def on_line(self, line: str) -> None:
        """Takes one console line, in the reader's thread."""
        self.watcher.feed(line)
        words = parse(line)
        if not words:
            return
        if "path" in words:
            self._point(words)
        self.done |= words.get("done") == "1"

    def _point(self, words: dict[str, str]) -> None:
        name = f"{words['path']} {words['window']}"
        if words["status"] != "ok":
            self.wrong.append(f"{name}: {words['status']}: "
                              f"{words.get('call')}: {words.get('text')}")
            return
        intervals = self.log.update()
        # The first interval is the empty one.
        number = len(self.results["points"]) + 1
        if len(intervals) != number + 1:
            self.wrong.append(f"{name}: {len(intervals)} intervals")
            return
        point = {"path": words["path"]} | {
            k: int(words[k]) for k in ("window", "table", "bytes")}
        point |= intervals[number]
        self.wrong += [f"{name}: {bad}" for bad in self._bad(words, point)]
        self._keep(point)

    def _bad(self, words: dict[str, str], point: dict) -> list[str]:
        bad = []
        if int(words["sum"], 16) != self._want:
            bad.append(f"the sum is {words['sum']}, not {self._want:08x}")
        for shape, buses in point["models"].items():
            got = buses[BUSES[0]]["dma"] * self.log.shapes[shape]["line"]
            if point["path"] in ("odirect", "direct", "refill") and not (
                    point["bytes"] <= got <= METADATA * point["bytes"]):
                bad.append(f"the models saw DMA of {got} bytes, not "
                           f"{point['bytes']}")
        return bad

    def _keep(self, point: dict) -> None:
        r = self.results
        if not r["points"]:
            r["shapes"] = self.log.shapes
            self._print("\n".join(header(r)))
        r["points"].append(point)
        for key, kind in (("tables", "table"), ("windows", "window")):
            if point[kind] not in r[key]:
                r[key].append(point[kind])
        self._print(row(r, point))

    def _print(self, text: str) -> None:
        if not self.quiet:
            print(text, flush=True)

    def verdict(self) -> list[str]:
        """Returns what is wrong with the run, nothing for a whole one."""
        if not self.done:
            return self.wrong + ["the run is not whole"]
        return self.wrong or ([] if self.results["points"] else
                              ["there is no such window"])


def qemu_arguments(log: Path, ram: Path) -> tuple[str, ...]:
    """Returns the words that make QEMU (TCG) feed the models; ram is where
    the guest's memory goes."""
    if not PLUGIN.exists():
        raise UserError(f"{PLUGIN} is missing: make plugin")
    if "," in f"{log}{ram}":
        raise UserError(f"{ram.parent}: QEMU wants no comma in a plugin's "
                        "arguments")
    log.unlink(missing_ok=True)
    ram.unlink(missing_ok=True)
    return ("-object", f"memory-backend-file,id=ram,size={MEMORY}M,"
            f"mem-path={ram},share=on", "-machine", "memory-backend=ram",
            "-plugin", f"{PLUGIN},log={log},ram={ram}", "-d", "plugin",
            "-trace", "memory_region_ops_write", "-D", str(log))


def machine(kernel: Path, folder: Path, words: list[str], log: Path
            ) -> Machine:
    """Returns the machine that runs cachescan. Both its disks are on one
    controller's channel; words are more for its command line."""
    folder.mkdir(parents=True, exist_ok=True)
    root = images.copy(images.make("root"), folder / "root.img")
    append = " ".join(["console=ttyS0 root=/dev/hda rw init=/init -- run "
                       "/bin/cachescan -d /dev/hdb -m /mnt", *words])
    return Machine(kernel, append, (Disk(root, 0), Disk(
        images.make("bench"), 1, overlay=True)), memory=MEMORY, accel="tcg",
        extra=qemu_arguments(log, folder / "ram"))


def experiment(kernel: Path, folder: Path, words: list[str], log: Path,
               console: Path, quiet: bool = False) -> Run:
    """Boots, scans, models. words: what cachescan is to do besides its
    defaults. Returns the run; its verdict() tells whether it is whole."""
    folder.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    state = Run(log, quiet)
    m = machine(kernel, folder, words, log)
    with Guest(m, console, state.on_line) as guest:
        why = follow(guest, state.watcher, TIME_LIMIT)
    (folder / "ram").unlink(missing_ok=True)
    if state.watcher.after:
        print("\n".join(annotate(kernel, state.watcher.after[:40])),
              file=sys.stderr)
    if why:
        state.wrong.insert(0, why)
    return state


def check_words(words: list[str]) -> None:
    """Raises UserError unless each is a path or a number."""
    for word in words:
        if word not in PATHS and not word.isdecimal():
            raise UserError(f"'{word}' is neither a window in bytes nor one "
                            f"of {', '.join(PATHS)}")


def run(kernel: Path, words: list[str], page: bool) -> int:
    """Does the experiment and reports; returns the exit status."""
    log = BUILD / "boots" / "cache" / "log"
    state = experiment(kernel, log.parent, ["-t", str(TABLE), FILE, *words],
                       log, LOGS / "cache.log")
    if wrong := state.verdict():
        print(f"FAILED: {'; '.join(wrong)} (log: {LOGS / 'cache.log'})",
              file=sys.stderr)
        return 1
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "cache.json").write_text(json.dumps(state.results) + "\n")
    print("\n" + "\n".join(verdict(state.results)))
    print(OUT / "cache.json")
    if page:
        update_page(state.results)
    return 0


def main() -> int:
    """Returns the exit status."""
    p = argparse.ArgumentParser(prog="cachemodel")
    p.add_argument("--kernel", type=Path, default=vmlinux("patched"))
    p.add_argument("--page", action="store_true",
                   help="put the tables into docs/cache-experiment.md")
    p.add_argument("words", nargs="*", help="only these paths and windows")
    a = p.parse_args()
    check_words(a.words)
    require_qemu()
    if not a.kernel.exists():
        raise UserError(f"{a.kernel} is missing: make patched")
    return run(a.kernel, a.words, a.page)


if __name__ == "__main__":
    sys.exit(exit_status(main))
