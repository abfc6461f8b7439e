# SPDX-License-Identifier: GPL-2.0-only
"""Recognises, line by line, that the kernel is in trouble."""

import re
from dataclasses import dataclass, field

PANIC = re.compile(r"Kernel panic")
# At the start of a line, behind a time stamp if there is one.
OOPS = re.compile(r"^(?:\[ *\d+\.\d+\] )?(Oops: |Bad page \d+ when|"
                  r"Free page \d+ was written|slab \w+: .*, object |"
                  r"kernel BUG at|BUG: |UBSAN: )")
# "[<c0101234>]", or a bare kernel address on a line of a stack trace.
ADDRESS = re.compile(r"\b(?:0x)?(c0[0-9a-f]{6})\b")


@dataclass
class Watcher:
    """Feed it console lines; trouble names the first bad one."""
    panic: str = ""
    oops: str = ""
    after: list[str] = field(default_factory=list)

    @property
    def trouble(self) -> str:
        """The line that says what went wrong first, or ""."""
        return self.oops or self.panic

    def feed(self, line: str) -> bool:
        """Takes a line; returns True when it is the first bad one."""
        first = not self.trouble
        if not self.panic and PANIC.search(line):
            self.panic = line.strip()
        elif not self.oops and OOPS.search(line):
            self.oops = line.strip()
        if self.trouble and len(self.after) < 200:
            self.after.append(line)
        return first and bool(self.trouble)


def addresses(lines: list[str]) -> list[str]:
    """Returns the kernel addresses in the lines, in order, each once."""
    found: dict[str, None] = {}
    for line in lines:
        for a in ADDRESS.findall(line):
            found.setdefault(a)
    return list(found)
