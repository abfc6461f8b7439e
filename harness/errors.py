# SPDX-License-Identifier: GPL-2.0-only
"""The error that a person is meant to read."""


class UserError(Exception):
    """Something the caller can mend. The text is one line that names the
    thing; commands print it and exit with status 1."""
