# SPDX-License-Identifier: GPL-2.0-only
"""
A KTAP parser that knows nothing of QEMU. Lines go in one by one; kernel
messages and other noise between them are kept aside. Nesting is indentation
by two spaces: a result line closes the deeper results that came before it.
"""

import re
from dataclasses import dataclass, field

RESULT = re.compile(r"^(ok|not ok)\s+(\d+)\s*(?:-\s*)?(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)(?:\s*#\s*(.*))?$")
DIRECTIVE = re.compile(r"^(.*?)\s*#\s*(SKIP|XFAIL|XPASS|TIMEOUT|ERROR|"
                       r"error|exit status|killed by)\b\s*(.*)$")
VERSION = re.compile(r"^(KTAP|TAP) version \d+$")


@dataclass
class Result:
    """One result line. status is pass, fail, skip or xfail."""
    name: str
    number: int
    status: str
    reason: str = ""
    depth: int = 0
    diagnostics: list[str] = field(default_factory=list)
    subtests: list["Result"] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def failures(self) -> list[str]:
        """Returns one line for each thing that makes this a failure."""
        found = [f"{s.name}{': ' + s.reason if s.reason else ''}"
                 for s in self.subtests if s.status == "fail"]
        return found + self.problems


@dataclass
class _Level:
    plan: int | None = None
    skip_all: str | None = None
    results: list[Result] = field(default_factory=list)
    diagnostics: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Parser:
    """Feed it lines; it returns each result as its line arrives."""

    def __init__(self) -> None:
        self.levels = [_Level()]
        self.noise: list[str] = []
        self.started = False

    @property
    def plan(self) -> int | None:
        """The top level's plan, once it was seen."""
        return self.levels[0].plan

    @property
    def results(self) -> list[Result]:
        """The top level's results so far."""
        return self.levels[0].results

    def feed(self, line: str) -> Result | None:
        """Takes a line without its newline; returns the Result it is, or
        None for anything else."""
        text = line.rstrip()
        body = text.lstrip(" ")
        depth = (len(text) - len(body)) // 2
        if VERSION.match(body):
            self.started = True
            self._level(depth)
            return None
        if not self.started:
            self.noise.append(text)
            return None
        return self._line(depth, body, text)

    def close(self) -> list[str]:
        """Ends the stream; returns what is wrong with its top level."""
        self._fold(0)
        top = self.levels[0]
        problems = top.problems + _plan_problems(top)
        if not self.started:
            problems.append("no KTAP header")
        elif top.plan is None:
            problems.append("no plan")
        return problems

    def _line(self, depth: int, body: str, text: str) -> Result | None:
        if m := RESULT.match(body):
            return self._result(depth, m)
        if m := PLAN.match(body):
            self._plan(depth, int(m[1]), m[2] or "")
        elif body.startswith("#"):
            # Not indented as a subtest's: it is the running test's own.
            self._level(min(depth, len(self.levels))).diagnostics.append(
                body[1:].strip())
        elif body.startswith("Bail out!"):
            self._level(depth).problems.append(body)
        else:
            self.noise.append(text)
        return None

    def _plan(self, depth: int, count: int, rest: str) -> None:
        level = self._level(depth)
        if level.plan is not None:
            level.problems.append("a second plan")
        level.plan = count
        if count == 0:
            level.skip_all = rest.removeprefix("SKIP").strip()

    def _result(self, depth: int, m: re.Match[str]) -> Result:
        self._fold(depth)
        level = self._level(depth)
        name, status, reason = _verdict(m[1] == "ok", m[3])
        r = Result(name, int(m[2]), status, reason, depth,
                   level.diagnostics)
        level.diagnostics = []
        if r.number != len(level.results) + 1:
            level.problems.append(f"result {r.number} where "
                                  f"{len(level.results) + 1} was due")
        self._adopt(depth, r)
        level.results.append(r)
        return r

    def _adopt(self, depth: int, r: Result) -> None:
        """Gives r the level below it, and judges it by that."""
        if len(self.levels) <= depth + 1:
            return
        child = self.levels.pop()
        r.subtests = child.results
        r.diagnostics += child.diagnostics
        r.problems = child.problems + _plan_problems(child)
        if child.skip_all and not r.reason:
            r.reason = child.skip_all
        if r.status == "pass" and (r.problems or any(
                s.status == "fail" for s in r.subtests)):
            r.status = "fail"

    def _fold(self, depth: int) -> None:
        """Levels deeper than depth + 1 never got their parent's line."""
        while len(self.levels) > depth + 2:
            lost = self.levels.pop()
            self.levels[-1].problems.append("a nested test without result")
            self.levels[-1].diagnostics += lost.diagnostics

    def _level(self, depth: int) -> _Level:
        while len(self.levels) <= depth:
            self.levels.append(_Level())
        return self.levels[depth]


def _verdict(ok: bool, rest: str) -> tuple[str, str, str]:
    """Returns (name, status, reason) of what follows a result's number."""
    m = DIRECTIVE.match(rest)
    if not m and rest.startswith("#"):
        m = DIRECTIVE.match(" " + rest)
    if not m:
        return rest, "pass" if ok else "fail", ""
    name, word, why = m[1].strip(), m[2], m[3].strip()
    if ok and word == "SKIP":
        return name, "skip", why
    if ok and word == "XFAIL":
        return name, "xfail", why
    if word in ("SKIP", "XFAIL") and not ok:
        return name, "fail", f"not ok, but {word}"
    return name, "fail", f"{word} {why}".strip()


def _plan_problems(level: _Level) -> list[str]:
    if level.plan is None or level.plan == len(level.results):
        return []
    return [f"{level.plan} tests planned, {len(level.results)} run"]
