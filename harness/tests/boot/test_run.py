# SPDX-License-Identifier: GPL-2.0-only
"""`make run`'s scan, on small files that are hard: odd tails, matches across
windows, holes."""

import os
import subprocess
import sys

import pytest

from harness.paths import TOP

pytestmark = pytest.mark.usefixtures("guest_slot", "kernel")


def scan(file, pattern: bytes, window: int) -> subprocess.CompletedProcess:
    """Runs the scan without building."""
    code = ("import sys; from pathlib import Path; from harness import run; "
            "from harness.errors import UserError\n"
            f"sys.exit(run.scan(Path({str(file)!r}), {pattern!r}, {window}))")
    return subprocess.run([sys.executable, "-c", code], cwd=TOP, text=True,
                          capture_output=True, env=dict(os.environ))


def complete() -> bool:
    """Whether the series has every path."""
    from harness import series
    return {350, 460} <= set(series.series().numbers())


@pytest.mark.parametrize("window", [4096, 65536])
def test_all_paths_agree(tmp_path, window):
    f = tmp_path / "f"
    f.write_bytes((b"needle" * 1500 + b"\0" * 70000 + b"x" * 4093) * 3
                  + b"needle")
    p = scan(f, b"needle", window)
    rows = [x for x in p.stdout.splitlines() if x.startswith(("read()",
                                                              "mmap"))]
    assert len(rows) == 2 and all("4501" in r for r in rows), p.stdout
    if complete():
        assert p.returncode == 0, p.stdout + p.stderr
        assert "all 5 paths agree" in p.stdout
    else:
        assert p.returncode == 1 and "unsupported" in p.stderr


def test_a_file_that_changes_under_way_is_noticed(tmp_path, monkeypatch):
    """The host's truth is compared, not trusted."""
    from harness import dscan, run
    f = tmp_path / "f"
    f.write_bytes(b"needle" * 100)
    monkeypatch.setattr(dscan, "truth", lambda *_: (600, 99, 1))
    assert run.scan(f, b"needle", 4096) == 1
