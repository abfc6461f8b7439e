# SPDX-License-Identifier: GPL-2.0-only
"""What reclaim costs, in instructions counted from outside."""

import pytest

from harness import counts, exerciser, images
from harness.paths import LOGS, vmlinux
from harness.qemu import Disk

PAGES = 32 * 256
# Reading a page costs some 1,000 instructions, giving back another for it
# some 1,800.
LIMIT = 4000

pytestmark = pytest.mark.usefixtures("guest_slot")


def test_without_swap_anonymous_memory_is_let_alone(tmp_path):
    """Most of the memory cannot be freed: looking through it for each page
    that is read would cost many times the read."""
    log = tmp_path / "count.log"
    machine = exerciser.machine(
        "base", "/bin/churn 16 /dev/hdb 32",
        (Disk(images.make("data"), 1, overlay=True),), memory=32,
        extra=counts.qemu_arguments(log, counts.Symbols(vmlinux("base"))))
    bad, lines = exerciser.run(machine, LOGS / "reclaim-noswap.log",
                               "churn: done")
    assert bad == "", lines[-20:]
    interval, = counts.Reader(log).update()
    each = interval.counts["kernel"] / PAGES
    print(f"{each:.0f} kernel instructions a page")
    assert each < LIMIT
