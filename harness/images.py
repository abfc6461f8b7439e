# SPDX-License-Identifier: GPL-2.0-only
"""The images that boots use, made from recipes, and checks on used ones."""

import os
import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

from .errors import UserError
from .paths import IMAGES, RECIPES, TOP

from mkimage.cache import ensure  # noqa: E402
from mkimage.disk import copy_sparse
from mkimage.errors import ImageError
from mkimage.recipe import Recipe, load

EXT2_PARTITION = 0x83


def make(name: str) -> Path:
    """Makes the image of qemu-images/name.toml if it is not fresh; returns
    its path. Raises UserError."""
    return make_recipe(load(RECIPES / f"{name}.toml"))


def make_recipe(r: Recipe, folder: Path = IMAGES) -> Path:
    """Makes the image of a recipe if it is not fresh; returns its path."""
    out = folder / f"{r.name}.img"
    try:
        ensure(r, out, TOP)
    except ImageError as e:
        raise UserError(str(e)) from None
    return out


def copy(source: Path, target: Path) -> Path:
    """Copies an image, holes as holes; returns target."""
    with target.open("wb") as f:
        f.truncate(source.stat().st_size)
        copy_sparse(source, f, 0)
    return target


def put_file(image: Path, path: str, text: str) -> None:
    """Puts a small file into an ext2 image, in place of one there."""
    folder, _, name = path.rpartition("/")
    with tempfile.NamedTemporaryFile("w", prefix="put.") as f:
        f.write(text)
        f.flush()
        script = (f"cd {folder or '/'}\nrm {name}\nwrite {f.name} {name}\n"
                  f"sif {name} uid 0\nsif {name} gid 0\n"
                  f"sif {name} mode 0100644\n")
        p = subprocess.run(["/sbin/debugfs", "-w", "-f", "-", str(image)],
                           input=script, capture_output=True, text=True)
    bad = [line for line in p.stderr.splitlines()
           if not line.startswith(("debugfs ", "rm:"))]
    if bad:
        raise UserError(f"{image}: {bad[0]}")


def read_file(image: Path, path: str, offset: int = 0) -> bytes:
    """Returns a file's contents from an ext2 image at a byte offset of a
    disk; raises UserError if it is not there."""
    where = f"{image}?offset={offset}" if offset else str(image)
    with tempfile.TemporaryDirectory(prefix="get.") as tmp:
        out = Path(tmp) / "file"
        p = subprocess.run(["/sbin/debugfs", "-R", f'dump "{path}" {out}',
                            where], capture_output=True, text=True)
        if not out.exists() or "not found" in p.stderr:
            raise UserError(f"{image}: no {path}")
        return out.read_bytes()


def partitions(image: Path) -> list[tuple[int, int, int]]:
    """Returns (type, start, size) in bytes of an MBR disk's partitions, the
    logical ones included; [] without a table."""
    with image.open("rb") as f:
        return _table(f, 0, 0)


def _table(f, at: int, base: int) -> list[tuple[int, int, int]]:
    f.seek(at)
    sector = f.read(512)
    if sector[510:] != b"\x55\xaa" or sector[:2] == b"\xeb\x3c":
        return []
    found = []
    for i in range(4):
        kind, start, size = struct.unpack_from("<4xB3xII", sector,
                                               446 + 16 * i)
        if kind == 5:
            start = base + start * 512
            found += _table(f, start, base or start)
        elif kind:
            found.append((kind, at + start * 512, size * 512))
    return found


def ext2_offsets(image: Path) -> list[int]:
    """Returns where in a disk image ext2 file systems start."""
    with image.open("rb") as f:
        f.seek(1024 + 56)
        if f.read(2) == b"\x53\xef":
            return [0]
    return [start for kind, start, _ in partitions(image)
            if kind == EXT2_PARTITION]


def fsck(image: Path, offset: int = 0) -> str:
    """Runs e2fsck -fn on the file system at offset; returns its complaints,
    "" if it is clean."""
    where = f"{image}?offset={offset}" if offset else str(image)
    env = dict(os.environ, LC_ALL="C")
    p = subprocess.run(["/sbin/e2fsck", "-fn", where], env=env,
                       capture_output=True, text=True)
    if p.returncode == 0:
        return ""
    lines = [line for line in p.stdout.splitlines()
             if line.strip() and not line.startswith("Pass ")]
    return "\n".join(lines or p.stderr.splitlines() or ["e2fsck failed"])


def check_claim(claim: str, disks: dict[str, Path]) -> str:
    """
    Takes a test's "file hdb /x SIZE CRC" or "raw hdc OFFSET SIZE CRC" and
    the used images; returns what is wrong, "" if the disk holds that.
    """
    words = claim.split()
    if len(words) != 5 or words[1] not in disks:
        return f"cannot read the claim '{claim}'"
    image, size, crc = disks[words[1]], int(words[3]), int(words[4], 16)
    if words[0] == "raw":
        with image.open("rb") as f:
            f.seek(int(words[2]))
            data = f.read(size)
    else:
        try:
            data = read_file(image, words[2])
        except UserError as e:
            return str(e)
    if len(data) != size:
        return f"{claim}: {len(data)} bytes on the disk"
    if zlib.crc32(data) != crc:
        return f"{claim}: crc {zlib.crc32(data):08x} on the disk"
    return ""
