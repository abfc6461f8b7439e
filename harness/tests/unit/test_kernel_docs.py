# SPDX-License-Identifier: GPL-2.0-only
"""What the kernel's documentation names is there: ranks of locks (the
base's), files, functions, words of the command line (the base's and, once it
is made, the patched tree's)."""

import re
from pathlib import Path

import pytest

from harness.paths import BUILD, TOP

BASE = TOP / "kernel"
TREES = [BASE] + [t for t in [BUILD / "tree"] if t.is_dir()]
SOURCES = (".cpp", ".h", ".S")
FILE = re.compile(r"[\w/.-]*\w\.(?:cpp|h|S|txt)\b")
CALL = re.compile(r"\b([a-z_][a-z0-9_]{3,})\(\)")
# In quotations of other kernels' files.
ELSEWHERE = re.compile(r"2\.4: .*")

each_tree = pytest.mark.parametrize("source", TREES, ids=lambda t: t.name)


def documents(tree: Path) -> dict[str, str]:
    """Returns the texts by name, without what is about other kernels."""
    return {p.name: ELSEWHERE.sub("", p.read_text())
            for p in (tree / "Documentation").rglob("*")
            if p.is_file() and p.suffix in ("", ".txt")}


def sources(tree: Path) -> str:
    """Returns all of the code."""
    return "\n".join(p.read_text() for p in tree.rglob("*")
                     if p.suffix in SOURCES and p.is_file())


@each_tree
def test_ranks(source: Path):
    """The table of locks has each rank once, in order, in its group."""
    text = documents(source)["locking.txt"]
    table = [int(x) for x in re.findall(r"^(\d+)  +\S", text, re.M)]
    code = (source / "include/linux/lockrank.h").read_text()
    ranks = {n: int(v) for n, v in re.findall(r"(RANK_\w+) = (\d+)", code)}
    del ranks["RANK_NONE"]
    assert table == sorted(set(ranks.values()))
    used = sources(source)
    unused = [n for n in ranks if len(re.findall(rf"\b{n}\b", used)) < 2]
    assert unused == []
    groups = re.findall(r"^  (\d+) to (\d+)  +", text, re.M)
    assert len(groups) == 3
    assert all(any(int(low) <= r <= int(high) for low, high in groups)
               for r in table)
    assert re.search(r"\bRANK_TASKLIST = " + groups[2][0], code)


@each_tree
def test_files_and_functions(source):
    files = [str(p.relative_to(source)) for p in source.rglob("*")
             if ".git" not in p.parts]
    code, missing = sources(source), []
    for name, text in documents(source).items():
        for said in FILE.findall(text):
            if not any(f"/{f}".endswith(f"/{said}") for f in files):
                missing.append(f"{name}: {said}")
        missing += [f"{name}: {f}()" for f in set(CALL.findall(text))
                    if not re.search(rf"\b{f}\b", code)]
    assert missing == []


@each_tree
def test_command_line(source):
    """Each word that the kernel knows, and no other."""
    known = set(re.findall(r'^__setup\("([^"]+)"', sources(source), re.M))
    text = documents(source)["boot.txt"]
    table = text[text.index("root=DEVICE"):text.index("A word NAME=")]
    said = set(re.findall(r"^(\w+=)", table, re.M)) | set(
        re.findall(r"`(\w+)'", table)) | {"ide=", "ro", "rw"}
    assert "ro, rw" in table and "ide=" in table
    assert said == known
