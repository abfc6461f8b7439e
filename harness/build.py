# SPDX-License-Identifier: GPL-2.0-only
"""Builds kernels of the series' prefixes, incrementally, in build/prefix."""

import os
import shutil
import subprocess
from pathlib import Path

from . import patchfile, series
from .errors import UserError
from .paths import LOGS, PREFIX, TREE


def checkout(commit: str) -> Path:
    """Brings build/prefix/tree to a commit of build/tree; files that do not
    change keep their times. Returns the folder."""
    work = PREFIX / "tree"
    if not (TREE / ".git/worktrees/tree").exists():
        # Never made, or build/tree was made anew since.
        shutil.rmtree(work, ignore_errors=True)
        PREFIX.mkdir(parents=True, exist_ok=True)
        series.git("worktree", "prune")
        series.git("worktree", "add", "-q", "-f", "--detach", str(work),
                   commit)
    series.git("checkout", "-q", "-f", "--detach", commit, tree=work)
    return work


def make_kernel(source: Path, out: Path, log: Path) -> Path:
    """Builds the kernel of a tree with -Werror; returns vmlinux. Raises
    UserError that names the first error."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as f:
        p = subprocess.run(
            ["make", "-C", str(source), f"-j{os.cpu_count() or 1}",
             f"O={out}"], stdout=f, stderr=subprocess.STDOUT, env=_env())
    if p.returncode:
        errors = [x for x in log.read_text(errors="replace").splitlines()
                  if "error" in x.lower()]
        raise UserError(f"the build failed: {(errors or ['?'])[0]} "
                        f"(log: {log})")
    return out / "vmlinux"


def prefix_kernel(wanted: str) -> Path:
    """Takes a patch's number or name; builds the series up to and with it;
    returns vmlinux."""
    s = series.series()
    name = patchfile.find(s, wanted)
    commits = series.materialise()
    work = checkout(commits[1 + s.names.index(name)])
    return make_kernel(work, PREFIX / "out", LOGS / "prefix-build.log")


def _env() -> dict[str, str]:
    drop = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES")
    return {k: v for k, v in os.environ.items() if k not in drop}
