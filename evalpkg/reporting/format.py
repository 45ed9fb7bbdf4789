"""Numbers as text, the same in every report. A number that does not exist is "n/a"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evalpkg.printable import printable
from evalpkg.statistics import Bounds, Interval, sentences

NOT_AVAILABLE = "n/a"
MINUS = "\u2212"
NBSP = "\u00a0"


def typeset(sentence: str) -> str:
    """Typeset a sentence of the statistics: true minus signs, no line break before a % sign."""
    return (
        re.sub(r"(?<![\w.])-(?=\d)", MINUS, sentence)
        .replace(" %", f"{NBSP}%")
        .replace("p = ", f"p{NBSP}={NBSP}")
    )


def percent(share: float | None) -> str:
    r"""Write a share of one as percent.

    >>> percent(0.4412), percent(None)
    ('44.1\xa0%', 'n/a')
    """
    return NOT_AVAILABLE if share is None else typeset(sentences.percent(share))


def points(difference: float | None) -> str:
    """Write a difference of two shares in percentage points, with its sign.

    >>> points(0.052), points(-0.0004), points(-0.1)
    ('+5.2', '0.0', '\u221210.0')
    """
    return NOT_AVAILABLE if difference is None else typeset(sentences.points(difference))


def p_value(p: float | None) -> str:
    """Write a p value.

    >>> p_value(0.04321), p_value(0.00002), p_value(1.0)
    ('0.043', '< 0.001', '1')
    """
    return NOT_AVAILABLE if p is None else sentences.p_text(p).removeprefix("p ").removeprefix("= ")


def percent_range(interval: Interval | Bounds | None) -> str:
    r"""Write an interval of shares; empty if there is none.

    >>> percent_range(Bounds(low=0.1, high=0.25))
    '10.0 to 25.0\xa0%'
    """
    if interval is None:
        return ""
    return f"{percent(interval.low).removesuffix(f'{NBSP}%')} to {percent(interval.high)}"


def points_range(interval: Interval | Bounds | None) -> str:
    """Write an interval of differences; empty if there is none.

    >>> points_range(Bounds(low=-0.1, high=0.25))
    '\u221210.0 to +25.0'
    """
    return "" if interval is None else f"{points(interval.low)} to {points(interval.high)}"


def count(number: int) -> str:
    """Write a count with thousands separators.

    >>> count(65600)
    '65,600'
    """
    return f"{number:,}"


def plural(number: int, one: str, many: str = "") -> str:
    """Write a count with its noun.

    >>> plural(1, "task"), plural(1200, "task")
    ('1 task', '1,200 tasks')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(words: Sequence[str]) -> str:
    """Join words into an English list.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def plain(text: str) -> str:
    """Escape every character of ``text`` that a page or a terminal could act on.

    Line breaks and tabs become spaces, so use this for names and short lines.
    """
    spaced = " ".join(text.split())
    return printable(spaced)
