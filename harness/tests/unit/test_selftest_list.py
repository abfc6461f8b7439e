# SPDX-License-Identifier: GPL-2.0-only
"""The selftests' headers, the machines they name, and the report matrix."""

import re

import pytest

from harness import machines, matrix, selftests
from harness.errors import UserError
from harness.paths import PATCHES, SERIES, SELFTESTS
from harness import patchfile


def test_header():
    t = selftests.parse_source("odirect/read", "/* SPDX */\n// since: 330\n"
                               "// abi: K2 K3\n// timeout: 20\n"
                               "// machine: slow\nint main() {}\n")
    assert (t.since, t.abi, t.timeout, t.machine) == (
        330, ("K2", "K3"), 20, "slow")
    assert t.line() == ("odirect/read since=330 timeout=20 machine=slow "
                        "abi=K2,K3")


@pytest.mark.parametrize("text", ["", "// since: soon\n", "// abi: D1\n"])
def test_missing_since_is_refused(text):
    with pytest.raises(UserError, match="selftests/a/b.cpp"):
        selftests.parse_source("a/b", text)


def test_every_selftest_has_a_machine_that_exists():
    for t in selftests.load():
        assert t.machine in machines.PROFILES, t.name


def test_unknown_machine():
    with pytest.raises(UserError, match="'pdp11' is not a machine"):
        machines.profile("pdp11")


def test_rules_named_by_tests_are_rules():
    for t in selftests.load():
        for rule in t.abi:
            assert re.fullmatch(r"[NDBSRK]\d{1,2}", rule), (t.name, rule)


def test_since_names_a_patch_of_the_series():
    numbers = patchfile.load(SERIES).numbers() if SERIES.exists() else []
    for t in selftests.load():
        if numbers and t.since and t.since <= max(numbers):
            assert t.since in numbers, t.name


def test_no_patch_adds_selftests():
    for p in PATCHES.glob("*.patch"):
        assert "selftests/" not in re.sub(r"(?m)^[^+-].*$", "",
                                          p.read_text()), p.name


def test_names_are_unique_binaries():
    names = [t.name for t in selftests.load()]
    assert len(names) == len(set(names)) and (SELFTESTS / "init.cpp").exists()


@pytest.mark.parametrize("upto, status, wrong", [
    (0, "skip", ""), (0, "pass", "proves nothing"), (0, "fail", "bad probe"),
    (330, "pass", ""), (330, "skip", "not pass"), (340, "fail", "not pass")])
def test_matrix_rules(upto, status, wrong):
    t = selftests.Selftest("a/b", 330)
    assert wrong in matrix.judge(t, upto, status)
    assert bool(wrong) == bool(matrix.judge(t, upto, status))


def test_matrix_table():
    column = matrix.Column(330, "330-a-b.patch", {"a/b": "P "})
    text = matrix.table([column], [selftests.Selftest("a/b", 330)])
    assert text.splitlines()[1].split() == ["a/b", "330", "P"]
