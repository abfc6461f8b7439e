# SPDX-License-Identifier: GPL-2.0-only
"""
`make kvcache`: one store of records on five back ends, in the guest. Prints
what the same operations found and cost on each; then compares every record
file, byte by byte, with what the operations must have left in it.
"""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from . import counts, images
from .console import Watcher
from .decode import annotate
from .errors import UserError
from .guest import Guest
from .paths import BUILD, LOGS, TOP, vmlinux
from .qemu import Disk, Machine, require_qemu
from .run import follow

from mkimage.content import pattern
from mkimage.recipe import from_dict

KIB, MIB = 1 << 10, 1 << 20
BACKENDS = ("read", "mmap", "odirect", "direct", "shared")
TITLES = {"read": "read/write", "mmap": "mmap", "odirect": "O_DIRECT",
          "direct": "windows", "shared": "shared win."}
COLUMNS = (("hit %", 6), ("kernel/op", 10), ("copied", 12), ("faults", 7),
           ("PTEs", 7), ("TLB", 7), ("reads", 6), ("writes", 7), ("MiB", 6),
           ("PRDs", 7), ("cached", 7))
HEADER = "back end    " + "".join(f"{t:>{w}}" for t, w in COLUMNS)
FOOT = ("kernel/op: instructions of the kernel for an operation, hits "
        "included. MiB: moved by the\ndisk. cached: pages of the file in the "
        "page cache afterwards.")
SLOWEST = 10  # operations a second and run that even a busy host makes
MASK = 0xFFFFFFFF

# What selftests/bin/kvcache/workload.h says.
RECORD, FLUSH_EVERY, PUT_ONE_IN, FIFTHS = 512, 2500, 5, 5
SCATTER = 0x9E3779B1


@dataclass(frozen=True)
class Job:
    """What to do: numbers for the guest's kvcache. size and cluster are
    bytes, memory MiB."""
    seed: int = 1
    operations: int = 20000
    size: int = 8 * MIB
    cluster: int = 16 * KIB
    frames: int = 64
    memory: int = 256

    def words(self) -> str:
        """Returns the guest program's options."""
        return (f"-s {self.seed} -n {self.operations} -z {self.size} "
                f"-c {self.cluster} -f {self.frames}")


class Random:
    """The guest's generator."""

    def __init__(self, seed: int) -> None:
        self.state = (seed * 2 + 1) & MASK

    def below(self, n: int) -> int:
        """Returns the next number, less than n."""
        x = self.state
        x ^= x << 13 & MASK
        x ^= x >> 17
        x ^= x << 5 & MASK
        self.state = x
        return (x >> 8) % n


def final_versions(job: Job) -> dict[int, int]:
    """Returns the last version of each record that was put."""
    r = Random(job.seed)
    clusters, each = job.size // job.cluster, job.cluster // RECORD
    versions: dict[int, int] = {}
    for number in range(1, job.operations + 1):
        if number % FLUSH_EVERY == 0:
            continue
        put = r.below(PUT_ONE_IN) == 0
        reach = clusters
        while reach >= FIFTHS and r.below(FIFTHS):
            reach //= FIFTHS
        cluster = (r.below(reach) * SCATTER & MASK) % clusters
        record = cluster * each + r.below(each)
        if put:
            versions[record] = number
    return versions


def expected_file(job: Job) -> bytes:
    """Returns what a record file must hold in the end."""
    data = bytearray(pattern(0, 0, job.size))
    for record, version in final_versions(job).items():
        at = record * RECORD
        data[at:at + RECORD] = pattern(version, at, RECORD)
    return bytes(data)


@dataclass
class Result:
    """One back end's line, and what was counted from outside."""
    words: dict[str, str]
    interval: counts.Interval | None = None

    @property
    def name(self) -> str:
        """The back end."""
        return self.words["backend"]

    @property
    def ok(self) -> bool:
        """Whether it did everything, and rightly."""
        return self.words["status"] == "ok"

    def number(self, key: str) -> int:
        """Returns a value as a number, -1 if it is not there."""
        return int(self.words.get(key, "-1"))

    def kernel(self) -> float:
        """Returns the kernel's instructions for an operation."""
        if not self.interval:
            return -1
        return self.interval.counts["kernel"] / self.number("operations")


def parse(line: str) -> Result | None:
    """Takes a console line; returns a back end's result, None for others."""
    if not line.startswith("kvcache backend="):
        return None
    head, _, text = line[8:].partition(" text=")
    words = dict(w.split("=", 1) for w in head.split() if "=" in w)
    return Result(words | ({"text": text.strip()} if text else {}))


def row(r: Result) -> str:
    """Returns a result as a row below HEADER."""
    title = f"{TITLES.get(r.name, r.name):<12}"
    if not r.ok:
        why = {"unsupported": "not supported by this kernel",
               "wrong": "FAILED: a get gave the wrong record"}.get(
            r.words["status"],
            f"FAILED: {r.words.get('call')}: {r.words.get('text')}")
        return f"{title}  {why}"
    hits = r.number("hits")
    cells = (f"{100 * hits / (hits + r.number('misses')):.1f}",
             f"{r.kernel():,.0f}", f"{r.number('copied'):,}",
             *(r.words[k] for k in ("faults", "pte", "tlb", "reads",
                                    "writes")),
             f"{r.number('sectors') * 512 / MIB:.1f}", r.words["prd"],
             r.words["cached"])
    return title + "".join(f"{c:>{w}}" for c, (_, w) in zip(cells, COLUMNS))


def disagreements(results: list[Result]) -> list[str]:
    """Returns what is wrong with a run's results, [] if they agree."""
    seen = [r.name for r in results]
    wrong = [f"{b}: no result" for b in BACKENDS if b not in seen]
    wrong += [f"{r.name}: {r.words['status']}" for r in results if not r.ok]
    for key in ("checksum", "gets", "puts", "hits", "misses"):
        found = {r.words[key] for r in results if r.ok}
        if len(found) > 1:
            wrong.append(f"{key} differs: {', '.join(sorted(found))}")
    return wrong


def check_files(image: Path, job: Job) -> list[str]:
    """Returns what is wrong with the file system in an image, and how its
    record files differ from what the operations must have left; [] if all is
    right."""
    want = expected_file(job)
    wrong = [bad] if (bad := images.fsck(image)) else []
    for name in BACKENDS:
        got = images.read_file(image, f"/kv.{name}")
        if got != want:
            at = next((i for i, (a, b) in enumerate(zip(got, want))
                       if a != b), min(len(got), len(want)))
            wrong.append(f"kv.{name}: {len(got)} bytes, wrong from byte "
                         f"{at} on")
    return wrong


class Run:
    """One boot that runs the job on a kernel."""

    def __init__(self, kernel: Path, job: Job, folder: Path) -> None:
        self.kernel = kernel
        self.job = job
        self.results: list[Result] = []
        self.complaints: list[str] = []
        self.watcher = Watcher()
        folder.mkdir(parents=True, exist_ok=True)
        self.root = images.copy(images.make("root"), folder / "root.img")
        self.data = images.copy(images.make_recipe(from_dict(
            {"name": "kvcache", "kind": "ext2", "label": "kvcache", "seed": 8,
             "size": f"{len(BACKENDS) * job.size // MIB + 8}M",
             "block_size": 4096}, TOP / "kvcache")), folder / "data.img")
        self.log = folder / "count.log"
        self.reader = counts.Reader(self.log)

    def machine(self) -> Machine:
        """Returns the machine."""
        append = ("console=ttyS0 root=/dev/hda rw init=/init -- run "
                  f"/bin/kvcache {self.job.words()} -d /dev/hdb -m /mnt /mnt")
        return Machine(
            self.kernel, append, (Disk(self.root, 0), Disk(self.data, 1)),
            self.job.memory, "tcg",
            counts.qemu_arguments(self.log, counts.Symbols(self.kernel)))

    def on_line(self, line: str) -> None:
        """Takes one console line, in the reader's thread."""
        self.watcher.feed(line)
        if line.startswith("kvcache: "):
            self.complaints.append(line)
        if r := parse(line):
            done = sum(x.interval is not None for x in self.results)
            if "operations" in r.words and len(self.reader.update()) > done:
                r.interval = self.reader.done[done]
            self.results.append(r)
            print(row(r), flush=True)

    def run(self, log: Path) -> list[str]:
        """Boots and follows the guest; returns what is wrong with the
        results and, unless the run broke off, with the files."""
        with Guest(self.machine(), log, self.on_line) as guest:
            why = follow(guest, self.watcher,
                         120 + self.job.operations / SLOWEST)
        if self.watcher.after:
            print("\n".join(annotate(self.kernel, self.watcher.after[:40])),
                  file=sys.stderr)
        wrong = [why] if why else self.complaints
        wrong = wrong or disagreements(self.results)
        return wrong or check_files(self.data, self.job)


def main() -> int:
    """Returns the exit status."""
    default = Job()
    p = argparse.ArgumentParser(prog="kvcache")
    for name in ("seed", "operations", "size", "cluster", "frames", "memory"):
        p.add_argument(f"--{name}", type=int, default=getattr(default, name))
    job = Job(**vars(p.parse_args()))
    try:
        require_qemu()
        print(f"{job.size // RECORD} records of {RECORD} bytes in {job.size} "
              f"bytes; pool of {job.frames} clusters of {job.cluster} bytes; "
              f"{job.operations} operations, seed {job.seed}, "
              f"{job.memory} MiB of memory\n{HEADER}", flush=True)
        run = Run(vmlinux("patched"), job, BUILD / "boots" / "kvcache")
        log = LOGS / "kvcache.log"
        wrong = run.run(log)
    except UserError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    print(FOOT)
    if wrong:
        print(f"FAILED: {'; '.join(wrong)} (log: {log})", file=sys.stderr)
        return 1
    print(f"all {len(run.results)} back ends gave the same records, and each "
          "file holds what it must")
    return 0


if __name__ == "__main__":
    sys.exit(main())
