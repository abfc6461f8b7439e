# SPDX-License-Identifier: GPL-2.0-only
"""
An ext2 image: mke2fs makes it empty, one debugfs script fills it. Every inode
gets owner 0:0, its mode and one fixed time from the script, so that nothing
of the building machine is left in it.
"""

import os
import subprocess
import tempfile
import uuid
from dataclasses import dataclass, replace
from pathlib import Path

from .content import layout_size, write_layout
from .errors import ImageError
from .recipe import Recipe
from .sizes import parse_size, round_up

# 2001-01-04, when 2.4.0 came out.
FAKE_TIME = "978566400"
MIB = 1 << 20
CONF = Path(__file__).resolve().parent.parent / "mke2fs.conf"


@dataclass
class Entry:
    """One thing in the image: kind is d, f, l, b or c."""
    path: str
    kind: str
    mode: int
    source: Path | None = None
    target: str = ""
    device: tuple[int, int] = (0, 0)


def collect(r: Recipe, top: Path, generated: Path) -> list[Entry]:
    """
    Takes a recipe, the folder that relative inputs start from and a folder
    for generated contents; returns the image's entries, parents first.
    """
    entries = [Entry(d["path"], "d", d.get("mode", 0o755)) for d in r.dirs]
    for f in r.files:
        entries += _file_entries(r, f, top)
    present = {e.path for e in entries}
    for link in r.links:
        if link.get("with", link["path"]) in present or "with" not in link:
            entries.append(Entry(link["path"], "l", 0o777,
                                 target=link["to"]))
    entries += [Entry(n.path, n.type, n.mode, device=(n.major, n.minor))
                for n in r.nodes]
    for i, g in enumerate(r.generate):
        source = generated / f"{i}"
        with source.open("wb") as out:
            write_layout(out, 0, g.get("seed", r.seed), g["layout"])
            out.truncate(layout_size(g["layout"]))
        entries.append(Entry(g["path"], "f", g.get("mode", 0o644), source))
    return _with_parents(entries)


def build(r: Recipe, out: Path, top: Path) -> None:
    """Makes the image of recipe r at out, or raises ImageError."""
    with tempfile.TemporaryDirectory(prefix="mkimage.") as tmp:
        entries = collect(r, top, Path(tmp))
        size = image_size(r, entries)
        _mke2fs(r, out, size, len(entries))
        _debugfs(r, out, script(_with_plain_names(entries, Path(tmp))))


def image_size(r: Recipe, entries: list[Entry]) -> int:
    """Returns the image's size in bytes: the recipe's, or for "auto+N" what
    the contents need and N bytes free."""
    if not r.size.startswith("auto+"):
        return parse_size(r.size)
    need = sum(_footprint(e, r.block_size) for e in entries)
    # Group descriptors, bitmaps and inode tables: 2 % is plenty.
    total = int(need * 1.02) + parse_size(r.size[5:]) + MIB
    return round_up(total, MIB)


def script(entries: list[Entry]) -> str:
    """Returns the debugfs commands that create the entries."""
    lines = []
    for e in entries:
        parent, _, name = e.path.rpartition("/")
        lines.append(f'cd "{parent or "/"}"')
        lines.append(_create(e, name))
        kind = {"d": 0o40000, "f": 0o100000, "l": 0o120000,
                "b": 0o60000, "c": 0o20000}[e.kind]
        lines += [f'sif "{name}" mode 0{kind | e.mode:o}',
                  f'sif "{name}" uid 0', f'sif "{name}" gid 0']
        lines += [f'sif "{name}" {t} @{FAKE_TIME}'
                  for t in ("atime", "ctime", "mtime")]
    return "\n".join(lines) + "\n"


def _with_plain_names(entries: list[Entry], folder: Path) -> list[Entry]:
    """Gives every input a name, in folder, that debugfs cannot misread."""
    plain = []
    for i, e in enumerate(entries):
        if e.source:
            link = folder / f"in{i}"
            link.symlink_to(e.source.resolve())
            e = replace(e, source=link)
        plain.append(e)
    return plain


def _create(e: Entry, name: str) -> str:
    if e.kind == "d":
        return f'mkdir "{name}"'
    if e.kind == "f":
        return f'write "{e.source}" "{name}"'
    if e.kind == "l":
        return f'symlink "{name}" "{e.target}"'
    return f'mknod "{name}" {e.kind} {e.device[0]} {e.device[1]}'


def _file_entries(r: Recipe, f: dict, top: Path) -> list[Entry]:
    source = Path(f["from"])
    source = source if source.is_absolute() else top / source
    mode = f.get("mode", 0o644)
    if "need" in f and not _is_elf32(source):
        return []
    if not source.exists():
        raise ImageError(f"recipe {r.name}: {source} does not exist")
    if not source.is_dir():
        return [Entry(f["to"], "f", mode, source)]
    found = []
    for path in sorted(source.rglob("*")):
        to = f["to"].rstrip("/") + "/" + path.relative_to(source).as_posix()
        if path.is_dir():
            found.append(Entry(to, "d", 0o755))
        else:
            found.append(Entry(to, "f", mode, path))
    return found


def _is_elf32(path: Path) -> bool:
    try:
        with path.open("rb") as f:
            return f.read(5) == b"\x7fELF\x01"
    except OSError:
        return False


def _with_parents(entries: list[Entry]) -> list[Entry]:
    """Adds missing folders; drops a folder named twice."""
    done: dict[str, Entry] = {}
    for e in entries:
        parts = e.path.strip("/").split("/")
        for i in range(1, len(parts)):
            folder = "/" + "/".join(parts[:i])
            done.setdefault(folder, Entry(folder, "d", 0o755))
        if e.kind == "d":
            done.setdefault(e.path, e)
        elif e.path in done:
            raise ImageError(f"{e.path} is in the image twice")
        else:
            done[e.path] = e
    return list(done.values())


def _footprint(e: Entry, block: int) -> int:
    """Bytes on the disk, indirect blocks included."""
    if e.kind == "d":
        return 4 * block
    if e.kind != "f" or e.source is None:
        return 0
    blocks = round_up(e.source.stat().st_size, block) // block
    return (blocks + blocks // (block // 4) + 3) * block


def _mke2fs(r: Recipe, out: Path, size: int, files: int) -> None:
    ident = str(uuid.UUID(int=0x2400_4000_8000 << 64 | r.seed))
    out.unlink(missing_ok=True)
    inodes = max(1024, round_up(files * 2, 256))
    if size < 8 * MIB:
        inodes = 256
    _run(r, [
        "mke2fs", "-q", "-F", "-t", "ext2", "-b", str(r.block_size),
        "-I", "128", "-N", str(inodes), "-m", "0", "-L", r.label[:16],
        "-O", "none,filetype,sparse_super,large_file", "-U", ident,
        "-E", f"hash_seed={ident},root_owner=0:0,lazy_itable_init=0,nodiscard",
        str(out), f"{size // 1024}k"])


def _debugfs(r: Recipe, out: Path, commands: str) -> None:
    with tempfile.NamedTemporaryFile("w", prefix="mkimage.") as f:
        f.write(commands)
        f.flush()
        _run(r, ["debugfs", "-w", "-f", f.name, str(out)])


def _run(r: Recipe, argv: list[str]) -> None:
    """Runs one e2fsprogs program. debugfs exits with 0 whatever happens, so
    that anything on its standard error counts as a failure."""
    env = {"PATH": "/usr/sbin:/sbin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC",
           "E2FSPROGS_FAKE_TIME": FAKE_TIME, "MKE2FS_CONFIG": str(CONF),
           "HOME": os.environ.get("HOME", "/")}
    try:
        p = subprocess.run(argv, env=env, capture_output=True, text=True,
                           errors="replace")
    except FileNotFoundError:
        raise ImageError(f"{argv[0]} is missing: install e2fsprogs") from None
    bad = [line for line in p.stderr.splitlines()
           if line.strip() and not line.startswith(("debugfs ", "128-byte"))]
    if p.returncode or bad:
        why = bad[0].strip() if bad else f"exit status {p.returncode}"
        if "Could not allocate" in why or "No space" in why:
            why = f"the contents do not fit into {r.size}"
        raise ImageError(f"recipe {r.name}: {argv[0]}: {why}")
