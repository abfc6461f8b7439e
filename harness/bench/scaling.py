# SPDX-License-Identifier: GPL-2.0-only
"""
What the cost of one operation depends on besides its size, from
selftests/bin/benchscale.cpp: a table for each axis.
"""

from . import number, size_text
from .points import Point

AXES = {
    "mappings": "other mappings in the process",
    "file-size": "size of the file",
    "extents": "extents in each MiB of the file",
    "processes": "processes that do it at a time",
}


def label(axis: str, n: int) -> str:
    """Returns a value on an axis as text."""
    return size_text(n) if axis == "file-size" else f"{n:,}"


def by_axis(points: list[Point]) -> dict[str, dict[str, dict[int, Point]]]:
    """Returns the points as axis -> path -> n -> point; only what was
    counted."""
    found: dict[str, dict[str, dict[int, Point]]] = {}
    for p in points:
        if p.ok:
            found.setdefault(p.axis, {}).setdefault(p.path, {})[p.n] = p
    return found


def table(points: list[Point]) -> str:
    """Returns a table for each axis: kernel instructions of an operation,
    and its disk commands."""
    out = []
    for axis, paths in by_axis(points).items():
        ns = sorted({n for row in paths.values() for n in row})
        size = size_text(next(iter(next(iter(paths.values())).values())).size)
        out.append(f"{AXES[axis] + ', ' + size:<40}" +
                   "".join(f"{label(axis, n):>10}" for n in ns))
        for path, row in paths.items():
            out.append(f"  {path:<38}" + "".join(
                f"{number(row[n].kernel if n in row else None):>10}"
                for n in ns))
            out.append(f"  {'  disk commands':<38}" + "".join(
                f"{number(row[n].reads() if n in row else None):>10}"
                for n in ns))
    return "\n".join(out)
