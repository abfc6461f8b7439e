# SPDX-License-Identifier: GPL-2.0-only
"""
What the selftests say of themselves in their sources' first comment lines:

    // since: 330            patch from which on it passes, or "base"
    // abi: D1 D3            the rules it proves
    // timeout: 20 600       seconds (default 300), and in make check-long
                             (default: ten times the first)
    // machine: lowmem       the machine it needs (default "default")
    // before: fails         a race, which cannot be probed: before its patch
                             it fails, if it is not lucky
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from .effort import effort
from .errors import UserError
from .paths import SELFTESTS

HEADER = re.compile(r"^(?://|/?\s?\*)\s*(since|abi|timeout|machine|before):"
                    r"\s*(.*?)\s*(?:\*/)?$")
NOT_TESTS = {"lib", "bin"}


@dataclass(frozen=True)
class Selftest:
    """One guest program. since is 0 for the base."""
    name: str
    since: int
    abi: tuple[str, ...] = ()
    timeout: int = 300
    machine: str = "default"
    fails_before: bool = False

    def line(self) -> str:
        """Returns its line in the guest's list."""
        return (f"{self.name} since={self.since or 'base'} "
                f"timeout={self.timeout} machine={self.machine} "
                f"abi={','.join(self.abi) or '-'}")


def parse_source(name: str, text: str) -> Selftest:
    """Takes a test's name and source; raises UserError if the header is
    missing or wrong."""
    found: dict[str, str] = {}
    for line in text.splitlines()[:40]:
        m = HEADER.match(line.strip())
        if m:
            found.setdefault(m[1], m[2])
    since = found.get("since", "")
    if since != "base" and not since.isdigit():
        raise UserError(f"selftests/{name}.cpp: no '// since: NNN' (or base) "
                        "in its header")
    return Selftest(name, 0 if since == "base" else int(since),
                    tuple(re.split(r"[\s,]+", found.get("abi", "")))
                    if found.get("abi") else (),
                    timeout(found.get("timeout", "300")),
                    found.get("machine", "default"),
                    found.get("before", "") == "fails")


def timeout(text: str) -> int:
    """Takes the header's words; returns this run's limit in seconds."""
    short, *longer = map(int, text.split())
    return effort(short, longer[0] if longer else 10 * short)


def load(folder: Path = SELFTESTS) -> list[Selftest]:
    """Returns every selftest below folder, sorted by name."""
    tests = []
    for path in sorted(folder.glob("*/*.cpp")):
        if path.parent.name not in NOT_TESTS:
            name = f"{path.parent.name}/{path.stem}"
            tests.append(parse_source(name, path.read_text()))
    return tests


def main() -> int:
    """Prints the guest's list; returns the exit status."""
    try:
        for test in load():
            print(test.line())
    except UserError as e:
        print(e, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
