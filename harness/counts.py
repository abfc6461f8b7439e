# SPDX-License-Identifier: GPL-2.0-only
"""
What a guest executed between two markers, as the QEMU plugin counted it
(harness/plugin/count.cpp), and the disk commands that QEMU's tracing saw in
between. Both are lines of one log, in order.
"""

import re
import subprocess
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from .errors import UserError
from .paths import BUILD

PLUGIN = BUILD / "plugin" / "count.so"
# ATA command codes of DMA transfers, LBA28 and LBA48.
DMA_READ, DMA_WRITE = (0xC8, 0x25), (0xCA, 0x35)
TICK = "irq_0"
ATA_COMMAND = re.compile(r"ide_exec_cmd .*\bcmd 0x([0-9a-f]+)")


@dataclass
class Interval:
    """One interval between markers. counts: kernel, user, rep, iterations,
    invlpg, cr3, cr4, port_io, iret, hlt, ticks, and layer:NAME for those
    that were named. sites: kernel instructions by address, when profiling."""
    id: int
    counts: dict[str, int]
    commands: list[int] = field(default_factory=list)
    sites: Counter[int] = field(default_factory=Counter)

    def reads(self) -> int:
        """Returns how many DMA reads were started."""
        return sum(c in DMA_READ for c in self.commands)

    def writes(self) -> int:
        """Returns how many DMA writes were started."""
        return sum(c in DMA_WRITE for c in self.commands)


def undisturbed(intervals: list[Interval]) -> list[Interval]:
    """Returns the intervals that the fewest timer ticks fell into: none, but
    for long ones."""
    fewest = min(i.counts["ticks"] for i in intervals)
    return [i for i in intervals if i.counts["ticks"] == fewest]


def that_waited(intervals: list[Interval], waited: bool) -> list[Interval]:
    """Returns the intervals in which the processor had to halt for the disk
    (or those in which the disk was done before anybody could sleep)."""
    return [i for i in intervals if bool(i.counts["hlt"]) == waited]


def qemu_arguments(log: Path, symbols: "Symbols | None" = None,
                   profile: bool = False, layers: Path | None = None
                   ) -> tuple[str, ...]:
    """Returns the words that make QEMU (TCG) count into log. symbols are the
    kernel's, layers a table of its layers (harness/bench/layers.py)."""
    if not PLUGIN.exists():
        raise UserError(f"{PLUGIN} is missing: make plugin")
    for path in (PLUGIN, layers):
        if "," in str(path):
            raise UserError(f"{path}: QEMU wants no comma in a plugin's "
                            "arguments")
    log.unlink(missing_ok=True)
    words = [str(PLUGIN), f"profile={'on' if profile else 'off'}"]
    if symbols:
        words.append(f"tick={symbols.address(TICK):#x}")
    if layers:
        words.append(f"layers={layers}")
    return ("-plugin", ",".join(words), "-d", "plugin",
            "-trace", "ide_exec_cmd", "-D", str(log))


class Reader:
    """Parses a log that grows."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.done: list[Interval] = []
        self._at = 0
        self._commands: list[int] | None = None

    def update(self) -> list[Interval]:
        """Reads what is new; returns all intervals so far."""
        if not self.log.exists():
            return self.done
        with self.log.open("rb") as f:
            f.seek(self._at)
            data = f.read()
        data = data[:data.rfind(b"\n") + 1]
        self._at += len(data)
        for line in data.decode("ascii", "replace").splitlines():
            self.feed(line)
        return self.done

    def feed(self, line: str) -> None:
        """Takes one line."""
        words = line.split()
        if line.startswith("count profile "):
            self.done[-1].sites[int(words[3], 16)] += int(words[4])
        elif line.startswith("count begin "):
            self._commands = []
        elif line.startswith("count end "):
            counts = dict(w.split("=") for w in words[3:])
            self.done.append(Interval(
                int(words[2]), {k: int(v) for k, v in counts.items()},
                self._commands or []))
            self._commands = None
        elif self._commands is not None and (m := ATA_COMMAND.search(line)):
            self._commands.append(int(m[1], 16))


class Symbols:
    """The functions of a kernel."""

    def __init__(self, vmlinux: Path) -> None:
        p = subprocess.run(["nm", "-nC", str(vmlinux)], capture_output=True,
                           text=True, check=True)
        lines = [x.split(maxsplit=2) for x in p.stdout.splitlines()]
        text = [(int(x[0], 16), x[2]) for x in lines
                if len(x) == 3 and x[1] in "tTwW"]
        self.starts = [a for a, _ in text]
        self.names = [n.split("(")[0] for _, n in text]

    def address(self, name: str) -> int:
        """Returns where a function starts; raises UserError."""
        if name not in self.names:
            raise UserError(f"the kernel has no {name}")
        return self.starts[self.names.index(name)]

    def name(self, address: int) -> str:
        """Returns the function that an address lies in."""
        i = bisect_right(self.starts, address) - 1
        return self.names[i] if i >= 0 else f"{address:#x}"

    def by_function(self, sites: Counter[int]) -> Counter[str]:
        """Adds up counts by address to counts by function."""
        total: Counter[str] = Counter()
        for address, n in sites.items():
            total[self.name(address)] += n
        return total
