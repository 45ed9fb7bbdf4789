"""Bounds on the time that the policy's regular expressions take on hostile or degenerate text.

Some expressions take time quadratic in the number of quotation marks, or cubic in the length of a
run of blanks (such as a code fence that a weak model fills with empty lines). Runs of blanks are
therefore shortened, in a way that changes no match. Text that would still take too long is
recognised in advance.
"""

from __future__ import annotations

import re

MOST_STEPS = 300_000_000
"""The most steps, by estimate, that the expressions may take on a text: a few seconds."""

_LONGEST_RUN = 64
_BLANKS = re.compile(rf"[ \t\n\r\f\v]{{{_LONGEST_RUN + 1},}}")
_OTHER_BLANKS = re.compile(rf"\s{{{4 * _LONGEST_RUN}}}")


def shorten(text: str) -> str:
    """Shorten long runs of ASCII blanks without changing the match of any expression.

    A shortened run keeps three properties: whether it contains a line end, whether blanks come
    before its first line end, and whether blanks come after its last one. It is never a single
    space, because some rules contain one.
    """
    return _BLANKS.sub(_shortened, text) if len(text) > _LONGEST_RUN else text


def too_costly(text: str) -> bool:
    """Tell whether the expressions could take more than ``MOST_STEPS`` steps on ``text``."""
    if len(text) * len(text) < MOST_STEPS:
        return _OTHER_BLANKS.search(text) is not None
    starts = sum(text.count(mark) for mark in ('"', "'", "/*", "<", "("))
    fence = text.find("```")
    if fence >= 0:
        end = text.find("\n", fence)
        starts += (len(text) if end < 0 else end) - fence
    return starts * len(text) > MOST_STEPS or _OTHER_BLANKS.search(text) is not None


def _shortened(run: re.Match[str]) -> str:
    blanks = run.group()
    first, last = blanks.find("\n"), blanks.rfind("\n")
    if first < 0:
        return "  "
    return ("  " if first else "") + "\n\n" + ("  " if last + 1 < len(blanks) else "")
