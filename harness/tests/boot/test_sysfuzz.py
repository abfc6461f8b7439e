# SPDX-License-Identifier: GPL-2.0-only
"""
Random system calls (selftests/bin/sysfuzz.cpp) on the patched kernels: no
oops, no hang, nothing that stays allocated, and clean file systems after it.
SYSFUZZ_SEED=n SYSFUZZ_CALLS=n replays a run; a process of it alone is shown
by: make boot ARGS="run /bin/sysfuzz SEED 0 PROCESS".
"""

import os
import re
import shutil
import time

import pytest

from harness import images
from harness.boot import boot_disks
from harness.console import Watcher
from harness.decode import annotate
from harness.effort import LONG, effort
from harness.guest import Guest
from harness.machines import profile
from harness.paths import LOGS, vmlinux
from harness.qemu import Machine

# Seconds until a run counts as hanging.
LIMIT = effort(1800, 8 * 3600)
CALLS = int(os.environ.get("SYSFUZZ_CALLS", 0)) or effort(30_000, 1_000_000)
SEED = int(os.environ.get("SYSFUZZ_SEED", 0)) or (
    int(time.time()) if LONG else 2400)
# A debug kernel is slower.
SHARE = {"patched": 1, "patched-debug": 3}


def fuzz(tree: str, folder) -> list[str]:
    """Runs the calls; returns what is wrong, nothing if all is well."""
    disks = boot_disks(profile("default"), folder)
    words = f"run /bin/sysfuzz {SEED} {CALLS // SHARE[tree]}"
    machine = Machine(vmlinux(tree), "console=ttyS0 root=/dev/hda rw "
                      f"init=/init -- {words}", disks)
    watcher = Watcher()
    with Guest(machine, LOGS / f"sysfuzz-{tree}.log", watcher.feed) as guest:
        status = guest.wait(LIMIT)
        if status is None:
            guest.stacks()
            return tail(guest, tree, f"hangs: no end after {LIMIT} s")
        if why := watcher.trouble or guest.failure(status):
            return tail(guest, tree, why)
        if "# sysfuzz: good" not in guest.lines:
            return tail(guest, tree, "sysfuzz failed")
        found = re.findall(r"(\d+) numbers succeeded", "\n".join(guest.lines))
        if not found or int(found[-1]) < 150:
            return tail(guest, tree, "most of the calls do nothing")
    return [bad for d in disks[:2] if (bad := images.fsck(d.path))]


def tail(guest: Guest, tree: str, why: str) -> list[str]:
    """Returns why and the console's end, addresses with their functions."""
    return [f"seed {SEED}: {why}"] + annotate(vmlinux(tree),
                                              guest.lines[-100:])


@pytest.mark.parametrize("tree", list(SHARE))
def test_random_system_calls(tree, guest_slot, tmp_path):
    if not vmlinux(tree).exists():
        pytest.fail(f"{vmlinux(tree)} is missing: make all", pytrace=False)
    wrong = fuzz(tree, tmp_path / "disks")
    shutil.rmtree(tmp_path / "disks")
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)
