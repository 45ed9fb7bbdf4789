"""The rule of ``--num-samples auto``: when more samples would hardly narrow the interval.

It looks at the *width* of the interval, never at the difference or its p-value. Stopping as soon as
a difference is significant would find one far too often.
"""

from __future__ import annotations

from evalpkg.statistics.metrics import Metrics, SamplingNoise


def enough(noise: SamplingNoise | None, share: float, precision: float | None) -> str:
    """Return why no further round is needed; empty if one is.

    Args:
        noise: sampling noise of the primary endpoint; None where it is unknown.
        share: largest share of the squared error that drawing samples may make.
        precision: half the width of the interval, in points, that is narrow enough.
    """
    if noise is None:
        return ""
    if noise.share <= share:
        return (
            f"drawing samples makes {noise.share:.0%} of the squared error, at most"
            f" {share:.0%} were asked for"
        )
    half = 100.0 * noise.width / 2.0
    if precision is not None and half <= precision:
        asked = f"{precision:g} were asked for"
        return f"the interval is plus or minus {half:.1f} points, {asked}"
    return ""


def primary_noise(metrics: Metrics) -> SamplingNoise | None:
    """Return the sampling noise of the difference in pass@1."""
    compared = metrics.comparison.pass_at_k if metrics.comparison else ()
    return next((difference.noise for difference in compared if difference.k == 1), None)
