"""The completion as the rest of the function that the prompt opens."""

from __future__ import annotations

from functools import lru_cache

from tree_sitter import Node, Query, QueryCursor

from evalpkg.extraction.items import functions, is_complete, is_only_items, keep_items
from evalpkg.extraction.syntax import ATTRIBUTES, COMMENTS, ITEMS, parse, rust

_CODE = """
[
  (let_declaration) (macro_invocation) (for_expression) (while_expression) (loop_expression)
  (if_expression) (match_expression) (function_item) (struct_item) (impl_item)
  (call_expression function: (field_expression))
  (expression_statement (call_expression))
  (expression_statement (return_expression))
  (expression_statement (assignment_expression))
  (expression_statement (compound_assignment_expr))
] @code
(ERROR "let" @cut "=")
(ERROR "for" @cut "in" "{")
(ERROR "while" @cut "{")
(ERROR "if" @cut "{")
(ERROR "match" @cut "{")
(ERROR "fn" @cut "(")
"""
"""Statements and expressions that prose does not make by chance, and the heads of broken ones."""

_SIGNS = frozenset('(){}[];=!|<>+*/%&"')
_SIGNS_OF_CODE = frozenset(b"{};=")
_MOST_WORDS = 8


def is_prose(text: str) -> bool:
    """Whether there is no sign in many words: a quick look that spares most refusals a parse."""
    return _SIGNS.isdisjoint(text) and len(text.split()) > _MOST_WORDS


def close_body(prompt: bytes, code: bytes, name: str) -> tuple[bytes, bool] | None:
    """The program that ``prompt`` and ``code`` make, if ``code`` ends the prompt's function.

    Returns:
        The program, and whether ``code`` brought the closing brace itself; None if the function
        does not parse. What follows the function is kept only as far as it is items.
    """
    program = prompt + code
    root = parse(program).root_node
    if is_only_items(root):
        return program, True
    closed = program + b"\n}\n"
    if root.has_error:
        whole = parse(closed).root_node
        if is_only_items(whole):
            return (closed, False) if _says_something(whole, name) else None
    end = _function_end(root, len(prompt), name)
    if end and not parse(program[:end]).root_node.has_error:
        return keep_items(program, root, end), True
    return None


def skip_introduction(prompt: bytes, code: bytes, name: str) -> tuple[bytes, bool] | None:
    """Like ``close_body``, for code that comes after one or more paragraphs of prose."""
    rest = code
    for _ in range(4):
        paragraph, blank, rest = rest.partition(b"\n\n")
        if not blank or not _SIGNS_OF_CODE.isdisjoint(paragraph):
            return None
        if _SIGNS_OF_CODE.isdisjoint(rest):
            return None
        found = close_body(prompt, rest, name)
        if found is not None and has_code(found[0], len(prompt)):
            return found
    return None


def has_code(program: bytes, start: int) -> bool:
    """Whether a line after ``start`` begins with what is Rust for sure, not words of prose."""
    captures = QueryCursor(_code_query()).captures(parse(program).root_node)
    found = [node for node in captures.get("code", ()) if not node.has_error]
    for node in found + captures.get("cut", []):
        line = max(start, program.rfind(b"\n", 0, node.start_byte) + 1)
        if node.start_byte >= start and not program[line : node.start_byte].strip(b" \t{}"):
            return True
    return False


def _says_something(root: Node, name: str) -> bool:
    """Whether the function holds more than comments and items: those alone answer nothing."""
    idle = COMMENTS | ITEMS | ATTRIBUTES
    bodies = [function.child_by_field_name("body") for function in functions(root, name)]
    return any(n.type not in idle for body in bodies if body for n in body.named_children)


def _function_end(root: Node, start: int, name: str) -> int:
    """End of the function that the prompt opens, 0 if it is not complete or has errors."""
    for function in functions(root, name):
        if function.start_byte < start < function.end_byte:
            return function.end_byte if is_complete(function) else 0
    return 0


@lru_cache(maxsize=1)
def _code_query() -> Query:
    return Query(rust(), _CODE)
