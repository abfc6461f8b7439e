# SPDX-License-Identifier: GPL-2.0-only
"""
build/bench/report.html, made from bench.json alone: one file that loads
nothing. `python3 -m harness.bench.report` makes it anew.
"""

import importlib.util
import json
import sys
from collections.abc import Callable
from html import escape
from pathlib import Path

from . import OUT, number, plots, size_text

STYLE = Path(__file__).with_name("style.css")


def render(results: dict) -> str:
    """Takes what bench.json holds; returns the page."""
    found = [(key, title, make(results)) for key, title, make in SECTIONS]
    found = [(key, title, body) for key, title, body in found if body]
    links = "".join(f'<a href="#{key}">{escape(title)}</a>'
                    for key, title, _ in found)
    body = "".join(f'<section id="{key}">{text}</section>'
                   for key, _, text in found)
    return ('<!doctype html><html lang="en"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width,'
            'initial-scale=1"><title>What an operation costs</title>'
            f"<style>{STYLE.read_text()}</style></head><body>"
            f"<h1>What an operation costs</h1>{_about(results)}"
            f"<nav>{links}</nav>{body}</body></html>\n")


def _about(r: dict) -> str:
    return (f'<p class="muted">{escape(r["kernel"])}, {escape(r["date"])}, '
            f'{escape(r["qemu"])}. Instruction counts come from a plugin in '
            "the emulator and repeat; speeds are of this host, with whatever "
            "else ran on it.</p>")


def table(head: list[str], rows: list[list[str]], text: tuple[int, ...] = (),
          css: str = "") -> str:
    """Returns a table; cells are HTML. Columns in text are not numbers."""
    def cells(row: list[str], tag: str) -> str:
        return "".join(
            f'<{tag}{" class=text" if i in text else ""}>{c}</{tag}>'
            for i, c in enumerate(row))
    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    return (f'<div class="scroll {css}"><table><thead><tr>{cells(head, "th")}</tr>'
            f"</thead><tbody>{body}</tbody></table></div>")


# ---- sections ----

def _budgets(r: dict) -> str:
    if not r["budgets"]:
        return ""
    rows = []
    for b in r["budgets"]:
        sign = " %" if b["unit"] == "percent" else ""
        good = b["verdict"] != "MISSED"
        figure = f"{b['figure']:.0f}" if sign else number(b["figure"])
        what = b["what"].replace(" of the bare controller", "").replace(
            " KiB", "\u00a0KiB").replace(" MiB", "\u00a0MiB")
        rows.append([escape(what), figure + sign,
                     number(b["limit"]) + sign,
                     number(b["stretch"]) if b["stretch"] else "",
                     f'<span class="{"good" if good else "bad"}">'
                     f'{b["verdict"].lower()}'
                     "</span>"])
    met = sum(b["verdict"] != "MISSED" for b in r["budgets"])
    return ("<h2>Budgets</h2>"
            f"<p>{met} met, {len(rows) - met} missed. Kernel instructions of "
            "an operation on an ext2 file, in sequence; a share is of the "
            "speed of a program on the bare controller. met+: the stretch "
            "too.</p>" +
            table(["", "figure", "limit", "stretch", ""], rows, (4,), "wrap"))


def _instructions(r: dict) -> str:
    return plots.instructions(r)


def _shares(r: dict) -> str:
    return plots.shares(r)


def _layers(r: dict) -> str:
    return plots.layers(r)


def _model(r: dict) -> str:
    if not r["model"]:
        return ""
    rows = [[escape(m["path"]), escape(m["target"]), escape(m["order"]),
             f"{m['a']:,.0f}", f"{m['b']:,.1f}", f"{100 * m['error']:.0f} %"]
            for m in r["model"]]
    body = table(["path", "target", "order", "a", "b", "worst deviation"],
                 rows, (1, 2))
    return ("<h2>Cost model</h2><p>Kernel instructions of an operation on n "
            "pages as a + b&#8239;·&#8239;n: what a call costs, and what a "
            "page adds. The line with the least squared relative errors over "
            f"the block sizes.</p>{body}")


def _scaling(r: dict) -> str:
    return plots.scaling(r)


def _peer(r: dict) -> str:
    """Columns side by side: this kernel, the user's, and the earlier."""
    kernels = [r["kernel_name"]] + [p["name"] for p in r["peers"]]
    lists = [r["points"]] + [p["points"] for p in r["peers"]]
    by = [{plots.key(p): p for p in points} for points in lists]
    head = ["path", "target", "order", "size", *map(escape, kernels),
            *(f"{e}*" for e in r["earlier"]["kernels"])]
    rows = []
    for k in by[0]:
        path, target, order, size = k
        old = r["earlier"]["counts"].get("/".join(map(str, k)))
        if len(kernels) == 1 and not old:
            continue
        rows.append([path, target, order, size_text(size)] + [
            number(b[k]["kernel"]) if k in b and b[k]["status"] == "ok"
            else "-" for b in by] + [number(n) for n in old or
                                     [None] * len(r["earlier"]["kernels"])])
    if not rows:
        return ""
    return ("<h2>Other kernels</h2><p>Kernel instructions of an operation. "
            "* measured earlier, in the same way on the same emulated "
            "disk.</p>" + table(head, rows, (1, 2)))


def _cache(r: dict) -> str:
    """The cache model's section, when there is such a model and it has been
    run (make cache-model)."""
    results = OUT / "cache.json"
    if not results.exists() or not importlib.util.find_spec(
            "harness.cachemodel"):
        return ""
    from .. import cachemodel
    return cachemodel.section(json.loads(results.read_text()))


def _points(r: dict) -> str:
    """Everything that was counted."""
    head = ["path", "target", "order", "size", "kernel", "awake", "user",
            "rounds", "commands", "PRDs", "copied", "invlpg", "CR3", "ports",
            "share", "MiB/s"]
    speeds = {plots.key(p): p for p in (r["speed"] or {}).get("paths", ())}
    rows = []
    for p in r["points"]:
        first = [p["path"], p["target"], p["order"], size_text(p["size"])]
        if p["status"] != "ok":
            rows.append(first + [escape(p["status"])] + [""] * 11)
            continue
        c, s = p["counts"], speeds.get(plots.key(p))
        share = f"{s['share']:.0f} %" if s and s["share"] else ""
        rows.append(first + [number(n) for n in (
            p["kernel"], p["kernel_awake"], c["user"], c["iterations"],
            p["disk_reads"] + p["disk_writes"], p["disk_prd"], p["copied"],
            c["invlpg"], c["cr3"], c["port_io"])] + [
                share, number(s["mib_s"]) if s else ""])
    return ("<h2>All figures</h2><p>Per operation. awake: of one whose disk "
            "command was over before the process slept. rounds: of string "
            "instructions. ports: accesses to ports.</p>"
            f"<details><summary>{len(rows)} points</summary>"
            f"{table(head, rows, (1, 2))}</details>")


SECTIONS: list[tuple[str, str, Callable[[dict], str]]] = [
    ("budgets", "Budgets", _budgets),
    ("instructions", "Instructions", _instructions),
    ("speed", "Speed", _shares),
    ("layers", "Layers", _layers),
    ("model", "Cost model", _model),
    ("scaling", "Scaling", _scaling),
    ("cache", "Cache", _cache),
    ("kernels", "Other kernels", _peer),
    ("points", "All figures", _points),
]


def write(results: dict, out: Path = OUT / "report.html") -> Path:
    """Writes the page; returns its path."""
    out.write_text(render(results))
    return out


def main() -> int:
    """Makes the page from the last run's results; returns the exit
    status."""
    source = OUT / "bench.json"
    if not source.exists():
        print(f"error: {source} is missing: make bench", file=sys.stderr)
        return 1
    print(write(json.loads(source.read_text())))
    return 0


if __name__ == "__main__":
    sys.exit(main())
