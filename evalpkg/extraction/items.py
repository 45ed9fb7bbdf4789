"""Top-level items of Rust source: finds them, and removes everything else."""

from __future__ import annotations

import re
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
        "format",
        "matches",
        "panic",
        "print",
        "println",
        "todo",
        "unimplemented",
        "unreachable",
        "vec",
        "write",
        "writeln",
    }
)
_TESTED, _UNTESTED = "#[cfg(test)]", "#[cfg(not(test))]"
_UNTESTED_INNER = re.compile(
    r"^[ \t]*#\s*!\s*\[\s*cfg_attr\s*\(\s*not\s*\(\s*test\s*\)\s*,[^\[\]\n]*\]", re.MULTILINE
)
_UNTESTED_LINT = re.compile(
    r"^[ \t]*#!\[(?P<level>deny|forbid|warn)\((?P<names>[\w:, \n]*\bmissing_docs\b[\w:, \n]*)\)\]",
    re.MULTILINE,
)
_MODULES = frozenset({"mod_item", "use_declaration", "impl_item"})
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
    if macro is node and not text_of(node).endswith("}"):
        return False  # an expression; a call that makes items ends in a brace or a semicolon
    name = macro.child_by_field_name("macro")
    return name is not None and text_of(name) not in _STATEMENT_MACROS


def is_inner(node: Node) -> bool:
    """Tell whether a node is an attribute or doc comment of the file that it stands in."""
    if node.type in ("inner_attribute_item", "shebang"):
        return True
    return node.type in COMMENTS and text_of(node).startswith(("//!", "/*!"))


def is_only_items(root: Node) -> bool:
    """Tell whether a source consists of items, comments and attributes, without errors."""
    return not root.has_error and all(belongs(node) for node in root.children)


def dangles(root: Node) -> bool:
    """Tell whether a text ends in an attribute or doc comment, whose item was cut off."""
    for node in reversed(root.children):
        if node.type in ATTRIBUTES:
            return node.type == "attribute_item"
        text = text_of(node)
        if not text.startswith(("//", "/*")):
            return False
        if text.startswith(("///", "/**")) and not text.startswith(("////", "/***", "/**/")):
            return True
    return False


def keep_items(code: bytes, root: Node, start: int = 0) -> bytes:
    """Return ``code`` up to ``start``, then only what may stand at the top level."""
    spans: list[Span] = [(0, start)] if start else []
    spans += [
        (n.start_byte, n.end_byte) for n in root.children if n.start_byte >= start and belongs(n)
    ]
    return join_spans(code, spans)


def as_tested(code: str, name: str) -> str:
    """Return ``code`` as a test run has it: with ``#[cfg(test)]`` true for what it calls.

    This concerns the attribute over a whole file, over a definition of ``name``, and over an item
    that has a variant under ``#[cfg(not(test))]``, which goes. The answer's own tests stay as they
    are. ``missing_docs`` goes from a file's lints, because rustc does not apply it in a test run.
    """
    code = _UNTESTED_LINT.sub(_without_lint, _UNTESTED_INNER.sub("", code))
    if "test" not in code or "cfg" not in code:
        return code
    source = code.encode()
    gone: list[Span] = []
    items: list[tuple[str, Node, Span]] = []
    before: list[Node] = []
    for node in parse(source).root_node.children:
        if node.type == "inner_attribute_item" and _compact(node) == "#![cfg(test)]":
            gone.append((node.start_byte, node.end_byte))
        if node.type in ATTRIBUTES or node.type in COMMENTS:
            before.append(node)
            continue
        own = [one for one in before if not is_inner(one)]
        for one in own:
            said = _compact(one)
            if said == _TESTED:
                items.append((said, node, (one.start_byte, one.end_byte)))
            elif said == _UNTESTED:
                items.append((said, node, (own[0].start_byte, node.end_byte)))
        before = []
    tested = {item_name(node) for said, node, _ in items if said == _TESTED} - {None}
    replaced = {item_name(node) for said, node, _ in items if said == _UNTESTED} & tested
    for _, node, span in items:
        if node.type not in _MODULES and item_name(node) in tested & {name, *replaced}:
            gone.append(span)
    for start, end in sorted(gone, reverse=True):
        source = source[:start] + source[end:]
    return source.decode()


def _without_lint(attribute: re.Match[str]) -> str:
    names = [name.strip() for name in attribute["names"].split(",")]
    kept = ", ".join(name for name in names if name and name != "missing_docs")
    return f"#![{attribute['level']}({kept})]" if kept else ""


def _compact(node: Node) -> str:
    return "".join(text_of(node).split())


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
