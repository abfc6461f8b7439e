# SPDX-License-Identifier: GPL-2.0-only
"""
QEMU is killed while the guest program fsexer runs. The log of what the disk
was given tells what it could hold had the power failed, at the end or at any
moment before: all up to the last flush, any part of the rest. e2fsck repairs
that, and what fsync, msync and O_SYNC confirmed is there byte for byte.

ext2 orders nothing by itself: an inode may reach the disk before its name
does, or a block's new owner before the old one has lost it. e2fsck -p leaves
such things to a person (here in one of four cases, mostly an unattached
inode), -y decides. So -y is allowed here; what it does to a file that was
confirmed is not. There are trees of block numbers that e2fsck never comes to
an end with (one whose blocks were other files' before); fsexer leaves no
such blocks lying about.

CRASH_SEED=n replays the guest's operations and the choice of moments.
"""

import os
import random
import shutil
from bisect import bisect_left

import pytest

from harness import blklog, crash, exerciser, images
from harness.effort import effort
from harness.guest import Guest
from harness.paths import LOGS

FIRST = int(os.environ.get("CRASH_SEED", "1"))
SEEDS = range(FIRST, FIRST + ("CRASH_SEED" in os.environ or effort(3, 20)))
# What the base can do is little else there than in the patched kernel.
BOTH = [("patched", seed) for seed in SEEDS] + [
    ("base", seed) for seed in SEEDS[:effort(1, len(SEEDS))]]
MOMENTS = effort(6, 30)
LIMIT = effort(900, 3600)
SUPER = 1024

pytestmark = pytest.mark.usefixtures("guest_slot")


class Run:
    """A guest on a logged disk: the disk as it was before and is now, the log
    of its writes, and what was promised. mode is fsexer's crash=; 3 lets it
    come to its end."""

    def __init__(self, folder, name: str, seed: int, mode: int,
                 tree: str = "patched") -> None:
        self.rng = random.Random(f"{name} {seed}")
        self.block = (1024, 2048, 4096)[seed % 3]
        self.before = images.make_recipe(exerciser.recipe(self.block, "16M"))
        self.image = images.copy(self.before, folder / "crash.img")
        self.name = f"crash-{name}-{tree}-{seed}"
        log = folder / "crash.blklog"
        log.touch()
        self.listener = crash.Listener(log)
        self.lost = 0
        ops = effort(300, 3000) if mode == 3 else 1_000_000
        machine = exerciser.machine(
            tree, f"/bin/fsexer seed={seed} ops={ops} crash={mode}",
            extra=blklog.drive(self.image, log, 1))
        print(f"CRASH_SEED={seed}, {self.block}-byte blocks")
        self._finish(machine) if mode == 3 else self._kill(machine)
        self.entries = blklog.read(log)
        self.ends = [e.end for e in self.entries]
        self.given = [bisect_left(self.ends, p.since) + 1
                      for p in self.listener.promises.values()
                      if p.since <= self.ends[-1]]

    def _kill(self, machine) -> None:
        messages = self.rng.randrange(60, effort(160, 600))
        with Guest(machine, LOGS / f"{self.name}.log",
                   self.listener.on_line) as guest:
            self.listener.guest = guest
            came = self.listener.wait(messages, LIMIT)
            guest.wait(self.rng.random() * 0.2)
            alive = guest.process.poll() is None
            guest.kill()
        if not came or not alive:
            pytest.fail("\n".join(["fsexer stopped by itself",
                                   *guest.lines[-40:]]), pytrace=False)

    def _finish(self, machine) -> None:
        bad, lines = exerciser.run(machine, LOGS / f"{self.name}.log",
                                   "fsexer: done")
        if bad:
            pytest.fail("\n".join([bad, *lines[-40:]]), pytrace=False)

    def moments(self) -> list[int]:
        """Returns how many entries of the log there were each time: at the
        end, when a promise had just been given, and when as much as possible
        was not yet flushed."""
        start = min(self.given)
        flushes = [i for i in self._flushes() if i > start]
        return [len(self.entries),
                *self.rng.choices(self.given, k=MOMENTS // 2),
                *self.rng.choices(flushes, k=MOMENTS // 2)]

    def super_moments(self) -> list[int]:
        """The same: when the super block was not yet flushed."""
        found, since = [], 0
        for i in self._flushes():
            found += [range(k + 1, i + 1) for k in range(since, i)
                      if self.entries[k].covers(SUPER)]
            since = i
        return [self.rng.choice(self.rng.choice(found))
                for _ in range(3 * MOMENTS)]

    def _flushes(self) -> list[int]:
        return [i for i, e in enumerate(self.entries)
                if e.flags & blklog.FLUSH]

    def at(self, count: int, image) -> tuple[str, list[crash.Promise]]:
        """Makes the disk as a crash behind that many entries may leave it;
        returns a line about that and the promises that hold then."""
        images.copy(self.before, image)
        blocks, lost = blklog.crash(image, self.entries[:count], self.block,
                                    self.rng)
        self.lost += lost
        end = self.ends[count - 1]
        return (f"{count} of {len(self.entries)} writes, the last {blocks} "
                f"blocks not flushed, {lost} of them lost",
                [p for p in self.listener.promises.values() if p.holds(end)])


def judge(run: Run, folder, moments: list[int]) -> int:
    """Checks the disk at each of a run's moments; returns how many promises
    were looked at."""
    asked = checked = 0
    for count in moments:
        image, raw = folder / "after.img", folder / "raw.img"
        what, promises = run.at(count, image)
        shutil.copy(image, raw)
        bad, y = crash.repair(image)
        broken = [b for p in promises if (b := p.broken(image))]
        if bad or broken:
            kept = LOGS / f"{run.name}.img"
            shutil.copy(raw, kept)
            pytest.fail("\n".join([f"{what}; the disk: {kept}", bad,
                                   *broken]), pytrace=False)
        asked += y
        checked += len(promises)
    print(f"{len(run.entries)} writes, {len(run.given)} promises, {checked} "
          f"checked, {run.lost} blocks lost, -y needed {asked} of "
          f"{len(moments)} times")
    assert run.lost, "this proves nothing"
    return checked


@pytest.mark.parametrize("tree, seed", BOTH)
def test_what_fsync_confirmed_survives(tmp_path, tree, seed):
    run = Run(tmp_path, "fsync", seed, 1, tree)
    assert_log_is_true(run, tmp_path)
    assert judge(run, tmp_path, run.moments())


@pytest.mark.parametrize("seed", SEEDS)
def test_what_direct_writes_confirmed_survives(tmp_path, seed):
    """O_DIRECT with O_SYNC or fsync; stores to a MAP_DIRECT mapping with
    msync(MS_SYNC) or fsync."""
    run = Run(tmp_path, "direct", seed, 2)
    assert judge(run, tmp_path, run.moments())


@pytest.mark.parametrize("tree, seed", BOTH)
def test_clean_only_while_it_is(tmp_path, tree, seed):
    """Between mount and umount, of which there are some, the super block says
    "not clean": e2fsck -p would look no further."""
    run = Run(tmp_path, "mount", seed, 3, tree)
    first, second = run.entries[:2]
    assert first.covers(SUPER) and second.flags & blklog.FLUSH
    judge(run, tmp_path, run.super_moments())


def assert_log_is_true(run: Run, folder) -> None:
    """The log, replayed, gives the image that the killed QEMU left, but for
    one write: it goes to the image first and to the log then."""
    image = images.copy(run.before, folder / "replayed.img")
    blklog.replay(image, run.entries)
    mine, its = image.read_bytes(), run.image.read_bytes()
    differ = [at for at in range(0, len(its), 1024)
              if mine[at:at + 1024] != its[at:at + 1024]]
    assert len(mine) == len(its)
    assert not differ or differ[-1] - differ[0] < 1 << 20
