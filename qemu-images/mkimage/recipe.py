# SPDX-License-Identifier: GPL-2.0-only
"""Reads a recipe: a TOML file, checked key by key."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .errors import ImageError

KEYS = {
    "ext2": {"name", "kind", "size", "block_size", "label", "seed", "dirs",
             "files", "links", "nodes", "generate"},
    "raw": {"name", "kind", "size", "generate"},
    "mbr": {"name", "kind", "size", "disk_id", "partitions"},
}


@dataclass(frozen=True)
class Node:
    """One device node."""
    path: str
    type: str
    major: int
    minor: int
    mode: int


@dataclass
class Recipe:
    """What a recipe file says; lists keep the file's order."""
    name: str
    kind: str
    size: str
    block_size: int = 4096
    label: str = ""
    seed: int = 0
    disk_id: int = 0
    dirs: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    generate: list[dict[str, Any]] = field(default_factory=list)
    partitions: list[dict[str, Any]] = field(default_factory=list)
    folder: Path = Path(".")


def load(path: Path) -> Recipe:
    """Takes a recipe's path; returns what it says, or raises ImageError."""
    try:
        raw = tomllib.loads(path.read_text())
    except OSError as e:
        raise ImageError(f"{path}: {e.strerror}") from None
    except tomllib.TOMLDecodeError as e:
        raise ImageError(f"{path}: {e}") from None
    return from_dict(raw, path)


def from_dict(raw: dict[str, Any], path: Path) -> Recipe:
    """Takes parsed TOML; returns the recipe. path is for messages and for
    recipes named next to it."""
    kind = raw.get("kind")
    if kind not in KEYS:
        raise ImageError(f"{path}: kind must be one of {', '.join(KEYS)}")
    unknown = set(raw) - KEYS[kind]
    if unknown:
        raise ImageError(f"{path}: unknown key '{min(unknown)}'")
    missing = {"name", "size"} - set(raw)
    if missing:
        raise ImageError(f"{path}: '{min(missing)}' is missing")
    values = dict(raw)
    values["nodes"] = [n for text in raw.get("nodes", [])
                       for n in parse_node(text)]
    if values.get("block_size", 4096) not in (1024, 2048, 4096):
        raise ImageError(f"{path}: block_size must be 1024, 2048 or 4096")
    return Recipe(folder=path.parent, **values)


def parse_node(text: str) -> list[Node]:
    """Takes "/dev/hda1..8 b 3 1 0660"; returns one Node a minor."""
    words = text.split()
    if len(words) != 5 or words[1] not in ("b", "c"):
        raise ImageError(f"'{text}' is not a device node")
    path, kind = words[0], words[1]
    major, minor, mode = int(words[2]), int(words[3]), int(words[4], 8)
    if ".." not in path:
        return [Node(path, kind, major, minor, mode)]
    head, _, last = path.partition("..")
    stem = head.rstrip("0123456789")
    first = int(head[len(stem):])
    return [Node(f"{stem}{first + i}", kind, major, minor + i, mode)
            for i in range(int(last) - first + 1)]
