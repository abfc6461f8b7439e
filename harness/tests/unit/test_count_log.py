# SPDX-License-Identifier: GPL-2.0-only
"""Reading the counting plugin's log, and the values that it gives a point."""

from collections import Counter

from harness import counts
from harness.bench.points import Point, as_json

END = ("count end 1 kernel=%d user=9 rep=0 iterations=0 invlpg=0 cr3=0 cr4=0 "
       "port_io=18 iret=2 hlt=%d ticks=%d")
READ = "ide_exec_cmd IDE exec cmd: bus 0x1; state 0x2; cmd 0x25"


def interval(kernel: int, hlt: int = 1, ticks: int = 0, commands: int = 1,
             more: str = "") -> counts.Interval:
    """Returns an interval as the reader makes it."""
    r = counts.Reader(None)
    for line in ("count begin 1", *[READ] * commands,
                 END % (kernel, hlt, ticks) + more):
        r.feed(line)
    return r.done[0]


def point(path: str, size: int, intervals, **more) -> Point:
    """Returns a measured point."""
    return Point(path, size, words={"disk_prd": "-1"}, intervals=intervals,
                 **more)


def test_commands_outside_an_interval_do_not_count():
    r = counts.Reader(None)
    for line in (READ, "count begin 1", READ, "ide_exec_cmd ... cmd 0xca",
                 END % (100, 1, 0), READ):
        r.feed(line)
    (i,) = r.done
    assert (i.reads(), i.writes(), i.counts["kernel"]) == (1, 1, 100)


def test_profile_lines_belong_to_the_interval_before():
    r = counts.Reader(None)
    for line in ("count begin 1", END % (3, 0, 0),
                 "count profile 1 c0100000 2", "count profile 1 c0100004 1"):
        r.feed(line)
    assert r.done[0].sites == Counter({0xC0100000: 2, 0xC0100004: 1})


def test_reader_leaves_half_a_line(tmp_path):
    log = tmp_path / "log"
    r = counts.Reader(log)
    assert r.update() == []
    log.write_text("count begin 1\n" + (END % (7, 0, 0))[:20])
    assert r.update() == []
    with log.open("a") as f:
        f.write((END % (7, 0, 0))[20:] + "\n")
    assert r.update()[0].counts["kernel"] == 7


def test_value_is_of_those_that_waited_undisturbed():
    p = point("refill", 4096, [interval(2000, hlt=0), interval(2600),
                               interval(3000, ticks=1),
                               interval(4000, commands=2), interval(2600)])
    assert p.kernel == 2600 and p.awake() == 2000


def test_read_ahead_counts_as_mean():
    p = point("read-cold", 1 << 20, [interval(100), interval(300)])
    assert p.kernel == 200 and p.awake() is None


def test_a_row_of_operations_is_divided():
    p = point("refill", 4096, [interval(800, commands=8), interval(1600,
              commands=8)], row=8)
    assert p.kernel == 150 and p.reads() == 1 and p.operations == 16


def test_layers_are_of_the_interval_that_stands_for_the_point():
    p = point("refill", 4096, [
        interval(10, more=" layer:IDE=4 layer:system_call=6"),
        interval(20, more=" layer:IDE=20"),
        interval(12, more=" layer:IDE=5 layer:system_call=7")])
    assert p.layers() == {"IDE": 5, "system call": 7}
    assert sum(p.layers().values()) == p.kernel == 12


def test_an_unsupported_point_has_no_counts():
    p = Point("direct", 4096, "unsupported", words={"call": "mmap",
                                                    "text": "no"})
    assert as_json(p)["call"] == "mmap" and "kernel" not in as_json(p)
