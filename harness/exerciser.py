# SPDX-License-Identifier: GPL-2.0-only
"""
Runs the guest program fsexer on a file system and compares what it says is
there with what debugfs finds on the disk.
"""

import os
import re
import subprocess
import tempfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from . import images
from .console import Watcher
from .errors import UserError
from .guest import Guest
from .paths import vmlinux
from .qemu import Disk, Machine

from mkimage.recipe import Recipe

# Seconds without a line from the guest.
SILENCE = 600
MANIFEST = re.compile(r"fsexer: ([fdl]) /mnt/?(\S*) (\d+) (\d+) ([0-9a-f]{8})$")
TOTALS = re.compile(r"fsexer: count (.*)$")
STAT = re.compile(r"^Inode: (\d+)\s+Type: (\w+).*?Links: (\d+)", re.S | re.M)
USED = "used"
TYPES = {"f": "regular", "d": "directory", "l": "symlink"}


@dataclass(frozen=True)
class Thing:
    """One name. size and crc are of the contents or of the link's text."""
    kind: str
    links: int
    size: int
    crc: int


def recipe(block_size: int, size: str, used: int = 0) -> Recipe:
    """Returns the recipe of a file system that is empty but for used inodes
    in a directory of their own."""
    name = f"exer-{block_size}-{size}"
    return Recipe(name, "ext2", size, block_size=block_size, label="exer",
                  seed=block_size, links=[
                      {"path": f"/{USED}/{i}", "to": "nowhere"}
                      for i in range(used)])


def machine(tree: str, program: str, disks: tuple[Disk, ...] = (),
            memory: int = 256, extra: tuple[str, ...] = ()) -> Machine:
    """Returns a machine that runs one program of the root image, whose
    changes are thrown away. Raises UserError if the kernel is missing."""
    kernel = vmlinux(tree)
    if not kernel.exists():
        raise UserError(f"{kernel} is missing: make all debug")
    root = Disk(images.make("root"), 0, overlay=True)
    return Machine(kernel, "console=ttyS0 root=/dev/hda rw init=/init -- run "
                   + program, (root, *disks), memory, extra=extra)


def run(machine: Machine, log: Path, last: str) -> tuple[str, list[str]]:
    """Boots; returns what went wrong, "" if the program printed its last
    line and the machine was switched off, and the console's lines."""
    with Guest(machine, log) as guest:
        bad = _finish(guest)
        if not bad and last not in guest.lines:
            bad = "the program failed"
        return bad and f"{bad} (log: {log})", guest.lines


def _finish(guest: Guest) -> str:
    seen = -1
    while (status := guest.wait(SILENCE)) is None:
        if len(guest.lines) == seen:
            guest.stacks()
            return f"hangs: nothing for {SILENCE} s"
        seen = len(guest.lines)
    watcher = Watcher()
    for line in guest.lines:
        watcher.feed(line)
    return watcher.trouble or guest.failure(status)


def manifest(lines: list[str]) -> dict[str, Thing]:
    """Takes console lines; returns what the guest says is there, by path
    below the mount point."""
    found = {}
    for line in lines:
        if m := MANIFEST.match(line):
            found[m[2]] = Thing(m[1], int(m[3]), int(m[4]), int(m[5], 16))
    return found


def totals(lines: list[str]) -> Counter:
    """Returns what the jobs counted, summed up: ops, enospc, remounts."""
    sums: Counter = Counter()
    for line in lines:
        if m := TOTALS.match(line):
            words = m[1].split()
            sums.update(dict(zip(words[::2], map(int, words[1::2]))))
    return sums


def differences(image: Path, want: dict[str, Thing]) -> list[str]:
    """Returns what differs between the disk and a manifest: names that are
    missing or too many, types, links, sizes, contents."""
    with tempfile.TemporaryDirectory(prefix="exer.") as tmp:
        top = Path(tmp)
        _debugfs(image, f'rdump / "{top}"')
        there = {p for p in _names(top)
                 if p.split("/")[0] not in ("lost+found", USED)}
        bad = [f"{p}: not on the disk" for p in want.keys() - there]
        bad += [f"{p}: only on the disk" for p in there - want.keys()]
        both = sorted(want.keys() & there)
        for path in both:
            bad += _contents(top / path, path, want[path])
    for path, (kind, links) in zip(both, _stat(image, both), strict=True):
        w = want[path]
        if (kind, links) != (TYPES[w.kind], w.links):
            bad.append(f"{path}: {kind} with {links} links, not "
                       f"{TYPES[w.kind]} with {w.links}")
    return bad


def _names(top: Path) -> set[str]:
    """Returns everything below top, links not followed."""
    return {os.path.relpath(os.path.join(folder, name), top)
            for folder, dirs, files in os.walk(top) for name in dirs + files}


def _contents(copy: Path, path: str, want: Thing) -> list[str]:
    if want.kind == "d":
        return []
    if want.kind == "l":
        data = os.readlink(copy).encode() if copy.is_symlink() else b""
    else:
        data = copy.read_bytes() if copy.is_file() else b""
        copy.unlink(missing_ok=True)
    if len(data) != want.size:
        return [f"{path}: {len(data)} bytes, not {want.size}"]
    if zlib.crc32(data) != want.crc:
        return [f"{path}: {want.size} bytes with crc {zlib.crc32(data):08x}, "
                f"not {want.crc:08x}"]
    return []


def _stat(image: Path, paths: list[str]) -> list[tuple[str, int]]:
    """Returns (type, links) of each path."""
    text = _debugfs(image, "".join(f'stat "/{p}"\n' for p in paths))
    return [(m[2], int(m[3])) for m in STAT.finditer(text)]


def _debugfs(image: Path, script: str) -> str:
    p = subprocess.run(["/sbin/debugfs", "-f", "-", str(image)], text=True,
                       input=script + "\n", capture_output=True)
    bad = [x for x in p.stderr.splitlines() if not x.startswith("debugfs ")]
    assert not bad, bad[0]
    return p.stdout
