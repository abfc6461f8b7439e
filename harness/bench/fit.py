# SPDX-License-Identifier: GPL-2.0-only
"""The cost model: kernel instructions of an operation as a + b * pages."""

from dataclasses import dataclass

from .points import Point

PAGE = 4096


@dataclass(frozen=True)
class Fit:
    """a instructions an operation and b a page; error is the largest
    deviation of a measured point, as a fraction of it."""
    a: float
    b: float
    error: float


def fit(measured: list[tuple[float, float]]) -> Fit | None:
    """Takes (pages, instructions); returns the line with the least sum of
    squared relative errors, None for fewer than three points: sizes differ a
    thousandfold, and each is to count alike."""
    if len(measured) < 3 or any(y <= 0 for _, y in measured):
        return None
    w = [(1 / y ** 2, x, y) for x, y in measured]
    s, sx, sy = (sum(k for k, _, _ in w), sum(k * x for k, x, _ in w),
                 sum(k * y for k, _, y in w))
    sxx, sxy = (sum(k * x * x for k, x, _ in w),
                sum(k * x * y for k, x, y in w))
    d = s * sxx - sx * sx
    if d <= 0:
        return None
    a, b = (sy * sxx - sx * sxy) / d, (s * sxy - sx * sy) / d
    return Fit(a, b, max(abs(a + b * x - y) / y for x, y in measured))


def fits(points: list[Point]) -> dict[tuple[str, str, str], Fit]:
    """Returns the model of each path, target and order."""
    lines: dict[tuple[str, str, str], list[tuple[float, float]]] = {}
    for p in points:
        if p.ok:
            lines.setdefault(p.line, []).append((p.size / PAGE, p.kernel))
    found = {line: fit(measured) for line, measured in lines.items()}
    return {line: f for line, f in found.items() if f}
