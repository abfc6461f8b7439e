# SPDX-License-Identifier: GPL-2.0-only
"""
What the busybox tests run on: an image with scripts and an archive for them,
and the guest with its shell and its disks.
"""

import hashlib
import io
import random
import re
import tarfile
from pathlib import Path

from . import images
from .paths import TOP
from .shell import Shell

from mkimage.recipe import from_dict

SCRIPTS = TOP / "harness/tests/boot/busybox"
TAIL_SEED, TAIL = 5, 100001  # of /tail


def sha256(data: bytes) -> str:
    """Returns the digest as sha256sum prints it."""
    return hashlib.sha256(data).hexdigest()


def numbers(text: str) -> list[int]:
    """Returns the decimal numbers in text."""
    return [int(x) for x in re.findall(r"\d+", text)]


def make_tree(tar: Path) -> None:
    """Writes the archive that the scripts unpack: texts of this repository,
    binaries, an empty file, an empty directory, links, odd names."""
    rng = random.Random(1)
    texts = sorted(TOP.glob("selftests/*/*.cpp"))[:8]

    def member(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE,
               mode: int = 0o644, link: str = "") -> None:
        info = tarfile.TarInfo(f"tree/{name}")
        info.size, info.type, info.mode = len(data), kind, mode
        info.linkname, info.mtime = link, 1600000000 + 1000 * len(out.members)
        out.addfile(info, io.BytesIO(data))

    with tarfile.open(tar, "w", format=tarfile.GNU_FORMAT) as out:
        for folder in ("", "text", "empty-dir"):
            member(folder, kind=tarfile.DIRTYPE, mode=0o755)
        for i, text in enumerate(texts):
            member(f"text/{i}.txt", text.read_bytes())
        for i, size in enumerate((1, 511, 4096, 70000, 300001)):
            member(f"{i}.bin", rng.randbytes(size), mode=0o755)
        member("empty")
        member("a name with spaces", b"x\n", mode=0o400)
        member("n" * 120, b"a long name\n")
        member("link", kind=tarfile.SYMTYPE, link="text/3.txt")
        member("deep", kind=tarfile.SYMTYPE, link="s/" * 50 + "nowhere")


def make_data_image(folder: Path) -> Path:
    """Returns the image of hdb: scripts, the archive, room."""
    make_tree(folder / "tree.tar")
    text = folder / "letter"
    text.write_text("Dear reader,\n\nline three\nline four\nYours\n")
    files = [{"from": str(p), "to": f"/{p.name}"}
             for p in (folder / "tree.tar", text, *SCRIPTS.glob("*.sh"))]
    return images.make_recipe(from_dict(
        {"name": "busybox", "kind": "ext2", "size": "400M",
         "block_size": 4096, "label": "busybox", "seed": 21, "files": files,
         "dirs": [{"path": "/work"}], "generate": [
             {"path": "/tail", "seed": TAIL_SEED,
              "layout": [f"pattern:{TAIL}"]}]},
        folder / "busybox"), folder)


class Box:
    """The guest with its shell, and its disks on the host."""

    def __init__(self, shell: Shell, disks: list[Path], folder: Path) -> None:
        self.shell = shell
        self.data, self.scratch = disks[1:]
        self.folder = folder

    def read(self, name: str) -> bytes:
        """Returns a file of /mnt, as the host finds it on the disk."""
        self.shell.out("sync")
        return images.read_file(self.data, f"/{name}")

    def on_scratch(self, offset: int, size: int) -> bytes:
        """Returns what is on hdc."""
        with self.scratch.open("rb") as f:
            f.seek(offset)
            return f.read(size)

    def cost(self, command: str, disk: str = "hdb") -> tuple[int, int]:
        """Runs a command; returns the bytes that the emulated disk read and
        wrote meanwhile."""
        before = self.shell.guest.qmp.blockstats()[disk]
        self.shell.out(command)
        after = self.shell.guest.qmp.blockstats()[disk]
        return (after["rd_bytes"] - before["rd_bytes"],
                after["wr_bytes"] - before["wr_bytes"])
