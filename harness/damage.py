# SPDX-License-Identifier: GPL-2.0-only
"""
Damages ext2 images: bits, numbers and whole blocks of the structures that
tell where everything is. The same seed gives the same damage.
"""

import random
import struct
from dataclasses import dataclass

from mkimage.recipe import Recipe

SUPER, INODE = 1024, 128
DIRECT = 12
DIRECTORY = 0o040000
# What to hit, and how often.
WEIGHTS = {"super": 1, "groups": 2, "block bitmap": 2, "inode bitmap": 2,
           "inode": 7, "directory": 5, "indirect": 5}


def recipe(block_size: int) -> Recipe:
    """Returns the recipe of a file system that has some of everything:
    groups, levels of directories and of indirect blocks, holes, links."""
    size = "20M" if block_size == 1024 else "4M"
    small = [{"path": f"/many/a-name-of-some-length-{i}", "seed": i,
              "layout": [f"pattern:{i * 37}"]} for i in range(1, 70)]
    return Recipe(f"damage-{block_size}", "ext2", size, block_size=block_size,
                  label="damage", seed=block_size,
                  dirs=[{"path": p} for p in ("/a", "/a/b", "/a/b/c",
                                              "/many")],
                  links=[{"path": "/short", "to": "a/b/c"},
                         {"path": "/a/long", "to": "x/" * 100}],
                  generate=small + [
                      {"path": "/big", "layout": ["pattern:400K"]},
                      {"path": "/a/b/c/holes", "layout": [
                          "pattern:20K", "hole:2M", "pattern:5000"]},
                      {"path": "/a/far", "layout": [
                          "pattern:1K", "hole:70M", "pattern:2K"]}])


@dataclass(frozen=True)
class Place:
    """A structure: what it is, where, how long."""
    kind: str
    offset: int
    size: int


@dataclass(frozen=True)
class Change:
    """Bytes that take the place of others."""
    place: Place
    offset: int
    data: bytes

    def __str__(self) -> str:
        return (f"{self.place.kind} at {self.place.offset:#x}: "
                f"{len(self.data)} bytes at {self.offset:#x}: "
                f"{self.data[:8].hex()}")


class Ext2:
    """Where the structures of a sound image are."""

    def __init__(self, image: bytes) -> None:
        self.image = image
        self.block = 1024 << self._u32(SUPER + 24)
        self.blocks = self._u32(SUPER + 4)
        self.places = [Place("super", SUPER, 204)]
        self.metadata: list[int] = []
        self._groups()

    def _u32(self, at: int) -> int:
        return struct.unpack_from("<I", self.image, at)[0]

    def _groups(self) -> None:
        per_group = self._u32(SUPER + 32)
        inodes = self._u32(SUPER + 40)
        table = (SUPER // self.block + 1) * self.block
        count = -(-(self.blocks - self._u32(SUPER + 20)) // per_group)
        for at in range(table, table + 32 * count, 32):
            self._add("groups", at, 32)
            where = struct.unpack_from("<III", self.image, at)
            self.metadata += where
            self._add("block bitmap", where[0] * self.block, self.block)
            self._add("inode bitmap", where[1] * self.block, self.block)
            for i in range(inodes):
                self._inode(where[2] * self.block + i * INODE)

    def _add(self, kind: str, offset: int, size: int) -> None:
        self.places.append(Place(kind, offset, size))

    def _inode(self, at: int) -> None:
        mode = struct.unpack_from("<H", self.image, at)[0]
        if not mode:
            return
        self._add("inode", at, INODE)
        blocks = struct.unpack_from("<15I", self.image, at + 40)
        if mode & 0o170000 == 0o120000 and not self._u32(at + 28):
            return
        if mode & 0o170000 == DIRECTORY:
            for n in filter(None, blocks[:DIRECT]):
                self._add("directory", n * self.block, self.block)
        for level in (1, 2, 3):
            self._tree(blocks[DIRECT + level - 1], level)

    def _tree(self, n: int, level: int) -> None:
        if not n:
            return
        at = n * self.block
        self._add("indirect", at, self.block)
        if level > 1:
            for i in range(0, self.block, 4):
                self._tree(self._u32(at + i), level - 1)


def damage(fs: Ext2, rng: random.Random) -> list[Change]:
    """Returns one to many changes of an image. Three out of four times what
    a mount looks at is left alone."""
    weights = dict(WEIGHTS)
    if rng.randrange(4):
        del weights["super"], weights["groups"]
    kinds = {k: [p for p in fs.places if p.kind == k] for k in weights}
    changes = []
    for _ in range(rng.choice((1, 2, 4, 8, 32))):
        kind = rng.choices(list(weights), list(weights.values()))[0]
        place = rng.choice(kinds[kind])
        if kind == "directory" and rng.randrange(3):
            offset, data = _entry(fs, place, rng)
        else:
            offset, data = _change(fs, place, rng)
        changes.append(Change(place, offset, data))
    return changes


def _entry(fs: Ext2, p: Place, rng: random.Random) -> tuple[int, bytes]:
    """A directory entry that is another inode's, or longer or shorter than
    it is, or of another type."""
    starts, at = [], p.offset
    while at < p.offset + p.size:
        starts.append(at)
        at += struct.unpack_from("<H", fs.image, at + 4)[0]
    at = rng.choice(starts)
    if rng.randrange(2):
        return at, struct.pack("<I", rng.randrange(1, 100))
    if rng.randrange(2):
        return at + 4, struct.pack("<H", rng.choice(
            (0, 1, 8, 11, 12, 16, 1023, 1024, 4096, 65535)))
    return at + rng.choice((6, 7)), rng.randbytes(1)


def _change(fs: Ext2, p: Place, rng: random.Random) -> tuple[int, bytes]:
    how = rng.choices(("bit", "byte", "short", "long", "all"),
                      (4, 2, 3, 8, 1))[0]
    at = p.offset + rng.randrange(p.size)
    if how == "bit":
        return at, bytes([fs.image[at] ^ 1 << rng.randrange(8)])
    if how == "byte":
        return at, rng.randbytes(1)
    if how == "short":
        return at & ~1, struct.pack("<H", _number(fs, p, rng) & 0xFFFF)
    if how == "long":
        return at & ~3, struct.pack("<I", _number(fs, p, rng))
    return p.offset, rng.choice((bytes(p.size), b"\xff" * p.size,
                                 rng.randbytes(p.size)))


def _number(fs: Ext2, p: Place, rng: random.Random) -> int:
    """One that means something: a limit, a block that is taken, itself."""
    return rng.choice((
        0, 1, 2, 12, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, fs.blocks - 1,
        fs.blocks, p.offset // fs.block, rng.choice(fs.metadata),
        rng.randrange(fs.blocks), rng.randrange(fs.blocks),
        rng.getrandbits(32), rng.getrandbits(12)))
