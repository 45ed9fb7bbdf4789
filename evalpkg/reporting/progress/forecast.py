"""Estimate the work left in a generation from the tokens generated so far."""

from __future__ import annotations


def tokens_left(left: int, done: int, finished: int, made: int, longest: int) -> float | None:
    """Estimate the tokens still to be generated; None if that is unknown.

    The estimate takes a sample to be as long as the average finished one. But short samples finish
    first. So until finished samples have half of all tokens, all tokens are counted as theirs. If
    the unfinished samples have more tokens than that already, nothing is known of their rest.

    >>> tokens_left(left=2, done=2, finished=200, made=300, longest=512)
    100.0
    >>> tokens_left(left=31, done=1, finished=20, made=3200, longest=512)
    13184.0
    >>> tokens_left(left=9, done=15, finished=900, made=1800, longest=120) is None
    True

    Args:
        left: samples that are not finished.
        done: samples that are finished.
        finished: tokens of the finished samples.
        made: all tokens, including those of unfinished samples.
        longest: most tokens that a sample can have, 0 if unknown.
    """
    if not made or not done:
        return None
    length = (finished if 2 * finished >= made else made) / done
    if longest:
        length = min(length, float(longest))
    rest = (left + done) * length - made
    return rest if rest > 0.0 or not left else None
