# SPDX-License-Identifier: GPL-2.0-only
"""
A running QEMU: its console as lines, its QMP, its end. The raw console goes
to a log as it arrives, so that nothing is lost if the harness dies.
"""

import ctypes
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .qemu import Machine, require_qemu
from .qmp import Qmp, QmpError


_LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1
POWER_OFF_STATUS, PANIC_STATUS = 1, 3


def _die_with_parent() -> None:
    """In the child, before QEMU starts: no guest outlives the harness."""
    _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Guest:
    """Use as a context manager: leaving it ends QEMU whatever happened."""

    def __init__(self, machine: Machine, log: Path,
                 on_line: Callable[[str], None] | None = None) -> None:
        self.machine = machine
        self.log = log
        self.lines: list[str] = []
        self._on_line = on_line
        self._changed = threading.Condition()
        self._eof = False
        self._qmp: Qmp | None = None

    def __enter__(self) -> "Guest":
        require_qemu()
        self._dir = Path(tempfile.mkdtemp(prefix="guest."))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.write_bytes(b"")  # whoever reads it sees this boot's
        self._errors = (self._dir / "stderr").open("w+")
        self.process = subprocess.Popen(
            self.machine.argv(qmp=self._dir / "qmp"), stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self._errors,
            start_new_session=True, preexec_fn=_die_with_parent)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
        if self._qmp:
            self._qmp.close()
        assert self.process.stdin and self.process.stdout
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.stdout.close()
        self._errors.close()
        shutil.rmtree(self._dir, ignore_errors=True)

    @property
    def qmp(self) -> Qmp:
        """The connection, made at its first use. Raises QmpError."""
        if not self._qmp:
            self._qmp = Qmp(self._dir / "qmp")
        return self._qmp

    @property
    def scratch(self) -> Path:
        """A file name that QEMU may write to."""
        return self._dir / "scratch"

    def wait(self, timeout: float) -> int | None:
        """Waits for QEMU's end and for the last line of its console; returns
        the exit status, or None if it still runs."""
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        self._reader.join(5)
        return status

    def wait_for(self, predicate: Callable[[str], bool], timeout: float,
                 start: int = 0) -> str | None:
        """Returns the first console line from index start on that satisfies
        the predicate, or None if QEMU ended or the time is up."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                for i in range(start, len(self.lines)):
                    if predicate(self.lines[i]):
                        return self.lines[i]
                start = len(self.lines)
                left = deadline - time.monotonic()
                if self._eof or left <= 0:
                    return None
                self._changed.wait(left)

    def type(self, text: str) -> None:
        """Sends text to the serial line."""
        assert self.process.stdin
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def stacks(self, settle: float = 1.5) -> bool:
        """Has the kernel print every task's stack; returns whether QEMU took
        the NMI."""
        try:
            self.qmp.inject_nmi()
        except QmpError:
            return False
        time.sleep(settle)
        return True

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Meanwhile the machine stands still, and the disks have done what
        they had been told."""
        self.qmp.command("stop")
        try:
            yield
        finally:
            self.qmp.command("cont")

    def throttle(self, drive: str, bps: int) -> None:
        """Limits a drive to so many bytes a second; 0: not at all."""
        self.qmp.command("block_set_io_throttle", device=drive, bps=bps,
                         bps_rd=0, bps_wr=0, iops=0, iops_rd=0, iops_wr=0)

    def failure(self, status: int) -> str:
        """Takes QEMU's exit status; returns what it means, "" for a clean
        power-off. isa-debug-exit turns a guest's v into 2v + 1; the kernel
        writes 0 there when it powers off, 1 when it has panicked."""
        why = self.errors()
        if status == PANIC_STATUS:
            return "the kernel panicked"
        if status not in (0, POWER_OFF_STATUS) or why:
            return f"QEMU ended with status {status}: {why}"
        return ""

    def kill(self) -> None:
        """Ends QEMU at once."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self._reader.join(5)

    def errors(self) -> str:
        """Returns QEMU's own first message, warnings aside, or ""."""
        text = (self._dir / "stderr").read_text(errors="replace")
        lines = [x for x in text.splitlines() if "warning:" not in x]
        return lines[0].strip() if lines else ""

    def _read(self) -> None:
        assert self.process.stdout
        rest = b""
        with self.log.open("wb") as log:
            while chunk := self.process.stdout.read1(65536):
                log.write(chunk)
                log.flush()
                *whole, rest = (rest + chunk).split(b"\n")
                for raw in whole:
                    self._line(raw)
        if rest:
            self._line(rest)
        with self._changed:
            self._eof = True
            self._changed.notify_all()

    def _line(self, raw: bytes) -> None:
        line = raw.decode("utf-8", "replace").replace("\r", "")
        with self._changed:
            self.lines.append(line)
            self._changed.notify_all()
        if self._on_line:
            self._on_line(line)
