# SPDX-License-Identifier: GPL-2.0-only
"""
The cache experiment as a section of a report: a plot for each processor, load
and bus, L2 misses a MiB by window, a line a path. Text and axes take the
page's own colour, and the lines are of middle lightness, so that light and
dark pages both do.
"""

from html import escape

from .cachereport import (BUSES, MIB, PATHS, misses, select, shape_text,
                          size_text)

WIDTH, HEIGHT = 300, 200
LEFT, RIGHT, TOP, BOTTOM = 44, 10, 12, 40
# Colour and dash: the dash tells the paths apart without colours.
STYLES = {"read": ("#d9632a", "2 3"), "mmap": ("#8f6fe0", "6 3"),
          "odirect": ("#199e70", "9 3 2 3"), "direct": ("#d55181", "4 4"),
          "refill": ("#2f7fe0", "")}
BUS_TITLES = {
    "invalidates": "DMA drops the cached line",
    "updates": "DMA updates the cached line",
    "places": "DMA goes into the L2"}
CSS = """.cache-model .plots{display:flex;flex-wrap:wrap;gap:1rem}
.cache-model figure{margin:0}
.cache-model svg{display:block;max-width:100%;height:auto}
.cache-model svg text{fill:currentColor;font:11px sans-serif}
.cache-model .grid{stroke:currentColor;stroke-opacity:.2}
.cache-model pre{white-space:pre-wrap}
.cache-model figcaption{font-size:.85em}
.cache-model .legend{display:flex;flex-wrap:wrap;gap:1rem;list-style:none;
padding:0}
.cache-model .legend svg{display:inline;vertical-align:middle}"""


def section(results: dict, words: list[str]) -> str:
    """Takes what cache.json holds and the verdict's lines; returns a
    <section>."""
    plots = "".join(_row(results, shape, table)
                    for shape in results["shapes"]
                    for table in results["tables"])
    return (f'<section class="cache-model"><style>{CSS}</style>'
            "<h2>A window in the processor's cache</h2>"
            "<p>L2 misses for each MiB that a program scans, the kernel's "
            "and its own, by path and by size of the window, in a model of "
            "the caches that sees every data access of program and kernel "
            "and every transfer of the disk.</p>"
            f"{_legend()}{plots}<pre>{escape(chr(10).join(words))}</pre>"
            "</section>")


def _legend() -> str:
    items = "".join(
        f'<li><svg width="30" height="10" aria-hidden="true">'
        f'{_stroke(path, "M0 5H30")}</svg> {escape(title)}</li>'
        for path, title in PATHS.items())
    return f'<ul class="legend">{items}</ul>'


def _row(results: dict, shape: str, table: int) -> str:
    load = f", with a table of {size_text(table)} in use" if table else ""
    top = max(misses(p, shape, bus) for path in PATHS
              for p in select(results, path, table) for bus in BUSES)
    plots = "".join(_plot(results, shape, table, bus, _ceiling(top))
                    for bus in BUSES)
    return (f"<h3>{escape(shape_text(results, shape) + load)}</h3>"
            f'<div class="plots">{plots}</div>')


def _ceiling(value: float) -> int:
    """Returns the next round number above a value."""
    step = max(4, 10 ** (len(str(int(value))) - 1) // 5)
    return (int(value) // step + 1) * step


def _plot(results: dict, shape: str, table: int, bus: str, top: int) -> str:
    windows = sorted(results["windows"])
    title = BUS_TITLES[bus]
    lines = "".join(_line(results, path, shape, table, bus, windows, top)
                    for path in PATHS)
    return (f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}" role="img" aria-label="{escape(title)}">'
            f"{_axes(windows, top)}{lines}</svg>"
            f"<figcaption>{escape(title)}</figcaption></figure>")


def _axes(windows: list[int], top: int) -> str:
    out = []
    for i in range(5):
        value = top * i / 4
        y = _y(value, top)
        out.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
                   f'<text x="{LEFT - 4}" y="{y + 4:.1f}" '
                   f'text-anchor="end">{value / 1000:g}{"k" if i else ""}</text>')
    out += [f'<text x="{_x(w, windows):.1f}" y="{HEIGHT - BOTTOM + 16}" '
            f'text-anchor="middle">{_short(w)}</text>' for w in windows]
    out.append(f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 2}" '
               f'text-anchor="end">window</text>')
    return "".join(out)


def _line(results: dict, path: str, shape: str, table: int, bus: str,
          windows: list[int], top: int) -> str:
    points = [(p["window"], misses(p, shape, bus))
              for p in select(results, path, table)]
    if not points:
        return ""
    d = "M" + "L".join(f"{_x(w, windows):.1f} {_y(n, top):.1f}"
                       for w, n in points)
    dots = "".join(
        f'<circle cx="{_x(w, windows):.1f}" cy="{_y(n, top):.1f}" r="2.5" '
        f'fill="{STYLES[path][0]}"><title>{escape(PATHS[path])}, '
        f"{size_text(w)}: {n:,.0f}</title></circle>" for w, n in points)
    return _stroke(path, d) + dots


def _stroke(path: str, d: str) -> str:
    colour, dash = STYLES[path]
    return (f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="2" '
            f'stroke-dasharray="{dash or "none"}"/>')


def _x(window: int, windows: list[int]) -> float:
    room = WIDTH - LEFT - RIGHT - 24
    return LEFT + 12 + room * windows.index(window) / max(1, len(windows) - 1)


def _y(value: float, top: int) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top)


def _short(window: int) -> str:
    return f"{window // MIB}M" if window >= MIB else f"{window // 1024}K"
