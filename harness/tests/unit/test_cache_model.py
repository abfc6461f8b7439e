# SPDX-License-Identifier: GPL-2.0-only
"""
The cache model against sequences worked out by hand, and against another one
that is written without regard to speed; then what is made of its results.
"""

import os
import random
import subprocess
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field

import pytest

from harness import cachemodel, cachereport
from harness.effort import effort
from harness.errors import UserError
from harness.paths import TOP

SOURCE = TOP / "harness" / "plugin" / "cache_replay.cpp"
INVALIDATES, UPDATES, PLACES = range(3)
# Lines of 32 bytes; L1: one set of two; L2: two sets of two.
TINY = (32, 64, 2, 128, 2)


@dataclass
class Counts:
    """The model's counts, of the kernel and the user together."""
    l1: int
    l2: int
    written: int
    dma: int
    caught: int


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    """The model as a program."""
    out = tmp_path_factory.mktemp("cache") / "replay"
    subprocess.run(["g++", "-std=c++20", "-O1", "-fsanitize=undefined",
                    "-fno-sanitize-recover", "-Wall", "-Wextra", "-Werror",
                    "-o", str(out), str(SOURCE)], check=True)
    return out


@pytest.fixture
def replay(program):
    """Takes a bus, lines of accesses and a shape; returns the counts after
    each line."""
    def run(bus: int, text: str, shape=TINY) -> list[list[int]]:
        words = [str(program), str(bus), *map(str, shape)]
        p = subprocess.run(words, input=text, capture_output=True, text=True,
                           check=True)
        return [[int(n) for n in x.split()] for x in p.stdout.splitlines()]
    return run


@pytest.fixture
def total(replay):
    """The same, but the counts at the end alone."""
    def run(bus: int, text: str, shape=TINY) -> Counts:
        k1, u1, k2, u2, written, dma, caught = replay(bus, text, shape)[-1]
        return Counts(k1 + u1, k2 + u2, written, dma, caught)
    return run


def reads(*lines: int) -> str:
    """Returns reads of whole lines by their numbers."""
    return "".join(f"r {32 * n:x} 20\n" for n in lines)


def writes(*lines: int) -> str:
    """Returns writes of one byte to lines."""
    return "".join(f"w {32 * n:x} 1\n" for n in lines)


def device(first: int, count: int = 1) -> str:
    """Returns a device's transfer of lines."""
    return f"d {32 * first:x} {32 * count:x}\n"


# ---- the processor alone ----

def test_a_line_misses_once(total):
    c = total(INVALIDATES, "r 40 4\nr 44 4\nr 5f 1\nw 40 4\n")
    assert (c.l1, c.l2, c.written) == (1, 1, 0)


def test_an_access_across_a_border_is_two(total):
    assert total(INVALIDATES, "r 3e 4\n").l1 == 2
    assert total(INVALIDATES, "r 3c 4\n").l1 == 1


def test_kernel_and_user_apart(replay):
    k1, u1, k2, u2, *_ = replay(INVALIDATES, "R 0 4\nr 20 4\nW 40 4\n")[-1]
    assert (k1, u1, k2, u2) == (2, 1, 2, 1)


def test_least_recent_goes_from_l1(total):
    # 0 and 1 fill L1; 0 again; 2 takes the place of 1; 0 is still there.
    assert total(INVALIDATES, reads(0, 1, 0, 2, 0)).l1 == 3
    assert total(INVALIDATES, reads(0, 1, 0, 2, 1)).l1 == 4


def test_l2_serves_what_left_l1(total):
    # L2 has 0 and 2 in one set, 1 in the other.
    c = total(INVALIDATES, reads(0, 1, 2, 0, 1, 2))
    assert (c.l1, c.l2) == (6, 3)


def test_sets_are_apart_in_l2(total):
    # 0, 2, 4 share a set of two: 0 is gone. 1, which does not, stays.
    c = total(INVALIDATES, reads(0, 1, 2, 4, 1, 0))
    assert (c.l1, c.l2) == (6, 5)


def test_l1_keeps_what_l2_drops(total):
    # 0 stays in L1 by being used, and so grows old in L2, where 2 and 4 take
    # its set.
    c = total(INVALIDATES, reads(0, 2, 0, 4, 0))
    assert (c.l1, c.l2) == (3, 3)
    c = total(INVALIDATES, reads(0, 2, 0, 4, 0, 1, 3, 0))
    assert (c.l1, c.l2) == (6, 6)


def test_dirty_lines_are_written_once(total):
    # 0 is dirty in L1; 1 and 2 push it into L2; 2 and 4 push it out of there.
    assert total(INVALIDATES, writes(0) + reads(1, 2)).written == 0
    assert total(INVALIDATES, writes(0) + reads(1, 2, 3, 4)).written == 0
    assert total(INVALIDATES, writes(0) + reads(1, 2, 3, 4, 6)).written == 1
    assert total(INVALIDATES, reads(0, 1, 2, 3, 4, 6)).written == 0


def test_dirty_line_comes_back_to_l2(total):
    # L2 has dropped 0 (for 2 and 4) when L1 gives it up: in again, for 2,
    # dirty; then 6 and 8 push it to memory.
    text = writes(0) + reads(2, 0, 4, 0)
    assert total(INVALIDATES, text).written == 0
    assert total(INVALIDATES, text + reads(1, 3)).written == 0
    assert total(INVALIDATES, text + reads(1, 3, 0)).l2 == 5
    assert total(INVALIDATES, text + reads(1, 3, 6, 8)).written == 1


@pytest.mark.parametrize("lines,missing", [(3, 3), (4, 4), (6, 12), (8, 16)])
def test_round_and_round(total, lines, missing):
    """LRU: what fits hits, what does not never does."""
    assert total(INVALIDATES, reads(*range(lines)) * 2).l2 == missing


# ---- devices ----

def test_invalidated_line_misses_again(total):
    c = total(INVALIDATES, reads(0) + device(0) + reads(0))
    assert c == Counts(2, 2, 0, 1, 1)


def test_updated_line_hits(total):
    c = total(UPDATES, reads(0) + device(0) + reads(0))
    assert c == Counts(1, 1, 0, 1, 1)


def test_placed_line_hits_in_l2(total):
    c = total(PLACES, reads(0) + device(0) + reads(0))
    assert c == Counts(2, 1, 0, 1, 1)


def test_only_placing_brings_in_a_line(total):
    for bus, l2 in ((INVALIDATES, 1), (UPDATES, 1), (PLACES, 0)):
        assert total(bus, device(0) + reads(0)) == Counts(1, l2, 0, 1, 0)


def test_transfer_covers_its_lines_and_no_other(total):
    text = reads(4, 5) + device(4, 1) + reads(5, 4)
    assert total(INVALIDATES, text) == Counts(3, 3, 0, 1, 1)
    assert total(INVALIDATES, device(0, 16)) == Counts(0, 0, 0, 16, 0)


def test_what_was_dirty_is_not_written_over_new_data(total):
    text = writes(0) + device(0) + reads(1, 2, 3, 4, 6)
    assert total(INVALIDATES, text).written == 0
    assert total(UPDATES, text).written == 0
    assert total(PLACES, text).written == 1  # the new data itself


def test_freed_place_is_filled_first(total):
    # L1 {1, 0}: 0 goes by invalidation, so 2 pushes out nothing.
    text = reads(0, 1) + device(0) + reads(2, 1)
    assert total(INVALIDATES, text).l1 == 3
    text = reads(0, 1) + device(1) + reads(2, 0)
    assert total(INVALIDATES, text).l1 == 3


def test_placing_pushes_out(total):
    # 0 and 2 fill a set of L2, 4 arrives by DMA: 0 is gone.
    c = total(PLACES, reads(0, 2, 1, 3) + device(4) + reads(0))
    assert c.l2 == 5
    assert total(PLACES, device(0) + device(2) + device(4)).written == 1


def test_static_window(total):
    """The experiment in small: a window of two lines, filled and read three
    times over."""
    text = (device(0, 2) + reads(0, 1)) * 3
    assert total(INVALIDATES, text).l2 == 6
    assert total(UPDATES, text).l2 == 2
    assert total(PLACES, text).l2 == 0


# ---- against another model ----

@dataclass
class Naive:
    """The same rules on lists: most recent first, [line, dirty]."""
    bus: int
    l1: tuple[int, int]
    l2: tuple[int, int]
    one: dict[int, list] = field(default_factory=dict)
    two: dict[int, list] = field(default_factory=dict)
    counts: Counts = field(default_factory=lambda: Counts(0, 0, 0, 0, 0))

    def set_one(self, line: int) -> list:
        return self.one.setdefault(line % self.l1[0], [])

    def set_two(self, line: int) -> list:
        return self.two.setdefault(line % self.l2[0], [])

    def put_two(self, line: int, dirty: bool) -> None:
        s = self.set_two(line)
        s.insert(0, [line, dirty])
        if len(s) > self.l2[1]:
            self.counts.written += s.pop()[1]

    def access(self, line: int, write: bool) -> None:
        s = self.set_one(line)
        found = [e for e in s if e[0] == line]
        if found:
            s.remove(found[0])
            s.insert(0, [line, found[0][1] or write])
            return
        self.counts.l1 += 1
        if not self.use_two(line, False):
            self.counts.l2 += 1
            self.put_two(line, False)
        s.insert(0, [line, write])
        if len(s) > self.l1[1]:
            victim, dirty = s.pop()
            if dirty and not self.use_two(victim, True):
                self.put_two(victim, True)

    def use_two(self, line: int, dirty: bool) -> bool:
        s = self.set_two(line)
        for e in list(s):
            if e[0] == line:
                s.remove(e)
                s.insert(0, [line, e[1] or dirty])
                return True
        return False

    def device(self, line: int) -> None:
        self.counts.dma += 1
        s, t = self.set_one(line), self.set_two(line)
        held = [x for x in (s, t) for e in x if e[0] == line]
        self.counts.caught += bool(held)
        if self.bus == UPDATES:
            for x in (s, t):
                x[:] = [[n, d and n != line] for n, d in x]
            return
        s[:] = [e for e in s if e[0] != line]
        if self.bus == INVALIDATES:
            t[:] = [e for e in t if e[0] != line]
        elif not self.use_two(line, True):
            self.put_two(line, True)


@pytest.mark.parametrize("bus", (INVALIDATES, UPDATES, PLACES))
def test_random_accesses(total, bus):
    seed = int(os.environ.get("SEED") or random.randrange(1 << 32))
    rng = random.Random(seed)
    for _ in range(effort(5, 500)):
        ways = rng.choice((1, 2, 4)), rng.choice((1, 2, 8))
        sets = rng.choice((1, 4)), rng.choice((2, 8))
        naive = Naive(bus, (sets[0], ways[0]), (sets[1], ways[1]))
        text = []
        for _ in range(2000):
            line, kind = rng.randrange(96), rng.random()
            if kind < 0.05:
                n = rng.randrange(1, 8)
                text.append(device(line, n))
                for i in range(n):
                    naive.device(line + i)
            else:
                text.append(writes(line) if kind < .4 else reads(line))
                naive.access(line, kind < .4)
        shape = (32, 32 * sets[0] * ways[0], ways[0],
                 32 * sets[1] * ways[1], ways[1])
        assert total(bus, "".join(text), shape) == naive.counts, (
            f"SEED={seed}, shape {shape}")


# ---- what is made of it ----

LOG = """cache shape p3 32 16384 4 262144 8
cache begin 0
cache end 0 accesses=0,0 device=0
cache model 0 p3 updates l1=0,0 l2=0,0 written=0 dma=0 caught=0
cache begin 1
memory_region_ops_write cpu 0 mr 0x1 addr 0xc000 value 0x9 size 1 name 'x'
cache end 1 accesses=10,20 device=3
cache model 1 p3 updates l1=7,8 l2=1,2 written=3 dma=4 caught=5
"""


def test_log():
    log = cachemodel.Log(None)
    for line in LOG.splitlines():
        log.feed(line)
    assert log.shapes == {"p3": {"line": 32, "l1_size": 16384, "l1_ways": 4,
                                 "l2_size": 262144, "l2_ways": 8}}
    empty, last = log.done
    assert empty["id"] == 0 and last["accesses"] == [10, 20]
    assert last["models"]["p3"]["updates"] == {
        "l1": [7, 8], "l2": [1, 2], "written": 3, "dma": 4, "caught": 5}


def test_words():
    cachemodel.check_words(["refill", "mmap", "65536"])
    with pytest.raises(UserError, match="'64K' is neither"):
        cachemodel.check_words(["refill", "64K"])


def test_sum_is_the_guests():
    data = bytes(range(1, 9))
    assert cachemodel.sum_of(data) == 0x04030201 + 0x08070605
    assert cachemodel.sum_of(b"\xff" * 8) == 0xFFFFFFFE


def results(values: dict[str, list[int]]) -> dict:
    """Returns results whose misses per MiB are given by path, for windows of
    64 KiB, 128 KiB, ...; the same with a table."""
    points = []
    for path, misses in values.items():
        for i, n in enumerate(misses):
            counts = {"l1": [0, 2 * n], "l2": [n // 2, n - n // 2],
                      "written": 0, "dma": 32768, "caught": 0}
            points += [{"path": path, "window": 65536 << i, "table": table,
                        "bytes": 1 << 20,
                        "models": {"p3": {b: counts
                                          for b in cachereport.BUSES}}}
                       for table in (0, 131072)]
    return {"shapes": {"p3": {"line": 32, "l1_size": 16384, "l1_ways": 4,
                              "l2_size": 262144, "l2_ways": 8}},
            "tables": [0, 131072], "points": points,
            "windows": sorted({p["window"] for p in points})}


def test_best_window_is_the_largest_of_the_good():
    r = results({"refill": [40, 30, 5000, 33000], "mmap": [34000] * 4})
    assert cachereport.best(r, "refill", "p3", "updates", 0)[
        "window"] == 131072
    first = cachereport.verdict(r)[1]
    assert "refill 30, best window 128 KiB" in first
    assert "33,000" in first and "mmap 34,000" in first


def test_verdict_says_that_nothing_differs():
    r = results({"refill": [33000, 33100]})
    assert "refill 33,000, whatever the window" in cachereport.verdict(r)[1]


def test_traffic_counts_each_way_over_the_bus():
    (p, _) = results({"refill": [100]})["points"]
    p["models"]["p3"] = {b: dict(m, written=7)
                         for b, m in p["models"]["p3"].items()}
    assert cachereport.traffic(p, "p3", "updates") == 100 + 7 + 32768
    assert cachereport.traffic(p, "p3", "places") == 107


def test_section_is_well_formed():
    r = results({p: [1, 50_000] for p in cachereport.PATHS})
    root = ET.fromstring(cachemodel.section(r))
    assert root.tag == "section"
    lines = root.findall(".//figure/svg/path[@stroke]")
    assert len(lines) == 2 * 3 * len(cachereport.PATHS)
    assert "refill, 64 KiB: 1" in [t.text for t in root.iter("title")]
    colours = {e.get("stroke") for e in lines}
    assert len(colours) == len(cachereport.PATHS)


def test_section_of_a_part():
    root = ET.fromstring(cachemodel.section(results({"refill": [5]})))
    assert len(root.findall(".//figure")) == 6


def test_tables_of_the_page(tmp_path):
    page = tmp_path / "p.md"
    page.write_text(f"a\n{cachemodel.TABLE_BEGIN}old\n"
                    f"{cachemodel.TABLE_END}z\n")
    cachemodel.update_page(results({"refill": [5, 6]}), page)
    text = page.read_text()
    assert "old" not in text and "| updates | refill | 5 | 6 |" in text
    assert text.startswith("a\n") and text.endswith("z\n")
