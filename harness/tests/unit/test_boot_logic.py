# SPDX-License-Identifier: GPL-2.0-only
"""How a boot is judged, with a script in QEMU's place: panics, hangs, early
ends. It replays one file a boot: console lines, "sleep N", "exit N"."""

import os
import threading

import pytest

from harness import boot, guest, images
from harness.boot import SelftestBoot
from harness.machines import profile
from harness.qemu import Disk
from harness.selftests import Selftest

TESTS = [Selftest("d/one", 0, timeout=1), Selftest("d/two", 0, timeout=1),
         Selftest("d/three", 0, timeout=1)]

FAKE = r"""#!/bin/sh
n=$(cat "$0.count" 2>/dev/null || echo 0)
echo $((n + 1)) >"$0.count"
while IFS= read -r line; do
	case $line in
	"sleep "*) exec sleep "${line#sleep }" ;;
	"exit "*) exit "${line#exit }" ;;
	"stderr "*) echo "${line#stderr }" >&2 ;;
	*) printf '%s\n' "$line" ;;
	esac
done <"$0.$n"
"""


def passes(*names: str) -> str:
    lines = ["KTAP version 1", f"1..{len(names)}"]
    for i, name in enumerate(names):
        lines += [f"# selftest: {name}", "  KTAP version 1", "  1..1",
                  "  ok 1 x", f"ok {i + 1} {name}"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def play(tmp_path, monkeypatch):
    """Takes one script a boot; returns the boot that ran them."""
    fake = tmp_path / "qemu-system-i386"
    fake.write_text(FAKE)
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("QEMU_ACCEL", "tcg")
    monkeypatch.setattr(boot, "BUILD", tmp_path)
    monkeypatch.setattr(boot, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(boot, "GRACE", 60)
    monkeypatch.setattr(boot, "BOOT_LIMIT", 60)
    monkeypatch.setattr(boot, "boot_disks",
                        lambda p, f: (Disk(tmp_path / "root", 0),))
    monkeypatch.setattr(images, "put_file", lambda *_: None)
    monkeypatch.setattr(images, "ext2_offsets", lambda _: [])
    monkeypatch.setattr(guest.Guest, "stacks", lambda *_: True)

    def run(*scripts: str, machine: str = "default") -> SelftestBoot:
        for i, text in enumerate(scripts):
            fake.with_name(f"{fake.name}.{i}").write_text(text)
        b = SelftestBoot("fake", tmp_path / "vmlinux", profile(machine),
                         TESTS)
        b.run()
        return b
    return run


def statuses(b: SelftestBoot) -> list[str]:
    return [b.outcomes[t.name].status for t in TESTS]


def test_all_pass(play):
    b = play(passes("d/one", "d/two", "d/three") + "exit 0\n")
    assert statuses(b) == ["pass"] * 3 and b.disk_problems == []


def test_power_off_by_debug_exit_is_clean(play):
    b = play(passes("d/one", "d/two", "d/three") + "exit 1\n")
    assert statuses(b) == ["pass"] * 3 and b.disk_problems == []


def test_a_panic_costs_one_test_and_the_rest_boot_again(play):
    b = play(passes("d/one").replace("1..1\n#", "1..3\n#", 1)
             + "# selftest: d/two\nKernel panic: no frame left\n"
             "Call Trace: [<c0100000>]\nexit 3\n",
             passes("d/three") + "exit 0\n")
    assert statuses(b) == ["pass", "fail", "pass"]
    assert "no frame left" in b.outcomes["d/two"].message
    assert len(b.logs) == 2


def test_a_hang_is_cut_short(play, monkeypatch):
    monkeypatch.setattr(boot, "GRACE", 3)
    b = play(passes("d/one").replace("1..1\n#", "1..3\n#", 1)
             + "# selftest: d/two\nsleep 30\n",
             passes("d/three") + "exit 0\n")
    assert statuses(b) == ["pass", "fail", "pass"]
    assert "d/two hangs" in b.outcomes["d/two"].message


def test_a_kernel_that_never_reaches_init(play, monkeypatch):
    monkeypatch.setattr(boot, "BOOT_LIMIT", 2)
    scripts = ["Linux version\nsleep 30\n"] * 3
    b = play(*scripts)
    assert statuses(b) == ["fail"] * 3
    assert "boot hangs" in b.outcomes["d/one"].message


def test_disks_become_slower_when_asked(play, monkeypatch):
    set_to = []
    monkeypatch.setattr(guest.Guest, "throttle",
                        lambda _, drive, bps: set_to.append((drive, bps)))
    b = play(passes("d/one", "d/two", "d/three") +
             "  # slower disks, please\nsleep 2\n", machine="slow")
    assert statuses(b) == ["pass"] * 3
    assert set_to == [("hdb", 2 << 20), ("hdc", 2 << 20)]


def test_power_off_in_the_middle(play):
    b = play("KTAP version 1\n1..3\n# selftest: d/one\nexit 0\n",
             passes("d/two", "d/three") + "exit 0\n")
    assert statuses(b) == ["fail", "pass", "pass"]
    assert "too early" in b.outcomes["d/one"].message


def test_an_oops_fails_the_test_that_passed_in_spite_of_it(play):
    b = play("KTAP version 1\n1..3\n# selftest: d/one\nOops: 0002\n"
             "ok 1 d/one\nsleep 5\n", passes("d/two", "d/three") + "exit 0\n")
    assert statuses(b) == ["fail", "pass", "pass"]
    assert "Oops" in b.outcomes["d/one"].message


def test_qemus_own_error_is_shown(play):
    scripts = ["stderr qemu: could not open root.img\nexit 1\n"] * 3
    b = play(*scripts)
    assert "could not open root.img" in b.outcomes["d/one"].message


def test_a_missing_plan_is_told(play):
    text = passes("d/one", "d/two", "d/three").replace("1..3\n#", "1..4\n#", 1)
    b = play(text + "exit 0\n")
    assert b.disk_problems == ["KTAP: 4 tests planned, 3 run"]


def test_false_claims_about_disks_are_told(play, tmp_path):
    (tmp_path / "root").write_bytes(b"x" * 512)
    b = play(passes("d/one", "d/two", "d/three").replace(
        "  ok 1 x", "  # host: raw hda 0 512 00000000\n  ok 1 x", 1)
        + "exit 0\n")
    assert "crc" in b.disk_problems[0]


def test_results_can_be_waited_for_while_the_boot_runs(play):
    seen = []

    def look(b):
        seen.append(b.wait("d/one").status)
    original = SelftestBoot.run

    def run(self):
        thread = threading.Thread(target=look, args=(self,))
        thread.start()
        original(self)
        thread.join(60)
    SelftestBoot.run = run
    try:
        play(passes("d/one", "d/two", "d/three") + "exit 0\n")
    finally:
        SelftestBoot.run = original
    assert seen == ["pass"]


def test_the_guest_cannot_outlive_its_context(play, tmp_path):
    play(passes("d/one", "d/two", "d/three") + "exit 0\n")
    (tmp_path / "qemu-system-i386.1").write_text("hello\nsleep 60\n")
    from harness.qemu import Machine
    with guest.Guest(Machine(tmp_path / "k", ""), tmp_path / "log") as g:
        assert g.wait_for(lambda x: x == "hello", 60) == "hello"
        assert g.wait(0.05) is None
    assert g.process.returncode == -9
    assert (tmp_path / "log").read_text() == "hello\n"
