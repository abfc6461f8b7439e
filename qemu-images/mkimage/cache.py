# SPDX-License-Identifier: GPL-2.0-only
"""Builds an image only if one of its inputs changed."""

import fcntl
import hashlib
from pathlib import Path

from . import disk
from .errors import ImageError
from .recipe import Recipe, load

HERE = Path(__file__).resolve().parent


def key(r: Recipe, top: Path) -> str:
    """Returns a digest of everything that the image depends on."""
    h = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")) + [HERE.parent / "mke2fs.conf"]:
        h.update(path.read_bytes())
    _add_recipe(h, r, top)
    return h.hexdigest()


def ensure(r: Recipe, out: Path, top: Path) -> bool:
    """
    Makes the image at out unless it is there and fresh; returns whether it
    was made. The image appears under its name only when it is whole.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.with_name(out.name + ".lock").open("w") as lock:
            # Threads and processes that need the same image take turns.
            fcntl.flock(lock, fcntl.LOCK_EX)
            return _ensure(r, out, top)
    except OSError as e:
        raise ImageError(f"recipe {r.name}: {e.strerror}: "
                         f"{e.filename or out}") from None


def _ensure(r: Recipe, out: Path, top: Path) -> bool:
    mark = out.with_name(out.name + ".key")
    want = key(r, top)
    if out.exists() and mark.exists() and mark.read_text() == want:
        return False
    mark.unlink(missing_ok=True)
    tmp = out.with_name(out.name + ".tmp")
    try:
        disk.build(r, tmp, top)
        tmp.rename(out)
    finally:
        tmp.unlink(missing_ok=True)
    mark.write_text(want)
    return True


def _add_recipe(h, r: Recipe, top: Path) -> None:
    h.update(repr([r.name, r.kind, r.size, r.block_size, r.label, r.seed,
                   r.disk_id, r.dirs, r.files, r.links, r.nodes, r.generate,
                   r.partitions]).encode())
    for p in r.partitions:
        if "recipe" in p:
            _add_recipe(h, load(r.folder / f"{p['recipe']}.toml"), top)
    for f in r.files:
        source = Path(f["from"])
        source = source if source.is_absolute() else top / source
        paths = sorted(source.rglob("*")) if source.is_dir() else [source]
        for path in paths:
            h.update(str(path).encode())
            if path.is_file():
                with path.open("rb") as g:
                    h.update(hashlib.file_digest(g, "sha256").digest())
