# SPDX-License-Identifier: GPL-2.0-only
"""mkimage RECIPE.toml... -o FOLDER [--top DIR]: makes FOLDER/name.img."""

import argparse
import hashlib
import sys
from pathlib import Path

from .cache import ensure
from .errors import ImageError
from .recipe import load


def main() -> int:
    """Returns the exit status: 0, or 1 after a one-line message."""
    p = argparse.ArgumentParser(prog="mkimage")
    p.add_argument("recipes", nargs="+", type=Path)
    p.add_argument("-o", "--out", type=Path, required=True,
                   help="folder for the images")
    p.add_argument("--top", type=Path, default=Path("."),
                   help="where input paths in recipes start")
    p.add_argument("--sha256", action="store_true", help="print digests")
    a = p.parse_args()
    try:
        for path in a.recipes:
            r = load(path)
            out = a.out / f"{r.name}.img"
            if ensure(r, out, a.top):
                print(f"  IMAGE   {out}")
            if a.sha256:
                with out.open("rb") as f:
                    digest = hashlib.file_digest(f, "sha256").hexdigest()
                print(f"{digest}  {out.name}")
    except ImageError as e:
        print(f"mkimage: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
