# SPDX-License-Identifier: GPL-2.0-only
"""The error that a person is meant to read."""

import sys
from collections.abc import Callable


class UserError(Exception):
    """Something the caller can mend. The text is one line that names the
    thing; commands print it and exit with status 1."""


def exit_status(command: Callable[[], int]) -> int:
    """Runs a command; returns its exit status, which a UserError (printed)
    or Ctrl-C decides too."""
    try:
        return command()
    except UserError as e:
        print(f"error: {e}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
