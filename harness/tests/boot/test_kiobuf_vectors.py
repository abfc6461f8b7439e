# SPDX-License-Identifier: GPL-2.0-only
"""
Vectors of kiobufs, which no system call reaches: the debug kernel tries
lock_kiovec, unlock_kiovec and brw_kiovec over two of them at boot, against
what its block cache reads, and says how it went (fs/kio_check.cpp).
"""

import pytest

from harness import images, series
from harness.guest import Guest
from harness.paths import LOGS
from harness.qemu import Disk, Machine

pytestmark = pytest.mark.usefixtures("guest_slot")


@pytest.mark.boot("patched-debug")
def test_vectors_of_kiobufs(kernel):
    if 240 not in series.series().numbers():
        pytest.skip("needs patch 240")
    machine = Machine(kernel, "console=ttyS0 root=/dev/hda rw init=/init "
                      "loglevel=7 -- run true",
                      (Disk(images.make("root"), 0, overlay=True),))
    with Guest(machine, LOGS / "kiobuf-vectors.log") as guest:
        status = guest.wait(600)
        assert status is not None, "no power-off"
    told = [x for x in guest.lines if "kiobuf: self-test" in x]
    assert told and all("passed" in x for x in told), told
