"""The ways in which one piece of text can hold the program; each is tried on its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from evalpkg.extraction.assemble import with_preamble
from evalpkg.extraction.body import close_body, has_code, skip_introduction
from evalpkg.extraction.definition import find_definition, find_nested, find_start, may_define
from evalpkg.extraction.fences import Block
from evalpkg.extraction.items import functions, is_only_items, starts_like_item
from evalpkg.extraction.prompts import preamble
from evalpkg.extraction.syntax import item_name, parse
from evalpkg.models import Task


class Rule(StrEnum):
    """What the program was made from. In a fenced block, prefixed ``fenced_``."""

    FUNCTION = "function"
    """The whole function, with whatever items stood beside it."""
    BODY = "body"
    """The rest of the function, with its closing brace."""
    BODY_UNCLOSED = "body_unclosed"
    """The rest of the function without its closing brace, which was added."""
    NESTED = "nested"
    """The function inside an ``impl``, ``mod`` or function, made visible at the top level."""
    FUNCTION_BROKEN = "function_broken"
    """The function, cut off or with errors of syntax."""
    BODY_BROKEN = "body_broken"
    """The rest of the function, cut off or with errors of syntax."""


@dataclass(frozen=True, slots=True)
class Found:
    """A program, how it was found, and the fenced block it stood in (None for outside of any)."""

    program: str
    rule: Rule
    block: Block | None = None


Attempt = Callable[[Task, str, Block | None], Found | None]


def definition(task: Task, text: str, block: Block | None = None) -> Found | None:
    """A complete definition of the entry point."""
    code = text.encode()
    if not may_define(code, task.entry_point.encode()):
        return None
    found = find_definition(code, task.entry_point, prose=block is None)
    return None if found is None else _whole(task, found, Rule.FUNCTION, block)


def pure_definition(task: Task, text: str) -> Found | None:
    """A definition in a text that is nothing but items, whatever its comments and strings hold."""
    code = text.encode()
    if not starts_like_item(code) or not may_define(code, task.entry_point.encode()):
        return None
    return definition(task, text) if is_only_items(parse(code).root_node) else None


def body(task: Task, text: str, block: Block | None = None) -> Found | None:
    """The rest of the prompt's function, with or without its closing brace."""
    prompt, code = task.prompt.encode(), text.encode()
    found = close_body(prompt, code, task.entry_point)
    if found is None and block is None:
        found = skip_introduction(prompt, code, task.entry_point)
    if found is None:
        return None
    program, closed = found
    return Found(program.decode(), Rule.BODY if closed else Rule.BODY_UNCLOSED, block)


def closed_body(task: Task, text: str, block: Block | None = None) -> Found | None:
    """The rest of the prompt's function, with its closing brace."""
    found = body(task, text, block)
    return found if found is not None and found.rule is Rule.BODY else None


def nested(task: Task, text: str, block: Block | None = None) -> Found | None:
    """A complete definition inside another item."""
    code = text.encode()
    if not may_define(code, task.entry_point.encode()):
        return None
    prompt = preamble(task.prompt, task.entry_point)
    found = find_nested(code, task.entry_point, prompt)
    return None if found is None else _whole(task, found, Rule.NESTED, block)


def broken_definition(task: Task, text: str, block: Block | None = None) -> Found | None:
    """A definition that is cut off or has errors, with all that follows it."""
    code = text.encode()
    start = find_start(code, task.entry_point)
    if start is None:
        return None
    # In a block everything is code; elsewhere what stands before may be prose.
    rest = code if block is not None else code[start:]
    return _whole(task, rest, Rule.FUNCTION_BROKEN, block)


def broken_body(task: Task, text: str, block: Block | None = None) -> Found | None:
    """The rest of the prompt's function, cut off or with errors, if it is code at all."""
    prompt = task.prompt.encode()
    program = prompt + text.encode()
    if not has_code(program, len(prompt)):
        return None
    return Found(program.decode(), Rule.BODY_BROKEN, block)


def has_main(source: str, entry_point: str) -> bool:
    """Whether there is a ``fn main`` at the top level, or left in an unclosed entry point."""
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


def _whole(task: Task, code: bytes, rule: Rule, block: Block | None) -> Found:
    prompt = preamble(task.prompt, task.entry_point)
    return Found(with_preamble(code.decode(), prompt), rule, block)
