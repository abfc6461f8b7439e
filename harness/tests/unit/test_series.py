# SPDX-License-Identifier: GPL-2.0-only
"""The series tools, on a small project of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import patchfile
from harness.errors import UserError
from harness.paths import TOP

FILE = "".join(f"line {i}\n" for i in range(1, 41))


class Project:
    """A folder with harness/ and a tiny kernel/."""

    def __init__(self, top: Path) -> None:
        self.top = top
        shutil.copytree(TOP / "harness", top / "harness",
                        ignore=shutil.ignore_patterns("tests", "__pycache__"))
        (top / "qemu-images").symlink_to(TOP / "qemu-images")
        (top / "kernel/mm").mkdir(parents=True)
        (top / "kernel/mm/a.cpp").write_text(FILE)
        (top / "kernel/Makefile").write_text("all:\n")

    def series(self, *args: str, ok: bool = True) -> str:
        p = subprocess.run([sys.executable, "-m", "harness.series", *args],
                           cwd=self.top, capture_output=True, text=True)
        assert (p.returncode == 0) == ok, p.stdout + p.stderr
        assert "Traceback" not in p.stderr
        return p.stdout + p.stderr

    def commit(self, name: str, old: str, new: str) -> None:
        """Adds a patch on top of build/tree."""
        self.change(old, new)
        self.git("commit", "-q", "-a", "-m",
                 f"mm: change {old}\n\nWhy not.\n\nSigned-off-by: A B <a@b>\n"
                 f"Patch-file: {name}\n")

    def change(self, old: str, new: str, where: str = "build/tree") -> None:
        path = self.top / where / "mm/a.cpp"
        text = path.read_text()
        assert old + "\n" in text
        path.write_text(text.replace(old + "\n", new + "\n"))

    def git(self, *args: str) -> str:
        return subprocess.run(
            ["git", "-c", "user.name=A", "-c", "user.email=a@b", *args],
            cwd=self.top / "build/tree", check=True, capture_output=True,
            text=True).stdout

    def patch(self, name: str) -> str:
        return (self.top / "patches" / name).read_text()


@pytest.fixture
def project(tmp_path):
    p = Project(tmp_path)
    p.series("tree")
    p.commit("110-mm-first.patch", "line 5", "line five")
    p.commit("210-mm-second.patch", "line 20", "line twenty")
    p.commit("310-mm-third.patch", "line 35", "line thirty-five\nmore")
    p.series("refresh")
    return p


def test_an_empty_series_is_the_base(tmp_path):
    p = Project(tmp_path)
    assert "0 patches" in p.series("tree")
    assert (tmp_path / "build/tree/mm/a.cpp").read_text() == FILE
    assert "applies" in p.series("verify")


def test_export_is_canonical(project):
    text = project.patch("210-mm-second.patch")
    assert text.startswith("From 0000000000000000000000000000000000000000 ")
    assert "\nSubject: [PATCH] mm: change line 20\n" in text
    assert "\nindex " not in text and "Patch-file" not in text
    assert "\n--- a/mm/a.cpp\n+++ b/mm/a.cpp\n" in text
    assert "\n-- \n" not in text and text.endswith("\n")
    names = (project.top / "series").read_text().splitlines()
    assert names[1:] == ["110-mm-first.patch", "210-mm-second.patch",
                         "310-mm-third.patch"]
    assert "applies" in project.series("verify")


def test_round_trip_from_a_fresh_clone(project):
    shutil.rmtree(project.top / "build")
    assert "3 patches" in project.series("tree")
    assert "thirty-five" in (project.top / "build/tree/mm/a.cpp").read_text()
    assert "up to date" in project.series("refresh")
    assert "applies" in project.series("verify")


def test_unchanged_files_keep_their_times(project):
    makefile = project.top / "build/tree/Makefile"
    before = makefile.stat().st_mtime_ns
    project.change("line 1", "line one", "kernel")
    project.series("refresh")
    project.series("tree")
    assert makefile.stat().st_mtime_ns == before


def test_git_am_and_quilt_take_the_patches(project, tmp_path):
    tree = tmp_path / "am"
    shutil.copytree(project.top / "kernel", tree)
    run = dict(cwd=tree, check=True, capture_output=True)
    ident = ["-c", "user.name=A", "-c", "user.email=a@b"]
    subprocess.run(["git", "init", "-q"], **run)
    subprocess.run(["git", *ident, "add", "-A"], **run)
    subprocess.run(["git", *ident, "commit", "-q", "-m", "base"], **run)
    patches = sorted((project.top / "patches").glob("*.patch"))
    subprocess.run(["git", *ident, "am", "-q", *map(str, patches)], **run)
    assert (tree / "mm/a.cpp").read_text() == \
        (project.top / "build/tree/mm/a.cpp").read_text()
    if not shutil.which("quilt"):
        pytest.skip("no quilt")
    tree = tmp_path / "quilt"
    shutil.copytree(project.top / "kernel", tree)
    run["cwd"] = tree
    (tree / "patches").symlink_to(project.top / "patches")
    quilt = ["quilt", "--quiltrc=-"]
    env = {"QUILT_SERIES": str(project.top / "series"), "PATH": "/usr/bin"}
    subprocess.run([*quilt, "push", "-a", "--fuzz=0"], env=env, **run)
    subprocess.run([*quilt, "pop", "-a"], env=env, **run)
    assert (tree / "mm/a.cpp").read_text() == FILE


def test_edit_in_the_middle_and_refresh(project):
    assert "210-mm-second.patch" in project.series("edit", "210")
    text = (project.top / "build/tree/mm/a.cpp").read_text()
    assert "twenty" in text and "thirty-five" not in text
    project.change("line twenty", "line 20 and a half")
    project.series("refresh")
    assert "+line 20 and a half" in project.patch("210-mm-second.patch")
    assert "applies" in project.series("verify")
    assert "more" in (project.top / "build/tree/mm/a.cpp").read_text()


def test_edit_that_conflicts_is_resolved_and_goes_on(project):
    project.series("edit", "110")
    project.change("line 20", "line xx")
    out = project.series("refresh", ok=False)
    assert "mm: change line 20" in out and "mm/a.cpp" in out
    path = project.top / "build/tree/mm/a.cpp"
    lines = [x for x in path.read_text().splitlines(True)
             if not x.startswith(("<<<<<<<", "=======", ">>>>>>>", "line xx"))]
    path.write_text("".join(lines))
    project.series("refresh")
    assert "-line xx\n+line twenty" in project.patch("210-mm-second.patch")
    assert "applies" in project.series("verify")


def test_changed_base_is_caught_and_refreshed(project):
    project.change("line 1", "line 1\nline 1a", "kernel")
    out = project.series("verify", ok=False)
    assert "base-tree" in out and "make refresh" in out
    assert "offset" in out
    project.series("refresh")
    assert "applies" in project.series("verify")
    assert "@@ -3,7" in project.patch("110-mm-first.patch")


def test_refresh_in_a_fresh_clone_with_a_changed_base(project):
    project.change("line 1", "line 1\nline 1a", "kernel")
    shutil.rmtree(project.top / "build")
    project.series("refresh")
    assert "applies" in project.series("verify")


def test_patches_edited_by_hand_are_taken_in(project):
    path = project.top / "patches/210-mm-second.patch"
    path.write_text(path.read_text().replace("+line twenty", "+line 2x"))
    project.change("line 1", "line 1\nline 1a", "kernel")
    project.series("refresh")
    assert "+line 2x" in project.patch("210-mm-second.patch")
    assert "line 2x" in (project.top / "build/tree/mm/a.cpp").read_text()
    assert "applies" in project.series("verify")


HAND_WRITTEN = """\
From: A B <a@b>
Subject: mm: change line 30

Signed-off-by: A B <a@b>
---
diff --git a/mm/a.cpp b/mm/a.cpp
--- a/mm/a.cpp
+++ b/mm/a.cpp
@@ -27,7 +27,7 @@
 line 27
 line 28
 line 29
-line 30
+line thirty
 line 31
 line 32
 line 33
"""


def test_a_patch_written_by_hand_is_taken_in_and_made_canonical(project):
    (project.top / "patches/250-mm-extra.patch").write_text(HAND_WRITTEN)
    series = project.top / "series"
    series.write_text(series.read_text().replace(
        "310-", "250-mm-extra.patch\n310-"))
    project.series("refresh")
    assert "applies" in project.series("verify")
    assert "line thirty" in (project.top / "build/tree/mm/a.cpp").read_text()
    assert project.patch("250-mm-extra.patch").startswith("From 00000000")


def test_two_sided_changes_are_refused(project):
    path = project.top / "patches/210-mm-second.patch"
    path.write_text(path.read_text().replace("+line twenty", "+line 2x"))
    project.commit("410-mm-fourth.patch", "line 10", "line ten")
    assert "both build/tree and patches/" in project.series("refresh",
                                                            ok=False)


def test_local_changes_are_not_thrown_away(project):
    project.change("line 7", "line seven")
    assert "make refresh" in project.series("tree", ok=False)
    assert "no patch is being edited" in project.series("refresh", ok=False)
    project.series("tree", "force")
    assert "line seven" not in (project.top /
                                "build/tree/mm/a.cpp").read_text()


def test_a_commit_without_a_file_name_is_refused(project):
    project.change("line 7", "line seven")
    project.git("commit", "-q", "-a", "-m", "mm: nameless")
    assert "Patch-file" in project.series("refresh", ok=False)


def test_damaged_patch_is_named(project):
    path = project.top / "patches/210-mm-second.patch"
    path.write_text(path.read_text().replace(" line 19", " line nineteen"))
    out = project.series("verify", ok=False)
    assert "210-mm-second.patch does not apply" in out
    path.unlink()
    assert "not in patches/" in project.series("verify", ok=False)


def test_stray_patch_is_named(project):
    (project.top / "patches/999-x-y.patch").write_text("")
    assert "999-x-y.patch: not in the series" in project.series(
        "verify", ok=False)


@pytest.mark.parametrize("text", ["a.patch\n", "110-a.patch\n",
                                  "210-a-b.patch\n110-a-b.patch\n",
                                  "110-a-b.patch\n110-a-b.patch\n"])
def test_bad_series_files(text):
    with pytest.raises(UserError):
        patchfile.parse_series(text)


def test_find():
    s = patchfile.parse_series("110-a-b.patch\n330-c-d.patch\n")
    assert patchfile.find(s, "330") == "330-c-d.patch"
    with pytest.raises(UserError, match="names 0"):
        patchfile.find(s, "999")


def test_this_project():
    """The real series applies to the real base, at its own lines."""
    p = subprocess.run([sys.executable, "-m", "harness.series", "verify"],
                       cwd=TOP, capture_output=True, text=True)
    assert p.returncode == 0, p.stdout + p.stderr
