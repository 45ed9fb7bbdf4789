"""Top-level items of Rust source: finds them, and removes everything else."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from evalpkg.extraction.syntax import (
    ATTRIBUTES,
    COMMENTS,
    ITEMS,
    item_name,
    parse,
    text_of,
)

Span = tuple[int, int]
"""Start and end byte."""

_KEPT = ITEMS | COMMENTS | ATTRIBUTES | {"empty_statement"}
_STATEMENT_MACROS = frozenset(
    {
        "assert",
        "assert_eq",
        "assert_ne",
        "dbg",
        "debug_assert",
        "debug_assert_eq",
        "debug_assert_ne",
        "eprint",
        "eprintln",
        "panic",
        "print",
        "println",
    }
)
_IF_TESTED = "#![cfg(test)]"
_ITEM_STARTS = (
    *("fn ", "pub ", "pub(", "use ", "struct ", "enum ", "impl ", "impl<", "trait ", "mod "),
    *("const ", "static ", "type ", "unsafe ", "async ", "extern ", "macro_rules!", "#[", "//"),
    "/*",
)


def functions(root: Node, name: str) -> list[Node]:
    """Return the top-level functions called ``name``."""
    return [n for n in root.children if n.type == "function_item" and item_name(n) == name]


def is_complete(function: Node) -> bool:
    """Tell whether a function has no syntax errors and has its own closing brace."""
    body = function.child_by_field_name("body")
    if body is None or not body.children or function.has_error:
        return False
    last = body.children[-1]
    return last.type == "}" and not last.is_missing


def belongs(node: Node) -> bool:
    """Tell whether a child of the root may stand at the top level of a file.

    The grammar accepts statements there too, and so takes prose and example calls.
    """
    if node.type in _KEPT:
        # Prose such as "use a map" starts like an item. It does not form functions by chance, nor
        # extern blocks, in which the grammar reads `safe` as an error.
        return not node.has_error or node.type in ("function_item", "foreign_mod_item")
    macro = node.children[0] if node.type == "expression_statement" else node
    if macro.type != "macro_invocation" or node.has_error:
        return False
    name = macro.child_by_field_name("macro")
    return name is not None and text_of(name) not in _STATEMENT_MACROS


def is_only_items(root: Node) -> bool:
    """Tell whether a source consists of items, comments and attributes, without errors."""
    return not root.has_error and all(belongs(node) for node in root.children)


def keep_items(code: bytes, root: Node, start: int = 0) -> bytes:
    """Return ``code`` up to ``start``, then only what may stand at the top level."""
    spans: list[Span] = [(0, start)] if start else []
    spans += [
        (n.start_byte, n.end_byte) for n in root.children if n.start_byte >= start and belongs(n)
    ]
    return join_spans(code, spans)


def without_inner_test(code: str) -> str:
    """Return ``code`` without ``#![cfg(test)]`` at its top, which a test run takes as true."""
    if "#!" not in code or "test" not in code:
        return code
    source = code.encode()
    for node in reversed(parse(source).root_node.children):
        if node.type == "inner_attribute_item" and "".join(text_of(node).split()) == _IF_TESTED:
            source = source[: node.start_byte] + source[node.end_byte :]
    return source.decode()


def join_spans(code: bytes, spans: Sequence[Span]) -> bytes:
    """Return the parts of ``code`` at ``spans``, with the text between them if it is blank."""
    pieces: list[bytes] = []
    end = 0
    for span_start, span_end in spans:
        between = code[end:span_start]
        if pieces:
            pieces.append(between if not between.strip() else b"\n")
        pieces.append(code[span_start:span_end])
        end = span_end
    return b"".join(pieces)


def starts_like_item(text: str) -> bool:
    """Tell whether a text begins like a Rust item."""
    return text.lstrip().startswith(_ITEM_STARTS)
