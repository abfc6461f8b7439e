# SPDX-License-Identifier: GPL-2.0-only
"""
Generated contents. selftests/lib/pattern.h computes the same bytes in the
guest: word k of sector s is mix(seed, s) + k * STEP, little endian.
"""

import struct
from typing import BinaryIO

from .errors import ImageError
from .sizes import parse_size

SECTOR = 512
STEP = 0x01000193
MASK = 0xFFFFFFFF


def mix(seed: int, sector: int) -> int:
    """Returns the first word of a sector."""
    w = (sector * 0x9E3779B1 + seed * 0x85EBCA77 + 1) & MASK
    w ^= w >> 15
    w = w * 0x2C1B3C6D & MASK
    w ^= w >> 12
    return w


def pattern(seed: int, offset: int, size: int) -> bytes:
    """Returns size bytes of the pattern from byte offset on."""
    first = offset // SECTOR
    last = (offset + size + SECTOR - 1) // SECTOR
    parts = []
    for sector in range(first, last):
        w = mix(seed, sector)
        parts.append(struct.pack(
            "<128I", *[(w + k * STEP) & MASK for k in range(128)]))
    start = offset - first * SECTOR
    return b"".join(parts)[start:start + size]


def layout_size(layout: list[str]) -> int:
    """Returns the length in bytes of what a layout describes."""
    return sum(length for _, length in _pieces(layout))


def write_layout(out: BinaryIO, at: int, seed: int, layout: list[str]) -> int:
    """
    Writes the pieces ("pattern:64K", "zero:4K", "hole:1M") to out from byte
    at on; pattern offsets count from the layout's start. Returns the length.
    """
    done = 0
    for kind, length in _pieces(layout):
        out.seek(at + done)
        if kind == "pattern":
            out.write(pattern(seed, done, length))
        elif kind == "zero":
            out.write(bytes(length))
        done += length
    return done


def _pieces(layout: list[str]) -> list[tuple[str, int]]:
    pieces = []
    for item in layout:
        kind, _, size = item.partition(":")
        if kind not in ("pattern", "zero", "hole"):
            raise ImageError(f"'{item}' is not a piece of a layout")
        pieces.append((kind, parse_size(size)))
    return pieces
