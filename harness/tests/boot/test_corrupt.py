# SPDX-License-Identifier: GPL-2.0-only
"""
Damaged ext2 file systems, twelve a boot, each in a partition of its own. The
guest program fsabuse walks, reads and changes them. The kernel may refuse or
report errors; it must go on, and write to nothing but the partition.
CORRUPT_SEED=n replays one of them.
"""

import hashlib
import os
import random
import shutil
import struct
import subprocess
from errno import EIO, EUCLEAN
from pathlib import Path

import pytest

from harness import damage, exerciser, images
from harness.effort import LONG, effort
from harness.paths import LOGS
from harness.qemu import Disk

from mkimage.disk import copy_sparse

ONLY = os.environ.get("CORRUPT_SEED", "")
BATCH = 12
FIRST = [int(ONLY)] if ONLY else list(range(0, effort(12, 204), BATCH))
TREES = ["patched-debug"] + (["base", "patched"] if LONG else [])
SECTOR, GUARD = 512, 64 << 10
BLOCKS = (1024, 2048, 4096)

pytestmark = pytest.mark.usefixtures("guest_slot")


class DamagedDisk:
    """Up to four damaged file systems and what lies between them."""

    def __init__(self, path: Path, seeds: list[int]) -> None:
        self.path = path
        self.free: list[tuple[int, int]] = []   # outside the partitions
        table = bytearray(SECTOR)
        table[510:] = b"\x55\xaa"
        with path.open("w+b") as f:
            f.write(bytes(GUARD))
            self.free.append((0, GUARD))
            for i, seed in enumerate(seeds):
                at = f.seek(0, os.SEEK_END)
                size = self._add(f, at, seed)
                struct.pack_into("<4xB3xII", table, 446 + 16 * i, 0x83,
                                 at // SECTOR, size // SECTOR)
                self.free.append((at + size, GUARD))
                f.seek(at + size)
                f.write(random.Random(seed).randbytes(GUARD))
            f.seek(0)
            f.write(table)
        self.before = self.digest()

    @staticmethod
    def _add(f, at: int, seed: int) -> int:
        block = BLOCKS[seed % 3]
        base = images.make_recipe(damage.recipe(block))
        copy_sparse(base, f, at)
        for c in damage.damage(sound(block), random.Random(seed)):
            print(f"CORRUPT_SEED={seed} {block}: {c}")
            f.seek(at + c.offset)
            f.write(c.data)
        return base.stat().st_size

    def digest(self) -> str:
        """Returns a digest of all that is outside the partitions."""
        h = hashlib.sha256()
        with self.path.open("rb") as f:
            for at, size in self.free:
                f.seek(at)
                h.update(f.read(size))
            h.update(str(f.seek(0, os.SEEK_END)).encode())
        return h.hexdigest()


SOUND: dict[int, damage.Ext2] = {}


def sound(block: int) -> damage.Ext2:
    """Returns the layout of the file system that gets damaged."""
    if block not in SOUND:
        image = images.make_recipe(damage.recipe(block))
        SOUND[block] = damage.Ext2(image.read_bytes())
    return SOUND[block]


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("first", FIRST)
def test_damaged_file_systems(tmp_path, tree, first):
    seeds = [first] if ONLY else list(range(first, first + BATCH))
    disks = [DamagedDisk(tmp_path / f"hd{'bcd'[i]}.img",
                         seeds[4 * i:4 * i + 4])
             for i in range((len(seeds) + 3) // 4)]
    devices = [f"/dev/hd{'bcd'[i // 4]}{i % 4 + 1}"
               for i in range(len(seeds))]
    machine = exerciser.machine(
        tree, f"/bin/fsabuse {first} " + " ".join(devices),
        tuple(Disk(d.path, i + 1) for i, d in enumerate(disks)))
    bad, lines = exerciser.run(machine, LOGS / f"corrupt-{tree}-{first}.log",
                               "fsabuse: done")
    if bad:
        for d in disks:
            shutil.copy(d.path, LOGS / f"corrupt-{tree}-{first}-{d.path.name}")
        pytest.fail("\n".join([bad, *lines[-60:]]), pytrace=False)
    used = [x for x in lines if " calls " in x]
    assert len(used) >= len(seeds) // 3, "hardly any could be mounted"
    assert [d.path.name for d in disks if d.digest() != d.before] == []


def test_directory_with_two_names(tmp_path):
    """Both were cached; a rename from one to the other took the directory's
    lock twice and hung. Its second name is refused."""
    image = images.copy(images.make_recipe(damage.recipe(1024)),
                        tmp_path / "two.img")
    subprocess.run(["/sbin/debugfs", "-w", "-f", "-", str(image)], text=True,
                   input="ln /a/b /two\nln /a /a/b/c/loop\n", check=True,
                   capture_output=True)
    machine = exerciser.machine(
        "patched", "/bin/fsabuse rename /dev/hdb /mnt/a/b/c /mnt/two/c "
        "/mnt/a/b/c/loop/long /mnt/a/moved /mnt/a/long /mnt/a/b/c/long",
        (Disk(image, 1),))
    bad, lines = exerciser.run(machine, LOGS / "corrupt-two-names.log",
                               "fsabuse: done")
    assert bad == ""
    assert [x for x in lines if "rename errno" in x] == [
        f"fsabuse: rename errno {e}" for e in (EUCLEAN, EUCLEAN, 0)]
    assert any("has a second name" in x for x in lines)


def point_to(image: Path, directory: str, name: str, inode: int) -> None:
    """Has an entry of a directory (in its first block) name another inode."""
    said = subprocess.run(["/sbin/debugfs", "-R", f"blocks {directory}",
                           str(image)], text=True, check=True,
                          capture_output=True).stdout
    block = sound(1024).block
    with image.open("r+b") as f:
        at = f.seek(int(said.split()[0]) * block)
        while True:
            _, length, size = struct.unpack("<IHB", f.read(7))
            if f.read(1 + size)[1:] == name.encode():
                break
            at = f.seek(at + length)
        f.seek(at)
        f.write(struct.pack("<I", inode))


def test_inode_numbers_out_of_range(tmp_path):
    """A directory says so where one is met; what comes before it is there,
    and nobody is told of such a number."""
    image = images.copy(images.make_recipe(damage.recipe(1024)),
                        tmp_path / "numbers.img")
    last = struct.unpack_from("<I", sound(1024).image, 1024)[0]
    bad = {("/a", "long"): last + 1, ("/a/b", "c"): 0xffffffff,
           ("/many", "a-name-of-some-length-5"): 7}
    for (directory, name), inode in bad.items():
        point_to(image, directory, name, inode)
    machine = exerciser.machine(
        "base", "/bin/fsabuse list /dev/hdb " +
        " ".join(f"/mnt{d}" for d, _ in bad), (Disk(image, 1),))
    why, lines = exerciser.run(machine, LOGS / "corrupt-numbers.log",
                               "fsabuse: done")
    assert why == ""
    for directory, name in bad:
        said = [x.split()[2:] for x in lines
                if x.startswith(f"fsabuse: /mnt{directory} ")]
        assert said[-1] == ["errno", str(EIO)]
        names = {n: int(i) for n, i in said[:-1]}
        assert {".", ".."} <= set(names) and name not in names
        assert all(i == 2 or 11 <= i <= last for i in names.values())
    assert any("inode number out of range" in x for x in lines)
