# SPDX-License-Identifier: GPL-2.0-only
"""
Charts as SVG text. Colours come from the page's style sheet (classes s0, s1,
... for series, l0, l1, ... for layers), so that one picture does for light and
dark; each mark carries its value as a tooltip.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 440, 270
LEFT, RIGHT, TOP, BOTTOM = 48, 14, 12, 40
ROW, BAR = 23, 15


@dataclass(frozen=True)
class Series:
    """A line of a chart: its points are (x, y, tooltip)."""
    name: str
    css: str
    points: Sequence[tuple[float, float, str]]


@dataclass(frozen=True)
class Axis:
    """Where values go: from low to high, logarithmic or not; ticks are
    (value, label)."""
    low: float
    high: float
    ticks: Sequence[tuple[float, str]]
    log: bool = True

    def at(self, value: float) -> float:
        """Returns where a value lies, 0 to 1, cut at the ends."""
        if self.log:
            low, high, v = map(math.log, (self.low, self.high,
                                          max(value, self.low)))
        else:
            low, high, v = self.low, self.high, value
        return min(1.0, max(0.0, (v - low) / ((high - low) or 1)))


def short(n: float) -> str:
    """Returns 1500 as "1.5k", 2000000 as "2M"."""
    for unit, name in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if n >= unit:
            return f"{n / unit:g}{name}"
    return f"{n:g}"


def decades(values: Sequence[float]) -> Axis:
    """Returns a logarithmic axis that holds the values, with a tick at each
    power of ten; at 1, 2 and 5 of it when it spans few."""
    low = 10.0 ** math.floor(math.log10(min(values)))
    high = 10.0 ** math.ceil(math.log10(max(values)) + 1e-9)
    steps = (1, 2, 5) if high / low <= 100 else (1,)
    ticks, v = [], low
    while v <= high * 1.001:
        ticks += [(v * s, short(v * s)) for s in steps
                  if v * s <= high * 1.001]
        v *= 10
    return Axis(low, high, ticks)


def linear(high: float, unit: str = "") -> Axis:
    """Returns an axis from 0 to a round number at or above high."""
    step = 10.0 ** math.floor(math.log10(high))
    while high / step < 3:
        step /= 2
    top = math.ceil(high / step - 1e-9) * step
    ticks = [(i * step, short(i * step) + unit)
             for i in range(round(top / step) + 1)]
    return Axis(0, top, ticks, log=False)


def chart(title: str, series: Sequence[Series], x: Axis, y: Axis,
          x_title: str, marks: Sequence[tuple[float, float, str]] = ()
          ) -> str:
    """Returns a line chart as a <figure>. marks are single points of
    interest, such as budgets."""
    body = _grid(x, y, x_title)
    for s in series:
        if not s.points:
            continue
        d = "M" + "L".join(f"{_px(x, a):.1f} {_py(y, b):.1f}"
                           for a, b, _ in s.points)
        body += f'<path class="line {s.css}" d="{d}"/>'
        body += "".join(
            f'<circle class="dot {s.css}" cx="{_px(x, a):.1f}" '
            f'cy="{_py(y, b):.1f}" r="3"><title>{escape(s.name)}, '
            f"{escape(tip)}</title></circle>" for a, b, tip in s.points)
    for a, b, tip in marks:
        body += (f'<path class="mark" d="M{_px(x, a) - 6:.1f} '
                 f'{_py(y, b):.1f}h12"><title>{escape(tip)}</title></path>')
    return _figure(title, HEIGHT, body)


def bars(title: str, rows: Sequence[tuple[str, Sequence[tuple[str, str,
                                                               float]]]]
         ) -> str:
    """Returns stacked bars as a <figure>: rows are (label, pieces), a piece
    (name, class, value). The sum stands behind each bar."""
    left, right = 108, 58
    top = max(sum(v for _, _, v in pieces) for _, pieces in rows)
    scale = (WIDTH - left - right) / top
    body = ""
    for i, (label, pieces) in enumerate(rows):
        y = TOP + i * ROW
        body += (f'<text class="end" x="{left - 6}" y="{y + 12}">'
                 f"{escape(label)}</text>")
        x = float(left)
        for name, css, value in pieces:
            body += (f'<rect class="{css}" x="{x:.1f}" y="{y}" '
                     f'width="{max(value * scale, 0):.2f}" height="{BAR}">'
                     f"<title>{escape(label)}, {escape(name)}: "
                     f"{value:,.0f}</title></rect>")
            x += value * scale
        total = sum(v for _, _, v in pieces)
        body += f'<text x="{x + 5:.1f}" y="{y + 12}">{total:,.0f}</text>'
    return _figure(title, TOP + len(rows) * ROW + 4, body)


def swatch(css: str, line: bool = True) -> str:
    """Returns the sample of a legend."""
    if line:
        return (f'<svg class="swatch" viewBox="0 0 28 10" width="28" '
                f'height="10" aria-hidden="true"><path class="line {css}" '
                'd="M1 5H27"/></svg>')
    return (f'<svg class="swatch" viewBox="0 0 12 12" width="12" height="12" '
            f'aria-hidden="true"><rect class="{css}" width="12" '
            'height="12"/></svg>')


def _figure(title: str, height: int, body: str) -> str:
    return (f"<figure><figcaption>{escape(title)}</figcaption>"
            f'<svg viewBox="0 0 {WIDTH} {height}" role="img" '
            f'aria-label="{escape(title)}">{body}</svg></figure>')


def _grid(x: Axis, y: Axis, x_title: str) -> str:
    bottom = HEIGHT - BOTTOM
    out = "".join(
        f'<path class="grid" d="M{LEFT} {_py(y, v):.1f}H{WIDTH - RIGHT}"/>'
        f'<text class="end" x="{LEFT - 5}" y="{_py(y, v) + 4:.1f}">'
        f"{escape(label)}</text>" for v, label in y.ticks)
    out += "".join(
        f'<path class="grid" d="M{_px(x, v):.1f} {TOP}V{bottom}"/>'
        f'<text class="mid" x="{_px(x, v):.1f}" y="{bottom + 15}">'
        f"{escape(label)}</text>" for v, label in x.ticks)
    return out + (f'<text class="mid muted" x="{(LEFT + WIDTH - RIGHT) / 2}" '
                  f'y="{HEIGHT - 6}">{escape(x_title)}</text>')


def _px(x: Axis, value: float) -> float:
    inset = 14
    return LEFT + inset + x.at(value) * (WIDTH - LEFT - RIGHT - 2 * inset)


def _py(y: Axis, value: float) -> float:
    return HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM)
