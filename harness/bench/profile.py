# SPDX-License-Identifier: GPL-2.0-only
"""Where the kernel instructions of an operation went, by function."""

from collections import Counter

from .. import counts
from . import size_text
from .points import Point

TOP_FUNCTIONS = 12


def profile(points: list[Point], symbols: counts.Symbols,
            limit: int | None) -> str:
    """Returns the functions of each point; inlined ones count as their
    caller's."""
    out = []
    for p in points:
        if not p.ok:
            continue
        chosen = p.typical()
        operations = len(chosen) * p.row
        sites: Counter[int] = Counter()
        for i in chosen:
            sites.update(i.sites)
        out.append(f"{p.path} {p.target} {p.order} {size_text(p.size)}: "
                   f"{sum(sites.values()) / operations:,.0f}")
        top = symbols.by_function(sites).most_common()
        out += [f"  {n / operations:>10,.0f}  {name}"
                for name, n in top[:limit]]
        if rest := top[len(top[:limit]):]:
            n = sum(n for _, n in rest) / operations
            out.append(f"  {n:>10,.0f}  ({len(rest)} others)")
    return "\n".join(out) + "\n"
