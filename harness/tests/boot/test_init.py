# SPDX-License-Identifier: GPL-2.0-only
"""What init and the harness make of tests that misbehave."""

import re

import pytest

from harness import images
from harness.boot import SelftestBoot
from harness.guest import Guest
from harness.ktap import Parser
from harness.machines import profile
from harness.paths import LOGS
from harness.qemu import Disk, Machine
from harness.selftests import Selftest

NAME = "../bin/misbehave"
pytestmark = pytest.mark.usefixtures("guest_slot")


@pytest.fixture
def misbehave(kernel, tmp_path):
    """Takes the way and the seconds it has; boots, returns (the test's result, console lines)."""
    def run(how: str, timeout: int = 300):
        root = images.copy(images.make("root"), tmp_path / "root.img")
        machine = Machine(
            kernel, "console=ttyS0 root=/dev/hda rw init=/init -- "
            f"timeout={timeout} MISBEHAVE={how} {NAME}",
            (Disk(root, 0), Disk(images.make("data"), 1, overlay=True)))
        with Guest(machine, LOGS / f"init-{how}.log") as guest:
            status = guest.wait(600)
            assert status is not None, "init does not end"
            assert guest.failure(status) == ""
        parser = Parser()
        for line in guest.lines:
            parser.feed(line)
        assert parser.close() == [] and len(parser.results) == 1
        assert images.fsck(root) == ""
        return parser.results[0], guest.lines
    return run


@pytest.mark.parametrize("how", ["hang", "spin"])
def test_a_hanging_test_is_killed(misbehave, how):
    result, lines = misbehave(how, 2)
    assert result.status == "fail" and "TIMEOUT 2 s" in result.reason
    assert f"# timeout: {NAME}" in lines


def test_a_crash_is_told(misbehave):
    result, _ = misbehave("crash")
    assert result.status == "fail" and "killed by signal 11" in result.reason


def test_leftovers_are_cleaned_up(misbehave):
    result, lines = misbehave("orphan")
    assert result.status == "pass"
    assert any("left /mnt mounted" in x for x in lines)


def test_endless_lines(misbehave):
    result, lines = misbehave("noise")
    assert result.status == "fail"  # one planned, none run
    text = "".join(x[2:] for x in lines if re.match(r"  [a-z]{20}", x))
    assert text == "".join(chr(97 + i % 26) for i in range(5000))
    assert any("no newline at the end" in x for x in lines)


@pytest.mark.parametrize("code, status", [(0, "fail"), (1, "fail"),
                                          (2, "xfail"), (3, "fail"),
                                          (4, "skip"), (77, "fail")])
def test_exit_codes(misbehave, code, status):
    """0 is a failure too: the plan was not kept."""
    assert misbehave(str(code))[0].status == status


def test_the_host_takes_stacks_of_a_hang(kernel):
    """The time-out makes the kernel print every task's stack, decoded."""
    p = profile("default").__class__("hang", env=("MISBEHAVE=hang",))
    boot = SelftestBoot("init-stacks", kernel, p,
                        [Selftest(NAME, 0, timeout=2)])
    boot.run()
    outcome = boot.outcomes[NAME]
    assert outcome.status == "fail" and "TIMEOUT" in outcome.message
    text = "\n".join(outcome.excerpt)
    assert "name and stack of all tasks" in text
    assert "misbehave" in text and re.search(r"\(\S+\.(cpp|S):\d+\)", text)
    assert boot.disk_problems == []
