"""Tells what a definition is: the answer, a quoted original, or a stub."""

from __future__ import annotations

import re
from enum import IntEnum

from tree_sitter import Node

from evalpkg.extraction.syntax import COMMENTS, text_of
from evalpkg.patterns import lazy_pattern


class Standing(IntEnum):
    """The rank of a definition as the model's answer; the lowest is best."""

    FULL = 0
    QUOTED = 1
    """The words before it call it the original, or wrong."""
    FOREIGN = 2
    """It stands in a block of another language."""
    ELIDED = 3
    """Its body is a stub, or says that something was left out."""


_STUB_MACROS = frozenset({"todo", "unimplemented", "unreachable"})
_PLACEHOLDER = lazy_pattern(r"not (?:yet )?implemented|todo|implement me", re.IGNORECASE)
_ELIDED = lazy_pattern(
    r"""^(?://+|/\*+)\s*+(?:
        [^\n]{0,40}?\b(?:
            (?:same|as)\s+(?:as\s+)?(?:above|before|earlier)
          | rest\s+of\s+(?:the\s+)?(?:code|function|body|implementation|logic)
          | (?:existing|previous|original|remaining)\s+(?:code|body|implementation|logic)
          | same\s+(?:code|body|implementation|function)(?=\s*(?:\*/)?$)
          | (?:remains|stays|is)\s+(?:the\s+same|unchanged)
          | (?:from|see|shown|given|defined)\s+above
          | (?:see|as)\s+(?:the\s+)?(?:previous|first|earlier)
          | (?:code|implementation|logic|body|solution|function)(?:\s+goes)?
            \s+(?:here|above|omitted|from\s+before)
          | fill\s+(?:this\s+|me\s+)?in
          | (?:write|add|put|insert)\s+(?:your|the)\s+(?:\w+\s+)?(?:code|body|logic|implementation)
          | implement\s+(?:me|this|here|the\s+function)
          | details\s+omitted
        )\b .*
      | \[?\s*(?:\.\.\.|…)\s*\]? .*
    )$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_LEFT_OUT = lazy_pattern(
    r"""(?://+|/\*+)[\s(\[<.…\u2013\u2014-]*+(?:(?:function\s+)?(?:code|body|implementation|details?|logic)?\s*
        (?:omitted|elided|snip(?:ped)?|as\s+shown\s+(?:earlier|previously|before))
        (?:\s+for\s+(?:brevity|clarity))?)[\s)\]>.:!…\u2013\u2014*/-]*+$""",
    re.VERBOSE | re.IGNORECASE,
)
_TO_DO = lazy_pattern(
    r"""(?://+|/\*+)\s*+(?:todo\b|[\s(\[<.…-]*+(?:the\s+|same\s+)?
        (?:function\s+body|implementation|function|body|logic|code|un-?changed|no\s+changes?)[\s)\]>.:…*/-]*+$)""",
    re.VERBOSE | re.IGNORECASE,
)
"""Above a single expression: a placeholder; above more, a remark."""
_DOTS = lazy_pattern(r"^[ \t]*+(?:\.\.\.|…)[ \t]*+;?[ \t]*+$", re.MULTILINE)
_TO_DO_MACRO = lazy_pattern(r"(?:return\s+)?(?:\w+::)?(?:todo|unimplemented)\s*!")
_NOTED = lazy_pattern(r"let\s+_\w*\s*=")


def is_elided(function: Node) -> bool:
    """Tell whether a function's body is a stub, or says that part of it was left out."""
    body = function.child_by_field_name("body")
    if body is None:
        return True
    said = [node for node in body.named_children if node.type not in COMMENTS]
    if not said or (_is_stub(said[-1]) and (len(said) == 1 or _only_to_do(said))):
        return True
    if _DOTS.search(text_of(body)):
        return True
    comments = _comments(body)
    if len(said) == 1 and any(_TO_DO.match(text_of(comment)) for comment in comments):
        return True
    return any(_says_elided(comment) for comment in comments)


def _is_stub(node: Node) -> bool:
    if node.type == "expression_statement" and node.named_children:
        node = node.named_children[0]
    if node.type == "return_expression" and node.named_children:
        node = node.named_children[0]
    if node.type == "loop_expression":
        return "".join(text_of(node).split()) == "loop{}"
    macro = _macro(node)
    if macro in _STUB_MACROS:
        return True
    return macro == "panic" and _PLACEHOLDER.search(text_of(node)) is not None


def _macro(node: Node) -> str:
    """Return the last name of the macro that a node calls; empty if it calls none."""
    name = node.child_by_field_name("macro") if node.type == "macro_invocation" else None
    return "" if name is None else text_of(name).rpartition(":")[2].strip()


def _only_to_do(said: list[Node]) -> bool:
    """Tell whether statements only take note of the arguments before a ``todo!()``."""
    if _TO_DO_MACRO.match(text_of(said[-1])) is None:
        return False
    return all(_NOTED.match(text_of(node)) for node in said[:-1])


def _says_elided(comment: Node) -> bool:
    words = text_of(comment).strip()
    return _ELIDED.match(words) is not None or _LEFT_OUT.match(words) is not None


def _comments(node: Node) -> list[Node]:
    found, stack = [], [node]
    while stack:
        current = stack.pop()
        if current.type in COMMENTS:
            found.append(current)
        stack += current.children
    return found
