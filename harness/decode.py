# SPDX-License-Identifier: GPL-2.0-only
"""
Turns addresses of a kernel's messages into function (file:line).

    python3 -m harness.decode build/patched/vmlinux <panic.txt
"""

import re
import subprocess
import sys
from pathlib import Path

from .console import ADDRESS, addresses
from .paths import KERNEL, PREFIX, TREE


def lookup(vmlinux: Path, wanted: list[str]) -> dict[str, str]:
    """Takes addresses as hex text; returns those that addr2line knows, with
    "function (file:line)", inlined callers behind " < "."""
    if not wanted or not vmlinux.exists():
        return {}
    try:
        p = subprocess.run(["addr2line", "-e", str(vmlinux), "-fiCa"],
                           input="\n".join(wanted), capture_output=True,
                           text=True)
    except FileNotFoundError:
        return {}
    return parse(p.stdout)


def parse(output: str) -> dict[str, str]:
    """Takes what addr2line -fia printed; returns address -> place."""
    places: dict[str, str] = {}
    lines = output.splitlines()
    i, current = 0, ""
    while i < len(lines):
        if re.fullmatch(r"0x[0-9a-f]+", lines[i]):
            current = lines[i][2:].lstrip("0").rjust(8, "0")
            i += 1
            continue
        if i + 1 < len(lines) and not lines[i].startswith("??"):
            text = f"{lines[i].split('(')[0]} ({place(lines[i + 1])})"
            places[current] = (f"{places[current]} < {text}"
                               if current in places else text)
        i += 2
    return places


def place(line: str) -> str:
    """Takes addr2line's "/path/file:7 (discriminator 2)"; returns the file as
    seen from the kernel's top, and the line."""
    path = line.split(" (")[0]
    for top in (KERNEL, TREE, PREFIX / "tree"):
        path = path.removeprefix(f"{top}/")
    return path


def annotate(vmlinux: Path, lines: list[str]) -> list[str]:
    """Returns the lines with places appended to those that hold addresses."""
    places = lookup(vmlinux, addresses(lines))
    result = []
    for line in lines:
        known = [places[a] for a in ADDRESS.findall(line) if a in places]
        result.append(line + ("    " + ", ".join(known) if known else ""))
    return result


def main() -> int:
    """Filters standard input; returns the exit status."""
    if len(sys.argv) != 2:
        print("usage: decode VMLINUX <LOG", file=sys.stderr)
        return 2
    lines = [line.rstrip("\n") for line in sys.stdin]
    print("\n".join(annotate(Path(sys.argv[1]), lines)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
