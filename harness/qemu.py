# SPDX-License-Identifier: GPL-2.0-only
"""What machine to emulate, as a QEMU command line. Starts nothing."""

import functools
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from .errors import UserError
from .kvm import kvm_works

QEMU = "qemu-system-i386"
PANIC_PORT = 0xF4


@dataclass(frozen=True)
class Disk:
    """One IDE drive: index 0 is hda. rules is a blkdebug file, bps throttles
    it, overlay throws writes away. cache is QEMU's mode: "unsafe" spares the
    host's disk the flushes."""
    path: Path
    index: int
    rules: Path | None = None
    bps: int = 0
    overlay: bool = False
    cache: str = "writeback"

    @property
    def name(self) -> str:
        """The guest's name, and QMP's."""
        return f"hd{'abcd'[self.index]}"

    def argument(self) -> str:
        """Returns the value of -drive."""
        file = str(self.path).replace(",", ",,")
        if self.rules:
            file = f"blkdebug:{self.rules}:{self.path}".replace(",", ",,")
        words = [f"file={file}", "format=raw", "if=ide",
                 f"index={self.index}", f"id={self.name}",
                 f"cache={self.cache}", "rerror=report", "werror=report"]
        if self.bps:
            words.append(f"throttling.bps-total={self.bps}")
        if self.overlay:
            words.append("snapshot=on")
        return ",".join(words)


@dataclass(frozen=True)
class Machine:
    """A machine and the kernel it boots; argv() is the whole command."""
    kernel: Path
    append: str
    disks: tuple[Disk, ...] = ()
    memory: int = 256
    accel: str = ""
    extra: tuple[str, ...] = field(default=())

    def argv(self, serial: str = "stdio", qmp: Path | None = None
             ) -> list[str]:
        """Returns the words to execute. serial is a QEMU character device,
        qmp a socket to listen at."""
        accel = self.accel or accelerator()
        words = [QEMU, "-M", "pc", "-accel", accel, "-cpu", "qemu32,-pni",
                 "-m", str(self.memory), "-display", "none", "-vga", "std",
                 "-no-reboot", "-nic", "none", "-serial", serial,
                 "-monitor", "none",
                 "-device", f"isa-debug-exit,iobase={PANIC_PORT:#x},"
                            "iosize=0x04",
                 "-kernel", str(self.kernel), "-append", self.append]
        for disk in self.disks:
            words += ["-drive", disk.argument()]
        if qmp:
            words += ["-qmp", f"unix:{qmp},server=on,wait=off"]
        return words + list(self.extra)


@functools.cache
def accelerator() -> str:
    """Returns "kvm" if it can be used, else "tcg". QEMU_ACCEL decides."""
    wish = os.environ.get("QEMU_ACCEL", "")
    if wish:
        if wish not in ("kvm", "tcg"):
            raise UserError(f"QEMU_ACCEL={wish}: must be kvm or tcg")
        return wish
    return "kvm" if kvm_works() else "tcg"


def require_qemu() -> None:
    """Raises UserError if there is no QEMU."""
    if not shutil.which(QEMU):
        raise UserError(f"{QEMU} is missing: apt-get install "
                        "qemu-system-x86")
