# SPDX-License-Identifier: GPL-2.0-only
"""Walks a guest's i386 page tables from outside, through QMP."""

import re
import struct

from .guest import Guest

PAGE = 4096
PRESENT, LARGE = 0x001, 0x080
ACCESSED, DIRTY = 0x020, 0x040


def cr3(guest: Guest) -> int:
    """Returns the page directory in use. While the one user process waits
    in a system call, it is that process's."""
    m = re.search(r"CR3=([0-9a-f]{8})", guest.qmp.hmp("info registers"))
    assert m, "no CR3"
    return int(m[1], 16)


def entries(guest: Guest, directory: int, start: int, size: int
            ) -> list[int]:
    """Returns the page-table entries of a virtual range, 0 where there is no
    table."""
    pgd = _table(guest, directory)
    found, tables = [], {}
    for address in range(start, start + size, PAGE):
        pde = pgd[address >> 22]
        if not pde & PRESENT or pde & LARGE:
            found.append(0)
            continue
        if pde not in tables:
            tables[pde] = _table(guest, pde)
        found.append(tables[pde][address >> 12 & 1023])
    return found


def without_hardware_bits(ptes: list[int]) -> list[int]:
    """Returns the entries without the bits that the processor sets."""
    return [e & ~(ACCESSED | DIRTY) for e in ptes]


def _table(guest: Guest, entry: int) -> tuple[int, ...]:
    data = guest.qmp.read_physical(entry & ~0xFFF, PAGE, guest.scratch)
    return struct.unpack("<1024I", data)
