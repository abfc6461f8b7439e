# SPDX-License-Identifier: GPL-2.0-only
"""The table of a run in docs/performance.md (make bench PAGE=1)."""

from pathlib import Path

from ..errors import UserError
from ..paths import TOP
from . import KIB, MIB, number, size_text
from .budgets import EARLIER, Verdict, earlier
from .clock import Speeds
from .fit import Fit
from .points import Point
from .scaling import AXES, by_axis, label

PAGE = TOP / "docs" / "performance.md"
SIZES = (4 * KIB, 64 * KIB, MIB)
# What the page says of a device too.
ON_DEVICE = ("odirect", "raw", "refill", "async")
END = "<!-- end -->\n"


def begin(what: str) -> str:
    """Returns the mark that a table of the page begins with."""
    return f"<!-- make bench PAGE=1: {what} -->\n"


def rows_text(rows: list[tuple[str, ...]]) -> str:
    """Takes a header and rows; returns a markdown table. Columns are
    numbers, but the first."""
    rule = ("---",) + ("---:",) * (len(rows[0]) - 1)
    return "\n".join("| " + " | ".join("" if c == "-" else c for c in r) +
                     " |" for r in [rows[0], rule, *rows[1:]]) + "\n"


def costs(points: list[Point]) -> str:
    """Returns the cost of an operation, in sequence, at three sizes."""
    rows: list[tuple[str, ...]] = [(
        "path, target", "size", "kernel", "awake", "commands", "PRDs",
        "invlpg", "CR3", "ports", *EARLIER)]
    for p in points:
        if p.order != "sequence" or p.size not in SIZES or (
                p.target == "device" and not p.path.startswith(ON_DEVICE)):
            continue
        name = p.path if p.target == "none" else f"{p.path}, {p.target}"
        size = "" if p.target == "none" else size_text(p.size)
        if not p.ok:
            rows.append((name, size, p.status) + ("",) * 8)
            continue
        values = (p.kernel, p.awake(), p.reads() + p.writes(), p.prds(),
                  p.value("invlpg"), p.value("cr3"), p.value("port_io"),
                  *(earlier(*p.line, p.size, i)
                    for i in range(len(EARLIER))))
        rows.append((name, size, *map(number, values)))
    return rows_text(rows)


def budgets(verdicts: list[Verdict]) -> str:
    """Returns the budgets with their figures."""
    rows: list[tuple[str, ...]] = [("budget", "figure", "limit", "stretch",
                                    "")]
    for v in verdicts:
        figure, limit, stretch, word = v.cells()
        rows.append((v.what(), figure, limit, stretch,
                     f"**{word.lower()}**" if not v.met else word))
    return rows_text(rows)


def models(fits: dict[tuple[str, str, str], Fit]) -> str:
    """Returns the cost model of files in sequence."""
    rows: list[tuple[str, ...]] = [("path", "a", "b", "worst deviation")]
    for (path, target, order), f in fits.items():
        if target == "file" and order == "sequence":
            rows.append((path, f"{f.a:,.0f}", f"{f.b:,.1f}",
                         f"{100 * f.error:.0f} %"))
    return rows_text(rows)


def shares(s: Speeds) -> str:
    """Returns shares of the controller's speed, of files in sequence."""
    sizes = sorted({k[3] for k in s.keys()})
    rows: list[tuple[str, ...]] = [("path", *map(size_text, sizes))]
    for line in dict.fromkeys(k[:3] for k in s.keys()):
        if line[1:] != ("file", "sequence"):
            continue
        found = [s.share((*line, n)) for n in sizes]
        rows.append((line[0], *("" if v is None else f"{v:.0f} %"
                                for v in found)))
    return rows_text(rows)


def scaling(points: list[Point]) -> str:
    """Returns a table for each axis."""
    out = []
    for axis, paths in by_axis(points).items():
        ns = sorted({n for row in paths.values() for n in row})
        rows: list[tuple[str, ...]] = [
            (AXES[axis], *(label(axis, n) for n in ns))]
        for path, row in paths.items():
            rows.append((path, *(number(row[n].kernel) if n in row else ""
                                 for n in ns)))
        out.append(rows_text(rows))
    return "\n".join(out)


def update(tables: dict[str, str], page: Path = PAGE) -> None:
    """Puts the tables of this run into the page, in place of the last."""
    text = page.read_text()
    for what, table in tables.items():
        head, mark, rest = text.partition(begin(what))
        _, end, tail = rest.partition(END)
        if not mark or not end:
            raise UserError(f"{page}: no place for {what}")
        text = head + mark + table + end + tail
    page.write_text(text)

