# SPDX-License-Identifier: GPL-2.0-only
"""
Whether KVM really runs a 32-bit kernel here. A /dev/kvm that opens is not
enough: nested ones often give up as soon as the guest leaves real mode. So a
kernel of a few instructions is booted, which turns paging on and off again.
"""

import os
import struct
import subprocess
import tempfile
from pathlib import Path

LOAD = 0x100000
MAGIC, FLAGS = 0x1BADB002, 0x10000
WELL, STATUS = 0x2A, 0x2A << 1 | 1
LIMIT = 5

# Entered flat, without paging. One 4 MiB page maps the code to itself.
CODE = bytes.fromhex(
    "b800001100"      # mov eax, 0x110000: the page directory
    "c70083000000"    # mov dword [eax], large | writable | present
    "0f22d8"          # mov cr3, eax
    "0f20e0" "83c810" "0f22e0"          # cr4 |= PSE
    "0f20c0" "0d00000080" "0f22c0"      # cr0 |= PG
    "b9" "40420f00"   # mov ecx, 1000000
    "49" "75fd"       # dec ecx; jnz
    "0f20c0" "25ffffff7f" "0f22c0"      # cr0 &= ~PG
    "b82a000000" "e7f4"                 # out 0xf4, 0x2a
    "f4" "ebfd")      # hlt


def image() -> bytes:
    """Returns a multiboot kernel that leaves with STATUS."""
    entry = LOAD + 32
    header = struct.pack("<8I", MAGIC, FLAGS, -(MAGIC + FLAGS) & 0xFFFFFFFF,
                         LOAD, LOAD, 0, 0, entry)
    return header + CODE


def boots(accel: str, limit: float = LIMIT) -> bool:
    """Returns whether the little kernel runs to its end, in limit seconds."""
    with tempfile.TemporaryDirectory(prefix="kvm.") as tmp:
        kernel = Path(tmp) / "kernel"
        kernel.write_bytes(image())
        argv = ["qemu-system-i386", "-M", "pc", "-accel", accel, "-cpu",
                "qemu32,-pni", "-display", "none", "-nic", "none",
                "-serial", "none", "-monitor", "none", "-no-reboot",
                "-device", "isa-debug-exit,iobase=0xf4,iosize=0x04",
                "-kernel", str(kernel)]
        try:
            p = subprocess.run(argv, stdin=subprocess.DEVNULL,
                               capture_output=True, timeout=limit)
        except (subprocess.TimeoutExpired, OSError):
            return False
        return p.returncode == STATUS


def kvm_works() -> bool:
    """Returns whether -accel kvm can be used."""
    return os.access("/dev/kvm", os.R_OK | os.W_OK) and boots("kvm")
