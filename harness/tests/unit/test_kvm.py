# SPDX-License-Identifier: GPL-2.0-only
"""The probe for KVM says yes where there is no doubt, and never blocks."""

import os
import shutil
import time

import pytest

from harness import kvm


@pytest.mark.skipif(not shutil.which("qemu-system-i386"), reason="no QEMU")
def test_the_little_kernel_runs_under_tcg():
    assert kvm.boots("tcg", 120)


def test_an_accelerator_that_does_not_exist():
    assert not kvm.boots("none-such")


def test_one_that_takes_for_ever(tmp_path, monkeypatch):
    fake = tmp_path / "qemu-system-i386"
    fake.write_text("#!/bin/sh\nexec sleep 600\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    start = time.monotonic()
    assert not kvm.boots("kvm", 0.2)
    assert time.monotonic() - start < 300
