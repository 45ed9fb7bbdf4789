"""An estimate of the work left in a generation, from the tokens that were made."""

from __future__ import annotations


def tokens_left(left: int, done: int, finished: int, made: int, longest: int) -> float | None:
    """Tokens still to be made, None while that cannot be told.

    A sample has as many tokens as a finished one on average. The samples that finish first are the
    short ones: until half of the tokens belong to finished samples, every token counts for those.

    >>> tokens_left(left=2, done=2, finished=200, made=300, longest=512)
    100.0
    >>> tokens_left(left=31, done=1, finished=20, made=3200, longest=512)
    13184.0

    Args:
        left: samples that are not finished.
        done: samples that are.
        finished: tokens of those.
        made: all tokens, those of unfinished samples too.
        longest: tokens that a sample has at most, 0 where that is unknown.
    """
    if not made or not done:
        return None
    length = (finished if 2 * finished >= made else made) / done
    if longest:
        length = min(length, longest)
    return max(0.0, (left + done) * length - made)
