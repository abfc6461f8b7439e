# SPDX-License-Identifier: GPL-2.0-only
"""Sizes as recipes write them."""

from .errors import ImageError

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def parse_size(text: str | int) -> int:
    """Takes "64K", "8M", "4096" or a number; returns bytes."""
    if isinstance(text, int):
        return text
    digits = text.rstrip("KMGT")
    unit = text[len(digits):]
    if not digits.isdigit() or unit not in UNITS:
        raise ImageError(f"'{text}' is not a size")
    return int(digits) * UNITS[unit]


def round_up(value: int, step: int) -> int:
    """Returns the smallest multiple of step that is not below value."""
    return (value + step - 1) // step * step
