# SPDX-License-Identifier: GPL-2.0-only
"""
make bench on one path: the figures are there and of a size that one disk
command can have; and the bare controller's program, which looks at what it
read.
"""

import pytest

from harness.bench import KIB, MIB, OUT, clock, session
from harness.bench.points import Point
from harness.errors import UserError
from harness.paths import LOGS

from test_witness import need


@pytest.fixture
def folders():
    """Where a run leaves its logs."""
    OUT.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)


def points_of(kernel, words: str) -> dict[tuple[str, int], Point]:
    """Returns what the guest's bench measured."""
    seen: list[Point] = []
    s = session.Session("test-bench", session.Kernel("k", kernel),
                        f"{session.BENCH} -q {words}", seen.append).run()
    assert s.wrong == []
    assert s.points == seen
    return {(p.path, p.size): p for p in seen}


def test_refills_are_counted(kernel, folders, guest_slot):
    need(460)
    found = points_of(kernel, "refill")
    for size in (4 * KIB, 64 * KIB, MIB):
        p = found["refill", size]
        assert p.ok and len(p.sample()) >= 1
        assert (p.reads(), p.writes()) == (1, 0)
        assert 500 < p.kernel < 20_000
        assert p.value("invlpg") == 0 and 8 < p.value("port_io") < 60
        # Every instruction of the kernel has a layer.
        assert sum(p.layers().values()) == pytest.approx(
            p.typical()[0].counts["kernel"], rel=0.01)
        assert p.layers()["IDE"] > 50 and p.layers()["direct I/O"] > 50
        both = found["refill-write", size]
        assert both.ok and both.writes() >= 1 and both.kernel > p.kernel
    small, large = found["refill", 4 * KIB], found["refill", MIB]
    assert small.kernel < large.kernel < 10 * small.kernel


@pytest.mark.boot("base")
def test_paths_of_the_base_are_unsupported_or_counted(kernel, folders,
                                                      guest_slot):
    found = points_of(kernel, "refill read-hot")
    assert all(p.status == "unsupported" for (path, _), p in found.items()
               if "refill" in path)
    hot = found["read-hot", 4 * KIB]
    assert hot.ok and 100 < hot.kernel < 2000 and hot.reads() == 0


def test_the_bare_controller(guest_slot, folders):
    floor = clock.floor_ticks("device", True, "test-floor")
    for moves in ("r", "w"):
        ticks = [floor["low", "device", moves, "sequence", size]
                 for size in (4 * KIB, 64 * KIB, MIB)]
        assert all(t > 1000 for t in ticks) and ticks[0] < ticks[2]


def test_the_bare_controller_looks_at_the_data(guest_slot, folders,
                                               monkeypatch):
    """hdc holds pattern 7, not 8."""
    monkeypatch.setitem(clock.DRIVES, "device", (2, 8))
    with pytest.raises(UserError, match="floor: data"):
        clock.floor_ticks("device", True, "test-floor")
