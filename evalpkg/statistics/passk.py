"""The unbiased pass@k estimator (Chen et al. 2021, arXiv 2107.03374) and its sampling variance."""

from __future__ import annotations

from functools import lru_cache
from math import comb


@lru_cache(maxsize=1 << 16)
def pass_at_k(n: int, c: int, k: int) -> float:
    """Estimate the probability that at least one of ``k`` samples is correct.

    It is the probability that ``k`` of the ``n`` samples, drawn without replacement, include a
    correct one.

    Args:
        n: number of samples of the task.
        c: number of correct ones among them.
        k: size of the draw, at most ``n``.

    Returns:
        ``1 - C(n-c, k) / C(n, k)``, correctly rounded.

    Raises:
        ValueError: if ``n < k``, for which the estimator is not defined, or if not ``0 <= c <= n``.
    """
    if not 0 <= c <= n or not 1 <= k <= n:
        raise ValueError(f"pass@{k} of {c} correct among {n} samples is not defined")
    draws = comb(n, k)
    return (draws - comb(n - c, k)) / draws


@lru_cache(maxsize=1 << 16)
def sampling_variance(n: int, c: int, k: int) -> float:
    """Estimate the variance of ``pass_at_k(n, c, k)`` over new samples of the same task.

    Let ``q = C(n-c, k) / C(n, k)``. For ``n >= 2k``, ``q^2 - C(n-c, 2k) / C(n, 2k)`` is unbiased,
    since the second term is an unbiased estimate of ``(1-p)^(2k)``. For ``k = 1`` that is the
    familiar ``p(1-p) / (n-1)``. With fewer than ``2k`` samples there is no unbiased estimate. Then
    the variance is computed for ``p = (c + 1/2) / (n + 1)``; it tends to be too large, which makes
    intervals too wide rather than too narrow.
    """
    if n >= 2 * k:
        q = 1.0 - pass_at_k(n, c, k)
        return max(0.0, q * q - (1.0 - pass_at_k(n, c, 2 * k)))
    from scipy.stats import binom

    weights = [float(w) for w in binom.pmf(range(n + 1), n, (c + 0.5) / (n + 1))]
    values = [pass_at_k(n, x, k) for x in range(n + 1)]
    mean = sum(w * v for w, v in zip(weights, values, strict=True))
    return sum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True))
