# SPDX-License-Identifier: GPL-2.0-only
"""The host's model of the record store, against the guest program itself (a
static i386 program runs on the build machine too), and what is made of its
lines."""

import subprocess
from collections import Counter

import pytest

from harness import kvcache
from harness.kvcache import KIB, RECORD, Job
from harness.paths import BUILD

KVCACHE = BUILD / "selftests/bin/kvcache"
JOB = Job(seed=7, operations=6000, size=512 * KIB, cluster=8 * KIB, frames=8)
LINE = ("kvcache backend=%s status=ok checksum=%s gets=4 puts=1 flushes=0 "
        "hits=3 misses=1 saves=1 operations=5 copied=0 faults=0 pte=0 tlb=0 "
        "reads=1 writes=1 sectors=48 prd=2 added=0 cached=0")


def results(*lines: str) -> list[kvcache.Result]:
    """Returns the lines, parsed."""
    return [kvcache.parse(x) for x in lines]


def test_a_row_is_as_wide_as_the_header():
    (r,) = results(LINE % ("direct", "0000002a"))
    r.interval = kvcache.counts.Interval(1, {"kernel": 5000})
    assert r.kernel() == 1000
    assert len(kvcache.row(r)) == len(kvcache.HEADER)
    assert kvcache.parse("kvcache: broken") is None


def test_failures_are_shown_with_the_call():
    (r,) = results("kvcache backend=read status=error call=pread errno=5 "
                   "text=I/O error")
    assert kvcache.row(r).endswith("FAILED: pread: I/O error")


def test_disagreements():
    good = results(*(LINE % (b, "0000002a") for b in kvcache.BACKENDS))
    assert kvcache.disagreements(good) == []
    assert kvcache.disagreements(good[:-1]) == ["shared: no result"]
    other = results(LINE % ("shared", "0000002b"))
    assert "checksum" in kvcache.disagreements(good[:-1] + other)[0]


def test_the_generator_prefers_few_clusters():
    versions = kvcache.final_versions(
        Job(operations=20000, size=8 << 20, cluster=16 * KIB))
    by_cluster = Counter(r * RECORD // (16 * KIB) for r in versions)
    assert len(by_cluster) > 300
    most = by_cluster.most_common(5)
    assert all(n >= 25 for _, n in most)
    assert sum(by_cluster.values()) / 512 < 6


@pytest.mark.skipif(not KVCACHE.exists(), reason="make guest first")
def test_the_guest_program_leaves_what_the_model_says(tmp_path):
    p = subprocess.run([KVCACHE, *JOB.words().split(), tmp_path],
                       capture_output=True, text=True)
    found = {r.name: r for r in map(kvcache.parse, p.stdout.splitlines())
             if r}
    assert set(found) == set(kvcache.BACKENDS)
    assert found["read"].ok and found["mmap"].ok
    assert found["read"].words["checksum"] == found["mmap"].words["checksum"]
    want = kvcache.expected_file(JOB)
    for name in ("read", "mmap"):
        assert (tmp_path / f"kv.{name}").read_bytes() == want
    other = kvcache.expected_file(Job(**{**vars(JOB), "seed": 8}))
    assert other != want


@pytest.mark.skipif(not KVCACHE.exists(), reason="make guest first")
def test_a_kernel_without_windows_is_named(tmp_path):
    p = subprocess.run([KVCACHE, *JOB.words().split(), "-b", "direct",
                        tmp_path], capture_output=True, text=True)
    (r,) = filter(None, map(kvcache.parse, p.stdout.splitlines()))
    assert r.words["status"] == "unsupported" and p.returncode == 1
    assert r.words["call"] == "directmap_open"


@pytest.mark.skipif(not KVCACHE.exists(), reason="make guest first")
@pytest.mark.parametrize("args, message", [
    (["-c", "100"], "1 to 32 pages"), (["-c", "262144"], "1 to 32 pages"),
    (["-z", "196608", "-c", "65536"], "power of two"),
    (["-f", "0"], "frames"), (["-f", "4096"], "frames"),
    (["-d", "/dev/hdb"], "together")])
def test_the_guest_program_refuses(tmp_path, args, message):
    p = subprocess.run([KVCACHE, *args, tmp_path], capture_output=True,
                       text=True)
    assert p.returncode == 2 and message in p.stdout
