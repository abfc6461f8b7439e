# SPDX-License-Identifier: GPL-2.0-only
"""
The cache experiment in small: a window of 64 KiB, three paths. The models
must have seen every transfer and every byte of the scan, and a refill must
leave the processor's caches as the idea of a static window has it.
"""

import pytest

from harness import cachemodel
from harness.cachemodel import FILE, FILE_SIZE, MIB
from harness.cachereport import misses
from harness.paths import LOGS

from test_witness import need

WINDOW = 64 << 10
# Kernel and ticks: what a MiB may miss beyond the scan's own lines.
NOISE = 0.03


@pytest.fixture
def points(kernel, tmp_path, guest_slot) -> dict[str, dict]:
    """The experiment's points by path."""
    need(460)
    run = cachemodel.experiment(
        kernel, tmp_path, [FILE, "mmap", "odirect", "refill", str(WINDOW)],
        tmp_path / "cache.log", LOGS / "cache-test.log", quiet=True)
    assert run.verdict() == []
    assert run.results["shapes"]["p3"]["line"] == 32
    return {p["path"]: p for p in run.results["points"]}


def test_static_window_stays_in_the_cache(points):
    assert set(points) == {"mmap", "odirect", "refill"}
    for p in points.values():
        assert p["bytes"] == FILE_SIZE - WINDOW
        # add_up() loads words; at least those are the user's.
        assert p["accesses"][1] >= p["bytes"] // 4
        assert p["accesses"][0] > p["bytes"] // 4096
    lines = MIB / 32
    for path in ("odirect", "refill"):
        p3 = points[path]["models"]["p3"]
        # What each transfer drops is missed, once; little else is.
        dropped = points[path]["bytes"] // 32
        assert dropped <= p3["invalidates"]["l2"][1] < dropped * 1.01
        assert p3["updates"]["l2"][1] + p3["places"]["l2"][1] < lines / 100
        assert p3["updates"]["caught"] >= dropped * 0.99
        assert misses(points[path], "p3", "updates") < lines * NOISE
    # New frames each time: hardly anything to update.
    p3 = points["mmap"]["models"]["p3"]["updates"]
    assert misses(points["mmap"], "p3", "updates") > lines * 0.97
    assert p3["caught"] < p3["dma"] / 100
