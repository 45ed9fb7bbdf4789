"""From what a model wrote to a Rust program, by parsing."""

from __future__ import annotations

from itertools import pairwise

from evalpkg.extraction.fences import fenced_blocks
from evalpkg.extraction.program import Piece, has_main
from evalpkg.extraction.syntax import COMMENTS, item_name, text_of
from evalpkg.models import Extraction, Task

END_MARKS = ("<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "<|endoftext|>", "</s>")
"""Chat markers that some servers leave at the end of a completion."""

ITEM_STARTS = (
    *("fn ", "pub ", "pub(", "use ", "#[", "#![", "///", "struct ", "enum ", "impl ", "impl<"),
    *("const ", "static ", "type ", "mod ", "trait ", "macro_rules!", "unsafe ", "extern "),
)
MOST_STARTS = 32


def extract(task: Task, completion: str) -> Extraction:
    """The program in ``completion``, with the rule that found it.

    Rules: ``fenced_function`` and ``function`` (the entry point is defined whole),
    ``fenced_broken`` and ``broken`` (it is defined, but its text does not parse), ``fenced_body``
    and ``body`` (the text goes on where the prompt stopped), with ``_unclosed`` where the closing
    brace was missing, and ``no_code``.
    """
    text = _clean(completion)
    blocks = fenced_blocks(text)
    for candidates, prefix in ((blocks, "fenced_"), ([] if blocks else [text], "")):
        found = _whole_function(task, candidates, prefix)
        if found is not None:
            return found
    found = None
    if blocks:
        found = _body(task, blocks[0], "fenced_")
    return found or _body(task, text, "") or Extraction(None, "no_code")


def _clean(completion: str) -> str:
    text = completion.removeprefix("\ufeff").replace("\r\n", "\n")
    for mark in END_MARKS:
        if mark in text:
            text = text[: text.index(mark)]
    return text


def _whole_function(task: Task, blocks: list[str], prefix: str) -> Extraction | None:
    """The last block that defines the entry point whole; failing that, the last that tries."""
    broken: tuple[int, Piece] | None = None
    for index in range(len(blocks) - 1, -1, -1):
        if task.entry_point not in blocks[index]:
            continue
        piece = _past_prose(blocks[index], task.entry_point)
        function = piece.function(task.entry_point)
        if function is None:
            if broken is None and _mentions_definition(piece, task.entry_point):
                broken = index, piece
        elif function.has_error:
            broken = broken or (index, piece)
        else:
            return _program(task, _code_of(piece), blocks, index, prefix + "function")
    if broken is None:
        return None
    index, piece = broken
    lines = piece.text().split("\n")
    first = next((i for i, line in enumerate(lines) if line.lstrip().startswith(ITEM_STARTS)), 0)
    return _program(task, "\n".join(lines[first:]), blocks, index, prefix + "broken")


def _past_prose(text: str, name: str) -> Piece:
    """``text`` from the first line on from which ``name`` parses as a whole function.

    One apostrophe of prose in front of code, read as a character literal, can spoil all the rest.
    """
    whole = Piece.of(text)
    if not whole.root.has_error or _sound(whole, name):
        return whole
    lines = text.split("\n")
    starts = [i for i, line in enumerate(lines) if i and line.lstrip().startswith(ITEM_STARTS)]
    for start in starts[:MOST_STARTS]:
        piece = Piece.of("\n".join(lines[start:]))
        if _sound(piece, name):
            return piece
    return whole


def _sound(piece: Piece, name: str) -> bool:
    function = piece.function(name)
    return function is not None and not function.has_error


def _mentions_definition(piece: Piece, name: str) -> bool:
    """``fn name`` as tokens of text that does not parse as a function."""
    stack = [piece.root]
    while stack:
        node = stack.pop()
        children = node.children
        for before, after in pairwise(children):
            if before.type == "fn" and text_of(after) == name:
                return True
        stack.extend(child for child in children if child.has_error)
    return False


def _code_of(piece: Piece) -> str:
    """A piece without the prose around its items; all of it where it is Rust throughout."""
    if not piece.root.has_error:
        return piece.text()
    return "\n".join(piece.text(start, end) for start, end, _ in piece.items())


def _program(task: Task, code: str, blocks: list[str], index: int, rule: str) -> Extraction:
    """``code``, with what it uses of the other blocks and of the prompt in front of it."""
    piece = Piece.of(code)
    defined = _names(piece)
    words = set(_words(piece))
    front: list[str] = []
    others = [text for i, text in enumerate(blocks) if i != index]
    for source in [_preamble(task), *others]:
        if not source.strip():
            continue
        other = Piece.of(source)
        for start, end, node in other.items():
            name = item_name(node)
            text = other.text(start, end)
            wanted = name is not None and name in words and name not in defined
            if node.type == "use_declaration":
                wanted = other.text(node.start_byte, node.end_byte) not in code
            if wanted and not node.has_error and name not in (task.entry_point, "main"):
                front.append(text)
                defined.add(name or text)
    source = "\n".join([*front, code])
    return Extraction(source, rule, not has_main(piece))


def _preamble(task: Task) -> str:
    """What the prompt holds before the entry point."""
    piece = Piece.of(task.prompt + "\n}")
    function = piece.function(task.entry_point)
    return "" if function is None else piece.text(0, function.start_byte)


def _names(piece: Piece) -> set[str]:
    return {name for _, _, node in piece.items() if (name := item_name(node)) is not None}


def _words(piece: Piece) -> list[str]:
    text = piece.text()
    return "".join(letter if letter.isalnum() or letter == "_" else " " for letter in text).split()


def _body(task: Task, text: str, prefix: str) -> Extraction | None:
    """``text`` as the continuation of the prompt; None if it cannot be code."""
    if not text.strip():
        return None
    joined = task.prompt + "\n" + text
    for closing, suffix in (("", ""), ("\n}", "_unclosed")):
        piece = Piece.of(joined + closing)
        function = piece.function(task.entry_point)
        if function is None or function.has_error:
            continue
        parts = [piece.text(0, function.end_byte)]
        parts += [
            piece.text(start, end)
            for start, end, node in piece.items()
            if start >= function.end_byte and not node.has_error
        ]
        if not _says_something(piece, task):
            return None
        source = "\n".join(parts) + "\n"
        return Extraction(source, f"{prefix}body{suffix}", not has_main(Piece.of(source)))
    if not _looks_like_code(text):
        return None
    return Extraction(joined, f"{prefix}body_broken", not has_main(Piece.of(joined)))


def _says_something(piece: Piece, task: Task) -> bool:
    """Whether the body holds more than comments: an empty one answers nothing."""
    function = piece.function(task.entry_point)
    body = function.child_by_field_name("body") if function else None
    return body is not None and any(node.type not in COMMENTS for node in body.named_children)


def _looks_like_code(text: str) -> bool:
    """Whether some line ends as Rust lines do and prose does not."""
    return any(
        line.rstrip().endswith((";", "{", "}", "=>", "|", "&&")) for line in text.split("\n")
    )
