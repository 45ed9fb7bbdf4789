"""From a completion to the program in it.

In this order: the last complete definition of the entry point in a fenced block, one outside of all
blocks, the rest of the prompt's function, a definition inside an ``impl`` or ``mod``, and last what
is cut off or broken, which is kept as it is for the compiler to judge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evalpkg.extraction.assemble import with_helpers
from evalpkg.extraction.attempts import (
    Attempt,
    Found,
    body,
    broken_body,
    broken_definition,
    closed_body,
    definition,
    has_main,
    nested,
    pure_definition,
)
from evalpkg.extraction.body import is_prose
from evalpkg.extraction.cleaning import clean
from evalpkg.extraction.fences import Block, Markdown, may_have_fences, scan
from evalpkg.models import Extraction, Task

LONGEST_CODE = 32_768
"""Characters; a longer block is not read: hostile text may be parsed in quadratic time."""
LONGEST_ANSWER = 262_144
"""Characters; a longer answer is not read at all."""


NO_CODE = "no_code"
TOO_LONG = "too_long"


def extract(task: Task, completion: str) -> Extraction:
    """Find the program in what a model wrote.

    Args:
        task: the task that was asked.
        completion: the raw text, of any kind; this function does not fail.

    Returns:
        The program, complete but for our tests, or None with the rule ``no_code`` (only prose) or
        ``too_long`` (no program in what is short enough to be read).
    """
    text = clean(completion)
    if not text.strip():
        return Extraction(None, NO_CODE)
    if len(text) > LONGEST_ANSWER:
        return Extraction(None, TOO_LONG)
    if not may_have_fences(text):
        if is_prose(text):
            return Extraction(None, NO_CODE)
        return _extraction(task, _sound(task, text) or _broken(task, text), (), text)
    pure = pure_definition(task, text) if len(text) <= LONGEST_CODE else None
    if pure is not None:
        return _extraction(task, pure, (), text)
    markdown = scan(text)
    if markdown.blocks:
        return _extraction(task, _from_markdown(task, markdown), markdown.blocks, text)
    # Fences within a line: code in running text.
    spread = text.replace("```rust", "\n").replace("```", "\n")
    found = _sound(task, text) or _sound(task, spread) or _broken(task, text)
    return _extraction(task, found, (), text)


def _extraction(task: Task, found: Found | None, blocks: Sequence[Block], text: str) -> Extraction:
    if found is None:
        return Extraction(None, TOO_LONG if len(text) > LONGEST_CODE else NO_CODE)
    codes = [found.program, *(block.code for block in blocks if block is not found.block)]
    return Extraction(
        source=found.program,
        rule=found.rule.value if found.block is None else f"fenced_{found.rule}",
        main_free=not any(has_main(code, task.entry_point) for code in codes),
    )


def _sound(task: Task, text: str) -> Found | None:
    """A program without errors of syntax, in an answer without fenced blocks."""
    if len(text) > LONGEST_CODE:
        return None
    return definition(task, text) or body(task, text) or nested(task, text)


def _broken(task: Task, text: str) -> Found | None:
    """What is cut off or has errors, in an answer without fenced blocks."""
    if len(text) > LONGEST_CODE:
        return None
    return broken_definition(task, text) or broken_body(task, text)


def _from_markdown(task: Task, markdown: Markdown) -> Found | None:
    """The program in an answer with fenced blocks."""
    blocks = [block for block in markdown.blocks if len(block.code) <= LONGEST_CODE]
    rust = [block for block in blocks if block.may_be_rust]
    texts = [t for t in markdown.outside if t.strip() and len(t) <= LONGEST_CODE]
    return (
        _first(definition, task, [(b.code, b) for b in reversed(blocks)], blocks)
        or _first(definition, task, [(t, None) for t in reversed(texts)])
        or _first(definition, task, _whole(markdown))
        or _first(body, task, [(t, None) for t in texts[:1] if t is markdown.outside[0]])
        or _first(closed_body, task, [(b.code, b) for b in rust], rust)
        or _first(body, task, [(b.code, b) for b in rust], rust)
        or _first(nested, task, [(b.code, b) for b in reversed(blocks)])
        or _first(broken_definition, task, [(b.code, b) for b in reversed(rust)])
        or _first(broken_definition, task, [(t, None) for t in reversed(texts)])
        or _first(broken_body, task, [(b.code, b) for b in rust])
        or _first(broken_body, task, [(t, None) for t in texts])
    )


def _first(
    attempt: Attempt,
    task: Task,
    pieces: Sequence[tuple[str, Block | None]],
    blocks: Sequence[Block] = (),
) -> Found | None:
    """The first piece that ``attempt`` finds a program in, with helpers from other ``blocks``."""
    for code, block in pieces:
        found = attempt(task, code, block)
        if found is None:
            continue
        others = [other.code for other in blocks if other is not block]
        if others:
            return replace(found, program=with_helpers(found.program, others, task.entry_point))
        return found
    return None


def _whole(markdown: Markdown) -> list[tuple[str, Block | None]]:
    """All blocks as one, for code that has lines in it which look like fences."""
    if len(markdown.whole) > LONGEST_CODE:
        return []
    return [(markdown.whole, Block(markdown.whole, "", closed=True))]
