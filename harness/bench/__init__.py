# SPDX-License-Identifier: GPL-2.0-only
"""
`make bench`: what an operation of each path costs, counted from outside while
selftests/bin/bench.cpp runs in the guest, what share of the bare controller's
speed it reaches, and what that depends on. docs/performance.md says how.

points     what was measured, per operation      budgets   what it may cost
session    one boot of the guest's bench          clock     speed and floor
layers     the kernel's instructions by layer     fit       a + b * pages
scaling    mappings, file size, extents, ...      peer      another kernel
table      on the terminal                        page      in docs/
report     build/bench/report.html                svg       its charts
"""

from ..paths import BUILD

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
OUT = BUILD / "bench"
# Block sizes that are measured; the second set with QUICK=1.
SIZES = (4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB)


def size_text(n: int) -> str:
    """Takes bytes; returns "64 KiB"."""
    for unit, name in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if n >= unit and n % unit == 0:
            return f"{n // unit} {name}"
    return f"{n} B"


def number(n: float | None) -> str:
    """Returns a number, short; "-" for none."""
    if n is None or n < 0:
        return "-"
    return f"{n:.1f}" if n < 100 and n != int(n) else f"{n:,.0f}"


def words_of(line: str, head: str) -> dict[str, str] | None:
    """Takes a console line; returns the words of a "head key=value ..." line;
    text= is the last and goes to the line's end."""
    if not line.startswith(head + " "):
        return None
    front, _, text = line[len(head) + 1:].partition(" text=")
    words = dict(w.split("=", 1) for w in front.split() if "=" in w)
    return words | ({"text": text} if text else {})
