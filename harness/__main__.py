# SPDX-License-Identifier: GPL-2.0-only
"""
The commands behind the Makefile: run, boot, shell, gdb, list, qemu-int,
ide-trace. They print one line and exit with 1 when the user can mend it.
"""

import argparse
import os
import shlex
import sys
from pathlib import Path

from . import build, run, selftests
from .boot import boot_disks
from .errors import UserError, exit_status
from .machines import profile
from .paths import BUILD, TOP, vmlinux
from .qemu import Machine, require_qemu

SERIAL = "mon:stdio"


def kernel_of(tree: str, upto: str) -> Path:
    """Returns the kernel to boot; builds the prefix if upto names one."""
    if upto:
        return build.prefix_kernel(upto)
    kernel = vmlinux(tree)
    if not kernel.exists():
        raise UserError(f"{kernel} is missing: make {tree}")
    return kernel


def interactive(a: argparse.Namespace, words: str,
                extra: tuple[str, ...] = ()) -> int:
    """Replaces this process by QEMU on the terminal (C-a x ends it), with
    copies of the images; words follow "init=/init --"."""
    require_qemu()
    kernel = kernel_of(a.tree, a.upto)
    disks = boot_disks(profile(a.machine), BUILD / "boots" / a.command)
    append = f"console=ttyS0 root=/dev/hda rw {a.append} init=/init"
    words = " ".join(["--", *profile(a.machine).env, words]).rstrip()
    machine = Machine(kernel, f"{append} {words}", disks,
                      profile(a.machine).memory, a.accel, extra)
    argv = machine.argv(serial=SERIAL)
    i = argv.index("-monitor")
    del argv[i:i + 2]
    socket = BUILD / "qmp"
    socket.unlink(missing_ok=True)
    argv += ["-qmp", f"unix:{os.path.relpath(socket)},server=on,wait=off"]
    if a.dry_run:
        print(shlex.join(argv))
        return 0
    os.execvp(argv[0], argv)


def gdb(a: argparse.Namespace) -> int:
    """Starts QEMU stopped, and gdb on it."""
    kernel = kernel_of(a.tree, a.upto)
    if a.dry_run:
        return interactive(a, a.words, ("-s", "-S"))
    pid = os.fork()
    if pid == 0:
        log = os.open(BUILD / "gdb-console.log",
                      os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        null = os.open("/dev/null", os.O_RDONLY)
        os.setsid()
        for fd, n in ((null, 0), (log, 1), (log, 2)):
            os.dup2(fd, n)
        return interactive(a, a.words, ("-s", "-S"))
    print(f"console: {BUILD / 'gdb-console.log'}")
    try:
        return os.spawnvp(os.P_WAIT, "gdb", [
            "gdb", "-q", str(kernel), "-ex", f"directory {TOP / 'kernel'}",
            "-ex", "target remote :1234", "-ex", "hbreak panic",
            "-ex", "continue"])
    except FileNotFoundError:
        raise UserError("gdb is missing: apt-get install gdb") from None
    finally:
        os.kill(pid, 15)


def parser() -> argparse.ArgumentParser:
    """Returns the command line's grammar."""
    p = argparse.ArgumentParser(prog="harness")
    sub = p.add_subparsers(dest="command", required=True)
    sub.add_parser("run", help="FILE, PATTERN, WINDOW from RUN_*")
    sub.add_parser("list", help="the selftests")
    for name in ("boot", "shell", "gdb", "qemu-int", "ide-trace"):
        c = sub.add_parser(name)
        c.add_argument("--tree", default="patched")
        c.add_argument("--upto", default="")
        c.add_argument("--machine", default="default")
        c.add_argument("--append", default="", help="for the kernel")
        c.add_argument("--accel", default="")
        c.add_argument("--dry-run", action="store_true")
        c.add_argument("words", nargs="*", help="for init")
    return p


def dispatch(a: argparse.Namespace) -> int:
    """Runs the parsed command; returns the exit status."""
    if a.command == "run":
        env = os.environ
        return run.main(env.get("RUN_FILE", ""), env.get("RUN_PATTERN", ""),
                        env.get("RUN_WINDOW", ""))
    if a.command == "list":
        for test in selftests.load():
            print(test.line())
        return 0
    a.words = " ".join(a.words) or ("sh" if a.command == "shell" else "")
    if a.command == "gdb":
        a.accel = a.accel or "tcg"
        return gdb(a)
    extra: tuple[str, ...] = ()
    if a.command == "qemu-int":
        a.accel = "tcg"
        extra = ("-d", "int,cpu_reset,guest_errors", "-D",
                 str(BUILD / "logs/qemu-int.log"))
    if a.command == "ide-trace":
        extra = ("-trace", "ide_*", "-trace", "bmdma_*", "-D",
                 str(BUILD / "logs/ide-trace.log"))
    return interactive(a, a.words, extra)


def main() -> int:
    """Returns the exit status."""
    return exit_status(lambda: dispatch(parser().parse_args()))


if __name__ == "__main__":
    sys.exit(main())
