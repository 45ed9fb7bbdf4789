"""Finds the fenced code blocks of a chat answer (CommonMark 0.31, section 4.5).

It also accepts what models write beyond the specification: fences may be indented by any amount
(lists), a fence may stand at the end of a line of code, and code may start on the line of the
opening fence.
"""

from __future__ import annotations

from dataclasses import dataclass

_MARKS = ("```", "~~~")
_CODE_STARTS = ("fn ", "pub ", "use ", "let ", "#[", "//", "impl ", "struct ", "for ", "if ")
_RUST = frozenset({"", "rust", "rs", "rust-lang", "rustlang", "code", "plaintext", "text", "txt"})


@dataclass(frozen=True, slots=True)
class Block:
    """The content of one fenced block.

    Attributes:
        code: the text between the fences.
        language: first word of the info string, in lower case.
        closed: False if the text ended before the closing fence.
    """

    code: str
    language: str
    closed: bool

    @property
    def may_be_rust(self) -> bool:
        """False if the block's language is another one (a shell, Python, ...)."""
        return self.language in _RUST


@dataclass(frozen=True, slots=True)
class Markdown:
    """A text, split into fenced blocks and the texts around them.

    Attributes:
        blocks: the blocks, in order.
        outside: the texts before, between and after the blocks: one more than blocks.
        whole: everything between the first opening and the last closing fence, for code that holds
            lines that look like fences.
    """

    blocks: tuple[Block, ...]
    outside: tuple[str, ...]
    whole: str


def may_have_fences(text: str) -> bool:
    """Tell whether a text may have fences; this saves the scan of most texts."""
    return "```" in text or "~~~" in text


def scan(text: str) -> Markdown:
    """Split ``text`` into fenced blocks and the texts around them."""
    blocks: list[Block] = []
    outside: list[str] = []
    prose: list[str] = []
    code: list[str] = []
    mark, language = "", ""
    first = last = 0
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if not mark:
            opened = _opening(line)
            if opened is None:
                prose.append(line)
                continue
            mark, language, code_beside = opened
            first = first or number + 1
            outside.append("\n".join(prose))
            prose, code = [], [code_beside] if code_beside else []
        elif _closes(line, mark):
            blocks.append(Block("\n".join(code).removeprefix("\ufeff"), language, closed=True))
            mark, last = "", number
        else:
            code.append(line)
    if mark:
        block, rest = _unclosed(code, mark, language)
        if last:
            last = len(lines) - len(code) - 1  # it may close a block, after fences within a literal
        blocks.append(block)
        prose = rest
    outside.append("\n".join(prose))
    return Markdown(tuple(blocks), tuple(outside), "\n".join(lines[first : last or None]))


def _opening(line: str) -> tuple[str, str, str] | None:
    """Return ``(fence, language, code on the same line)`` if ``line`` opens a block."""
    stripped = line.strip()
    if not stripped.startswith(_MARKS):
        return None
    info = stripped.lstrip(stripped[0])
    mark = stripped[: len(stripped) - len(info)]
    info = info.strip()
    if mark[0] == "`" and "`" in info:
        return None
    if info.startswith(_CODE_STARTS):
        return mark, "", info
    words = info.replace("{", " ").replace(",", " ").replace(":", " ").split()
    return mark, words[0].lower().strip(".}") if words else "", ""


def _closes(line: str, mark: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(mark) and stripped == mark[0] * len(stripped)


def _unclosed(code: list[str], mark: str, language: str) -> tuple[Block, list[str]]:
    """Return the last, unclosed block, and the lines after it.

    A line of code that ends in a fence ends the block.
    """
    for number, line in enumerate(code):
        stripped = line.rstrip()
        if stripped.endswith(mark) and "//" not in stripped:
            kept = [*code[:number], stripped.removesuffix(mark)]
            return Block("\n".join(kept), language, closed=True), code[number + 1 :]
    return Block("\n".join(code), language, closed=False), []
