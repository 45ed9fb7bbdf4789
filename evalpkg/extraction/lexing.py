"""Finds where Rust code ends, token by token; brackets in literals and comments do not count.

The grammar reads the whole text and guesses where code and prose meet. This reads from a known
start and stops at the end of what started there, so that the text after it cannot change the
result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from evalpkg.extraction.budget import charge

_TOKEN = re.compile(
    r"""
      //[^\n]*
    | (?P<comment>/\*)
    | (?<![A-Za-z0-9_])(?:b|c)?r(?P<hashes>\#*)"
    | (?P<string>"(?:[^"\\]|\\.)*+")
    | (?P<open>")
    | '(?:\\(?:u\{[^}'\n]*\}|x[0-9A-Fa-f]{2}|.)|[^\\'\n])'
    | (?P<mark>[()\[\]{};])
    """,
    re.VERBOSE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Ending:
    """The place where reading stopped, and why.

    Attributes:
        position: offset after the last character that was read.
        depth: number of brackets open there: 0 at the end of an item, -1 at a bracket too many.
        inside: whether the text ended inside a literal or a comment.
        complete: whether the end of what was read is in the text.
    """

    position: int
    depth: int
    inside: bool
    complete: bool


def read_to_end(text: str, start: int, closers: str, semicolon: bool, depth: int = 0) -> Ending:
    """Read from ``start`` to the end of the item, body or attribute that begins there.

    Args:
        text: code, and the text after it.
        start: offset to begin at.
        closers: brackets that end the reading when they close the last open bracket.
        semicolon: whether a semicolon outside all brackets ends the reading.
        depth: number of brackets that are open before ``start``.
    """
    ending = _read(text, start, closers, semicolon, depth)
    charge(ending.position - start)
    return ending


def _read(text: str, start: int, closers: str, semicolon: bool, depth: int) -> Ending:
    position = start
    while (match := _TOKEN.search(text, position)) is not None:
        position = match.end()
        mark = match["mark"]
        if mark is None:
            end = _end_of_literal(text, match)
            if end < 0:
                return Ending(len(text), depth, True, False)
            position = end
        elif mark in "([{":
            depth += 1
        elif mark == ";":
            if semicolon and depth == 0:
                return Ending(position, 0, False, True)
        else:
            depth -= 1
            if depth < 0:
                return Ending(match.start(), -1, False, False)
            if depth == 0 and mark in closers:
                return Ending(position, 0, False, True)
    return Ending(len(text), depth, False, False)


def literals(text: str) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each comment and literal of a text that is code."""
    charge(len(text))
    position = 0
    while (match := _TOKEN.search(text, position)) is not None:
        position = match.end()
        if match["mark"] is None:
            end = _end_of_literal(text, match)
            position = len(text) if end < 0 else end
            yield match.start(), position


def _end_of_literal(text: str, match: re.Match[str]) -> int:
    """Return the offset after a comment or literal, or -1 if it has no end."""
    if match["comment"] is not None:
        depth = 1
        for mark in _COMMENT.finditer(text, match.end()):
            depth += 1 if mark[0] == "/*" else -1
            if depth == 0:
                return mark.end()
        return -1
    if match["hashes"] is not None:
        closing = '"' + match["hashes"]
        end = text.find(closing, match.end())
        return -1 if end < 0 else end + len(closing)
    return -1 if match["open"] is not None else match.end()


def body_end(text: str) -> Ending:
    """Find the end of the block that was opened before ``text``."""
    return read_to_end(text, 0, "}", semicolon=False, depth=1)
