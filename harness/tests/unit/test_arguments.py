# SPDX-License-Identifier: GPL-2.0-only
"""Bad input to the commands: one line that names the thing, a non-zero exit
status, no Python stack."""

import os
import shutil
import subprocess
import sys

import pytest

from harness import run
from harness.errors import UserError
from harness.paths import TOP
from harness.qemu import Disk, Machine


def command(*args: str, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "harness", *args], cwd=TOP, text=True,
        capture_output=True, env={**os.environ, **env})


def refused(p: subprocess.CompletedProcess, *words: str) -> None:
    assert p.returncode == 1
    assert "Traceback" not in p.stderr and "Traceback" not in p.stdout
    assert len(p.stderr.splitlines()) == 1, p.stderr
    for word in words:
        assert word in p.stderr


def test_missing_file():
    refused(command("run", RUN_FILE="/no/such/file"), "/no/such/file",
            "No such file")


def test_unreadable_file(tmp_path):
    if os.geteuid() == 0:
        refused(command("run", RUN_FILE=str(tmp_path)), str(tmp_path),
                "directory")
        return
    f = tmp_path / "f"
    f.write_text("x")
    f.chmod(0)
    refused(command("run", RUN_FILE=str(f)), str(f), "Permission denied")


def test_empty_file():
    refused(command("run", RUN_FILE="/dev/null"), "/dev/null", "empty")


@pytest.mark.parametrize("window", ["0", "100", "abc", "-4096", "4097",
                                    "1G", "134217728"])
def test_bad_window(window):
    refused(command("run", RUN_FILE=sys.executable, RUN_WINDOW=window),
            f"WINDOW={window}")


def test_pattern_longer_than_a_window():
    refused(command("run", RUN_FILE=sys.executable, RUN_WINDOW="4096",
                    RUN_PATTERN="x" * 4097), "PATTERN", "4097", "4096")


def test_arguments_that_are_good(tmp_path):
    f = tmp_path / "f"
    f.write_text("x")
    assert run.check_arguments(str(f), "a b$'", "64K") == (
        f, b"a b$'", 65536)
    assert run.check_window("") == 1 << 20


def test_an_image_that_does_not_fit(tmp_path, monkeypatch):
    f = tmp_path / "huge"
    with f.open("wb") as out:
        out.truncate(15 << 40)
    with pytest.raises(UserError, match="does not fit"):
        run.data_image(f)


def test_no_qemu(tmp_path):
    (tmp_path / "g++").symlink_to(shutil.which("g++"))
    (tmp_path / "make").symlink_to(shutil.which("make"))
    refused(command("run", RUN_FILE=sys.executable, PATH=str(tmp_path)),
            "qemu-system-i386 is missing")


def test_no_compiler(tmp_path):
    refused(command("run", RUN_FILE="", PATH=str(tmp_path)), "g++ is missing")


def test_unknown_tree_and_patch():
    refused(command("boot", "--tree", "nosuch"), "nosuch")
    refused(command("boot", "--upto", "999"), "'999' names 0 patches")


def test_unknown_machine(tmp_path):
    if not (TOP / "build/base/vmlinux").exists():
        pytest.skip("make base first")
    refused(command("boot", "--tree", "base", "--machine", "vax"), "'vax'")


def test_bad_accelerator():
    if not (TOP / "build/base/vmlinux").exists():
        pytest.skip("make base first")
    refused(command("boot", "--tree", "base", "--dry-run", QEMU_ACCEL="xen"),
            "QEMU_ACCEL=xen")


def test_machine_command_line(tmp_path):
    m = Machine(tmp_path / "k", "a=b", (
        Disk(tmp_path / "x,y.img", 0),
        Disk(tmp_path / "z", 2, rules=tmp_path / "r", bps=1000),
        Disk(tmp_path / "d", 1, overlay=True)), accel="tcg")
    line = " ".join(m.argv())
    assert f"file={tmp_path}/x,,y.img,format=raw,if=ide,index=0" in line
    assert f"file=blkdebug:{tmp_path}/r:{tmp_path}/z," in line
    assert "throttling.bps-total=1000" in line and "snapshot=on" in line
    assert "isa-debug-exit,iobase=0xf4" in line


def test_make_passes_patterns_as_they_are(tmp_path):
    """Quotes, blanks and dollars get through make."""
    fake = tmp_path / "python3"
    fake.write_text("#!/bin/sh\nprintf '%s' \"$RUN_PATTERN\"\n")
    fake.chmod(0o755)
    pattern = "a b$$(x)'\"$HOME"
    p = subprocess.run(["make", "-s", "run", f"PYTHON={fake}",
                        f"PATTERN={pattern}", "-o", "deps"], cwd=TOP,
                       capture_output=True, text=True)
    assert p.stdout == pattern, p.stderr
