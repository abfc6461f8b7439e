# SPDX-License-Identifier: GPL-2.0-only
"""Sends one monitor command to the guest that listens at build/qmp."""

import json
import os
import sys

from .paths import BUILD
from .qmp import Qmp, QmpError


def main() -> int:
    """Returns the exit status."""
    words = sys.argv[1:] or ["info", "registers"]
    try:
        # Relative: a socket's path may have 107 bytes only.
        qmp = Qmp(type(BUILD)(os.path.relpath(BUILD / "qmp")), timeout=2)
        if words == ["nmi"]:
            qmp.inject_nmi()
        elif words == ["blockstats"]:
            print(json.dumps(qmp.blockstats(), indent=1))
        else:
            print(qmp.hmp(" ".join(words)), end="")
        qmp.close()
    except QmpError as e:
        print(f"monitor: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
