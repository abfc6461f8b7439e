# SPDX-License-Identifier: GPL-2.0-only
"""
How long a random test goes on: make check is for every commit, make
check-long (LONG=1) for the night. Guests are told by LONG=1 in their
environment.
"""

import os

LONG = os.environ.get("LONG", "") not in ("", "0")


def effort(few: int, many: int) -> int:
    """Returns the number of seeds, operations or seconds to spend."""
    return many if LONG else few
