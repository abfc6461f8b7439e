# SPDX-License-Identifier: GPL-2.0-only
"""Reading the counting plugin's log, and what bench makes of it."""

from collections import Counter

from harness import bench, counts

END = ("count end 1 kernel=%d user=9 rep=0 iterations=0 invlpg=0 cr3=0 cr4=0 "
       "port_io=18 iret=2 hlt=%d ticks=%d")
READ = "ide_exec_cmd IDE exec cmd: bus 0x1; state 0x2; cmd 0x25"


def interval(kernel: int, hlt: int = 1, ticks: int = 0,
             commands: int = 1) -> counts.Interval:
    """Returns an interval as the reader makes it."""
    r = counts.Reader(None)
    for line in ("count begin 1", *[READ] * commands,
                 END % (kernel, hlt, ticks)):
        r.feed(line)
    return r.done[0]


def point(path: str, size: int, intervals) -> bench.Point:
    """Returns a measured point."""
    return bench.Point(path, size, "ok", {"disk_prd": "-1"}, intervals)


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
    assert p.value("kernel") == 2600 and p.awake() == 2000
    assert p.met() is False


def test_read_ahead_counts_as_mean():
    p = point("read-cold", 1 << 20, [interval(100), interval(300)])
    assert p.value("kernel") == 200 and p.met() is True


def test_bench_line():
    words = bench.parse("bench path=x size=1 status=error errno=5 text=I/O e")
    assert words["status"] == "error" and words["text"] == "I/O e"
    assert bench.parse("benchmark") is None


def test_table_of_the_page(tmp_path):
    page = tmp_path / "p.md"
    page.write_text(f"a\n{bench.TABLE_BEGIN}old\n{bench.TABLE_END}z\n")
    bench.update_page([point("getppid", 4096, [interval(44, hlt=0)])], page)
    text = page.read_text()
    assert "old" not in text and "| getppid |" in text
    assert text.startswith("a\n") and text.endswith("z\n")
