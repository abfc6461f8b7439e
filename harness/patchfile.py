# SPDX-License-Identifier: GPL-2.0-only
"""
The series file and the canonical text of a patch. No git repository is
needed here, only text.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

from .errors import UserError

NAME = re.compile(r"^(\d{3})-[a-z0-9]+(-[a-z0-9.]+)+\.patch$")
BASE_LINE = re.compile(r"^# base-tree:\s*([0-9a-f]{40})?\s*$")
TRAILER = "Patch-file"


@dataclass
class Series:
    """What the file `series` says: its comment lines, the base tree's id and
    the patches' names in order."""
    names: list[str] = field(default_factory=list)
    base_tree: str = ""
    comments: list[str] = field(default_factory=list)

    def text(self) -> str:
        """Returns the file's contents."""
        lines = [f"# base-tree: {self.base_tree}"] + self.comments
        return "\n".join(lines + self.names) + "\n"

    def numbers(self) -> list[int]:
        """Returns the patches' numbers, in order."""
        return [number(n) for n in self.names]


def number(name: str) -> int:
    """Takes a patch's file name; returns its number."""
    return int(name[:3])


def parse_series(text: str) -> Series:
    """Takes the file's contents; raises UserError for a bad name or order."""
    s = Series()
    for line in text.splitlines():
        if m := BASE_LINE.match(line):
            s.base_tree = m[1] or ""
        elif line.startswith("#"):
            s.comments.append(line)
        elif line.strip():
            s.names.append(line.split()[0])
    for name in s.names:
        if not NAME.match(name):
            raise UserError(f"series: '{name}' is not NNN-topic-what.patch")
    if s.names != sorted(set(s.names)):
        raise UserError("series: the patches are not in ascending order")
    return s


def load(path: Path) -> Series:
    """Reads the series file; without one the series is empty."""
    return parse_series(path.read_text()) if path.exists() else Series()


def find(s: Series, wanted: str) -> str:
    """Takes "330", "330-odirect" or a file name; returns the one patch."""
    hits = [n for n in s.names if n == wanted or n.startswith(wanted)]
    if len(hits) != 1:
        raise UserError(f"'{wanted}' names {len(hits)} patches of the series")
    return hits[0]


def canonical(text: str) -> str:
    """Takes what git format-patch wrote; returns the text to keep: no index
    lines, no file-name trailer, one newline at the end."""
    out, in_diff = [], False
    for line in text.splitlines():
        in_diff = in_diff or line.startswith("diff --git ")
        if in_diff and re.match(r"^index [0-9a-f]+\.\.[0-9a-f]+", line):
            continue
        if not in_diff and line.startswith(f"{TRAILER}: "):
            # The blank line that git put before a lone trailer.
            if out and not out[-1]:
                out.pop()
            continue
        out.append(line)
    while out and not out[-1]:
        out.pop()
    return "\n".join(out) + "\n"
