# SPDX-License-Identifier: GPL-2.0-only
"""
Which layer of the kernel an instruction belongs to: by the source file of the
function it was written in, inlined or not; what headers inline counts as its
caller's. Written as a table that the plugin counts by.
"""

import re
import subprocess
from pathlib import Path

from ..errors import UserError

# The first that a file's name begins with.
LAYERS = (
    ("system call", ("arch/i386/kernel/entry", "arch/i386/kernel/syscall")),
    ("copy", ("arch/i386/lib/",)),
    ("interrupt, clock", ("arch/i386/kernel/irq", "arch/i386/kernel/i8259",
                          "arch/i386/kernel/time", "kernel/softirq",
                          "kernel/timer", "kernel/time")),
    ("fault", ("arch/i386/mm/fault", "arch/i386/kernel/traps")),
    ("scheduler, waiting", (
        "kernel/sched", "kernel/wait", "kernel/semaphore",
        "arch/i386/kernel/process", "arch/i386/kernel/desc",
        "arch/i386/kernel/i387", "mm/page_lock")),
    ("IDE", ("drivers/ide/",)),
    ("request queue", ("drivers/block/",)),
    ("direct I/O", ("fs/direct", "fs/kio", "fs/iobuf", "mm/kiobuf",
                    "mm/direct_", "mm/file_direct", "mm/gup",
                    "drivers/char/raw")),
    ("ext2", ("fs/ext2/",)),
    ("buffers", ("fs/buffer", "fs/block_", "fs/page_buffers",
                 "fs/inode_buffers")),
    ("page cache", ("mm/filemap", "mm/file_write", "mm/readahead",
                    "mm/page-writeback", "mm/swap.cpp", "mm/truncate",
                    "lib/radix-tree", "fs/fs-writeback", "mm/page_slow")),
    ("allocators", ("mm/page_", "mm/slab", "mm/vmalloc", "mm/highmem",
                    "lib/string")),
    ("virtual memory", ("mm/", "arch/i386/mm/")),
    ("files", ("fs/",)),
)
OTHER = "other"
NAMES = tuple(name for name, _ in LAYERS) + (OTHER,)
TOPS = "arch|drivers|fs|init|kernel|lib|mm|include"
IN_TREE = re.compile(rf"/(?:build/tree|build/prefix/tree|kernel)/"
                     rf"((?:{TOPS})/.*)")


def in_tree(path: str) -> str:
    """Takes a source file's name as the compiler noted it; returns it as seen
    from the kernel's top."""
    m = IN_TREE.search(path)
    return m[1] if m else path


def layer_of(files: list[str]) -> str:
    """Takes the files of an instruction, the innermost inlined function's
    first; returns its layer."""
    for file in map(in_tree, files):
        if file.startswith("include/") or file.endswith(".h"):
            continue
        for name, heads in LAYERS:
            if file.startswith(heads):
                return name
        return OTHER
    return OTHER


def parse(output: str) -> list[tuple[int, list[str]]]:
    """Takes what addr2line -ia printed; returns (address, files)."""
    found: list[tuple[int, list[str]]] = []
    for line in output.splitlines():
        if line.startswith("0x"):
            found.append((int(line, 16), []))
        elif found:
            found[-1][1].append(line.rsplit(":", 1)[0])
    return found


def stretches(rows: list[tuple[int, list[str]]], end: int
              ) -> list[tuple[int, int, str]]:
    """Takes where source lines begin, in order, and the end of the code;
    returns (start, end, layer), neighbours of one layer joined."""
    out: list[tuple[int, int, str]] = []
    limits = [a for a, _ in rows[1:]] + [end]
    for (start, files), limit in zip(rows, limits):
        name = layer_of(files)
        if out and out[-1][2] == name and out[-1][1] == start:
            out[-1] = (out[-1][0], limit, name)
        else:
            out.append((start, limit, name))
    return out


def write_table(vmlinux: Path, out: Path) -> Path:
    """Writes the table of a kernel; returns its path. Raises UserError for a
    kernel without line numbers."""
    rows = parse(_run(["addr2line", "-e", str(vmlinux), "-ia"], "\n".join(
        f"{a:#x}" for a in _line_starts(vmlinux))))
    if not rows:
        raise UserError(f"{vmlinux} has no line numbers")
    with out.open("w") as f:
        for start, end, name in stretches(rows, rows[-1][0] + 16):
            f.write(f"{start:x} {end:x} {name.replace(' ', '_')}\n")
    return out


def _line_starts(vmlinux: Path) -> list[int]:
    """Returns the addresses of the kernel's code that lines begin at."""
    found = {int(m[1], 16) for m in re.finditer(
        r"\s0x([0-9a-f]+)\s", _run(["objdump", "--dwarf=decodedline",
                                    str(vmlinux)]))}
    return sorted(a for a in found if a >= 0xC0000000)


def _run(argv: list[str], text: str = "") -> str:
    try:
        p = subprocess.run(argv, input=text, capture_output=True, text=True,
                           errors="replace")
    except FileNotFoundError:
        raise UserError(f"{argv[0]} is missing: apt-get install "
                        "binutils") from None
    return p.stdout
