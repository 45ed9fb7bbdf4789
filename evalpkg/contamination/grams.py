"""The features that are compared: sequences of 13 tokens, and shapes of Rust syntax trees."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b

from tree_sitter import Node

from evalpkg.extraction import ATTRIBUTES, COMMENTS, parse_prompt, text_of, walk

LENGTH = 13
"""Number of tokens in a sequence, and the fewest leaves of a syntax tree that counts."""

LONGEST_PIECE = 2000
"""Leaves of the largest syntax tree that is compared as a whole; of a larger one, only parts."""

_TOKEN = re.compile(r"\w+|[^\w\s]")
_MARKS = frozenset("/*#")
_NAMES = frozenset(
    {"identifier", "field_identifier", "type_identifier", "shorthand_field_identifier"}
)
_LITERALS = frozenset({"integer_literal", "float_literal", "string_content", "char_literal"})
_PIECES = frozenset({"function_item", "block", "let_declaration", "expression_statement"})
_ENDS = ("_expression", "_statement")


def token_grams(text: str) -> set[bytes]:
    """Digest all sequences of 13 tokens, ignoring case, white space and comment marks."""
    tokens = [one.lower() for one in _TOKEN.findall(text) if one not in _MARKS]
    last = len(tokens) - LENGTH + 1
    return {_digest(" ".join(tokens[i : i + LENGTH])) for i in range(last)}


def tree_shapes(source: str) -> set[bytes]:
    """Digest the syntax trees of functions, statements and expressions of 13 leaves or more.

    A name is replaced by its order of first appearance in the tree, and a literal by its kind, so
    that a copy with other names and numbers has the same shapes. Comments are ignored.
    """
    root = parse_prompt(source.encode("utf-8", "replace")).root_node
    shapes = set()
    for node in walk(root):
        if node.descendant_count > 4 * LONGEST_PIECE:
            continue  # deeply nested trees of text that is not Rust would take quadratic time
        if node.type in _PIECES or node.type.endswith(_ENDS):
            leaves = list(_leaves(node))
            if LENGTH <= len(leaves) <= LONGEST_PIECE:
                shapes.add(_digest(" ".join(_normalised(leaves))))
    return shapes


def _leaves(node: Node) -> Iterator[Node]:
    stack = [node]
    while stack:
        one = stack.pop()
        if one.type in COMMENTS or one.type in ATTRIBUTES:
            continue
        if one.child_count == 0:
            yield one
        stack += reversed(one.children)


def _normalised(leaves: list[Node]) -> Iterator[str]:
    known: dict[str, int] = {}
    for leaf in leaves:
        if leaf.type in _NAMES:
            yield f"${known.setdefault(text_of(leaf), len(known))}"
        else:
            yield f"<{leaf.type}>" if leaf.type in _LITERALS else text_of(leaf)


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=12).digest()
