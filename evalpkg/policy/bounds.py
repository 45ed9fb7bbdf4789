"""Keeps the policy's regular expressions from taking minutes over hostile or degenerate text.

Some of them take time quadratic in the number of quotation marks, or cubic in the length of a run
of blanks (a fence that a weak model opens and then fills with empty lines). Runs of blanks are
shortened in a way that changes no match; text that stays too costly is recognised beforehand.
"""

from __future__ import annotations

import re

MOST_STEPS = 300_000_000
"""Estimated steps of the expressions that are let through: a few seconds."""

_LONGEST_RUN = 64
_BLANKS = re.compile(rf"[ \t\n\r\f\v]{{{_LONGEST_RUN + 1},}}")
_OTHER_BLANKS = re.compile(rf"\s{{{4 * _LONGEST_RUN}}}")


def shorten(text: str) -> str:
    """``text`` with long runs of ASCII blanks cut to a few that every expression takes for as many.

    What stays: whether there is a line end, and whether blanks stand before the first and after
    the last one. A run never becomes a single space, which some rules contain.
    """
    return _BLANKS.sub(_shortened, text) if len(text) > _LONGEST_RUN else text


def too_costly(text: str) -> bool:
    """Tell whether the release's expressions could take over ``MOST_STEPS`` steps for ``text``."""
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
