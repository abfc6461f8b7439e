# SPDX-License-Identifier: GPL-2.0-only
"""`make run`: scans the user's file in the guest through five paths."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from . import dscan, images
from .console import Watcher
from .decode import annotate
from .errors import UserError
from .guest import Guest
from .paths import BUILD, LOGS, TOP, vmlinux
from .qemu import Disk, Machine, accelerator, require_qemu

from mkimage.recipe import from_dict

MIB = 1 << 20
PAGE = 4096
MAX_WINDOW = 64 * MIB
SPEED_FLOOR = 2 * MIB  # bytes a second and path that even a slow host makes
DEFAULT_PATTERN = "register"


def default_file() -> Path:
    """Returns the compiler's own cc1plus; raises UserError."""
    try:
        p = subprocess.run(["g++", "-print-prog-name=cc1plus"],
                           capture_output=True, text=True)
    except FileNotFoundError:
        raise UserError("g++ is missing: apt-get install g++") from None
    path = Path(p.stdout.strip())
    if not path.is_file():
        raise UserError("g++ has no cc1plus: name a FILE")
    return path


def check_arguments(file: str, pattern: str, window: str
                    ) -> tuple[Path, bytes, int]:
    """Takes the three as text, "" for the defaults; returns them checked.
    Raises UserError."""
    path = Path(file) if file else default_file()
    check_file(path)
    wanted = os.fsencode(pattern or DEFAULT_PATTERN)
    size = check_window(window)
    if len(wanted) > size:
        raise UserError(f"PATTERN is longer ({len(wanted)} bytes) than a "
                        f"window ({size} bytes)")
    return path, wanted, size


def check_file(path: Path) -> None:
    """Raises UserError unless path is a readable file that is not empty."""
    try:
        with path.open("rb") as f:
            if not f.read(1):
                raise UserError(f"FILE={path}: is empty")
    except OSError as e:
        raise UserError(f"FILE={path}: {e.strerror}") from None
    if not path.is_file():
        raise UserError(f"FILE={path}: not a regular file")


def check_window(text: str) -> int:
    """Takes "1048576", "64K" or "" for 1 MiB; returns bytes."""
    units = {"K": 1 << 10, "M": 1 << 20}
    digits, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "")
    if text and not digits.isdecimal():
        raise UserError(f"WINDOW={text}: not a number of bytes")
    size = int(digits) * units.get(unit, 1) if text else MIB
    if not size or size % PAGE or size > MAX_WINDOW:
        raise UserError(f"WINDOW={text}: must be a multiple of {PAGE} up to "
                        f"{MAX_WINDOW}")
    return size


def data_image(path: Path) -> Path:
    """Returns a fresh ext2 image that holds the file as /data."""
    size = path.stat().st_size
    free = shutil.disk_usage(BUILD).free
    if size * 1.05 + 64 * MIB > free:
        raise UserError(f"the image of {path} does not fit: it needs "
                        f"{size // MIB + 64} MiB, {BUILD} has "
                        f"{free // MIB} MiB free")
    r = from_dict({"name": "scan", "kind": "ext2", "size": "auto+4M",
                   "block_size": 4096, "label": "scan", "seed": 9,
                   "files": [{"from": str(path.resolve()), "to": "/data"}]},
                  TOP / "scan")
    return images.make_recipe(r)


def build() -> None:
    """Builds the patched kernel and the guest programs, quietly; raises
    UserError with the compiler's last words."""
    log = LOGS / "build.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    start, lines = time.monotonic(), 0
    with log.open("w") as out:
        p = subprocess.Popen(
            ["make", "-C", str(TOP), "--no-print-directory", "patched",
             "guest"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", env=_make_env())
        assert p.stdout
        for line in p.stdout:
            out.write(line)
            lines += line.startswith("  ")
            _progress(f"building: {lines} steps, "
                      f"{time.monotonic() - start:.0f} s", False)
    if p.wait():
        tail = [x for x in log.read_text(errors="replace").splitlines()
                if "error" in x.lower() or "Error" in x][:5]
        raise UserError("the build failed (log: " + str(log) + ")\n" +
                        "\n".join(tail))
    _progress(f"built in {time.monotonic() - start:.0f} s ({log})", True)


def _make_env() -> dict[str, str]:
    """Without what an outer make passes down but its job server."""
    drop = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    env = {k: v for k, v in os.environ.items() if k not in drop}
    env["MAKEFLAGS"] = f"-j{os.cpu_count() or 1}"
    return env


def _progress(text: str, last: bool) -> None:
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="\n" if last else "", flush=True)
    elif last:
        print(text, flush=True)


def config(pattern: bytes, window: int) -> str:
    """Returns the file that tells the guest's dscan what to do."""
    return "".join(f"{w}\n" for w in (
        f"-w{window}", f"-x{pattern.hex()}", "-d/dev/hdb", "-m/mnt",
        "/mnt/data"))


class _Scan:
    """Follows the guest's console and prints a row a path."""

    def __init__(self, want: tuple[int, int, int]) -> None:
        self.want = want
        self.watcher = Watcher()
        self.seen: list[str] = []
        self.wrong: list[str] = []
        self.init_status = ""

    def on_line(self, line: str) -> None:
        """Takes one console line, in the reader's thread."""
        self.watcher.feed(line)
        if line.startswith("init: "):
            self.init_status = line
        elif line.startswith("dscan: "):
            self.wrong.append(line)
        parsed = dscan.parse(line)
        if not parsed:
            return
        if parsed.kind == "path":
            self.seen.append(parsed.words["path"])
            print(dscan.row(parsed), flush=True)
            if bad := dscan.disagreement(parsed, self.want):
                self.wrong.append(bad)
        elif parsed.kind == "refill":
            print(dscan.refill_note(parsed), flush=True)

    def verdict(self) -> list[str]:
        """Returns what is wrong, nothing if all paths agree."""
        missing = [p for p in dscan.PATHS if p not in self.seen]
        return self.wrong + [f"{p}: no result" for p in missing]


def scan(path: Path, pattern: bytes, window: int) -> int:
    """Boots, scans, compares; returns the exit status."""
    want = dscan.truth(path, pattern)
    print(f"file      {path}, {want[0]} bytes, crc32 {want[2]:08x}")
    print(f"pattern   {pattern!r}: {want[1]} matches, window {window} bytes, "
          f"{accelerator()}", flush=True)
    folder = BUILD / "boots" / "run"
    folder.mkdir(parents=True, exist_ok=True)
    root = images.copy(images.make("root"), folder / "root.img")
    images.put_file(root, "/etc/dscan", config(pattern, window))
    data = data_image(path)
    machine = Machine(
        vmlinux("patched"),
        "console=ttyS0 root=/dev/hda rw init=/init -- run /bin/dscan "
        "-c/etc/dscan", (Disk(root, 0), Disk(data, 1, overlay=True)))
    print(dscan.HEADER, flush=True)
    state = _Scan(want)
    limit = 120 + 5 * want[0] / SPEED_FLOOR
    with Guest(machine, LOGS / "run.log", state.on_line) as guest:
        why = follow(guest, state.watcher, limit)
    if state.watcher.after:
        print("\n".join(annotate(machine.kernel, state.watcher.after[:40])),
              file=sys.stderr)
    return report([why] if why else state.verdict(), state)


def follow(guest: Guest, watcher: Watcher, limit: float) -> str:
    """Waits for the guest's end; returns what went wrong, or ""."""
    deadline = time.monotonic() + limit
    while True:
        status = guest.wait(0.2)
        if watcher.trouble:
            guest.wait(1.5)
            return watcher.trouble
        if status is not None:
            return guest.failure(status)
        if time.monotonic() > deadline:
            guest.stacks()
            return f"the guest hangs: no end after {limit:.0f} s"


def report(wrong: list[str], state: _Scan) -> int:
    """Prints the verdict; returns the exit status."""
    if not wrong:
        print(f"all {len(state.seen)} paths agree with the host")
        return 0
    print(f"FAILED: {'; '.join(wrong)} (log: {LOGS / 'run.log'})",
          file=sys.stderr)
    return 1


def main(file: str, pattern: str, window: str) -> int:
    """Does it all; returns the exit status. Raises UserError."""
    path, wanted, size = check_arguments(file, pattern, window)
    require_qemu()
    BUILD.mkdir(exist_ok=True)
    build()
    return scan(path, wanted, size)
