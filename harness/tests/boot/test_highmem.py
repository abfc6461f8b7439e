# SPDX-License-Identifier: GPL-2.0-only
"""
1.5 GiB of memory, looked at from outside while a guest reads a file that
fills most of it: the tables that the disk controller was given name frames
above 896 MiB, which the kernel has no mapping for; those frames hold the
file's pages, and no others do; and all of the memory can be used.
"""

import re
import struct

import pytest

from harness import exerciser, images
from harness.diskio import Session, session
from harness.guest import Guest
from harness.qemu import Disk

from mkimage.content import STEP, mix

PAGE, MIB = 4096, 1 << 20
MEMORY, LOW, FILE, CHUNK = 1536 * MIB, 896 * MIB, 832 * MIB, 16 * MIB
SEED = 5
EOT = 0x8000

pytestmark = pytest.mark.usefixtures("guest_slot")


def bus_master(guest: Guest) -> int:
    """Returns the I/O port of the disk controller's bus-master registers, as
    its PCI configuration has it."""
    found = re.search(r"IDE controller.*?BAR4: I/O at (0x[0-9a-f]+)",
                      guest.qmp.hmp("info pci"), re.S)
    assert found, "no IDE controller"
    return int(found[1], 16)


def prd_table(guest: Guest, port: int) -> list[tuple[int, int]]:
    """Returns what the controller's table of hdc's channel names: addresses
    and lengths."""
    said = guest.qmp.hmp(f"i /xw {port + 8 + 4:#x}")
    table = guest.qmp.read_physical(int(said.split("=")[1], 16), 8 * 4096,
                                    guest.scratch)
    entries = []
    for address, size, flags in struct.iter_unpack("<IHH", table):
        entries.append((address, size or 0x10000))
        if flags & EOT:
            return entries
    raise AssertionError("a table without an end")


def file_pages(data: bytes, places: dict[int, int]) -> list[int | None]:
    """Returns which page of the file each page of memory holds, by its
    stamp."""
    found = []
    for at in range(0, len(data), PAGE):
        first, second = struct.unpack_from("<II", data, at)
        good = second == (first + STEP) & 0xFFFFFFFF
        found.append(places.get(first) if good else None)
    return found


def look_at_table(guest: Guest, port: int, last: list[tuple[int, int]],
                  places: dict[int, int]) -> list[tuple[int, int]]:
    """Returns what the table names now; if that is not what it was, it must
    be the file's pages in order. Read-ahead goes on after a step, until the
    machine stands still."""
    with guest.stopped():
        entries = prd_table(guest, port)
        if entries == last:     # all was read ahead before
            return entries
        some = dict.fromkeys(entries[:4] + entries[-4:])
        data = b"".join(guest.qmp.read_physical(a, n, guest.scratch)
                        for a, n in some if n >= PAGE)
    pages = file_pages(data, places)
    assert None not in pages, entries
    assert pages == sorted(pages)
    return entries


def read_all(s: Session, places: dict[int, int]) -> int:
    """Has the guest read the file; returns how many of the tables named high
    memory and nothing else."""
    guest, high, last = s.guest, 0, []
    port = bus_master(guest)
    for at in range(0, FILE, CHUNK):
        assert s.step(f"look {at} {CHUNK} {SEED}") == CHUNK
        entries = look_at_table(guest, port, last, places)
        high += entries != last and all(a >= LOW for a, _ in entries)
        last = entries
    return high


def test_the_disk_reaches_all_memory(tmp_path):
    places = {mix(SEED, at // 512): at // PAGE for at in range(0, FILE, PAGE)}
    image = images.copy(images.make_recipe(exerciser.recipe(4096, "900M")),
                        tmp_path / "big.img")
    with session("highmem", (Disk(image, 2, cache="unsafe"),),
                 memory=MEMORY // MIB) as s:
        image.unlink()          # QEMU has it open
        assert s.step("mount /dev/hdc") == 0
        assert s.step("open /mnt/big") >= 0
        for at in range(0, FILE, CHUNK):
            assert s.step(f"stamp {at} {CHUNK} {SEED}") == CHUNK
        assert s.step("sync") == 0
        assert s.step("forget") > 0
        high = read_all(s, places)
        print(f"{high} tables of frames above 896 MiB")
        assert high >= (MEMORY - LOW) // CHUNK * 7 // 8
        cached = set()
        for at in range(LOW, MEMORY, 64 * MIB):
            data = s.guest.qmp.read_physical(at, 64 * MIB, s.guest.scratch)
            cached.update(file_pages(data, places))
        assert len(cached - {None}) >= (MEMORY - LOW) // PAGE * 9 // 10
        # The page cache makes room for it.
        most = MEMORY - 80 * MIB
        assert s.step(f"use {most}") == most
        assert s.step("open /dev/null") >= 0
