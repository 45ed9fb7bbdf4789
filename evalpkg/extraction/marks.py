"""Finds marks of chat templates and of thoughts in a text, but not in strings of a program."""

from __future__ import annotations

import re
from collections.abc import Iterator

from evalpkg.extraction.lexing import body_end, literals, read_to_end
from evalpkg.extraction.pieces import read_pieces
from evalpkg.extraction.syntax import parse

_MOST_MARKS = 256
_LONGEST_READ = 32_768
_BRACKET = re.compile(r"[<\[\]\u25c1]")
_MOST_OPEN = 8
_FENCE = re.compile(r"^[ \t]*(?:```|~~~)(?P<info>[^`\n]*)\n", re.MULTILINE)


def find_marks(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return the matches of ``pattern`` that are outside strings and comments of code."""
    return _outside(text, pattern.finditer(text))


def find_bracketed(text: str, pattern: re.Pattern[str]) -> list[re.Match[str]]:
    """Return what ``find_marks`` returns, faster, for marks that begin with a bracket.

    A long pattern is tried only at the brackets ``<``, ``[``, ``]`` and ``\u25c1``.
    """
    return _outside(text, _at_brackets(text, pattern))


def _at_brackets(text: str, pattern: re.Pattern[str]) -> Iterator[re.Match[str]]:
    position = 0
    while (bracket := _BRACKET.search(text, position)) is not None:
        match = pattern.match(text, bracket.start())
        position = bracket.end() if match is None else match.end()
        if match is not None:
            yield match


def _outside(text: str, matches: Iterator[re.Match[str]]) -> list[re.Match[str]]:
    found: list[re.Match[str]] = []
    spans: list[tuple[int, int]] | None = None
    line = _Line(text)
    for match in matches:
        if len(found) == _MOST_MARKS:
            break
        if line.quotes(match.start(), match.end()):
            continue
        if spans is None:
            spans = _code(text)
        if not any(start < match.start() < end for start, end in spans):
            found.append(match)
    return found


class _Line:
    """Tells what is quoted within its line; it reads each character of a text once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._read = 0
        self._odd = False  # the number of quotation marks in the line, up to where it was read
        self._end = -1

    def quotes(self, start: int, end: int) -> bool:
        """Tell whether a mark stands in a string within its line, or in a pair of backticks.

        Args:
            start: where the mark begins; not before that of the last call.
            end: where it ends.
        """
        text = self._text
        line = text.rfind("\n", self._read, start) + 1
        if line:
            self._read, self._odd = line, False
        between = text[self._read : start]
        self._odd ^= (between.count('"') - between.count('\\"')) % 2 == 1
        self._read = start
        before = text[max(0, start - 3) : start]
        if before.endswith("`") and before != "```" and text[end : end + 1] == "`":
            return True
        if end > self._end:
            self._end = text.find("\n", end)
            self._end = len(text) if self._end < 0 else self._end
        return self._odd and text.find('"', end, self._end) >= 0


def _code(text: str) -> list[tuple[int, int]]:
    """Return the spans in which a mark is in a literal or a comment.

    They are functions and bodies without errors, and in code that was cut the literals themselves.
    """
    if len(text) > _LONGEST_READ:
        return []
    ending = body_end(text)
    if ending.complete and _is_sound("fn body() {" + text[: ending.position]):
        return [(0, ending.position)]
    start = _start_of_open_block(text)
    if is_cut_code(text[start:]):
        return [(start + first, start + last) for first, last in literals(text[start:])]
    named = [piece for piece in read_pieces(text).found if piece.key is not None]
    return [(piece.start, piece.end) for piece in named if piece.complete]


def _start_of_open_block(text: str) -> int:
    """Return the offset of the code in a text whose last fence opens a block; else 0."""
    fences = list(_FENCE.finditer(text))
    return fences[-1].end() if fences and fences[-1]["info"].strip() else 0


def is_cut_code(text: str) -> bool:
    """Tell whether a text is the rest of a function, or items, and lacks nothing but braces."""
    for head in ("fn body() {", ""):
        ending = read_to_end(head + text, 0, "", semicolon=False)
        if not ending.inside and 0 < ending.depth <= _MOST_OPEN:
            return _is_sound(f"{head}{text}\n{'}' * ending.depth}")
    return False


def _is_sound(source: str) -> bool:
    return not parse(source.encode()).root_node.has_error
