# SPDX-License-Identifier: GPL-2.0-only
"""The probe for KVM says yes where there is no doubt, and never blocks."""

import shutil
import time

import pytest

from harness import kvm


@pytest.mark.skipif(not shutil.which("qemu-system-i386"), reason="no QEMU")
def test_the_little_kernel_runs_under_tcg():
    assert kvm.boots("tcg")


def test_an_accelerator_that_does_not_exist():
    start = time.monotonic()
    assert not kvm.boots("none-such")
    assert time.monotonic() - start < kvm.LIMIT + 1
