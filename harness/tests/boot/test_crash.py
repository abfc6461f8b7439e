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
confirmed is not. CRASH_SEED=n replays the guest's operations and the choice of moments.
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
MOMENTS = effort(6, 30)
LIMIT = effort(300, 1200)

pytestmark = pytest.mark.usefixtures("guest_slot")


class Run:
    """One guest that was killed: its disk as it was before, the log of its
    writes, and what it was promised."""

    def __init__(self, tmp_path, name: str, seed: int, mode: int):
        self.rng = random.Random(f"{name} {seed}")
        self.block = (1024, 2048, 4096)[seed % 3]
        self.before = images.make_recipe(exerciser.recipe(self.block, "16M"))
        self.image = images.copy(self.before, tmp_path / "crash.img")
        self.log = tmp_path / "crash.blklog"
        self.log.touch()
        self.listener = crash.Listener(self.log)
        self.name = f"crash-{name}-{seed}"
        machine = exerciser.machine(
            "patched", f"/bin/fsexer seed={seed} ops=1000000 crash={mode}",
            extra=blklog.drive(self.image, self.log, 1))
        print(f"CRASH_SEED={seed}, {self.block}-byte blocks")
        self._run(machine)
        self.entries = blklog.read(self.log)

    def _run(self, machine) -> None:
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

    def moments(self) -> list[int]:
        """Returns how many entries of the log there were each time: at the
        end, at moments when a promise had just been given, and at moments
        when as much as possible was not yet flushed."""
        ends = [e.end for e in self.entries]
        given = [bisect_left(ends, p.since) + 1
                 for p in self.listener.promises.values()
                 if p.since <= ends[-1]]
        flushes = [i for i, e in enumerate(self.entries)
                   if e.flags & blklog.FLUSH and i > min(given)]
        return [len(ends), *self.rng.choices(given, k=MOMENTS // 2),
                *self.rng.choices(flushes, k=MOMENTS // 2)]


def judge(run: Run, folder) -> None:
    """Checks the disk at each of a run's moments."""
    promises = run.listener.promises.values()
    missing = asked = checked = 0
    for count in run.moments():
        image = images.copy(run.before, folder / "after.img")
        entries = run.entries[:count]
        blocks, lost = blklog.crash(image, entries, run.block, run.rng)
        raw = shutil.copy(image, folder / "raw.img")
        bad, y = crash.repair(image)
        given = [p for p in promises if p.holds(entries[-1].end)]
        broken = [b for p in given if (b := p.broken(image))]
        if bad or broken:
            kept = LOGS / f"{run.name}.img"
            shutil.copy(raw, kept)
            pytest.fail("\n".join(
                [f"{count} of {len(run.entries)} writes, the last {blocks} "
                 f"blocks not flushed, {lost} of them lost; the disk: {kept}",
                 bad, *broken]), pytrace=False)
        missing += lost
        asked += y
        checked += len(given)
    print(f"{len(run.entries)} writes, {len(promises)} promises, "
          f"{checked} checked, {missing} blocks lost, -y needed {asked} of "
          f"{MOMENTS + 1} times")
    assert checked and missing, "this proves nothing"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_fsync_confirmed_survives(tmp_path, seed):
    run = Run(tmp_path, "fsync", seed, 1)
    assert_log_is_true(run, tmp_path)
    judge(run, tmp_path)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_direct_writes_confirmed_survives(tmp_path, seed):
    """O_DIRECT with O_SYNC or fsync; stores to a MAP_DIRECT mapping with
    msync(MS_SYNC) or fsync."""
    judge(Run(tmp_path, "direct", seed, 2), tmp_path)


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
