# SPDX-License-Identifier: GPL-2.0-only
"""
The patch series as a git repository: build/tree holds kernel/ as its first
commit and one commit a patch on the branch `series`. A trailer in each commit
message keeps the patch's file name.

    python3 -m harness.series tree | edit PATCH | refresh | verify
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from . import patchfile
from .errors import UserError
from .patchfile import TRAILER, Series
from .paths import KERNEL, PATCHES, SERIES, TOP, TREE

BRANCH, BASE_TAG = "series", "base"
ENV = {
    "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_EDITOR": "true", "LC_ALL": "C", "TZ": "UTC",
    "GIT_AUTHOR_NAME": "base", "GIT_AUTHOR_EMAIL": "base@localhost",
    "GIT_COMMITTER_NAME": "series", "GIT_COMMITTER_EMAIL": "series@localhost",
    "GIT_AUTHOR_DATE": "2001-01-04T00:00:00Z",
    "GIT_COMMITTER_DATE": "2001-01-04T00:00:00Z",
}
FORMAT = ["-c", "core.abbrev=12", "-c", "diff.algorithm=myers",
          "format-patch", "--zero-commit", "--no-signature", "-N",
          "--no-renames", "--stat=72", "-U3", "--no-base", "--no-thread",
          "--src-prefix=a/", "--dst-prefix=b/", "--stdout"]


def git(*args: str, tree: Path = TREE, env: dict[str, str] | None = None,
        text: str | None = None, check: bool = True) -> str:
    """Runs git in build/tree, deaf to the user's configuration; returns its
    output, stripped. Raises UserError if it fails and check is set."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    p = subprocess.run(["git", *args], cwd=tree, input=text, text=True,
                       errors="surrogateescape", capture_output=True,
                       env=clean | ENV | (env or {}))
    if p.returncode and check:
        why = (p.stderr or p.stdout).strip().splitlines() or ["failed"]
        raise UserError(f"git {args[0]}: {why[0]}")
    return p.stdout.strip("\n")


def series() -> Series:
    """Returns the project's series."""
    return patchfile.load(SERIES)


# ---- from kernel/ and patches/ to build/tree ----

def base_tree_id() -> str:
    """Returns the git tree id of kernel/ as it lies on the disk; its objects
    go into build/tree."""
    _init()
    with tempfile.TemporaryDirectory(prefix="index.") as tmp:
        env = {"GIT_INDEX_FILE": f"{tmp}/index", "GIT_WORK_TREE": str(KERNEL),
               "GIT_DIR": str(TREE / ".git")}
        git("add", "-A", "--force", ".", ":!build", tree=KERNEL, env=env)
        return git("write-tree", tree=KERNEL, env=env)


def _init() -> None:
    if not (TREE / ".git").exists():
        TREE.mkdir(parents=True, exist_ok=True)
        git("init", "-q", "-b", BRANCH)
        (TREE / ".git/info/exclude").write_text("/build/\n")
        # Committed states of kernel/ can be reached without a copy.
        objects = TOP / ".git/objects"
        if objects.is_dir():
            (TREE / ".git/objects/info/alternates").write_text(
                f"{objects}\n")


def commit_patches(base: str, names: list[str], offsets: bool = False
                   ) -> list[str]:
    """
    Takes a base tree id and patch names; applies each with fuzz 0 (and no
    offset, unless allowed) and commits it. Returns the commits, the base's
    first. The work tree of build/tree is not touched.
    """
    commits = [git("commit-tree", base, "-m", "base")]
    with tempfile.TemporaryDirectory(prefix="series.") as tmp:
        env = {"GIT_INDEX_FILE": f"{tmp}/index", "GIT_WORK_TREE": f"{tmp}/w",
               "GIT_DIR": str(TREE / ".git")}
        work = Path(tmp) / "w"
        work.mkdir()
        git("read-tree", base, tree=work, env=env)
        git("checkout-index", "-a", tree=work, env=env)
        for name in names:
            apply(PATCHES / name, work, offsets)
            git("add", "-A", "--force", ".", tree=work, env=env)
            tree_id = git("write-tree", tree=work, env=env)
            commits.append(_commit(tree_id, commits[-1], name))
    return commits


def apply(path: Path, work: Path, offsets: bool, reverse: bool = False
          ) -> None:
    """Applies (or takes back) one patch with fuzz 0; raises UserError that
    names it if it does not apply, or not at its own line numbers."""
    if not path.exists():
        raise UserError(f"{path.name}: in the series, but not in patches/")
    argv = ["patch", "-p1", "-F0", "-f", "--no-backup-if-mismatch", "-i",
            str(path.resolve())] + (["-R"] if reverse else [])
    p = subprocess.run(argv, cwd=work, capture_output=True, text=True,
                       errors="replace", env={**os.environ, "LC_ALL": "C"})
    if p.returncode:
        bad = [x for x in p.stdout.splitlines()
               if "FAILED" in x or "can't find" in x or "malformed" in x]
        why = (bad or p.stdout.splitlines() or p.stderr.splitlines())[0]
        raise UserError(f"{path.name} does not apply: {why}")
    if "offset" in p.stdout and not offsets:
        raise UserError(f"{path.name} applies only with an offset: "
                        "run make refresh")


def _commit(tree_id: str, parent: str, name: str) -> str:
    with tempfile.TemporaryDirectory(prefix="mail.") as tmp:
        info = git("mailinfo", f"{tmp}/msg", f"{tmp}/diff",
                   text=(PATCHES / name).read_text(errors="surrogateescape"))
        body = Path(f"{tmp}/msg").read_text().strip()
    fields = dict(line.split(": ", 1) for line in info.splitlines()
                  if ": " in line)
    if "Subject" not in fields or "Author" not in fields:
        raise UserError(f"{name}: not in mail format (From, Subject)")
    message = git("interpret-trailers", "--trailer", f"{TRAILER}: {name}",
                  text=f"{fields['Subject']}\n\n{body}\n")
    return git("commit-tree", tree_id, "-p", parent, text=message + "\n",
               env={"GIT_AUTHOR_NAME": fields["Author"],
                    "GIT_AUTHOR_EMAIL": fields.get("Email", ""),
                    "GIT_AUTHOR_DATE": fields.get("Date",
                                                  ENV["GIT_AUTHOR_DATE"])})


def materialise(force: bool = False) -> list[str]:
    """Brings build/tree to kernel/ plus the whole series; files that do not
    change keep their times. Returns the commits, the base's first."""
    s = series()
    base = base_tree_id()
    if not force:
        _refuse_if_edited()
    mark = TREE / ".git/materialised"
    key = "\n".join([base] + [n + "\n" + (PATCHES / n).read_text(
        errors="replace") for n in s.names if (PATCHES / n).exists()])
    if not force and mark.exists() and mark.read_text() == key:
        return _commits()
    commits = commit_patches(base, s.names)
    _check_out(commits)
    mark.write_text(key)
    return commits


def _check_out(commits: list[str]) -> None:
    git("update-ref", f"refs/tags/{BASE_TAG}", commits[0])
    git("checkout", "-q", "-f", "-B", BRANCH, commits[-1])
    git("clean", "-q", "-d", "-f", "-x", "-e", "/build/")
    git("update-ref", "refs/tags/exported", commits[-1])


def _commits() -> list[str]:
    log = git("rev-list", "--reverse", f"{BASE_TAG}..{BRANCH}").split()
    return [git("rev-parse", BASE_TAG)] + log


def _refuse_if_edited() -> None:
    if not _exists("HEAD"):
        return
    if editing():
        raise UserError("build/tree is being edited: make refresh, or "
                        "make tree FORCE=1 to throw that away")
    if git("status", "--porcelain") or (
            git("rev-parse", BRANCH) !=
            git("rev-parse", "exported", check=False)):
        raise UserError("build/tree holds changes that are not in patches/: "
                        "make refresh, or make tree FORCE=1 to throw them "
                        "away")


def editing() -> bool:
    """Returns whether a patch is checked out for editing (a rebase runs)."""
    return (TREE / ".git/rebase-merge").exists()


# ---- from build/tree to patches/ ----

def edit(wanted: str) -> str:
    """Checks out the tree at one patch, ready to be changed; returns the
    patch's name."""
    if editing():
        raise UserError("build/tree is being edited already: make refresh")
    name = patchfile.find(series(), wanted)
    commits = materialise()
    target = commits[1 + series().names.index(name)]
    short = git("rev-parse", "--short", target)
    # The first line of the plan is this very commit: stop behind it.
    script = rf"sed -i '1s/^pick {short[:7]}[0-9a-f]*/edit {short}/'"
    git("rebase", "-q", "-i", f"{target}^",
        env={"GIT_SEQUENCE_EDITOR": script})
    return name


def refresh() -> list[str]:
    """Takes build/tree's changes into its commits, moves them onto kernel/
    if that changed, and writes patches/ and series. Returns the names of the
    patches written anew."""
    base = base_tree_id()
    if editing():
        _continue()
    elif git("status", "--porcelain"):
        raise UserError("build/tree has changes, but no patch is being "
                        "edited: commit them (with a line "
                        f"'{TRAILER}: NNN-topic-what.patch'), or use make "
                        "edit PATCH=NNN")
    if not _exists(BASE_TAG):
        _reload(base)
    elif _patches_changed():
        if git("rev-parse", BRANCH) != git("rev-parse", "exported"):
            raise UserError("both build/tree and patches/ were changed: "
                            "make tree FORCE=1 throws build/tree's away")
        _reload(base)
    if git("rev-parse", f"{BASE_TAG}^{{tree}}") != base:
        _move(base)
    return export(base)


def _exists(name: str) -> bool:
    """Whether build/tree has an object of that name."""
    return bool(git("rev-parse", "-q", "--verify", name, check=False))


def _patches_changed() -> bool:
    """Whether patches/ or series were edited by hand since the commits that
    `exported` names were made from them, or written to them."""
    made = git("rev-list", "--reverse", f"{BASE_TAG}..exported").split()
    return [_file_name(c) for c in made] != series().names or any(
        _exported_text(c) != _read(PATCHES / _file_name(c)) for c in made)


def _reload(base: str) -> None:
    """Takes patches/ into build/tree, offsets and all: on kernel/ as it is,
    or else on the tree they were made for."""
    s = series()
    old = s.base_tree
    try:
        commits = commit_patches(base, s.names, offsets=True)
    except UserError:
        if not old or old == base or not _exists(f"{old}^{{tree}}"):
            raise
        commits = commit_patches(old, s.names, offsets=True)
    _check_out(commits)


def _continue() -> None:
    """Ends an edit: amends the commit, then replays the ones above it."""
    if git("diff", "--name-only", "--diff-filter=U"):
        left = git("diff", "--check", check=False)
        if "conflict marker" in left:
            raise UserError("build/tree has unresolved conflicts in " +
                            git("diff", "--name-only",
                                "--diff-filter=U").replace("\n", ", "))
    conflict = (TREE / ".git/rebase-merge/message").exists() and \
        not (TREE / ".git/rebase-merge/amend").exists()
    git("add", "-A")
    if not conflict and git("status", "--porcelain"):
        git("commit", "-q", "--amend", "--no-edit", "--allow-empty")
    _rebase("--continue")


def _move(base: str) -> None:
    """Replays the series on a kernel/ that changed."""
    old = git("rev-parse", BASE_TAG)
    new = git("commit-tree", base, "-m", "base")
    git("update-ref", f"refs/tags/{BASE_TAG}", new)
    _rebase("--onto", new, old, BRANCH)


def _rebase(*args: str) -> None:
    git("rebase", *(["-q"] if args[0] != "--continue" else []), *args,
        check=False)
    if editing():
        stuck = git("log", "-1", "--format=%s", "REBASE_HEAD", check=False)
        files = git("diff", "--name-only", "--diff-filter=U")
        raise UserError(f"'{stuck}' does not fit any more: mend "
                        f"{files.replace(chr(10), ', ') or 'it'} in "
                        "build/tree, then make refresh again")


def export(base: str) -> list[str]:
    """Writes each commit as its patch file, and series; returns the names
    of the files whose text changed. Files no longer in the series go."""
    names, changed = [], []
    for commit in _commits()[1:]:
        name = _file_name(commit)
        text = _exported_text(commit)
        if _read(PATCHES / name) != text:
            PATCHES.mkdir(exist_ok=True)
            (PATCHES / name).write_text(text, errors="surrogateescape")
            changed.append(name)
        names.append(name)
    old = series()
    new = Series(names, base, old.comments)
    patchfile.parse_series(new.text())
    SERIES.write_text(new.text())
    for name in set(old.names) - set(names):
        (PATCHES / name).unlink(missing_ok=True)
    git("update-ref", "refs/tags/exported", BRANCH)
    (TREE / ".git/materialised").unlink(missing_ok=True)
    return changed


def _exported_text(commit: str) -> str:
    return patchfile.canonical(git(*FORMAT, "-1", commit))


def _file_name(commit: str) -> str:
    text = git("log", "-1", "--format=%(trailers:key="
               f"{TRAILER},valueonly)", commit).strip()
    if not patchfile.NAME.match(text):
        subject = git("log", "-1", "--format=%s", commit)
        raise UserError(f"commit '{subject}' in build/tree needs a last line "
                        f"'{TRAILER}: NNN-topic-what.patch'")
    return text


def _read(path: Path) -> str:
    return path.read_text(errors="surrogateescape") if path.exists() else ""


# ---- checks that need no boot ----

def verify() -> list[str]:
    """Returns what is wrong with the series as it lies in the project: each
    patch must apply at its own lines, taking all back must give kernel/, and
    base-tree must be kernel/'s id."""
    s = series()
    problems = []
    base = base_tree_id()
    if s.names and s.base_tree != base:
        problems.append(f"series: base-tree is {s.base_tree or 'missing'}, "
                        f"kernel/ is {base}: run make refresh")
    listed = set(s.names)
    on_disk = {p.name for p in PATCHES.glob("*.patch")}
    problems += [f"{n}: not in the series" for n in sorted(on_disk - listed)]
    try:
        commits = commit_patches(base, s.names)
        _pop_all(commits[-1], s.names, base)
        for commit, name in zip(commits[1:], s.names):
            if _exported_text(commit) != _read(PATCHES / name):
                problems.append(f"{name}: its text is not canonical: run "
                                "make refresh")
    except UserError as e:
        problems.append(str(e))
    return problems


def _pop_all(top: str, names: list[str], base: str) -> None:
    with tempfile.TemporaryDirectory(prefix="pop.") as tmp:
        env = {"GIT_INDEX_FILE": f"{tmp}/index", "GIT_WORK_TREE": f"{tmp}/w",
               "GIT_DIR": str(TREE / ".git")}
        work = Path(tmp) / "w"
        work.mkdir()
        git("read-tree", top, tree=work, env=env)
        git("checkout-index", "-a", tree=work, env=env)
        for name in reversed(names):
            apply(PATCHES / name, work, False, reverse=True)
        git("add", "-A", "--force", ".", tree=work, env=env)
        left = git("write-tree", tree=work, env=env)
        if left != base:
            diff = git("diff-tree", "-r", "--name-only", base, left)
            raise UserError("popping the series does not give kernel/ back: "
                            + diff.replace("\n", ", "))


def main(argv: list[str]) -> int:
    """Runs one of the commands; returns the exit status."""
    try:
        return _command(argv)
    except UserError as e:
        print(f"series: {e}", file=sys.stderr)
        return 1


def _command(argv: list[str]) -> int:
    what, args = (argv[0] if argv else ""), argv[1:]
    if what == "tree":
        commits = materialise(force="force" in args)
        print(f"  TREE    build/tree: base and {len(commits) - 1} patches")
    elif what == "edit" and args and args[0]:
        print(f"build/tree is at {edit(args[0])}: change it, then make "
              "refresh")
    elif what == "refresh":
        changed = refresh()
        materialise()
        print("\n".join(f"  PATCH   {n}" for n in changed)
              or "patches/ is up to date")
    elif what == "verify":
        problems = verify()
        print("\n".join(problems) or "the series applies")
        return bool(problems)
    else:
        print(re.sub(r"\n\n.*", "", __doc__ or "") +
              "\nusage: series tree [force] | edit PATCH | refresh | verify",
              file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
