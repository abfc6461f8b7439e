# SPDX-License-Identifier: GPL-2.0-only
"""
What the cache experiment's results (build/bench/cache.json) mean, in words
and tables. results: {shapes: {name: {line, l1_size, l1_ways, l2_size,
l2_ways}}, tables, windows, points: [{path, window, table, bytes, accesses,
device, models: {shape: {bus: {l1, l2, written, dma, caught}}}}]}; pairs are
of the kernel and of the user.
"""

KIB, MIB = 1 << 10, 1 << 20
PATHS = {"read": "read()", "mmap": "mmap", "odirect": "O_DIRECT",
         "direct": "MAP_DIRECT anew", "refill": "refill"}
BUSES = ("invalidates", "updates", "places")


# ---- what it means ----

def misses(point: dict, shape: str, bus: str, level: str = "l2") -> float:
    """Returns a point's misses per MiB scanned, the kernel's and the
    user's."""
    return sum(point["models"][shape][bus][level]) / (point["bytes"] / MIB)


def traffic(point: dict, shape: str, bus: str) -> float:
    """Returns how many lines go over the memory's bus per MiB scanned: what
    is fetched, what is written back, and what the disk writes unless the
    cache takes it instead."""
    m = point["models"][shape][bus]
    lines = sum(m["l2"]) + m["written"]
    if bus != "places":
        lines += m["dma"]
    return lines / (point["bytes"] / MIB)


def select(results: dict, path: str, table: int) -> list[dict]:
    """Returns a path's points with or without the table, by window."""
    return sorted((p for p in results["points"] if p["path"] == path
                   and bool(p["table"]) == bool(table)),
                  key=lambda p: p["window"])


def best(results: dict, path: str, shape: str, bus: str, table: int) -> dict:
    """Returns the point of the best window: the largest of those that miss
    as rarely as any, give or take slack() (fewer commands do the same
    work)."""
    points = select(results, path, table)
    limit = fewest(results, path, shape, bus, table) + slack(results, shape)
    return max((p for p in points if misses(p, shape, bus) <= limit),
               key=lambda p: p["window"])


def fewest(results: dict, path: str, shape: str, bus: str, table: int
           ) -> float:
    """Returns a path's misses per MiB with the window that suits it."""
    return min(misses(p, shape, bus) for p in select(results, path, table))


def slack(results: dict, shape: str) -> float:
    """Returns the misses per MiB that make no difference: a fiftieth of the
    lines of a MiB."""
    return MIB / results["shapes"][shape]["line"] / 50


def verdict(results: dict) -> list[str]:
    """Returns in words, for each processor, load and bus, which window is
    best for a refill, by how much, and how the other paths do with theirs."""
    lines = []
    for shape in results["shapes"]:
        for table in results["tables"]:
            load = f", a table of {size_text(table)}" if table else ""
            lines.append(f"{shape}: {shape_text(results, shape)}{load}")
            lines += [f"  bus {bus}: {_verdict(results, shape, bus, table)}"
                      for bus in BUSES]
    return lines


def _verdict(results: dict, shape: str, bus: str, table: int) -> str:
    mine = select(results, "refill", table)
    if not mine:
        return "no refill was measured"
    values = [misses(p, shape, bus) for p in mine]
    window = size_text(best(results, "refill", shape, bus, table)["window"])
    if max(values) - min(values) <= slack(results, shape):
        text = f"refill {min(values):,.0f}, whatever the window"
    else:
        text = (f"refill {min(values):,.0f}, best window {window} (up to "
                f"{max(values):,.0f} with others)")
    others = [f"{PATHS[path]} {fewest(results, path, shape, bus, table):,.0f}"
              for path in PATHS
              if path != "refill" and select(results, path, table)]
    return text + ("; at their best " + ", ".join(others) if others else "")


def size_text(n: int) -> str:
    """Returns a size in KiB or MiB."""
    return f"{n // MIB} MiB" if n >= MIB else f"{n // KIB} KiB"


def shape_text(results: dict, shape: str) -> str:
    """Returns what a processor's caches are."""
    s = results["shapes"][shape]
    return (f"L1 {size_text(s['l1_size'])} {s['l1_ways']}-way, L2 "
            f"{size_text(s['l2_size'])} {s['l2_ways']}-way, lines of "
            f"{s['line']} bytes")


# ---- tables ----

def header(results: dict) -> list[str]:
    """Returns the two lines above the rows."""
    shapes = list(results["shapes"])
    names = "".join(f"  {s + ', bus':<9}" + " " * 21 for s in shapes)
    kinds = "".join(f"{b:>12}" for b in BUSES) * len(shapes)
    return [f"{'L2 misses per MiB':<38}{names}".rstrip(),
            f"{'path':<17}{'window':>8}{'table':>9}{kinds}"]


def row(results: dict, point: dict) -> str:
    """Returns a point as a row below the header."""
    table = size_text(point["table"]) if point["table"] else "-"
    cells = "".join(f"{misses(point, shape, bus):>12,.0f}"
                    for shape in results["shapes"] for bus in BUSES)
    return (f"{PATHS[point['path']]:<17}{size_text(point['window']):>8}"
            f"{table:>9}{cells}")


def markdown(results: dict) -> str:
    """Returns the tables for docs/cache-experiment.md: misses for each
    processor and load, a row for each bus and path; then the traffic."""
    out = []
    for shape in results["shapes"]:
        for table in results["tables"]:
            load = f", with a table of {size_text(table)}" if table else ""
            out += [f"**{shape}: {shape_text(results, shape)}{load}**", ""]
            out += _misses_table(results, shape, table) + [""]
    window = min(p["window"] for p in results["points"])
    out += ["**Lines over the memory's bus per MiB scanned, window "
            f"{size_text(window)}**", "", *_traffic_table(results, window)]
    return "\n".join(out) + "\n"


def _misses_table(results: dict, shape: str, table: int) -> list[str]:
    windows = sorted({p["window"] for p in results["points"]})
    rows = [["bus", "path", *map(size_text, windows)],
            ["---", "---", *["---:"] * len(windows)]]
    for bus in BUSES:
        for path, title in PATHS.items():
            cells = {p["window"]: f"{misses(p, shape, bus):,.0f}"
                     for p in select(results, path, table)}
            rows.append([bus, title, *(cells.get(w, "") for w in windows)])
    return _pipes(rows)


def _traffic_table(results: dict, window: int) -> list[str]:
    columns = [(shape, bus) for shape in results["shapes"] for bus in BUSES]
    rows = [["path", *(f"{shape}, {bus}" for shape, bus in columns)],
            ["---", *["---:"] * len(columns)]]
    for path, title in PATHS.items():
        rows += [[title, *(f"{traffic(p, *c):,.0f}" for c in columns)]
                 for p in select(results, path, 0) if p["window"] == window]
    return _pipes(rows)


def _pipes(rows: list[list[str]]) -> list[str]:
    return ["| " + " | ".join(r) + " |" for r in rows]
