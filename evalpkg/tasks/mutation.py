"""Changes at one node of a syntax tree that turn correct code into wrong code."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from evalpkg.extraction import text_of

Change = tuple[str, int, int, str]
"""Name of the change, start byte, end byte, and the text that replaces those bytes."""

_SWAPS = {
    "<": ("<=", ">="),
    "<=": ("<", ">"),
    ">": (">=", "<="),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "+": ("-",),
    "-": ("+",),
    "*": ("+",),
    "%": ("*",),
    "&&": ("||",),
    "||": ("&&",),
    "+=": ("-=",),
    "-=": ("+=",),
    "*=": ("+=",),
    "..": ("..=",),
    "..=": ("..",),
}
_METHODS = {
    "any": "all",
    "all": "any",
    "min": "max",
    "max": "min",
    "filter": "take_while",
    "take_while": "filter",
    "to_uppercase": "to_lowercase",
    "to_lowercase": "to_uppercase",
    "to_ascii_uppercase": "to_ascii_lowercase",
    "to_ascii_lowercase": "to_ascii_uppercase",
    "sum": "product",
    "product": "sum",
    "ceil": "floor",
    "floor": "ceil",
}
_CONVERSIONS = frozenset(
    {
        "as_str",
        "chars",
        "clone",
        "cloned",
        "collect",
        "copied",
        "into",
        "into_iter",
        "iter",
        "to_owned",
        "to_string",
        "to_vec",
    }
)
"""Methods that only convert a type: without them the code does the same, or does not compile."""
_LONGEST_STRING = 60
"""Longer strings are prose: without their last letter they are still right."""
_MESSAGES = frozenset({"expect", "unreachable", "panic", "assert"})
_OPERATORS = frozenset({"binary_expression", "compound_assignment_expr", "range_expression"})
_CONDITIONS = frozenset({"if_expression", "while_expression"})
_DELETABLE = frozenset({"call_expression", "continue_expression", "break_expression"})


def changes(node: Node) -> Iterator[Change]:
    """Yield all changes at one node, without those at its children."""
    if node.type in _OPERATORS:
        for child in node.children:
            for text in _SWAPS.get(child.type, ()):
                yield f"{child.type} to {text}", child.start_byte, child.end_byte, text
    elif node.type in _CONDITIONS:
        condition = node.child_by_field_name("condition")
        if condition is not None and condition.type not in ("let_condition", "let_chain"):
            yield "negate", condition.start_byte, condition.end_byte, f"!({text_of(condition)})"
    elif node.type == "integer_literal":
        yield from _off_by_one(node)
    elif node.type == "unary_expression" and node.children[0].type in ("!", "-"):
        yield "drop sign", node.start_byte, node.children[0].end_byte, ""
    elif node.type == "boolean_literal":
        flipped = "false" if text_of(node) == "true" else "true"
        yield "flip literal", node.start_byte, node.end_byte, flipped
    elif node.type == "expression_statement" and node.children[0].type in _DELETABLE:
        yield "delete", node.start_byte, node.end_byte, ""
    elif node.type == "call_expression":
        yield from _other_call(node)
    elif node.type in ("char_literal", "string_literal", "float_literal"):
        yield from _other_literal(node)


def _other_call(node: Node) -> Iterator[Change]:
    """Leave a method call out of a chain, or call its counterpart instead."""
    function = node.child_by_field_name("function")
    if function is None or function.type != "field_expression":
        return
    receiver, field = function.children[0], function.children[-1]
    name = text_of(field)
    if name in _MESSAGES:
        return
    if name not in _CONVERSIONS:
        yield "skip call", receiver.end_byte, node.end_byte, ""
    if name in _METHODS:
        yield f"{name} to {_METHODS[name]}", field.start_byte, field.end_byte, _METHODS[name]


def _other_literal(node: Node) -> Iterator[Change]:
    """Change a character, shorten a string, or move a float by a tenth."""
    text = text_of(node)
    if node.type == "char_literal" and len(text) == 3 and text[1].isascii():
        other = chr(ord(text[1]) + 1)
        if other not in "'\\\x7f":
            yield "next char", node.start_byte, node.end_byte, f"'{other}'"
    elif node.type == "string_literal" and 2 < len(text) <= _LONGEST_STRING:
        if "\\" not in text and not _is_message(node):
            yield "shorter string", node.start_byte, node.end_byte, text[:-2] + '"'
    elif node.type == "float_literal" and text.replace(".", "").isdigit():
        yield "tenth more", node.start_byte, node.end_byte, str(float(text) + 0.1)


def _is_message(literal: Node) -> bool:
    """Tell whether a string is only printed when something goes wrong."""
    arguments = literal.parent
    call = None if arguments is None else arguments.parent
    function = None if call is None else call.child_by_field_name("function")
    return function is not None and text_of([function, *function.children][-1]) in _MESSAGES


def _off_by_one(node: Node) -> Iterator[Change]:
    digits = text_of(node)
    if digits.isdigit():
        value = int(digits)
        yield "plus one", node.start_byte, node.end_byte, str(value + 1)
        if value > 0:
            yield "minus one", node.start_byte, node.end_byte, str(value - 1)
