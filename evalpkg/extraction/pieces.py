"""Splits a text of code and prose into items, each read from its first word to its own end.

The text after an item cannot change it. So the model's own tests, cut off by the token limit, or
marks of Markdown and HTML leave the items before them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tree_sitter import Node

from evalpkg.extraction.budget import charge
from evalpkg.extraction.items import belongs, is_complete
from evalpkg.extraction.labels import is_label_of_a_quotation, is_named_wrong
from evalpkg.extraction.lexing import Ending, read_to_end
from evalpkg.extraction.standing import Standing, is_elided
from evalpkg.extraction.syntax import NAMED_ITEMS, item_name, parse, text_of

_PREFIX = (
    r"(?:(?:pub(?:\s*\([^)\n]*\))?|default|async|unsafe|safe|const|extern(?:\s*\"[^\"\n]*\")?)\s+)*"
)
_KINDS = r"fn|struct|enum|union|trait|impl|mod|type|const|static|use|extern"
ITEM = re.compile(rf"{_PREFIX}(?:(?P<kind>{_KINDS})(?=[\s<{{(:*])|(?P<rules>macro_rules!))")
"""Matches the first words of an item."""

_MACRO = re.compile(r"[A-Za-z_]\w*(?:::\w+)*!\s*[(\[{]")
_COMMENT = re.compile(r"/\*|\*/")
_COMMENT_LINE = re.compile(r"//[^\n]*")
_ONLY_SEMICOLON = frozenset({"use", "static", "const", "type"})
_ONLY_BRACES = frozenset({"fn", "enum", "trait", "impl"})
_ATTRIBUTE = re.compile(r"#[ \t]*!?[ \t]*\[")
_BLANKS = re.compile(r"[ \t]*")
VALUE = "value"
"""The namespace of constants and statics."""

_NAMESPACES = {"function_item": "fn", "const_item": VALUE, "static_item": VALUE}
_TESTS = re.compile(r"\bmod\s+tests?\b")


@dataclass(frozen=True, slots=True)
class Piece:
    """One item, comment or inner attribute.

    Attributes:
        text: its text, with attributes and doc comments.
        start, end: its offsets in the text it was found in.
        key: namespace and name that it defines; None if it may stand there more than once.
        cfg: its ``#[cfg(..)]`` attributes, in which variants of one item differ.
        complete: whether the grammar finds no error in it.
    """

    text: str
    start: int
    end: int
    key: tuple[str, str] | None = None
    cfg: str = ""
    complete: bool = True
    standing: Standing = Standing.FULL


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a text, in their order.

    Attributes:
        found: the pieces.
        cut: whether the text ends before an item does.
    """

    found: tuple[Piece, ...]
    cut: bool


def read_pieces(text: str, label: str = "") -> Pieces:
    """Return the items of ``text``, with its comments and inner attributes.

    Args:
        text: code and prose.
        label: the words before ``text``, which may describe the first item.
    """
    return _Reader(text, label).read()


class _Reader:
    """Reads line by line, and from the end of one item to the next."""

    def __init__(self, text: str, label: str) -> None:
        self._text = text
        self._label = label
        self._found: list[Piece] = []
        self._pending: list[tuple[int, int]] = []
        self._cut = False
        self._deepest = len(text)
        """Columns from which on a line is inside an item that was cut."""

    def read(self) -> Pieces:
        """Read the whole text."""
        position = 0
        while position < len(self._text):
            position = self._step(position)
        return Pieces(tuple(self._found), self._cut)

    def _step(self, line: int) -> int:
        """Read what begins at ``line``; return the offset to go on at."""
        text = self._text
        start = _end(_BLANKS.match(text, line), line)
        after = self._next_line(start)
        if start >= len(text) or text[start] == "\n":
            return start + 1
        if self._cut and start - (text.rfind("\n", 0, start) + 1) > self._deepest:
            return after
        if text.startswith("//", start):
            return self._comment(start, _end(_COMMENT_LINE.match(text, start), after))
        if text.startswith("/*", start):
            end = _end_of_comment(text, start)
            return self._comment(start, end) if end else after
        if text.startswith("#", start) and _ATTRIBUTE.match(text, start):
            return self._attribute(start, after)
        return self._item(start, after)

    def _comment(self, start: int, end: int) -> int:
        mark = self._text[start : start + 3]
        if mark in ("//!", "/*!"):
            self._found.append(Piece(self._text[start:end], start, end))
        else:
            self._pending.append((start, end))
        return end

    def _attribute(self, start: int, after: int) -> int:
        ending = read_to_end(self._text, start, "]", semicolon=False)
        if not ending.complete:
            return after
        if self._text[start + 1 : ending.position].lstrip().startswith("!"):
            self._flush_comments()
            self._found.append(Piece(self._text[start : ending.position], start, ending.position))
        else:
            self._pending.append((start, ending.position))
        return ending.position

    def _item(self, start: int, after: int) -> int:
        ending = _item_ending(self._text, start)
        if ending is None:
            return self._prose(start, after)
        if not ending.complete:
            if ending.depth > 0 or ending.inside:
                self._note_cut(start)
            return self._prose(start, after)
        piece = self._piece(start, ending.position)
        if piece is None:
            return self._prose(start, after)
        self._found.append(piece)
        self._pending = []
        self._label = ""
        return ending.position

    def _note_cut(self, start: int) -> None:
        """Note that an item was cut: the lines indented deeper than it belong to it.

        If it is a module of tests, all lines after it do.
        """
        self._cut = True
        column = start - (self._text.rfind("\n", 0, start) + 1)
        tests = _TESTS.match(self._text, start) is not None
        self._deepest = min(self._deepest, -1 if tests else column)

    def _prose(self, start: int, after: int) -> int:
        self._flush_comments()
        words = self._text[start:after].strip()
        if words and not words.startswith(("}", "```")):
            self._label = words
        return after

    def _flush_comments(self) -> None:
        """Keep comments that belong to no item; drop attributes and doc comments."""
        for start, end in self._pending:
            text = self._text[start:end]
            if not text.startswith(("#", "///", "/**")) or text.startswith(("////", "/***")):
                self._found.append(Piece(text, start, end))
        self._pending = []

    def _piece(self, start: int, end: int) -> Piece | None:
        """Return the item from ``start`` to ``end`` with what is pending; None if it is none."""
        text = self._text
        root = parse(text[start:end].encode()).root_node
        nodes = [node for node in root.children if node.type != "empty_statement"]
        if len(nodes) != 1 or not belongs(nodes[0]) or not _has_sound_head(nodes[0]):
            return None
        node, pending = nodes[0], self._pending
        first = pending[0][0] if pending else start
        before = [text[a:b] for a, b in pending]
        comments = [part for part in before if part.startswith(("//", "/*"))]
        plain = any(not part.startswith(("///", "/**")) for part in comments)
        wrong = any(is_named_wrong(comment) for comment in (*comments[:1], *comments[-1:]))
        return Piece(
            text=_joined(text, [*pending, (start, end)]),
            start=first,
            end=end,
            key=_key(node),
            cfg="".join(part for part in map(_compact, before) if part.startswith("#[cfg")),
            complete=is_complete(node) if node.type == "function_item" else not node.has_error,
            standing=_standing(node, "" if plain else self._label, wrong),
        )

    def _next_line(self, position: int) -> int:
        end = self._text.find("\n", position)
        return len(self._text) if end < 0 else end + 1


def _compact(text: str) -> str:
    """Return an attribute without white space; anything else as it is."""
    return "".join(text.split()) if text.startswith("#") else text


def _end(match: re.Match[str] | None, otherwise: int) -> int:
    return otherwise if match is None else match.end()


def _end_of_comment(text: str, start: int) -> int:
    """Return the offset after the block comment at ``start``, or 0 if it has no end."""
    depth = 0
    for mark in _COMMENT.finditer(text, start):
        depth += 1 if mark[0] == "/*" else -1
        if depth == 0:
            charge(mark.end() - start)
            return mark.end()
    charge(len(text) - start)
    return 0


def _item_ending(text: str, start: int) -> Ending | None:
    """Return where the item at ``start`` ends, or None if no item begins there."""
    match = ITEM.match(text, start)
    if match is None:
        macro = _MACRO.match(text, start)
        return None if macro is None else read_to_end(text, start, "}", semicolon=True)
    kind = match["kind"] or match["rules"]
    closers = "" if kind in _ONLY_SEMICOLON else "}"
    return read_to_end(text, start, closers, semicolon=kind not in _ONLY_BRACES)


def _has_sound_head(node: Node) -> bool:
    """Tell whether a function's syntax errors, if any, are all in its body.

    The compiler may accept what the grammar does not.
    """
    if node.type != "function_item":
        return True
    return not any(child.has_error for child in node.children[:-1])


def _key(node: Node) -> tuple[str, str] | None:
    """Return namespace and name of what an item defines; an import is named by its text."""
    if node.type == "use_declaration":
        return ("use", text_of(node))
    name = item_name(node) if node.type in NAMED_ITEMS else None
    if name is None:
        return None
    return (_NAMESPACES.get(node.type, "type"), name)


def _standing(node: Node, label: str, wrong: bool) -> Standing:
    if node.type != "function_item":
        return Standing.FULL
    if is_elided(node):
        return Standing.ELIDED
    return Standing.QUOTED if wrong or is_label_of_a_quotation(label) else Standing.FULL


def choose_versions(pieces: Sequence[Piece]) -> list[Piece]:
    """Return ``pieces`` without those that a better version of the same item replaces.

    A complete version is better than an incomplete one, then a better standing decides, then the
    later place. Variants under different ``#[cfg(..)]`` are not versions of each other.
    """
    best: dict[tuple[tuple[str, str], str], Piece] = {}
    for piece in pieces:
        if piece.key is None:
            continue
        known = best.get((piece.key, piece.cfg))
        if known is None or _rank(piece) <= _rank(known):
            best[piece.key, piece.cfg] = piece
    return [p for p in pieces if p.key is None or best[p.key, p.cfg] is p]


def with_variants(code: str, others: Sequence[str], name: str) -> str:
    """Return ``code`` with the other ``#[cfg(..)]`` variants of ``name`` from other texts."""
    if "#[cfg" not in code:
        return code
    key = ("fn", name)
    known = {piece.cfg for piece in read_pieces(code).found if piece.key == key}
    if not known or "" in known:
        return code
    for other in others:
        if "#[cfg" not in other:
            continue
        for piece in choose_versions(read_pieces(other).found):
            if piece.key == key and piece.complete and piece.cfg and piece.cfg not in known:
                known.add(piece.cfg)
                code = f"{code.rstrip()}\n\n{piece.text}\n"
    return code


def _rank(piece: Piece) -> tuple[bool, Standing]:
    return (not piece.complete, piece.standing)


def join_pieces(text: str, pieces: Sequence[Piece]) -> str:
    """Join the pieces to one source, with the text between them if it is blank."""
    parts: list[str] = []
    end = 0
    for piece in pieces:
        between = text[end : piece.start]
        if parts:
            parts.append(between if "\n" in between and not between.strip() else "\n\n")
        parts.append(piece.text)
        end = piece.end
    return "".join(parts)


def _joined(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Join the text at ``spans``; a text between them that is not blank is left out."""
    parts: list[str] = []
    end = spans[0][0]
    for start, stop in spans:
        between = text[end:start]
        parts.append(between if not between.strip() else "\n")
        parts.append(text[start:stop])
        end = stop
    return "".join(parts)
