# SPDX-License-Identifier: GPL-2.0-only
"""What the host makes of dscan's lines, and the guest program itself (a
static i386 program runs on the build machine too)."""

import subprocess
import zlib

import pytest

from harness import dscan
from harness.paths import BUILD

DSCAN = BUILD / "selftests/bin/dscan"
LINE = ("dscan path=read status=ok bytes=100 usec=10 matches=3 crc=0000002a "
        "copied=5 faults=0 pte=0 tlb=0 commands=1 prd=2 cached=0")


def test_parse_and_row():
    line = dscan.parse(LINE)
    assert line and line.kind == "path" and line.number("bytes") == 100
    assert dscan.row(line).startswith("read()")
    assert len(dscan.row(line)) == len(dscan.HEADER)
    assert dscan.parse("dscan: broken") is None
    assert dscan.parse("hello") is None


def test_errors_are_shown_with_the_call():
    line = dscan.parse("dscan path=direct status=error call=mmap errno=5 "
                       "text=I/O error")
    assert dscan.row(line) == "MAP_DIRECT  failed: mmap: I/O error"
    assert dscan.disagreement(line, (1, 1, 1)) == "direct: error"


@pytest.mark.parametrize("want, word", [
    ((100, 3, 42), ""), ((99, 3, 42), "bytes"), ((100, 4, 42), "matches"),
    ((100, 3, 43), "crc32")])
def test_disagreement(want, word):
    assert word in dscan.disagreement(dscan.parse(LINE), want)
    assert bool(word) == bool(dscan.disagreement(dscan.parse(LINE), want))


@pytest.mark.parametrize("pattern, count", [
    (b"aa", 3), (b"aba", 0), (b"b", 2), (b"aab", 1)])
def test_count_overlapping(pattern, count):
    assert dscan.count(b"aaabcb"[:4] + b"ab"[1:] + b"aa"[:2], pattern) == count


def test_truth_counts_matches_across_chunks(tmp_path, monkeypatch):
    monkeypatch.setattr(dscan, "CHUNK", 10)
    data = b"x" * 8 + b"needle" + b"y" * 13 + b"needle"
    (tmp_path / "f").write_bytes(data)
    assert dscan.truth(tmp_path / "f", b"needle") == (
        len(data), 2, zlib.crc32(data))


@pytest.mark.skipif(not DSCAN.exists(), reason="make guest first")
@pytest.mark.parametrize("pattern", [b"register", b"aa", b"\0", b"x" * 5000],
                         ids=["word", "aa", "zero", "long"])
def test_the_guest_program_agrees(tmp_path, pattern):
    """Matches straddle windows, even several small ones; the tail is odd."""
    data = (b"a" * 4090 + b"register" * 3 + b"\0\1" * 5000 + b"x" * 15000 +
            b"aaaregiste" + b"register")
    f = tmp_path / "f"
    f.write_bytes(data)
    p = subprocess.run([DSCAN, "-w", "8192", "-x", pattern.hex(), f],
                       capture_output=True, text=True)
    want = dscan.truth(f, pattern)
    lines = {x.words["path"]: x for x in map(dscan.parse,
             p.stdout.splitlines()) if x and x.kind == "path"}
    assert set(lines) == set(dscan.PATHS)
    for name in ("read", "mmap"):
        assert dscan.disagreement(lines[name], want) == ""


@pytest.mark.skipif(not DSCAN.exists(), reason="make guest first")
@pytest.mark.parametrize("args, message", [
    (["-w", "100", "/dev/null"], "multiple of 4096"),
    (["-w", "4096", "-p", "x" * 5000, "/dev/null"], "longer than a window"),
    (["-x", "", "/dev/null"], "empty"),
    (["-x", "zz", "/dev/null"], "hexadecimal"),
    ([], "one file"),
])
def test_the_guest_program_refuses(args, message):
    p = subprocess.run([DSCAN, *args], capture_output=True, text=True)
    assert p.returncode == 2 and message in p.stdout
