# SPDX-License-Identifier: GPL-2.0-only
"""
Every selftest in every kernel, one test each: on the base what needs a patch
must skip, on the patched kernels everything must pass. The debug kernel adds
its lock and memory checks. Then the disks are looked at from outside.
"""

import pytest

from harness import matrix, selftests
from harness.paths import vmlinux

TESTS = selftests.load()


def trees() -> list[str]:
    """Returns the kernels to test."""
    return ["base", "patched", "patched-debug"]


def upto(tree: str) -> int:
    """Returns the number of the last patch in that kernel."""
    from conftest import series_numbers
    numbers = series_numbers()
    return max(numbers) if tree != "base" and numbers else 0


def ask(boots, tree: str, machine: str):
    """Returns that boot; fails if the kernel was not built."""
    if not vmlinux(tree).exists():
        pytest.fail(f"{vmlinux(tree)} is missing: make {tree}",
                    pytrace=False)
    return boots.get(tree, machine)


@pytest.mark.parametrize("tree", trees())
@pytest.mark.parametrize("selftest", TESTS, ids=[t.name for t in TESTS])
def test_selftest(boots, tree, selftest, record_property):
    outcome = ask(boots, tree, selftest.machine).wait(selftest.name)
    record_property("seconds", round(outcome.seconds, 3))
    wrong = matrix.judge(selftest, upto(tree), outcome.status)
    if wrong:
        pytest.fail("\n".join([f"{selftest.name}: {wrong}: {outcome.message}"]
                              + outcome.excerpt), pytrace=False)
    if outcome.status == "skip":
        pytest.skip(f"since {selftest.since}")


@pytest.mark.parametrize("tree", trees())
def test_disks_afterwards(boots, tree):
    """e2fsck -fn on every file system, and the claims that tests made about
    what is on the disks."""
    mine = {k: b for k, b in boots.boots.items() if k[0] == tree}
    if not mine:
        pytest.skip("no boot of this kernel")
    bad = []
    for (_, machine), boot in mine.items():
        boot.wait_all()
        bad += [f"{machine}: {p}" for p in boot.disk_problems]
    if bad:
        pytest.fail("\n".join(bad), pytrace=False)
