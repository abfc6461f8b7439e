# SPDX-License-Identifier: GPL-2.0-only
"""What a kernel must refuse: it says so in its panic, and neither hangs nor
loops."""

import re
import shutil

import pytest

from harness import images
from harness.console import PANIC
from harness.guest import Guest
from harness.paths import LOGS
from harness.qemu import Disk, Machine

LIMIT = 600
ROOT = "root=/dev/hda rw"


def panic_of(kernel, name, append, *paths) -> str:
    """Boots; returns the panic line. Fails if there is none in time, or if
    the kernel goes on after it."""
    machine = Machine(kernel, f"console=ttyS0 {append}",
                      tuple(Disk(p, i) for i, p in enumerate(paths)))
    with Guest(machine, LOGS / f"bad-{name}.log") as guest:
        line = guest.wait_for(lambda x: bool(PANIC.search(x)), LIMIT)
        if line is None:
            guest.stacks()
            pytest.fail(f"no panic in {LIMIT} s:\n" +
                        "\n".join(guest.lines[-40:]), pytrace=False)
        guest.wait(3)
        assert len(guest.lines) < 2000, "the kernel loops"
        panics = [x for x in guest.lines if PANIC.search(x)]
        assert len(panics) == 1, panics
        return line


@pytest.fixture
def root(tmp_path):
    """A copy of the root image."""
    return images.copy(images.make("root"), tmp_path / "root.img")


def damage(image, offset: int, data: bytes) -> None:
    with image.open("r+b") as f:
        f.seek(offset)
        f.write(data)


pytestmark = pytest.mark.usefixtures("guest_slot")


def test_no_disk_at_all(kernel):
    assert re.search(r"root", panic_of(kernel, "no-disk", ROOT), re.I)


def test_root_that_does_not_exist(kernel, root):
    line = panic_of(kernel, "no-root", "root=/dev/hdd7 rw", root)
    assert re.search(r"hdd7|16:47|5703", line)


def test_root_that_is_not_ext2(kernel, tmp_path):
    blank = tmp_path / "blank"
    blank.write_bytes(bytes(1 << 20))
    assert re.search(r"root", panic_of(kernel, "blank", ROOT, blank), re.I)


@pytest.mark.parametrize("size", [512, 1536, 65536, 1 << 20])
def test_truncated_image(kernel, root, size):
    with root.open("r+b") as f:
        f.truncate(size)
    panic_of(kernel, f"truncated-{size}", ROOT, root)


@pytest.mark.parametrize("name, offset, data", [
    ("magic", 56, b"\0\0"),
    ("block-size", 24, b"\xff\0\0\0"),
    ("no-inodes-a-group", 40, bytes(4)),
    ("no-blocks-a-group", 32, bytes(4)),
    ("huge-blocks-a-group", 32, b"\xff" * 4),
    ("first-data-block", 20, b"\xff" * 4),
    ("block-count", 4, b"\xff" * 4),
    ("inode-size", 88, b"\x07\0"),
    ("unknown-feature", 96, b"\0\0\0\x80"),
])
def test_corrupt_superblock(kernel, root, name, offset, data):
    damage(root, 1024 + offset, data)
    panic_of(kernel, f"super-{name}", ROOT, root)


def test_corrupt_group_descriptors(kernel, root):
    damage(root, 4096, b"\xff" * 32)
    panic_of(kernel, "groups", ROOT, root)


def test_corrupt_root_inode(kernel, root, tmp_path):
    """Every inode of the first group's table is overwritten."""
    import struct
    with root.open("rb") as f:
        f.seek(4096 + 8)
        table = struct.unpack("<I", f.read(4))[0]
    damage(root, table * 4096, b"\xff" * 8192)
    panic_of(kernel, "root-inode", ROOT, root)


def test_missing_init(kernel, root):
    line = panic_of(kernel, "no-init", f"{ROOT} init=/nothing/here", root)
    assert "init" in line


@pytest.mark.parametrize("what, text", [
    ("text", "#not a program\n"), ("empty", ""),
    ("elf-magic-only", "\x7fELF"),
])
def test_init_that_is_not_elf(kernel, root, what, text):
    images.put_file(root, "/etc/badinit", text)
    chmod(root, "/etc/badinit")
    line = panic_of(kernel, f"init-{what}", f"{ROOT} init=/etc/badinit", root)
    assert "init" in line


def test_init_with_damaged_headers(kernel, root, tmp_path):
    """A real program whose program headers are noise."""
    from harness.paths import BUILD
    program = tmp_path / "init"
    shutil.copy(BUILD / "selftests/init", program)
    with program.open("r+b") as f:
        f.seek(52)
        f.write(b"\xff" * 96)
    write_program(root, program, "/badinit")
    line = panic_of(kernel, "init-headers", f"{ROOT} init=/badinit", root)
    assert "init" in line


def chmod(root, path: str) -> None:
    """Makes a file of an image executable."""
    debugfs(root, f"sif {path} mode 0100755")


def write_program(root, source, path: str) -> None:
    """Copies a program into an image."""
    debugfs(root, f"write {source} {path}")
    chmod(root, path)


def debugfs(image, command: str) -> None:
    import subprocess
    subprocess.run(["/sbin/debugfs", "-w", "-R", command, str(image)],
                   check=True, capture_output=True)
