# SPDX-License-Identifier: GPL-2.0-only
"""What make bench prints: progress while it runs, tables at the end."""

import sys
import threading
import time
from collections.abc import Iterable

from . import SIZES, number, size_text
from .budgets import Verdict
from .clock import Speeds
from .fit import Fit
from .points import Point

LINE = tuple[str, str, str]  # path, target, order
FOOT = ("kernel: instructions of an operation in the kernel, string "
        "instructions as one each.")


def line_text(line: LINE) -> str:
    """Returns path, target and order in fixed widths."""
    path, target, order = line
    return f"{path:<16}{'' if target == 'none' else target:<7}{order:<9}"


def header(first: str, sizes: Iterable[int]) -> str:
    """Returns the line above rows of sizes."""
    return f"{first:<32}" + "".join(f"{size_text(s):>11}" for s in sizes)


def cells(values: dict[int, str], sizes: Iterable[int]) -> str:
    """Returns a row's values by size."""
    return "".join(f"{values.get(s, ''):>11}" for s in sizes)


class Progress:
    """Prints a row when all sizes of a path, target and order are there; on
    a terminal also how far it has got."""

    def __init__(self, sizes: tuple[int, ...] = SIZES) -> None:
        self.sizes = sizes
        self._lock = threading.Lock()
        self._open: dict[tuple[str, LINE], list[Point]] = {}
        self._start = time.monotonic()
        self._planned = self._seen = 0

    def plan(self, points: int) -> None:
        """Takes how many points a boot will make."""
        with self._lock:
            self._planned += points

    def say(self, text: str) -> None:
        """Tells what goes on."""
        if sys.stdout.isatty():
            self.show(text)
        else:
            print(f"[{self._elapsed()}] {text}", flush=True)

    def show(self, text: str) -> None:
        """Shows what goes on, on a terminal only."""
        if sys.stdout.isatty():
            print(f"\r\x1b[K[{self._elapsed()}] {text}", end="", flush=True)

    def point(self, kernel: str, p: Point) -> None:
        """Takes a point of a kernel."""
        with self._lock:
            self._seen += 1
            key = (kernel, p.line)
            row = self._open.setdefault(key, [])
            row.append(p)
            if self._whole(p, row):
                self.line(row_text(self._open.pop(key), self.sizes, kernel))
            self.show(f"{self._seen} of {self._planned} points")

    def line(self, text: str) -> None:
        """Prints a line where the progress is."""
        clear = "\r\x1b[K" if sys.stdout.isatty() else ""
        print(f"{clear}{text}", flush=True)

    def _whole(self, p: Point, row: list[Point]) -> bool:
        return p.target == "none" or p.size == self.sizes[-1]

    def _elapsed(self) -> str:
        seconds = int(time.monotonic() - self._start)
        return f"{seconds // 60}:{seconds % 60:02}"


def row_text(points: list[Point], sizes: Iterable[int], kernel: str = ""
             ) -> str:
    """Returns the points of one path, target and order as a row."""
    values = {p.size: number(p.kernel) if p.ok else
              "-" if p.status == "unsupported" else "FAILED" for p in points}
    note = f"  {kernel}" if kernel else ""
    if all(p.status == "unsupported" for p in points):
        return f"{line_text(points[0].line)}  not supported by this " \
               f"kernel{note}"
    return line_text(points[0].line) + cells(values, sizes) + note


def budgets(verdicts: list[Verdict]) -> str:
    """Returns the budgets, met and missed, the figure beside each."""
    if not verdicts:
        return "no budgets for what was measured"
    out = [f"{'budget':<48}{'figure':>10}{'limit':>10}{'stretch':>10}"]
    for v in verdicts:
        figure, limit, stretch, word = v.cells()
        out.append(f"{v.what():<48}{figure:>10}{limit:>10}{stretch:>10}  "
                   f"{word}")
    met = sum(v.met for v in verdicts)
    return "\n".join(out + [f"budgets: {met} met, {len(verdicts) - met} "
                            "missed (met+: the stretch too)"])


def speeds(s: Speeds, sizes: Iterable[int]) -> str:
    """Returns each path's share of the bare controller's speed."""
    sizes = tuple(sizes)
    out = [header("% of the bare controller's speed", sizes)]
    lines = dict.fromkeys(k[:3] for k in s.keys())
    for line in lines:
        found = {n: s.share((*line, n)) for n in sizes}
        out.append(line_text(line) + cells(
            {n: f"{v:.0f}" for n, v in found.items() if v is not None},
            sizes))
    return "\n".join(out)


def models(fits: dict[LINE, Fit]) -> str:
    """Returns the cost model."""
    out = [f"{'instructions = a + b * pages':<32}{'a':>10}{'b':>10}"
           f"{'worst':>9}"]
    for line, f in fits.items():
        out.append(f"{line_text(line)}{f.a:>10,.0f}{f.b:>10,.1f}"
                   f"{100 * f.error:>7.0f} %")
    return "\n".join(out)
