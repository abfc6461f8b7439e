# SPDX-License-Identifier: GPL-2.0-only
"""
`make series-check`: for every prefix of the series, the patch must apply,
build and boot, and each selftest must SKIP before its patch and PASS from it
on. Prints the matrix.

    python3 -m harness.matrix [FROM [TO]]
"""

import sys
import time
from dataclasses import dataclass, field

from . import build, patchfile, selftests, series
from .boot import Outcome, SelftestBoot
from .errors import UserError
from .machines import profile
from .paths import LOGS, PREFIX
from .selftests import Selftest

MARK = {"pass": "P", "skip": "s", "fail": "F", "xfail": "x"}


@dataclass
class Column:
    """One prefix: what it should be called and what came out."""
    number: int
    name: str
    cells: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def judge(test: Selftest, upto: int, status: str) -> str:
    """Takes a test, the number of the last patch applied (0: none) and its
    status; returns what is wrong with it, "" for nothing."""
    if upto >= test.since:
        return "" if status in ("pass", "xfail") else f"{status}, not pass"
    if status == "skip" or test.fails_before:
        return ""
    return ("passes before its patch: it proves nothing"
            if status == "pass" else f"{status}s before its patch: bad probe")


def check_prefix(number: int, name: str, commit: str,
                 tests: list[Selftest]) -> Column:
    """Builds and boots one prefix; returns its column."""
    column = Column(number, name)
    try:
        kernel = build.make_kernel(build.checkout(commit), PREFIX / "out",
                                   LOGS / f"build-{number:03}.log")
    except UserError as e:
        column.problems.append(str(e))
        return column
    for machine in sorted({t.machine for t in tests}):
        some = [t for t in tests if t.machine == machine]
        boot = SelftestBoot(f"prefix-{number:03}-{machine}", kernel,
                            profile(machine), some)
        boot.run()
        column.problems += boot.disk_problems
        for t in some:
            _enter(column, t, boot.outcomes[t.name])
    return column


def _enter(column: Column, t: Selftest, o: Outcome) -> None:
    bad = judge(t, column.number, o.status)
    column.cells[t.name] = MARK[o.status] + ("!" if bad else " ")
    if bad:
        column.problems.append(f"{t.name}: {bad}"
                               + (f" ({o.message})" if o.message else ""))


def table(columns: list[Column], tests: list[Selftest]) -> str:
    """Returns the matrix: a row a test, a column a prefix."""
    width = max([len(t.name) for t in tests] + [8]) + 1
    lines = [" " * width + "since " +
             " ".join(f"{c.number:03}" for c in columns)]
    for t in tests:
        cells = " ".join(f"{c.cells.get(t.name, '- '):>3}" for c in columns)
        lines.append(f"{t.name:<{width}}{t.since:>5} {cells}")
    return "\n".join(lines)


def main(argv: list[str]) -> int:
    """Checks all prefixes, or those from FROM to TO; returns the status."""
    try:
        s, tests = series.series(), selftests.load()
        problems = series.verify()
        print("\n".join(problems) or
              f"{len(s.names)} patches apply with fuzz 0 and offset 0, and "
              "pop back to kernel/", flush=True)
        columns = _columns(s, tests, argv)
    except UserError as e:
        print(f"series-check: {e}", file=sys.stderr)
        return 1
    print("\n" + table(columns, tests))
    bad = problems + [p for c in columns for p in c.problems]
    good = sum(not c.problems for c in columns)
    print(f"\n{good} passed, {len(columns) - good} failed")
    return bool(bad)


def _columns(s: patchfile.Series, tests: list[Selftest], argv: list[str]
             ) -> list[Column]:
    first = int(argv[0]) if argv and argv[0] else 0
    last = int(argv[1]) if len(argv) > 1 and argv[1] else 999
    commits = series.materialise()
    columns = []
    for commit, name in zip(commits, ["base"] + s.names):
        number = 0 if name == "base" else patchfile.number(name)
        if not first <= number <= last:
            continue
        start = time.monotonic()
        column = check_prefix(number, name, commit, tests)
        columns.append(column)
        print(f"{'FAILED' if column.problems else 'ok':<7}{name} "
              f"({time.monotonic() - start:.0f} s)", flush=True)
        for p in column.problems:
            print(f"       {p}", flush=True)
    return columns


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
