"""The Rust grammar (tree-sitter), and the questions that this package asks of a syntax tree."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import lru_cache

import tree_sitter_rust
from tree_sitter import Language, Node, Parser, Tree

from evalpkg.extraction.budget import charge_parse, charge_steps, most_steps

NAMED_ITEMS = frozenset(
    {
        "function_item",
        "struct_item",
        "enum_item",
        "union_item",
        "trait_item",
        "type_item",
        "const_item",
        "static_item",
        "mod_item",
        "macro_definition",
    }
)
"""Items that define one name."""

ITEMS = NAMED_ITEMS | {
    "use_declaration",
    "impl_item",
    "extern_crate_declaration",
    "foreign_mod_item",
    "function_signature_item",
}
"""Everything that may stand at the top level of a file, except attributes and comments."""

RAW = "r#"
"""Marks an identifier that may look like a keyword; it is not part of the name."""

COMMENTS = frozenset({"line_comment", "block_comment"})
ATTRIBUTES = frozenset({"attribute_item", "inner_attribute_item"})


@lru_cache(maxsize=1)
def rust() -> Language:
    """Load the grammar, once."""
    return Language(tree_sitter_rust.language())


class _Parsers(threading.local):
    """A parser for each thread: two threads must not use one at the same time."""

    def __init__(self) -> None:
        self.parser = Parser(rust())


_parsers = _Parsers()


def parse(source: bytes) -> Tree:
    """Parse Rust source; errors are nodes of the tree.

    Raises:
        TooComplexError: if the answer being read takes more work than any honest one.
    """
    charge_parse(source)  # also for a cached tree, so that the count is always the same
    tree, steps = _parse(source)
    if b"\0" in source and tree.root_node.has_error:
        # The grammar takes NUL for the end of the text. rustc accepts it in comments and texts.
        tree, more = _parse(source.replace(b"\0", b"\1"))
        steps += more
    charge_steps(steps, len(source))
    return tree


def parse_prompt(source: bytes) -> Tree:
    """Parse a task's text, without charging an answer for it."""
    return _parsers.parser.parse(source)


@lru_cache(maxsize=16)
def _parse(source: bytes) -> tuple[Tree, int]:
    """Parse and keep the last few trees: several attempts often parse the same text.

    Returns:
        the tree, and the number of steps: the parser reports each hundred operations.
    """
    parser = _parsers.parser
    most = most_steps(len(source))
    steps = 0

    def count(_offset: int, _has_error: bool) -> bool:
        nonlocal steps
        steps += 1
        return steps > most

    try:
        tree = parser.parse(lambda offset, _: source[offset:], progress_callback=count)
    except BaseException as error:
        parser.reset()
        first = _first_cause(error)
        if isinstance(first, KeyboardInterrupt):
            raise first from None  # it came while the parser read the source
        if isinstance(error, ValueError):
            charge_steps(steps, len(source))  # it was stopped
        raise
    # A tree that was read through a function is slow to take text from. A sound one is made anew
    # from its own parts.
    return tree if tree.root_node.has_error else parser.parse(source, tree), steps


def _first_cause(error: BaseException) -> BaseException:
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def walk(root: Node) -> Iterator[Node]:
    """Yield all nodes of a tree in the order of the text.

    This takes linear time; a tree-sitter query can take quadratic time.
    """
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += reversed(node.children)


def item_name(node: Node) -> str | None:
    """Return the name that an item defines, or None if it defines none (``impl``, ``use``).

    ``r#add`` defines ``add``.
    """
    name = node.child_by_field_name("name")
    return None if name is None else text_of(name).removeprefix(RAW)


def text_of(node: Node) -> str:
    """Return the source text of a node."""
    return (node.text or b"").decode("utf-8", "replace")
