# SPDX-License-Identifier: GPL-2.0-only
"""
Random operations on ext2 by the guest program fsexer, which compares with its
model as it goes; then e2fsck and debugfs compare what is on the disk.
EXER_SEED=n EXER_OPS=n replay.
"""

import os
from collections import Counter

import pytest

from harness import exerciser, images
from harness.effort import LONG, effort
from harness.paths import LOGS
from harness.qemu import Disk

SEED = int(os.environ.get("EXER_SEED", "24"))
OPS = int(os.environ.get("EXER_OPS", effort(2000, 100_000)))
TREES = ["patched"] + (["base", "patched-debug"] if LONG else [])

pytestmark = [pytest.mark.usefixtures("guest_slot"),
              pytest.mark.parametrize("tree", TREES)]


def exercise(folder, tree: str, name: str, block: int, size: str,
             words: str = "", ops: int = OPS, memory: int = 256,
             used: int = 0) -> Counter:
    """Runs fsexer on a new file system and compares everything; returns what
    it counted."""
    recipe = exerciser.recipe(block, size, used)
    image = images.copy(images.make_recipe(recipe), folder / "exer.img")
    program = f"/bin/fsexer seed={SEED} ops={ops} {words}"
    print(f"EXER_SEED={SEED} EXER_OPS={OPS}: {program}")
    machine = exerciser.machine(tree, program, (Disk(image, 1),), memory)
    bad, lines = exerciser.run(machine, LOGS / f"exerciser-{tree}-{name}.log",
                               "fsexer: done")
    if bad:
        pytest.fail("\n".join([bad, *lines[-40:]]), pytrace=False)
    want = exerciser.manifest(lines)
    assert len(want) > 30, "too little to compare"
    assert images.fsck(image) == ""
    assert exerciser.differences(image, want) == []
    return exerciser.totals(lines)


@pytest.mark.parametrize("block", [1024, 2048, 4096])
def test_every_block_size(tmp_path, tree, block):
    n = exercise(tmp_path, tree, f"{block}", block, "64M")
    assert n["ops"] == OPS and n["enospc"] == 0 and n["remounts"] > 5


@pytest.mark.parametrize("block", [1024, 4096])
def test_no_space_left(tmp_path, tree, block):
    """The file system is far too small; blocks and inodes run out."""
    n = exercise(tmp_path, tree, f"full-{block}", block, "1M", "full=1",
                 used=150)
    assert n["ops"] == OPS and n["enospc"] > OPS // 50


def test_many_at_a_time(tmp_path, tree):
    n = exercise(tmp_path, tree, "jobs", 1024, "128M", "jobs=5", OPS // 2)
    assert n["ops"] == 5 * (OPS // 2)


def test_16_mib_of_memory(tmp_path, tree):
    """The kernel takes some of them; the page cache has to give back what it
    took, again and again."""
    n = exercise(tmp_path, tree, "16M", 4096, "128M", "jobs=12", OPS // 5, 16)
    assert n["ops"] == 12 * (OPS // 5) and n["pgsteal"] > OPS // 20
