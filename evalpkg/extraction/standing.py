"""Tells what a definition is: the answer, a quoted original, or a stub."""

from __future__ import annotations

import re
from enum import IntEnum

from tree_sitter import Node

from evalpkg.extraction.syntax import COMMENTS, text_of


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
_PLACEHOLDER = re.compile(r"not (?:yet )?implemented|todo|implement me", re.IGNORECASE)
_ELIDED = re.compile(
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
_TO_DO = re.compile(r"(?://+|/\*+)\s*todo\b", re.IGNORECASE)
"""Above a single expression: a placeholder; above more, a remark."""
_DOTS = re.compile(r"^[ \t]*+(?:\.\.\.|…)[ \t]*+;?[ \t]*+$", re.MULTILINE)
_QUOTED = re.compile(
    r"""\b(?:original(?:ly)?|old|previous(?:ly)?|earlier|buggy|broken|wrong|incorrect|faulty|naive
        |bug|mistake|anti-?pattern|instead\ of|for\ (?:comparison|reference)|before
        |(?:you|we)\ (?:gave|posted|wrote|had|provided|started)
        |your\ (?:code|version|function|signature|attempt|snippet)
        |(?:do\ not|don't|never|avoid)(?:\ \w+){0,3}\ (?:this|that|these)|bad
        |(?:does|did|would|will)(?:\ not|n't)\ (?:work|compile|pass)
        |(?:fails|failed|panics))\b|[❌✗✘]""",
    re.VERBOSE | re.IGNORECASE,
)
_MEANT = re.compile(
    r"""\b(?:fix(?:e[sd])?|correct(?:ed|s|ion|ly)?|final|improv\w+|updat\w+|new|better|answer
        |solution|optimi[sz]\w+|working|revis\w+|rewrit\w+|refactor\w+|complete[d]?|should\ be
        |(?:so|thus|hence|therefore),?\ (?:i|we|use|here|it)|replace\w*|becomes
        |after|now|here\ is\ the\ function|repaired)\b|[✅✓✔]""",
    re.VERBOSE | re.IGNORECASE,
)
_MOST_LABEL = 200


def is_elided(function: Node) -> bool:
    """Tell whether a function's body is a stub, or says that part of it was left out."""
    body = function.child_by_field_name("body")
    if body is None:
        return True
    said = [node for node in body.named_children if node.type not in COMMENTS]
    if not said or (len(said) == 1 and _is_stub(said[0])):
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
    if node.type != "macro_invocation":
        return False
    name = node.child_by_field_name("macro")
    if name is None:
        return False
    if text_of(name) in _STUB_MACROS:
        return True
    return text_of(name) == "panic" and _PLACEHOLDER.search(text_of(node)) is not None


def _says_elided(comment: Node) -> bool:
    return _ELIDED.match(text_of(comment).strip()) is not None


def _comments(node: Node) -> list[Node]:
    found, stack = [], [node]
    while stack:
        current = stack.pop()
        if current.type in COMMENTS:
            found.append(current)
        stack += current.children
    return found


def is_label_of_a_quotation(words: str) -> bool:
    """Tell whether the line above a definition calls it the original, or wrong."""
    line = last_line(words)
    return _QUOTED.search(line) is not None and _MEANT.search(line) is None


def last_line(words: str) -> str:
    """Return the last line of ``words``, cut to the length of a label."""
    return words.rstrip().rpartition("\n")[2][-_MOST_LABEL:]
