# SPDX-License-Identifier: GPL-2.0-only
"""
The machines that selftests may ask for ("// machine: NAME"): memory size,
faults that the emulated disks inject, and disks slow enough that a transfer
stays in flight while a test does something to it.
"""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .errors import UserError

DISKS = ("root", "data", "scratch", "parts")
MIB = 1 << 20


@dataclass(frozen=True)
class Fault:
    """An I/O error on the sectors of one file-system block (file) or on one
    sector (offset)."""
    disk: str
    io: str
    offset: int
    file: str = ""
    once: bool = False


@dataclass(frozen=True)
class Profile:
    """One kind of machine. env is for the tests; bps maps a disk to bytes a
    second."""
    name: str
    memory: int = 256
    env: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    bps: tuple[tuple[str, int], ...] = ()


PROFILES = {p.name: p for p in (
    Profile("default"),
    # Small enough that reclaim and swap (hdd1) have work to do; they can do
    # it while a transfer is in flight on the data disk, which is on the
    # other channel and slow.
    Profile("lowmem", memory=48, bps=(("data", 4 * MIB),)),
    # Swap takes its time.
    Profile("slowswap", memory=48, bps=(("parts", MIB),)),
    # Some of the memory is above what the kernel maps.
    Profile("highmem", memory=1280),
    # Bad sectors: in /bad.bin and at 20 MiB of hdc (BAD_SECTOR) for reads,
    # in /badwrite.bin and at 24 MiB of hdc for writes; /badonce.bin fails
    # once.
    Profile("badsector", env=("BAD_DEV=/dev/hdc",
                              f"BAD_SECTOR={20 * MIB // 512}"), faults=(
        Fault("data", "read", 49152, "/bad.bin"),
        Fault("data", "read", 49152, "/badonce.bin", once=True),
        Fault("data", "write", 49152, "/badwrite.bin"),
        Fault("scratch", "read", 20 * MIB),
        Fault("scratch", "write", 24 * MIB),
    )),
    # 4 MiB/s on the data and the scratch disk: 1 MiB is 250 ms in flight.
    Profile("slow", bps=(("data", 4 * MIB), ("scratch", 4 * MIB))),
)}


def profile(name: str) -> Profile:
    """Returns the machine of that name; raises UserError."""
    if name not in PROFILES:
        raise UserError(f"'{name}' is not a machine; there are "
                        f"{', '.join(PROFILES)}")
    return PROFILES[name]


def rules(p: Profile, disk: str, image: Path) -> str:
    """Returns the blkdebug rules of one disk of the machine, "" for none."""
    text = ""
    for f in p.faults:
        if f.disk != disk:
            continue
        sector = (f.offset // 512 if not f.file
                  else file_sector(image, f.file, f.offset))
        text += ("[inject-error]\n"
                 'event = "none"\n'
                 f'iotype = "{f.io}"\n'
                 'errno = "5"\n'
                 f'sector = "{sector}"\n'
                 f'once = "{"on" if f.once else "off"}"\n')
    return text


def file_sector(image: Path, file: str, offset: int,
                block_size: int = 4096) -> int:
    """Returns the disk sector that holds byte offset of a file in an ext2
    image."""
    p = subprocess.run(["/sbin/debugfs", "-R",
                        f"bmap {file} {offset // block_size}", str(image)],
                       capture_output=True, text=True)
    if not re.fullmatch(r"\d+", p.stdout.strip()):
        raise UserError(f"{image}: {file} has no block at {offset}")
    return (int(p.stdout) * block_size + offset % block_size) // 512
