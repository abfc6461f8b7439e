# SPDX-License-Identifier: GPL-2.0-only
"""Raw disks, swap areas and MBR partition tables."""

import os
import struct
import tempfile
import uuid
from pathlib import Path

from . import ext2
from .content import write_layout
from .errors import ImageError
from .recipe import Recipe, load
from .sizes import parse_size, round_up

SECTOR = 512
ALIGN = 1 << 20
PAGE = 4096
EXTENDED = 0x05


def build_raw(r: Recipe, out: Path) -> None:
    """Makes a sparse raw disk with the recipe's generated contents."""
    size = parse_size(r.size)
    with out.open("wb") as f:
        f.truncate(size)
        for g in r.generate:
            at = parse_size(g.get("offset", "0"))
            if at + write_layout(f, at, g["seed"], g["layout"]) > size:
                raise ImageError(f"recipe {r.name}: the contents do not "
                                 f"fit into {r.size}")


def swap_header(size: int, seed: int) -> bytes:
    """Returns the first page of a version-1 swap area of size bytes."""
    page = bytearray(PAGE)
    struct.pack_into("<III", page, 1024, 1, size // PAGE - 1, 0)
    page[1036:1052] = uuid.UUID(int=0x2400_4000_8000 << 64 | seed).bytes
    page[PAGE - 10:] = b"SWAPSPACE2"
    return bytes(page)


def build_mbr(r: Recipe, out: Path, top: Path) -> None:
    """Makes a partitioned disk; each partition starts on a MiB. Logical ones
    share one extended partition behind the primary ones."""
    primary, logical = [], []
    with out.open("wb") as f, tempfile.TemporaryDirectory() as tmp:
        f.truncate(parse_size(r.size))
        at = ALIGN
        for i, p in enumerate(r.partitions):
            start = at + (ALIGN if p.get("logical") else 0)
            size = _fill(r, p, f, start, Path(tmp) / str(i), top)
            at = round_up(start + size, ALIGN)
            where = (p["type"], start // SECTOR, size // SECTOR)
            (logical if p.get("logical") else primary).append(where)
        if at > parse_size(r.size):
            raise ImageError(f"recipe {r.name}: the partitions do not fit "
                             f"into {r.size}")
        _tables(f, primary, logical, r.disk_id)


def _fill(r: Recipe, p: dict, f, start: int, tmp: Path, top: Path) -> int:
    """Writes one partition's contents at start; returns its size."""
    if p.get("swap"):
        size = parse_size(p["size"])
        f.seek(start)
        f.write(swap_header(size, p.get("seed", 0)))
        return size
    if "recipe" not in p:
        return parse_size(p["size"])
    build(load(r.folder / f"{p['recipe']}.toml"), tmp, top)
    copy_sparse(tmp, f, start)
    return tmp.stat().st_size


def copy_sparse(source: Path, f, at: int) -> None:
    """Copies the parts of source that are not holes into the open file f."""
    with source.open("rb") as src:
        fd, end, pos = src.fileno(), source.stat().st_size, 0
        while pos < end:
            try:
                pos = os.lseek(fd, pos, os.SEEK_DATA)
            except OSError:
                return
            stop = os.lseek(fd, pos, os.SEEK_HOLE)
            src.seek(pos)
            f.seek(at + pos)
            while pos < stop:
                chunk = src.read(min(1 << 20, stop - pos))
                f.write(chunk)
                pos += len(chunk)


def _tables(f, primary: list, logical: list, disk_id: int) -> None:
    """Writes the MBR and one EBR a logical partition."""
    main = list(primary)
    if logical:
        base = logical[0][1] - ALIGN // SECTOR
        end = logical[-1][1] + logical[-1][2]
        main.append((EXTENDED, base, end - base))
        for i, (kind, start, size) in enumerate(logical):
            ebr = start - ALIGN // SECTOR
            rows = [(kind, start - ebr, size)]
            if i + 1 < len(logical):
                nxt = logical[i + 1][1] - ALIGN // SECTOR
                rows.append((EXTENDED, nxt - base,
                             logical[i + 1][2] + ALIGN // SECTOR))
            f.seek(ebr * SECTOR)
            f.write(_table(rows, 0))
    if len(main) > 4:
        raise ImageError("an MBR has room for 4 primary partitions")
    f.seek(0)
    f.write(_table(main, disk_id))


def _table(rows: list, disk_id: int) -> bytes:
    sector = bytearray(SECTOR)
    struct.pack_into("<I", sector, 440, disk_id)
    for i, (kind, start, size) in enumerate(rows):
        # CHS fields say "see the LBA ones".
        struct.pack_into("<B3sB3sII", sector, 446 + 16 * i, 0,
                         b"\xfe\xff\xff", kind, b"\xfe\xff\xff", start, size)
    sector[510:] = b"\x55\xaa"
    return bytes(sector)


def build(r: Recipe, out: Path, top: Path) -> None:
    """Makes the image of any recipe at out. top is where relative input
    paths start. Raises ImageError."""
    if r.kind == "ext2":
        ext2.build(r, out, top)
    elif r.kind == "raw":
        build_raw(r, out)
    else:
        build_mbr(r, out, top)
