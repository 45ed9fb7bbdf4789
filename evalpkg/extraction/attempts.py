"""The ways in which a piece of text can hold the program; each is tried by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from evalpkg.extraction import body as bodies
from evalpkg.extraction.assemble import with_preamble
from evalpkg.extraction.definition import (
    find_broken,
    find_definition,
    find_start,
    find_unclosed,
    may_define,
)
from evalpkg.extraction.fences import Block
from evalpkg.extraction.items import functions, is_only_items, starts_like_item
from evalpkg.extraction.nested import find_nested, only_in_tests
from evalpkg.extraction.prompts import preamble
from evalpkg.extraction.standing import Standing, is_elided
from evalpkg.extraction.syntax import item_name, parse
from evalpkg.models import Task


class Rule(StrEnum):
    """The form in which the answer held the program.

    In a fenced block, the rule is prefixed with ``fenced_``.
    """

    FUNCTION = "function"
    """The whole function, with the items that stood beside it."""
    BODY = "body"
    """The rest of the function, with its closing brace."""
    BODY_UNCLOSED = "body_unclosed"
    """The rest of the function without its closing brace, which was added."""
    FUNCTION_UNCLOSED = "function_unclosed"
    """The whole function without its closing brace, which was added."""
    NESTED = "nested"
    """The function inside an ``impl``, ``mod`` or function, made visible at the top level."""
    FUNCTION_BROKEN = "function_broken"
    """The function, cut off or with syntax errors."""
    BODY_BROKEN = "body_broken"
    """The rest of the function, cut off or with syntax errors."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A piece of an answer.

    Attributes:
        text: the text of the piece.
        block: the fenced block that holds it; None for text outside of blocks.
        label: the words before it.
    """

    text: str
    block: Block | None = None
    label: str = ""

    @property
    def closed(self) -> bool:
        """False if the answer ended inside the block."""
        return self.block is None or self.block.closed


@dataclass(frozen=True, slots=True)
class Found:
    """A program, the rule that found it, and the piece that held it."""

    program: str
    rule: Rule
    piece: Excerpt
    standing: Standing = Standing.FULL


Attempt = Callable[[Task, Excerpt], Found | None]


def definition(task: Task, piece: Excerpt) -> Found | None:
    """Find a complete definition of the entry point."""
    if not may_define(piece.text, task.entry_point):
        return None
    found = find_definition(
        piece.text,
        task.entry_point,
        prose=piece.block is None,
        label=piece.label,
        closed=piece.closed,
    )
    if found is None:
        return None
    standing = found.standing
    if piece.block is not None and not piece.block.may_be_rust:
        standing = max(standing, Standing.FOREIGN)
    return Found(_whole(task, found.code), Rule.FUNCTION, piece, standing)


def pure_definition(task: Task, text: str) -> Found | None:
    """Find a definition in a text that consists of items only.

    Comments and strings may hold anything, even fences.
    """
    if not starts_like_item(text) or not may_define(text, task.entry_point):
        return None
    return (
        definition(task, Excerpt(text)) if is_only_items(parse(text.encode()).root_node) else None
    )


def repeats_prompt(task: Task, text: str) -> bool:
    """Tell whether a text begins with the prompt, as a base model's or a harness's does."""
    return text.lstrip().startswith(task.prompt.strip())


def continuation(task: Task, piece: Excerpt) -> Found | None:
    """Read the piece, from its first character, as the rest of the prompt's function.

    It must reach the closing brace. It may first repeat the prompt; then a stub is no answer yet,
    because it may be what was asked.
    """
    prompt, text, rule = task.prompt, piece.text, Rule.BODY
    if repeats_prompt(task, text):
        end = len(text) - len(text.lstrip()) + len(prompt.strip())
        prompt, text, rule = text[:end], text[end:], Rule.FUNCTION
    program = bodies.complete_body(prompt, text, task.entry_point)
    if program is None or (rule is Rule.FUNCTION and _is_stub(program, task.entry_point)):
        return None
    return Found(program, rule, piece)


def _is_stub(program: str, name: str) -> bool:
    return all(map(is_elided, functions(parse(program.encode()).root_node, name)))


def body(task: Task, piece: Excerpt) -> Found | None:
    """Read the piece as the rest of the prompt's function, with or without closing brace."""
    found = closed_body(task, piece)
    if found is not None:
        return found
    program = bodies.unclosed_body(task.prompt, piece.text, task.entry_point)
    if program is not None:
        return Found(program, Rule.BODY_UNCLOSED, piece)
    return introduced_body(task, piece) if piece.block is None else None


def introduced_body(task: Task, piece: Excerpt) -> Found | None:
    """Read what follows paragraphs of prose as the rest of the prompt's function."""
    introduced = bodies.skip_introduction(task.prompt, piece.text, task.entry_point)
    if introduced is None:
        return None
    program, closed = introduced
    return Found(program, Rule.BODY if closed else Rule.BODY_UNCLOSED, piece)


def closed_body(task: Task, piece: Excerpt) -> Found | None:
    """Read the piece as the rest of the prompt's function, with its closing brace."""
    program = bodies.complete_body(task.prompt, piece.text, task.entry_point)
    return None if program is None else Found(program, Rule.BODY, piece)


def unclosed_definition(task: Task, piece: Excerpt) -> Found | None:
    """Find the whole function without its last brace, as a stop text leaves it."""
    if not may_define(piece.text, task.entry_point):
        return None
    code = find_unclosed(piece.text, task.entry_point)
    return None if code is None else Found(_whole(task, code), Rule.FUNCTION_UNCLOSED, piece)


def nested(task: Task, piece: Excerpt) -> Found | None:
    """Find a complete definition inside another item."""
    if not may_define(piece.text, task.entry_point):
        return None
    prompt = preamble(task.prompt, task.entry_point)
    code = find_nested(piece.text, task.entry_point, prompt)
    return None if code is None else Found(_whole(task, code), Rule.NESTED, piece)


def broken_definition(task: Task, piece: Excerpt) -> Found | None:
    """Find a definition that is cut off or has errors, with the items around it."""
    text, name = piece.text, task.entry_point
    start = find_start(text, name)
    if start is None or only_in_tests(text, name):
        return None
    code = find_broken(text, name, closed=piece.closed)
    if code is None:
        # In a block everything is code; elsewhere there may be prose before the function.
        code = text if piece.block is not None else text[start:]
    return Found(_whole(task, code), Rule.FUNCTION_BROKEN, piece)


def broken_body(task: Task, piece: Excerpt) -> Found | None:
    """Read the piece as the rest of the function, cut off or with errors, if it is code."""
    if only_in_tests(piece.text, task.entry_point):
        return None
    program = bodies.broken_body(task.prompt, piece.text, task.entry_point)
    return None if program is None else Found(program, Rule.BODY_BROKEN, piece)


def has_main(source: str, entry_point: str) -> bool:
    """Tell whether ``fn main`` is at the top level or inside an unclosed entry point."""
    if "main" not in source or "fn" not in source:
        return False
    root = parse(source.encode()).root_node
    if functions(root, "main"):
        return True
    for function in functions(root, entry_point):
        block = function.child_by_field_name("body")
        inner = [] if block is None else block.children
        if any(n.type == "function_item" and item_name(n) == "main" for n in inner):
            return True
    return False


def _whole(task: Task, code: str) -> str:
    return with_preamble(code, preamble(task.prompt, task.entry_point))
