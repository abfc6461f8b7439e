# SPDX-License-Identifier: GPL-2.0-only
"""
Another kernel under the same bench (PEER=bzImage). One that calls the disks
hda to hdc, and has their driver, ext2 and a serial console built in, boots
like ours. For another, such as a distribution's, PEER_MODULES names its folder
of modules and an initramfs is made: /init (selftests/bin/benchinit.cpp) and
those modules that the disks and the file system need.
"""

import lzma
import re
from pathlib import Path

from ..errors import UserError
from ..paths import BUILD
from . import OUT
from .session import Kernel

INIT = BUILD / "selftests" / "bin" / "benchinit"
# For the disks and the file system. ext4 mounts ext2 where there is no
# module of that name, and wants a checksum that it does not name. What is not
# among the modules is taken to be built in.
WANTED = ("ata_piix", "sd_mod", "crc32c_generic", "ext2", "ext4")
SUFFIXES = (".ko", ".ko.xz")
DIRECTORY, REGULAR = 0o040755, 0o100755
CONSOLE = (0o020600, 5, 1)


def kernel(image: str, modules: str, append: str) -> Kernel | None:
    """Takes PEER, PEER_MODULES and PEER_APPEND, "" for none; returns the
    kernel to boot, None if there is no PEER. Raises UserError."""
    if not image:
        if modules or append:
            raise UserError("PEER_MODULES and PEER_APPEND need a PEER")
        return None
    path = Path(image)
    if not path.is_file():
        raise UserError(f"PEER={image}: no such file")
    name = version_of(path) or path.name
    if not modules:
        return Kernel(name, path, append or "root=/dev/hda",
                      with_symbols=False)
    OUT.mkdir(parents=True, exist_ok=True)
    initrd = OUT / "peer.cpio"
    initrd.write_bytes(initramfs(Path(modules)))
    return Kernel(name, path, append, ("-initrd", str(initrd)),
                  with_symbols=False)


def version_of(image: Path) -> str:
    """Returns the version that a bzImage names, "" if it is none."""
    with image.open("rb") as f:
        head = f.read(0x8000)
    if head[0x202:0x206] != b"HdrS":
        return ""
    at = int.from_bytes(head[0x20E:0x210], "little") + 0x200
    return head[at:at + 128].split(b"\0")[0].split(b" ")[0].decode(
        "ascii", "replace")


# ---- modules ----

def load_order(found: dict[str, Path], wanted: tuple[str, ...]) -> list[str]:
    """Takes the modules there are, by name, and those that are wanted;
    returns them and what they depend on, each behind its own."""
    order: list[str] = []

    def add(name: str) -> None:
        if name in order or name not in found:
            return
        for other in depends(contents(found[name])):
            add(other)
        order.append(name)

    for name in wanted:
        add(name)
    return order


def depends(module: bytes) -> list[str]:
    """Returns the modules that a module's own notes say it needs."""
    m = re.search(rb"\0depends=([^\0]*)\0", module)
    names = m[1].decode("ascii") if m else ""
    return [plain(n) for n in names.split(",") if n]


def contents(path: Path) -> bytes:
    """Returns a module as the kernel wants it."""
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def plain(name: str) -> str:
    """Returns a module's name with the dashes that file names have as the
    kernel's underscores."""
    return name.replace("-", "_")


def modules_below(folder: Path) -> dict[str, Path]:
    """Returns all modules below a folder by name."""
    if not folder.is_dir():
        raise UserError(f"PEER_MODULES={folder}: no such folder")
    return {plain(p.name.split(".")[0]): p
            for p in sorted(folder.rglob("*.ko*"))
            if p.name.endswith(SUFFIXES)}


# ---- initramfs ----

def initramfs(folder: Path) -> bytes:
    """Returns a cpio archive with what mounts the root image."""
    if not INIT.exists():
        raise UserError(f"{INIT} is missing: make guest")
    found = modules_below(folder)
    out = b"".join(entry(d, DIRECTORY) for d in (
        "dev", "sys", "root", "modules"))
    out += entry("dev/console", CONSOLE[0], device=CONSOLE[1:])
    out += entry("init", REGULAR, INIT.read_bytes())
    for i, name in enumerate(load_order(found, WANTED)):
        out += entry(f"modules/{i:02}-{name}.ko", REGULAR,
                     contents(found[name]))
    return out + entry("TRAILER!!!", 0)


def entry(name: str, mode: int, data: bytes = b"",
          device: tuple[int, int] = (0, 0)) -> bytes:
    """Returns one file of a cpio archive (newc)."""
    text = name.encode() + b"\0"
    entry.inode += 1
    numbers = (entry.inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device,
               len(text), 0)
    head = b"070701" + b"".join(b"%08X" % n for n in numbers) + text
    return _aligned(head) + _aligned(data)


entry.inode = 0


def _aligned(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
