"""The p-values that the sign-flip test can give at all; free of numpy, for reports."""

from __future__ import annotations

from math import ceil


def attainable_level(clusters: int, alpha: float) -> float:
    """Return the largest p below ``alpha`` that the two-sided sign-flip test can give.

    p is a multiple of ``2 / 2^clusters``. Zero if even the smallest p is not below ``alpha``.
    """
    step = 2.0 ** (1 - clusters)
    return max(0.0, (ceil(alpha / step) - 1) * step)
