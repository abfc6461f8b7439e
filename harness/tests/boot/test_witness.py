# SPDX-License-Identifier: GPL-2.0-only
"""
The emulated disk's own counters and the page tables, looked at from outside
between steps that a guest program takes on command: a second buffered read
does not reach the disk, a second direct one does, and a refill is one command
into the same frames.
"""

import zlib

import pytest

from harness import images, pagetables, series
from harness.guest import Guest
from harness.paths import LOGS
from harness.qemu import Disk, Machine

from mkimage.content import pattern

STEP_LIMIT = 600
FILE, SEED, SIZE = "/mnt/pattern.bin", 11, 4 << 20
CHUNK = 1 << 20


class Witness:
    """The guest program, one step at a time."""

    def __init__(self, guest: Guest) -> None:
        self.guest = guest
        self.seen = 0

    def step(self, text: str) -> int:
        """Has it do one thing; returns the value it answers. The data it saw
        must be the file's."""
        if text:
            self.guest.type(text + "\n")
        word = text.split()[0] if text else "ready"
        line = self.guest.wait_for(
            lambda x: x.startswith(f"witness: {word} "), STEP_LIMIT,
            self.seen)
        if line is None:
            pytest.fail(f"no answer to '{text}':\n" +
                        "\n".join(self.guest.lines[-30:]), pytrace=False)
        self.seen = len(self.guest.lines)
        answer = line.split()
        assert answer[2] != "error", line
        if word in ("read", "map", "refill", "remap"):
            offset, size = (int(x, 0) for x in text.split()[1:3])
            want = zlib.crc32(pattern(SEED, offset, size))
            assert int(answer[3], 16) == want, f"{text}: wrong data"
        return int(answer[2], 0)

    def disk(self) -> dict[str, int]:
        """Returns hdb's counters."""
        return self.guest.qmp.blockstats()["hdb"]

    def cost(self, text: str) -> tuple[int, int]:
        """Takes a step; returns the bytes and the commands that the disk
        served for it."""
        before = self.disk()
        self.step(text)
        after = self.disk()
        return (after["rd_bytes"] - before["rd_bytes"],
                after["rd_operations"] - before["rd_operations"])


def has(number: int) -> bool:
    """Whether the series has that patch."""
    return number in series.series().numbers()


def need(number: int) -> None:
    """Skips the test on a series without that patch."""
    if not has(number):
        pytest.skip(f"needs patch {number}")


@pytest.fixture
def witness(kernel, tmp_path, guest_slot, request):
    """A booted witness, ready for its first step."""
    root = images.copy(images.make("root"), tmp_path / "root.img")
    machine = Machine(
        kernel, "console=ttyS0 root=/dev/hda rw init=/init -- run "
        "/bin/witness", (Disk(root, 0), Disk(images.make("data"), 1,
                                             overlay=True)))
    log = LOGS / f"witness-{request.node.name}.log"
    with Guest(machine, log) as guest:
        w = Witness(guest)
        w.step("")
        yield w
        guest.type("quit\n")
        status = guest.wait(STEP_LIMIT)
        assert status is not None, "no power-off"
        assert guest.failure(status) == ""
        assert images.fsck(root) == ""


def read_twice(witness: Witness) -> None:
    """The whole file: behind a part of it the disk would go on reading."""
    witness.step(f"open {FILE}")
    size, commands = witness.cost(f"read 0 {SIZE}")
    assert size >= SIZE and commands >= 1
    assert witness.cost(f"read 0 {SIZE}") == (0, 0)


@pytest.mark.boot("base")
def test_base_second_buffered_read_stays_off_the_disk(witness):
    read_twice(witness)


def test_second_buffered_read_stays_off_the_disk(witness):
    read_twice(witness)


def test_second_direct_read_reaches_the_disk(witness):
    need(350)
    witness.step(f"open {FILE} direct")
    witness.step(f"read 0 {CHUNK}")
    for offset in (0, 0, 2 * CHUNK, 2 * CHUNK):
        assert witness.cost(f"read {offset} {CHUNK}")[0] == CHUNK


def test_direct_read_is_not_served_by_the_cache(witness):
    need(350)
    witness.step(f"open {FILE}")
    witness.step(f"read 0 {SIZE}")
    witness.step(f"open {FILE} direct")
    assert witness.cost(f"read 0 {CHUNK}")[0] == CHUNK


def test_refill_is_one_command_into_the_same_frames(witness):
    need(460)
    size = 512 << 10
    # Behind the file's first indirect block, which ends a run of blocks.
    first, second = 1 << 20, 2 << 20
    witness.step(f"open {FILE}")
    where = witness.step(f"map {first} {size}")
    guest = witness.guest
    directory = pagetables.cr3(guest)
    before = pagetables.entries(guest, directory, where, size)
    assert all(e & pagetables.PRESENT for e in before)
    assert witness.cost(f"refill {second} {size}") == (size, 1)
    after = pagetables.entries(guest, pagetables.cr3(guest), where, size)
    clean = pagetables.without_hardware_bits
    assert clean(after) == clean(before)
    assert witness.cost(f"refill {second} {size}") == (size, 1)
    data = guest.qmp.read_physical(after[3] & ~0xFFF, 4096, guest.scratch)
    assert data == pattern(SEED, second + 3 * 4096, 4096)
