# SPDX-License-Identifier: GPL-2.0-only
"""
A refill of 1 MiB, counted from outside: no invlpg, no CR3 load of its own, few
instructions, and page tables that stay as they are but for the bits that the
processor sets. What munmap and mmap do instead fails each of these.
"""

import pytest

from harness import counts, images, pagetables
from harness.bench.budgets import INSTRUCTIONS
from harness.counts import Interval
from harness.guest import Guest
from harness.paths import LOGS
from harness.qemu import Disk, Machine

from test_witness import FILE, STEP_LIMIT, Witness, need

MIB = 1 << 20
# Behind the file's first indirect block, which ends a run of blocks.
FIRST, SECOND = 1 << 20, 2 << 20
# The budget is checked by make bench; here nobody may have doubled the cost.
LIMIT = 2 * INSTRUCTIONS["refill", MIB][0]
ROUNDS = 6


class Counted(Witness):
    """A witness whose steps are counted."""

    def __init__(self, guest: Guest, log) -> None:
        super().__init__(guest)
        self.reader = counts.Reader(log)

    def count(self, text: str) -> Interval:
        """Takes a step; returns what was counted between its markers."""
        before = len(self.reader.update())
        self.step(text)
        intervals = self.reader.update()
        assert len(intervals) == before + 1, "one interval a step"
        return intervals[-1]

    def entries(self, where: int) -> list[int]:
        """Returns the window's page-table entries."""
        return pagetables.without_hardware_bits(pagetables.entries(
            self.guest, pagetables.cr3(self.guest), where, MIB))


@pytest.fixture
def counted(kernel, tmp_path, guest_slot, request):
    """A booted witness under the counting plugin."""
    root = images.copy(images.make("root"), tmp_path / "root.img")
    log = tmp_path / "count.log"
    machine = Machine(
        kernel, "console=ttyS0 root=/dev/hda rw init=/init -- run "
        "/bin/witness", (Disk(root, 0), Disk(images.make("data"), 1,
                                             overlay=True)),
        accel="tcg", extra=counts.qemu_arguments(log, counts.Symbols(kernel)))
    with Guest(machine, LOGS / f"counts-{request.node.name}.log") as guest:
        w = Counted(guest, log)
        w.step("")
        yield w
        guest.type("quit\n")
        status = guest.wait(STEP_LIMIT)
        assert status is not None, "no power-off"
        assert guest.failure(status) == ""


def test_refill_costs_no_tlb_entry_and_few_instructions(counted):
    need(460)
    counted.step(f"open {FILE}")
    where = counted.step(f"map {FIRST} {MIB}")
    before = counted.entries(where)
    assert all(e & pagetables.PRESENT for e in before)
    found = [counted.count(f"refill {offset} {MIB}")
             for offset in (SECOND, FIRST) * (ROUNDS // 2)]
    assert counted.entries(where) == before
    # kupdated may write, another process run while this one waits; not every
    # time.
    assert all(i.reads() >= 1 for i in found)
    quiet = [i for i in found if i.reads() == 1 and i.writes() == 0]
    assert len(quiet) >= ROUNDS // 2
    assert all(i.counts["invlpg"] == 0 for i in quiet)
    assert min(i.counts["cr3"] for i in quiet) == 0
    assert min(i.counts["kernel"] for i in found) <= LIMIT


def test_munmap_and_mmap_instead_are_found_out(counted):
    need(460)
    counted.step(f"open {FILE}")
    where = counted.step(f"map {FIRST} {MIB}")
    before = counted.entries(where)
    for offset in (SECOND, FIRST):
        i = counted.count(f"remap {offset} {MIB}")
        after = counted.entries(where)
        assert after != before
        before = after
        assert i.counts["invlpg"] + i.counts["cr3"] > 0
        assert i.counts["kernel"] > LIMIT


def test_counts_are_of_what_was_executed(counted):
    """The markers themselves: user instructions are few, and the kernel's
    are those of one call."""
    need(460)
    counted.step(f"open {FILE}")
    counted.step(f"map {FIRST} {MIB}")
    i = counted.count(f"refill {SECOND} {MIB}")
    assert 10 <= i.counts["user"] < 1000
    assert i.counts["port_io"] >= 15 and i.counts["iret"] >= 1
