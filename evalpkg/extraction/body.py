"""Reads a completion as the rest of the function that the prompt opens."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from evalpkg.extraction.assemble import with_helpers
from evalpkg.extraction.items import functions, is_only_items
from evalpkg.extraction.lexing import body_end
from evalpkg.extraction.pieces import choose_versions, join_pieces, read_pieces
from evalpkg.extraction.syntax import ATTRIBUTES, COMMENTS, ITEMS, RAW, parse, text_of, walk

_CODE = frozenset(
    {
        *("let_declaration", "macro_invocation", "for_expression", "while_expression"),
        *("loop_expression", "if_expression", "match_expression"),
        *("function_item", "struct_item", "impl_item"),
    }
)
"""Statements and expressions that prose does not form by chance."""

_CODE_AS_STATEMENT = frozenset(
    {
        *("call_expression", "return_expression", "assignment_expression"),
        "compound_assignment_expr",
    }
)
_HEADS = {
    "let": ("=",),
    "for": ("in", "{"),
    "while": ("{",),
    "if": ("{",),
    "match": ("{",),
    "fn": ("(",),
}
"""First words of a construct, and the signs that must follow where its end was cut off."""

_SIGNS = frozenset('(){}[];=!|<>+*/%&"')
_SIGNS_OF_CODE = frozenset("{};=")
_PARAGRAPH_END = re.compile(r"\n\n|(?<!:):\n(?!\n)")
_MOST_WORDS = 8


def is_prose(text: str) -> bool:
    """Tell whether a text has many words and no sign of code.

    This quick check saves the parse of most refusals.
    """
    return _SIGNS.isdisjoint(text) and len(text.split()) > _MOST_WORDS


def complete_body(prompt: str, text: str, name: str) -> str | None:
    """Return the prompt and ``text`` as a program if ``text`` ends the prompt's function.

    The function is the answer. Of the text after it, only items that the function needs are kept,
    so a model that goes on writing gets neither more tries nor penalties.
    """
    ending = body_end(text)
    if not ending.complete:
        return None
    program = prompt + text[: ending.position]
    root = parse(program.encode()).root_node
    if not is_only_items(root) or not _said(root, name):
        return None
    return _with_rest(program, text[ending.position :], name)


def unclosed_body(prompt: str, text: str, name: str) -> str | None:
    """Return ``prompt``, ``text`` and a closing brace as a program, if it has no errors."""
    ending = body_end(text)
    if ending.complete or ending.depth != 1 or ending.inside:
        return None
    program = f"{prompt}{text}\n}}\n"
    root = parse(program.encode()).root_node
    said = _said(root, name)
    if not said or not is_only_items(root) or _is_cut_file(text, said, name):
        return None
    return program


def skip_introduction(prompt: str, text: str, name: str) -> tuple[str, bool] | None:
    """Find a body that comes after one or more paragraphs of prose.

    Returns:
        the program, and whether the text closed the function itself.
    """
    rest = text
    for _ in range(4):
        end = _PARAGRAPH_END.search(rest)
        if end is None or not _SIGNS_OF_CODE.isdisjoint(rest[: end.start()]):
            return None
        rest = rest[end.end() :]
        if _SIGNS_OF_CODE.isdisjoint(rest):
            return None
        program = complete_body(prompt, rest, name)
        closed = program is not None
        program = program or unclosed_body(prompt, rest, name)
        if program is not None and (closed or has_code(program, len(prompt.encode()))):
            return program, closed
    return None


def broken_body(prompt: str, text: str, name: str) -> str | None:
    """Return prompt and ``text``, cut off or with errors, if ``text`` is code at all."""
    program = prompt + text
    if not has_code(program, len(prompt.encode())):
        return None
    ending = body_end(text)
    if not ending.complete:
        return program
    return _with_rest(prompt + text[: ending.position], text[ending.position :], name)


def _with_rest(program: str, rest: str, name: str) -> str:
    """Return ``program`` with the items of ``rest`` that it needs."""
    if not rest.strip():
        return program + rest
    pieces = choose_versions(read_pieces(rest).found)
    return with_helpers(program, [join_pieces(rest, pieces)], name, behind=True)


def has_code(program: str, start: int) -> bool:
    """Tell whether a line after byte ``start`` begins with certain Rust and not with prose."""
    source = program.encode()
    for node in _code(parse(source).root_node):
        if node.start_byte < start:
            continue
        line = max(start, source.rfind(b"\n", 0, node.start_byte) + 1)
        if not source[line : node.start_byte].strip(b" \t{}"):
            return True
    return False


def _code(root: Node) -> Iterator[Node]:
    """Yield nodes that are code without errors, and the first words of code that was cut off."""
    for node in walk(root):
        if node.type == "ERROR":
            yield from _cut_heads(node.children)
        elif node.has_error:
            continue
        elif node.type in _CODE:
            yield node
        elif node.type == "expression_statement":
            if node.children[0].type in _CODE_AS_STATEMENT:
                yield node
        elif node.type == "call_expression":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "field_expression":
                yield node


def _cut_heads(children: list[Node]) -> Iterator[Node]:
    last: dict[str, int] = {node.type: number for number, node in enumerate(children)}
    for number, node in enumerate(children):
        wanted = _HEADS.get(node.type)
        if wanted is not None and all(last.get(mark, -1) > number for mark in wanted):
            yield node


def _said(root: Node, name: str) -> list[Node]:
    """Return what the function holds besides comments and items, which give no answer."""
    idle = COMMENTS | ITEMS | ATTRIBUTES
    bodies = [function.child_by_field_name("body") for function in functions(root, name)]
    return [n for body in bodies if body for n in body.named_children if n.type not in idle]


def _is_cut_file(text: str, said: list[Node], name: str) -> bool:
    """Tell whether a text defines ``name`` in an item, and what else it says does not use it.

    It is a file that was cut in the first word of its next item.
    """
    if re.search(rf"\bfn\s+(?:{RAW})?{re.escape(name)}\b", text) is None:
        return False
    return not any(name in text_of(node) for node in said)
