# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's machine protocol over a Unix socket: one command at a time."""

import json
import socket
import threading
import time
from pathlib import Path
from typing import Any


class QmpError(Exception):
    """QEMU refused a command, or is not there any more."""


class Qmp:
    """A connection. Thread-safe; events are read and dropped."""

    def __init__(self, path: Path, timeout: float = 60) -> None:
        self._lock = threading.Lock()
        self._sock = _connect(path, timeout)
        self._file = self._sock.makefile("rw", encoding="utf-8")
        try:
            self._read()
            self.command("qmp_capabilities")
        except QmpError:
            self.close()
            raise

    def command(self, name: str, **arguments: Any) -> Any:
        """Returns what the command returns; raises QmpError."""
        request: dict[str, Any] = {"execute": name}
        if arguments:
            request["arguments"] = arguments
        with self._lock:
            try:
                self._file.write(json.dumps(request) + "\n")
                self._file.flush()
            except (OSError, ValueError) as e:
                raise QmpError(f"{name}: {e}") from None
            while True:
                answer = self._read()
                if "return" in answer:
                    return answer["return"]
                if "error" in answer:
                    raise QmpError(f"{name}: {answer['error']['desc']}")

    def hmp(self, text: str) -> str:
        """Runs a command of the human monitor; returns its output."""
        return self.command("human-monitor-command",
                            **{"command-line": text})

    def inject_nmi(self) -> None:
        """Makes our kernel print all tasks' stacks."""
        self.command("inject-nmi")

    def blockstats(self) -> dict[str, dict[str, int]]:
        """Returns for each drive what the emulated disk really served:
        rd_bytes, rd_operations, wr_bytes, wr_operations, ..."""
        found = {}
        for entry in self.command("query-blockstats"):
            name = entry.get("device") or entry.get("qdev", "")
            found[name] = {k: v for k, v in entry["stats"].items()
                           if isinstance(v, int)}
        return found

    def read_physical(self, address: int, size: int, scratch: Path) -> bytes:
        """Returns guest memory, by way of the file scratch."""
        self.command("pmemsave", val=address, size=size,
                     filename=str(scratch))
        data = scratch.read_bytes()
        scratch.unlink()
        return data

    def close(self) -> None:
        """Hangs up."""
        try:
            self._file.close()
        except OSError:
            pass
        self._sock.close()

    def _read(self) -> dict[str, Any]:
        try:
            line = self._file.readline()
        except (OSError, ValueError) as e:
            raise QmpError(str(e)) from None
        if not line:
            raise QmpError("QEMU hung up")
        return json.loads(line)


def _connect(path: Path, timeout: float) -> socket.socket:
    """QEMU makes its socket some time after it starts."""
    deadline = time.monotonic() + timeout
    while True:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(timeout)
        try:
            sock.connect(str(path))
            return sock
        except OSError as e:
            sock.close()
            if time.monotonic() > deadline:
                raise QmpError(f"{path}: {e.strerror}") from None
            time.sleep(0.02)
