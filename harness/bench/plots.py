# SPDX-License-Identifier: GPL-2.0-only
"""The report's charts: which line goes into which, and what it is called."""

from html import escape

from . import KIB, MIB, number, size_text, svg
from .layers import NAMES
from .scaling import AXES, label
from .svg import Axis, Series

# A family has one colour, in reads and in writes.
FAMILIES = ("read", "mmap", "block", "odirect", "raw", "direct", "refill",
            "async")
FAMILY_TITLES = {
    "read": "read(), write()", "mmap": "mmap", "block": "mmap, MAP_BLOCK",
    "odirect": "O_DIRECT", "raw": "raw device", "direct": "MAP_DIRECT anew",
    "refill": "refill", "async": "refill by turns, asynchronous"}
PANELS = [(moves, target, order)
          for moves in ("Reading", "Writing")
          for target in ("file", "device")
          for order in ("sequence", "random")]
HIGHEST_SHARE = 150  # percent, that is drawn
LAYER_SIZES = (4 * KIB, 64 * KIB, MIB)
LAYER_GROUPS = {
    "through the page cache": (
        "read-hot", "read-cold", "mmap-hot", "mmap-cold", "block-hot",
        "block-cold", "write-hot", "write-sync", "mmap-write-hot",
        "mmap-write-cold", "block-write"),
    "direct": ("odirect-read", "direct", "refill", "async-refill",
               "odirect-write", "direct-write", "refill-write",
               "async-write"),
}

Key = tuple[str, str, str, int]


def key(p: dict) -> Key:
    """Returns what names a point."""
    return p["path"], p["target"], p["order"], p["size"]


def family(path: str) -> str:
    """Returns the family of a path."""
    head = path.split("-")[0]
    return "read" if head == "write" else head


def writes(path: str) -> bool:
    """Whether a path is a write form."""
    return "write" in path


def css(path: str) -> str:
    """Returns the classes of a path's line."""
    names = [f"s{FAMILIES.index(family(path))}"]
    names += ["hot"] if path.endswith("-hot") else []
    names += ["main"] if path.startswith("refill") else []
    return " ".join(names)


def _plotted(path: str) -> bool:
    return path != "read-warm" and family(path) in FAMILIES


def legend(paths: list[str]) -> str:
    """Returns the legend of the families that occur."""
    items = "".join(
        f"<li>{svg.swatch(css(name))}{escape(title)}</li>"
        for name, title in FAMILY_TITLES.items()
        if any(family(p) == name for p in paths))
    if any(p.endswith("-hot") for p in paths):
        items += "<li>dashed: the file is in the page cache</li>"
    return f'<ul class="legend">{items}</ul>'


def _sizes_axis(sizes: list[int]) -> Axis:
    return Axis(min(sizes), max(sizes), [
        (s, size_text(s).replace(" MiB", "M").replace(" KiB", "K"))
        for s in sizes])


def panels(values: dict[Key, tuple[float, str]], y: Axis, unit: str,
           marks: dict[str, list[tuple[float, float, str]]]) -> str:
    """Takes (value, tooltip) by point; returns a chart for each of PANELS
    that has any. marks are by title."""
    sizes = sorted({k[3] for k in values})
    out = ""
    for moves, target, order in PANELS:
        lines: dict[str, list[tuple[float, float, str]]] = {}
        for (path, t, o, size), (v, tip) in sorted(values.items()):
            if (t, o) == (target, order) and writes(path) == (
                    moves == "Writing"):
                lines.setdefault(path, []).append((size, v, tip))
        if not lines:
            continue
        title = (f"{moves} a {target}, " +
                 ("in sequence" if order == "sequence" else "at random"))
        out += svg.chart(f"{title}: {unit}", [
            Series(path, css(path), points) for path, points in
            sorted(lines.items(), key=lambda x: "main" in css(x[0]))],
            _sizes_axis(sizes), y, "bytes an operation",
            marks.get(title, ()))
    return f'<div class="plots">{out}</div>'


def instructions(r: dict) -> str:
    """Returns the charts of instructions per MiB."""
    values = {}
    for p in r["points"]:
        if p["status"] == "ok" and _plotted(p["path"]):
            n = p["kernel"] * MIB / p["size"]
            values[key(p)] = (n, f"{size_text(p['size'])}: {n:,.0f} a MiB "
                                 f"({p['kernel']:,.0f} an operation)")
    if len({k[3] for k in values}) < 2:
        return ""
    y = svg.decades([v for v, _ in values.values()])
    return ("<h2>Kernel instructions for a MiB</h2>"
            "<p>Less is better; both axes are logarithmic. A line that falls "
            "by ten for ten times the block costs the same for each "
            "operation, whatever it moves.</p>" +
            legend([k[0] for k in values]) +
            panels(values, y, "instructions a MiB", {}))


def shares(r: dict) -> str:
    """Returns the charts of the controller's speed."""
    if not r["speed"]:
        return ""
    values = {}
    for p in r["speed"]["paths"]:
        if p["share"] and _plotted(p["path"]):
            values[key(p)] = (p["share"], f"{size_text(p['size'])}: "
                              f"{p['share']:.0f} % ({p['mib_s']:,.0f} "
                              "MiB/s)")
    if len({k[3] for k in values}) < 2:
        return ""
    y = svg.linear(min(HIGHEST_SHARE, max(
        100, *(v for v, _ in values.values()))), " %")
    marks = {"Reading a file, in sequence": [
        (b["size"], b["limit"], f"budget of a refill: {b['limit']} %")
        for b in r["budgets"] if b["unit"] == "percent"]}
    return ("<h2>Share of the controller's speed</h2>"
            "<p>More is better. 100 % is a program without an operating "
            "system that issues one command at a time on the same disk image "
            "and halts until its interrupt, measured between the "
            "repetitions. Reading ahead, and a disk that is done before the "
            "process sleeps, can pass it; what is above "
            f"{HIGHEST_SHARE} % is drawn there. Medians of "
            f"{r['speed']['repetitions']} repetitions on a host that may have "
            "been busy. The short bars are a refill's budgets.</p>" +
            legend([k[0] for k in values]) +
            panels(values, y, "share of the controller", marks))


def layers(r: dict) -> str:
    """Returns the stacked bars of instructions by layer."""
    by = {key(p): p for p in r["points"]
          if p["status"] == "ok" and p["layers"]}
    out, used = "", set()
    for size in LAYER_SIZES:
        for group, paths in LAYER_GROUPS.items():
            rows = []
            for path in paths:
                p = by.get((path, "file", "sequence", size))
                if not p:
                    continue
                used |= set(p["layers"])
                rows.append((path, [(name, f"l{i}", p["layers"].get(name, 0))
                                    for i, name in enumerate(NAMES)]))
            if rows:
                out += svg.bars(f"{size_text(size)}, {group}", rows)
    if not out:
        return ""
    items = "".join(f"<li>{svg.swatch(f'l{i}', False)}{escape(name)}</li>"
                    for i, name in enumerate(NAMES) if name in used)
    return ("<h2>Where the instructions are spent</h2>"
            "<p>Kernel instructions of one operation on a file, in sequence, "
            "by the layer whose source they are from. A copy is one string "
            "instruction a page here, however long it takes.</p>"
            f'<ul class="legend">{items}</ul><div class="plots">{out}</div>')


def scaling(r: dict) -> str:
    """Returns a chart for each axis."""
    out, paths = "", []
    for axis, title in AXES.items():
        mine = [p for p in r["scaling"]
                if p["axis"] == axis and p["status"] == "ok"]
        ns = sorted({p["n"] for p in mine})
        if len(ns) < 2:
            continue
        lines: dict[str, list[tuple[float, float, str]]] = {}
        for p in sorted(mine, key=lambda p: p["n"]):
            lines.setdefault(p["path"], []).append(
                (p["n"], p["kernel"], f"{label(axis, p['n'])}: "
                 f"{p['kernel']:,.0f} instructions, "
                 f"{number(p['disk_reads'])} commands"))
        paths += lines
        x = Axis(ns[0], ns[-1], [
            (n, label(axis, n).replace(" MiB", "M").replace(" GiB", "G"))
            for n in ns])
        y = svg.decades([v for row in lines.values() for _, v, _ in row])
        size = size_text(mine[0]["size"])
        out += svg.chart(f"{title[0].upper()}{title[1:]}, {size} each", [
            Series(path, css(path), points)
            for path, points in lines.items()], x, y, title)
    if not out:
        return ""
    return ("<h2>What the cost depends on</h2><p>Kernel instructions of one "
            "operation while something else grows. Files are sparse but for "
            "what is read; extents that follow each other in the file lie "
            "apart on the disk.</p>" + legend(paths) +
            f'<div class="plots">{out}</div>')
