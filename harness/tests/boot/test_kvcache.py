# SPDX-License-Identifier: GPL-2.0-only
"""
A store of records that caches for itself: the same operations on five back
ends give the same records and leave the same file, and only the windows cost
neither copies nor page-table entries nor pages of the page cache.

KVCACHE_SEED=n replays a run.
"""

import os

import pytest

from harness import series
from harness.effort import effort
from harness.kvcache import KIB, MIB, Job, Run
from harness.paths import LOGS

FIRST_SEED = int(os.environ.get("KVCACHE_SEED", "1"))
SEEDS = range(FIRST_SEED, FIRST_SEED +
              effort(1, 1 if "KVCACHE_SEED" in os.environ else 5))
JOBS = {
    # Everything fits into the page cache.
    "roomy": {"size": 4 * MIB, "frames": 32, "memory": 256},
    # Clusters that are two pages, and a page cache that must be emptied.
    "tight": {"size": 16 * MIB, "cluster": 8 * KIB, "frames": 128,
              "memory": 24},
}
ZERO = {"copied", "faults", "pte", "tlb", "invlpg", "added", "cached"}
OPERATIONS = effort(8000, 200000)


@pytest.fixture(scope="module", params=[
    (name, seed) for seed in SEEDS for name in JOBS],
    ids=lambda p: f"{p[0]}-{p[1]}")
def run(request, tmp_path_factory):
    """A run of a job, and what is wrong with it."""
    from conftest import GUESTS
    from harness.paths import vmlinux
    name, seed = request.param
    if 460 not in series.series().numbers():
        pytest.skip("needs patch 460")
    job = Job(seed=seed, operations=OPERATIONS, **JOBS[name])
    for _ in range(3):
        run = Run(vmlinux("patched"), job, tmp_path_factory.mktemp("kvcache"))
        with GUESTS:
            run.wrong = run.run(LOGS / f"kvcache-{name}-{seed}.log")
        run.data.unlink()
        # The counters are the kernel's: kupdated or init may move them.
        if run.wrong or not moved(run):
            break
    return run


def moved(run: Run) -> dict[str, int]:
    """Returns what must be zero for windows, and is not."""
    return {k: v for k, v in cost(run, "direct").items()
            if k in ZERO and v}


def cost(run: Run, name: str) -> dict[str, int]:
    """Returns the numbers of one back end; fails if there are none."""
    if run.wrong:
        pytest.fail(f"{run.job}: {'; '.join(run.wrong)}", pytrace=False)
    r = next(r for r in run.results if r.name == name)
    return {k: int(v) for k, v in r.words.items() if v.isdecimal()} | {
        "invlpg": r.interval.counts["invlpg"]}


def test_same_records_and_same_files(run):
    assert run.wrong == [], run.job
    assert len(run.results) == 5


def test_windows_cost_only_disk_commands(run):
    """In steady state: not one byte, fault, entry or page."""
    direct = cost(run, "direct")
    assert ZERO <= direct.keys() and moved(run) == {}
    assert direct["reads"] >= direct["misses"] > 100
    assert direct["writes"] >= direct["saves"] > 100


def test_the_others_pay_what_they_must(run):
    """So the counters see it."""
    read, mmap, odirect, shared = (
        cost(run, x) for x in ("read", "mmap", "odirect", "shared"))
    misses = read["misses"]
    assert read["copied"] >= misses * run.job.cluster
    assert mmap["faults"] >= misses and mmap["pte"] >= misses
    assert mmap["tlb"] >= misses and mmap["invlpg"] >= misses
    assert read["cached"] > 0 and mmap["cached"] > 0
    for direct in (odirect, shared):
        assert direct["copied"] == direct["cached"] == 0
    assert shared["pte"] >= shared["writes"] // 2 > 0
    assert odirect["prd"] > cost(run, "direct")["prd"]
