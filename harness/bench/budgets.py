# SPDX-License-Identifier: GPL-2.0-only
"""
What an operation may cost, what two other kernels took on the same emulated
disk, and the verdict. Budgets are for an ext2 file (a device where there is
no file), read or written in sequence.
"""

from dataclasses import dataclass

from . import KIB, MIB, number, size_text
from .points import Point

# Kernel instructions of an operation: (limit, stretch). A string instruction
# with a rep prefix is one.
INSTRUCTIONS = {
    ("getppid", 4 * KIB): (44, None),
    ("read-hot", 4 * KIB): (450, 400),
    ("read-hot", MIB): (30_000, None),
    ("read-cold", MIB): (200_000, 150_000),
    ("mmap-hot", 4 * KIB): (1_500, None),
    ("odirect-read", 4 * KIB): (2_500, 2_000),
    ("odirect-read", 64 * KIB): (6_000, 4_000),
    ("odirect-read", MIB): (40_000, 20_000),
    ("odirect-write", 4 * KIB): (2_500, 2_000),
    ("odirect-write", 64 * KIB): (6_000, 4_000),
    ("odirect-write", MIB): (40_000, 20_000),
    ("refill", 4 * KIB): (1_800, 1_500),
    ("refill", 64 * KIB): (2_200, 1_800),
    ("refill", MIB): (6_000, 4_000),
}
# Percent of the bare controller's speed, at least.
SHARE = {("refill", 4 * KIB): 60, ("refill", 64 * KIB): 80,
         ("refill", MIB): 90}

# Measured earlier in the same way: QEMU 7.2 TCG, PIIX3 IDE, i386 kernels, an
# ext2 file read in sequence, 4 KiB, 64 KiB, 1 MiB.
EARLIER = ("2.4.37", "6.12")
EARLIER_SIZES = (4 * KIB, 64 * KIB, MIB)
EARLIER_COUNTS = {
    ("getppid", "none"): ((44,), (213,)),
    ("read-hot", "file"): ((453, 2_950, 42_958), (1_432, 5_638, 77_115)),
    ("read-cold", "file"): ((2_436, 35_402, 550_138),
                            (3_194, 38_213, 555_902)),
    ("mmap-hot", "file"): ((1_660, 7_873, 107_544),
                           (9_994, 18_095, 154_067)),
    ("mmap-cold", "file"): ((5_843, 40_025, 624_280),
                            (12_063, 52_229, 728_757)),
    ("odirect-read", "file"): ((4_224, 22_840, 344_758),
                               (9_346, 21_102, 139_783)),
    ("odirect-write", "file"): ((4_420, 22_263, 333_302),
                                (9_730, 15_158, 100_649)),
    ("odirect-read", "device"): ((3_929, 17_630, 262_136),
                                 (7_695, 17_431, 112_913)),
    ("raw-read", "device"): ((7_611, 82_787, 1_309_969), ()),
}


def earlier(path: str, target: str, order: str, size: int, which: int
            ) -> int | None:
    """Returns what the kernel EARLIER[which] took, None if not known."""
    found = EARLIER_COUNTS.get((path, target), ((), ()))[which]
    if order != "sequence" or size not in EARLIER_SIZES:
        return None
    index = EARLIER_SIZES.index(size)
    return found[index] if index < len(found) else None


@dataclass(frozen=True)
class Verdict:
    """A budget and the figure next to it. unit: instructions (at most) or
    percent (at least)."""
    path: str
    size: int
    unit: str
    figure: float
    limit: float
    stretch: float | None = None

    @property
    def met(self) -> bool:
        """Whether the budget is kept."""
        return self._within(self.limit)

    @property
    def word(self) -> str:
        """met, met+ (the stretch too) or MISSED."""
        if not self.met:
            return "MISSED"
        return "met+" if self.stretch and self._within(self.stretch) else \
            "met"

    def _within(self, limit: float) -> bool:
        return (self.figure <= limit if self.unit == "instructions"
                else self.figure >= limit)

    def what(self) -> str:
        """Returns what the budget is about."""
        size = "" if self.path == "getppid" else f" {size_text(self.size)}"
        tail = ("" if self.unit == "instructions"
                else ", share of the bare controller")
        return f"{self.path}{size}{tail}"

    def cells(self) -> tuple[str, str, str, str]:
        """Returns figure, limit, stretch and verdict as text."""
        sign = " %" if self.unit == "percent" else ""
        figure = (f"{self.figure:.0f}" if sign else number(self.figure))
        return (figure + sign, number(self.limit) + sign,
                number(self.stretch) if self.stretch else "", self.word)

    def as_json(self) -> dict:
        """Returns it for bench.json."""
        return {"path": self.path, "size": self.size, "unit": self.unit,
                "figure": self.figure, "limit": self.limit,
                "stretch": self.stretch, "verdict": self.word,
                "what": self.what()}


def judge(points: list[Point], shares: dict[tuple[str, int], float]
          ) -> list[Verdict]:
    """Takes the points and the shares of the controller's speed in percent,
    of a file read in sequence; returns a verdict for each budget that was
    measured."""
    counted = {(p.path, p.size): p.kernel for p in points
               if p.ok and p.order == "sequence" and
               p.target in ("none", "file")}
    found = [Verdict(path, size, "instructions", counted[path, size], limit,
                     stretch)
             for (path, size), (limit, stretch) in INSTRUCTIONS.items()
             if (path, size) in counted]
    return found + [Verdict(path, size, "percent", shares[path, size], limit)
                    for (path, size), limit in SHARE.items()
                    if (path, size) in shares]
