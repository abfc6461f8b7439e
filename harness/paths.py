# SPDX-License-Identifier: GPL-2.0-only
"""Where things are. Every path starts from the repository's top."""

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
BUILD = TOP / "build"
KERNEL = TOP / "kernel"
SERIES = TOP / "series"
PATCHES = TOP / "patches"
RECIPES = TOP / "qemu-images"
IMAGES = BUILD / "images"
LOGS = BUILD / "logs"
REPORTS = BUILD / "reports"
TREE = BUILD / "tree"
PREFIX = BUILD / "prefix"
SELFTESTS = TOP / "selftests"

# mkimage is a package of its own, in a folder that cannot be one.
if str(RECIPES) not in sys.path:
    sys.path.insert(0, str(RECIPES))


def vmlinux(tree: str) -> Path:
    """Takes "base", "patched", "base-debug" or "patched-debug"; returns where
    that kernel is built."""
    return BUILD / tree / "vmlinux"
