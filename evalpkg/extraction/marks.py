"""Finds marks of chat templates and of thoughts in a text, but not in strings of a program."""

from __future__ import annotations

import re

from evalpkg.extraction.lexing import body_end
from evalpkg.extraction.pieces import read_pieces
from evalpkg.extraction.syntax import parse

_MOST_MARKS = 256
_LONGEST_READ = 32_768


def find_marks(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return the matches of ``pattern`` that are outside strings and comments of code."""
    found: list[re.Match[str]] = []
    spans: list[tuple[int, int]] | None = None
    for match in pattern.finditer(text):
        if len(found) == _MOST_MARKS:
            break
        if _is_quoted(text, match.start(), match.end()):
            continue
        if spans is None:
            spans = _code(text)
        if not any(start < match.start() < end for start, end in spans):
            found.append(match)
    return found


def _is_quoted(text: str, start: int, end: int) -> bool:
    """Tell whether a mark stands in a string within its line, or in a pair of backticks."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    stop = text.find("\n", end)
    behind = text[end : len(text) if stop < 0 else stop]
    if before.endswith("`") and not before.endswith("```") and behind.startswith("`"):
        return True
    quotes = before.replace('\\"', "").count('"')
    return quotes % 2 == 1 and '"' in behind


def _code(text: str) -> list[tuple[int, int]]:
    """Return the spans of functions and bodies without errors.

    A mark inside one of them is in a literal or a comment.
    """
    if len(text) > _LONGEST_READ:
        return []
    ending = body_end(text)
    if ending.complete:
        source = "fn body() {" + text[: ending.position]
        if not parse(source.encode()).root_node.has_error:
            return [(0, ending.position)]
    named = [piece for piece in read_pieces(text).found if piece.key is not None]
    return [(piece.start, piece.end) for piece in named if piece.complete]
