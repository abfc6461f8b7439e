# SPDX-License-Identifier: GPL-2.0-only
"""What make bench makes of its measurements: models, verdicts, pages."""

import pytest

from harness import bench
from harness.bench import budgets, clock, fit, layers, page, peer, report, svg
from harness.bench.__main__ import wish
from harness.bench.points import Point
from harness.errors import UserError

from test_count_log import interval, point

KIB, MIB = 1 << 10, 1 << 20


def test_lines_of_words():
    words = bench.words_of("bench path=x size=1 status=error text=I/O e",
                           "bench")
    assert words["status"] == "error" and words["text"] == "I/O e"
    assert bench.words_of("benchmark path=x", "bench") is None


# ---- cost model ----

def test_fit_finds_the_line():
    found = fit.fit([(n, 1000 + 7 * n) for n in (1, 16, 256)])
    assert found.a == pytest.approx(1000) and found.b == pytest.approx(7)
    assert found.error == pytest.approx(0)


def test_fit_counts_small_and_large_alike():
    """What is 10 % beside the line at one end shows as less than that
    everywhere: the other end is not given up for it. Squares of absolute
    errors would put one page 35 % off for the sake of the largest."""
    line = [(1, 1010), (16, 1160), (256, 3560), (1024, 11240)]
    for odd in (0, 3):
        found = fit.fit([(n, y * 1.1 if i == odd else y)
                         for i, (n, y) in enumerate(line)])
        assert 0.02 < found.error < 0.07, odd


def test_fit_needs_three_points():
    assert fit.fit([(1, 5), (2, 6)]) is None
    assert fit.fit([(1, 5), (1, 6), (1, 7)]) is None


# ---- budgets ----

def test_verdicts():
    points = [point("refill", 4 * KIB, [interval(1700)]),
              point("refill", 64 * KIB, [interval(1700)]),
              point("refill", MIB, [interval(6001)]),
              point("refill", MIB, [interval(1)], target="device"),
              point("refill", MIB, [interval(1)], order="random")]
    found = {(v.path, v.size, v.unit): v for v in budgets.judge(
        points, {("refill", MIB): 89.0, ("refill", 4 * KIB): 60.0})}
    assert found["refill", 4 * KIB, "instructions"].word == "met"
    assert found["refill", 64 * KIB, "instructions"].word == "met+"
    assert found["refill", MIB, "instructions"].word == "MISSED"
    assert found["refill", MIB, "percent"].word == "MISSED"
    assert found["refill", 4 * KIB, "percent"].word == "met"


def test_earlier_figures_are_of_sequences():
    assert budgets.earlier("read-hot", "file", "sequence", MIB, 0) == 42_958
    assert budgets.earlier("read-hot", "file", "random", MIB, 0) is None
    assert budgets.earlier("raw-read", "device", "sequence", MIB, 1) is None
    assert budgets.earlier("read-hot", "file", "sequence", 16 * KIB,
                           0) is None


# ---- the clock ----

def test_share_is_the_median_against_the_floors_around():
    speeds = clock.Speeds(mhz=1000.0)
    key = ("refill", "file", "sequence", MIB)
    for floor, ticks in ((100, 200), (100, 125), (900, 1000)):
        speeds.repetitions.append(clock.Repetition(
            {("low", "file", "r", "sequence", MIB): floor},
            {key: (ticks, "r")}))
    assert speeds.share(key) == 80
    assert speeds.mib_s(key) == pytest.approx(1e9 / 200)


def test_a_write_and_a_read_take_both_floors():
    floor = {("low", "file", "r", "sequence", MIB): 3.0,
             ("low", "file", "w", "sequence", MIB): 4.0,
             ("mean", "file", "r", "sequence", MIB): 5.0}
    for path, moves, order, want in (
            ("refill-write", "rw", "sequence", 7), ("refill", "r", "random",
                                                    None),
            ("read-cold", "r", "sequence", 5)):
        assert clock.floor_of(floor, moves,
                              (path, "file", order, MIB)) == want
    assert clock.between(floor, {k: v + 2 for k, v in floor.items()}) == {
        k: v + 1 for k, v in floor.items()}


# ---- layers ----

def test_files_as_seen_from_the_tree():
    for top in ("/a/build/tree/", "/kernel/x/kernel/", "/b/kernel/"):
        assert layers.in_tree(top + "kernel/sched.cpp") == "kernel/sched.cpp"
        assert layers.in_tree(top + "mm/mmap.cpp") == "mm/mmap.cpp"


def test_headers_count_as_their_callers():
    top = "/a/build/tree/"
    assert layers.layer_of([top + "include/linux/list.h",
                            top + "drivers/block/blk.h",
                            top + "drivers/ide/ide.cpp",
                            top + "fs/open.cpp"]) == "IDE"
    assert layers.layer_of([top + "include/linux/list.h"]) == "other"
    assert layers.layer_of([top + "mm/direct_map.cpp"]) == "direct I/O"
    assert layers.layer_of([top + "mm/vma.cpp"]) == "virtual memory"
    assert layers.layer_of(["??"]) == "other"


def test_neighbours_of_a_layer_are_joined():
    output = ("0xc0100000\n/k/build/tree/fs/open.cpp:3\n0xc0100004\n"
              "/k/build/tree/include/linux/fs.h:1 (discriminator 2)\n"
              "/k/build/tree/fs/read_write.cpp:9\n0xc0100008\n"
              "/k/build/tree/mm/mmap.cpp:1\n")
    rows = layers.parse(output)
    assert layers.stretches(rows, 0xC0100010) == [
        (0xC0100000, 0xC0100008, "files"),
        (0xC0100008, 0xC0100010, "virtual memory")]


# ---- another kernel ----

def test_modules_come_behind_what_they_need(tmp_path):
    for name, needs in (("ata_piix", "libata"), ("libata", "scsi-mod"),
                        ("scsi-mod", ""), ("sd_mod", "scsi_mod")):
        (tmp_path / f"{name}.ko").write_bytes(
            b"\x7fELF\0depends=" + needs.encode() + b"\0x")
    found = peer.modules_below(tmp_path)
    assert peer.load_order(found, peer.WANTED) == [
        "scsi_mod", "libata", "ata_piix", "sd_mod"]


def test_peer_says_what_is_wrong(tmp_path):
    with pytest.raises(UserError, match="no such file"):
        peer.kernel(str(tmp_path / "none"), "", "")
    with pytest.raises(UserError, match="need a PEER"):
        peer.kernel("", "x", "")
    assert peer.kernel("", "", "") is None


def test_archive_is_aligned():
    data = peer.entry("init", peer.REGULAR, b"12345")
    assert data.startswith(b"070701") and len(data) % 4 == 0
    assert data[:110].isascii() and data[110:115] == b"init\0"


def test_page_needs_a_whole_run(tmp_path):
    kernel = tmp_path / "vmlinux"
    kernel.write_bytes(b"")
    with pytest.raises(UserError, match="whole run"):
        wish(["--kernel", str(kernel), "--page", "refill"])
    assert wish(["--kernel", str(kernel), "--quick"]).words == ["-q"]
    assert not wish(["--kernel", str(kernel), "scaling"]).measures_paths


# ---- pages ----

def test_axes():
    y = svg.decades([12, 3500])
    assert (y.low, y.high) == (10, 10_000) and y.at(10) == 0
    assert y.at(10_000) == 1 and 0 < y.at(100) < y.at(1000) < 1
    assert svg.linear(104).high >= 104 and svg.short(1500) == "1.5k"


def results(points: list[Point]) -> dict:
    """Returns what bench.json holds for some points."""
    from harness.bench.__main__ import Found, Wish, results as make
    from harness.bench.session import Kernel
    from pathlib import Path
    return make(Wish(Kernel("ours", Path("k")), []), Found(points=points))


def test_report_is_whole_and_loads_nothing():
    r = results([point("refill", s, [interval(1000 + s // 4096)])
                 for s in (4 * KIB, 64 * KIB, MIB)] +
                [Point("direct", MIB, "unsupported")])
    text = report.render(r)
    assert text.count("<svg") == text.count("</svg>") >= 1
    assert "src=" not in text and "http" not in text
    assert "refill 1\u00a0MiB" in text and "prefers-color-scheme" in text
    assert r["model"][0]["a"] == pytest.approx(1000, rel=0.01)


def test_tables_of_the_page(tmp_path):
    target = tmp_path / "p.md"
    target.write_text(f"a\n{page.begin('costs')}old\n{page.END}z\n")
    page.update({"costs": page.costs(
        [point("getppid", 4096, [interval(44, hlt=0)], target="none")])},
        target)
    text = target.read_text()
    assert "old" not in text and "| getppid |" in text
    assert text.startswith("a\n") and text.endswith("z\n")
    with pytest.raises(UserError, match="no place"):
        page.update({"model": ""}, target)
