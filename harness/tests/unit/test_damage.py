# SPDX-License-Identifier: GPL-2.0-only
"""Damage hits what it is meant to hit, and the same each time."""

import random
import shutil
import subprocess
from collections import Counter

import pytest

from harness import damage, images


@pytest.fixture(params=[1024, 4096])
def sound(request, tmp_path):
    """An image that is not damaged yet."""
    image = images.make_recipe(damage.recipe(request.param), tmp_path)
    return image, damage.Ext2(image.read_bytes())


def test_every_structure_is_found(sound):
    image, fs = sound
    kinds = Counter(p.kind for p in fs.places)
    report = subprocess.run(["/sbin/dumpe2fs", str(image)], text=True,
                            capture_output=True, check=True).stdout
    assert kinds["groups"] == report.count("\nGroup ") == kinds["inode bitmap"]
    inodes = int(report.split("Inode count:")[1].split()[0])
    free = int(report.split("Free inodes:")[1].split()[0])
    # Inodes 1 to 10 are reserved; only some of them are in use.
    assert inodes - free - 10 < kinds["inode"] <= inodes - free
    assert kinds["directory"] >= 6
    assert kinds["indirect"] >= (8 if fs.block == 1024 else 3)


def test_the_same_seed_gives_the_same_damage(sound):
    _, fs = sound
    a, b, c = (damage.damage(fs, random.Random(s)) for s in (5, 5, 6))
    assert a == b != c


def test_damage_stays_in_its_place_and_hurts(sound, tmp_path):
    image, fs = sound
    hurt = 0
    for seed in range(12):
        bad = shutil.copy(image, tmp_path / "bad.img")
        with open(bad, "r+b") as f:
            for c in damage.damage(fs, random.Random(seed)):
                assert (c.place.offset <= c.offset and c.offset + len(c.data)
                        <= c.place.offset + c.place.size)
                f.seek(c.offset)
                f.write(c.data)
        hurt += bool(images.fsck(bad))
    assert hurt >= 6
