"""Finds the program in a completion; docs/extraction.md describes the rule in words.

It is looked for in this order: a completion of the prompt; a complete definition of the entry
point, in fenced blocks or outside of them; the rest of the prompt's function; a function that lacks
its last brace; a definition inside an ``impl`` or ``mod``; and last a program that is cut off or
broken, which is kept as it is for the compiler to judge.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from evalpkg.extraction.assemble import with_helpers
from evalpkg.extraction.attempts import (
    Attempt,
    Excerpt,
    Found,
    body,
    broken_body,
    broken_definition,
    closed_body,
    continuation,
    definition,
    has_main,
    introduced_body,
    nested,
    pure_definition,
    repeats_prompt,
    unclosed_definition,
)
from evalpkg.extraction.body import is_prose
from evalpkg.extraction.budget import MOST_WORK, TooComplexError, bounded, work_left
from evalpkg.extraction.cleaning import clean
from evalpkg.extraction.fences import Block, Markdown, may_have_fences, scan
from evalpkg.extraction.items import as_tested
from evalpkg.extraction.lexing import body_end, read_to_end
from evalpkg.extraction.marks import is_cut_code
from evalpkg.extraction.pieces import with_variants
from evalpkg.extraction.published import without_published_imports
from evalpkg.extraction.readings import first_reading, looks_like_diff, new_side, other_readings
from evalpkg.extraction.standing import Standing
from evalpkg.extraction.trace import Trace
from evalpkg.models import Extraction, Task

LONGEST_CODE = 32_768
"""Characters; longer blocks are not read, because hostile text can take quadratic time to parse."""
LONGEST_ANSWER = 262_144
"""Characters; longer answers are not read at all."""

NO_CODE = "no_code"
TOO_LONG = "too_long"
TOO_COMPLEX = "too_complex"

WITHOUT_PROGRAM = {
    NO_CODE: "no Rust code",
    TOO_LONG: f"longer than {LONGEST_ANSWER:,} characters, or code longer than {LONGEST_CODE:,}",
    TOO_COMPLEX: "reading the answer takes more work than any honest one does",
}
"""The reason why there is no program, by rule."""


def extract(task: Task, completion: str, trace: Trace | None = None) -> Extraction:
    """Find the program in what a model wrote.

    Args:
        task: the task that was asked.
        completion: the raw text; no text makes this function fail.
        trace: gets a line for each attempt.

    Returns:
        the program without our tests, or None with a rule of ``WITHOUT_PROGRAM``.
    """
    trace = Trace() if trace is None else trace
    if len(completion) > LONGEST_ANSWER:
        return Extraction(None, TOO_LONG)
    try:
        with bounded(MOST_WORK):
            try:
                text = without_published_imports(task, clean(completion, trace), trace)
                return _Search(task, trace).run(text)
            finally:
                trace.work = min(MOST_WORK, MOST_WORK - work_left())
    except TooComplexError:
        trace.add("stopped", WITHOUT_PROGRAM[TOO_COMPLEX])
        return Extraction(None, TOO_COMPLEX)


class _Search:
    """The search for one task's program in one answer."""

    def __init__(self, task: Task, trace: Trace) -> None:
        self._task = task
        self._trace = trace
        self._blocks: list[str] = []

    def run(self, text: str) -> Extraction:
        """Find the program in a text without thoughts and chat template marks."""
        if not text.strip():
            return Extraction(None, NO_CODE)
        if not may_have_fences(text) and is_prose(text):
            self._trace.add("prose", "many words and no sign of code")
            return Extraction(None, NO_CODE)
        text = first_reading(text, self._task.entry_point, self._trace)
        found = self._in_any_reading(text, self._sound)
        found = found or self._in_any_reading(text, self._unclosed)
        found = found or self._broken(text)
        if found is None:
            return Extraction(None, TOO_LONG if len(text) > LONGEST_CODE else NO_CODE)
        rule = found.rule.value if found.piece.block is None else f"fenced_{found.rule}"
        program = found.program
        if "#[test" in self._task.test:
            program = as_tested(program, self._task.entry_point)
        return Extraction(program, rule, main_free=not self._has_main(text, found))

    def _in_any_reading(self, text: str, search: Callable[[str], Found | None]) -> Found | None:
        """Apply ``search`` to the text as it is, then to its other readings."""
        found = search(text)
        if found is not None:
            return found
        for how, reading in other_readings(text, self._task.entry_point):
            self._trace.add("read anew", how)
            found = search(reading)
            if found is not None:
                return found
        return None

    def _has_main(self, text: str, found: Found) -> bool:
        if "main" not in text:
            return False
        name = self._task.entry_point
        codes = [found.program, found.piece.text, *self._blocks]
        if found.piece.block is None:
            codes.append(self._task.prompt + found.piece.text)
        return any(has_main(code, name) for code in codes if len(code) <= LONGEST_ANSWER)

    def _sound(self, text: str) -> Found | None:
        """Find a program without syntax errors."""
        if not may_have_fences(text):
            return self._sound_text(text)
        if len(text) <= LONGEST_CODE:
            if repeats_prompt(self._task, text) or body_end(text).complete:
                # Its docs or literals may have fences of their own.
                found = self._first(continuation, [Excerpt(text)])
                if found is not None:
                    return found
            pure = pure_definition(self._task, text)
            if pure is not None:
                return self._note("nothing but items", pure)
            if is_cut_code(text):
                return self._sound_text(text)
        markdown = scan(text)
        self._blocks = [block.code for block in markdown.blocks]
        if markdown.blocks:
            return self._sound_markdown(markdown)
        # The fences stand inside lines: code within sentences.
        spread = text.replace("```rust", "\n").replace("```", "\n")
        return self._sound_text(text) or self._sound_text(spread)

    def _unclosed(self, text: str) -> Found | None:
        """Find a whole function that lacks its last brace."""
        fenced = may_have_fences(text) and not is_cut_code(text)
        markdown = scan(text) if fenced else None
        if markdown is None or not markdown.blocks:
            pieces = [Excerpt(text)] if len(text) <= LONGEST_CODE else []
            return self._first(unclosed_definition, pieces)
        blocks, texts = _pieces(markdown)
        rust = [piece for piece in blocks if piece.block and piece.block.may_be_rust]
        return self._first(unclosed_definition, [*reversed(rust)], among=rust) or self._first(
            unclosed_definition, [*reversed(texts)]
        )

    def _broken(self, text: str) -> Found | None:
        """Find a program that is cut off or has errors."""
        markdown = scan(text) if may_have_fences(text) else None
        if markdown is not None and markdown.blocks:
            return self._broken_markdown(markdown)
        if len(text) > LONGEST_CODE:
            return None
        pieces = [Excerpt(text)]
        return self._first(broken_definition, pieces) or self._first(broken_body, pieces)

    def _sound_text(self, text: str) -> Found | None:
        if len(text) > LONGEST_CODE:
            return None
        pieces = [Excerpt(text)]
        return (
            self._first(continuation, pieces)
            or self._best(pieces)
            or self._first(body, pieces)
            or self._first(nested, pieces)
        )

    def _sound_markdown(self, markdown: Markdown) -> Found | None:
        """Find the program in an answer with fenced blocks."""
        blocks, texts = _pieces(markdown)
        rust = [piece for piece in blocks if piece.block and piece.block.may_be_rust]
        opening = [t for t in texts[:1] if t.text is markdown.outside[0]]
        whole = _whole(markdown)
        return (
            self._first(continuation, opening)
            or (self._best(whole) if whole and _ends_in_literal(markdown.blocks[0].code) else None)
            or self._best([*reversed(blocks)], [*reversed(texts)], whole, among=blocks)
            or self._first(body, opening)
            or self._first(closed_body, rust, among=rust)
            or self._first(body, rust, among=rust)
            or self._first(nested, [*reversed(blocks)])
        )

    def _broken_markdown(self, markdown: Markdown) -> Found | None:
        blocks, texts = _pieces(markdown)
        rust = [piece for piece in blocks if piece.block and piece.block.may_be_rust]
        return (
            self._first(broken_definition, [*reversed(rust)])
            or self._first(broken_definition, [*reversed(texts)])
            or self._first(broken_body, rust)
            or self._first(broken_body, texts)
        )

    def _best(self, *places: Sequence[Excerpt], among: Sequence[Excerpt] = ()) -> Found | None:
        """Return the complete definition with the best standing; the first of equal ones."""
        best: Found | None = None
        for pieces in places:
            for piece in pieces:
                found = definition(self._task, piece)
                if found is not None and (best is None or found.standing < best.standing):
                    best = found
                    if best.standing is Standing.FULL:
                        break
            if best is not None and best.standing is Standing.FULL:
                break
        if best is None:
            self._trace.add("complete definition", "none")
            return None
        if best.standing is not Standing.FULL:
            self._trace.add("standing", f"the best definition is {best.standing.name.lower()}")
        if best.standing is Standing.ELIDED:
            filled = self._filled(best, [piece for pieces in places for piece in pieces], among)
            if filled is not None:
                return filled
        return self._note("complete definition", self._helped(best, among))

    def _filled(
        self, stub: Found, pieces: Sequence[Excerpt], among: Sequence[Excerpt]
    ) -> Found | None:
        """Return what stands elsewhere in place of a stub that was asked about or shown again.

        It may be a body, or a whole function without its last brace.
        """
        rust = [piece for piece in among if piece.block and piece.block.may_be_rust]
        rust = [piece for piece in rust if piece.block is not stub.piece.block]
        texts = [piece for piece in pieces if piece.block is None and piece is not stub.piece]
        return (
            self._first(closed_body, [*rust, *texts])
            or self._first(body, rust)
            or self._first(introduced_body, texts)
            or self._first(unclosed_definition, [*reversed(rust), *texts], among=rust)
        )

    def _first(
        self, attempt: Attempt, pieces: Sequence[Excerpt], among: Sequence[Excerpt] = ()
    ) -> Found | None:
        """Return the program of the first piece in which ``attempt`` finds one."""
        for piece in pieces:
            found = attempt(self._task, piece)
            if found is not None:
                return self._note(attempt.__name__.replace("_", " "), self._helped(found, among))
        if pieces:
            self._trace.add(attempt.__name__.replace("_", " "), "none")
        return None

    def _helped(self, found: Found, among: Sequence[Excerpt]) -> Found:
        """Return ``found`` with helpers from other blocks."""
        others = [p.text for p in among if p.block is not found.piece.block]
        if not others or found.piece.block is None:
            return found
        program = with_variants(found.program, others, self._task.entry_point)
        program = with_helpers(program, others, self._task.entry_point)
        return replace(found, program=program)

    def _note(self, what: str, found: Found) -> Found:
        where = "outside of fenced blocks"
        if found.piece.block is not None:
            where = f"in a fenced block ({found.piece.block.language or 'no language'})"
        self._trace.add(what, f"{len(found.program):,} characters, {where}")
        return found


def _pieces(markdown: Markdown) -> tuple[list[Excerpt], list[Excerpt]]:
    """Return the blocks, each with the words before it, and the texts around them."""
    blocks = [
        Excerpt(_shown(block), block, markdown.outside[number])
        for number, block in enumerate(markdown.blocks)
        if len(block.code) <= LONGEST_CODE
    ]
    texts = [Excerpt(t) for t in markdown.outside if t.strip() and len(t) <= LONGEST_CODE]
    return blocks, texts


def _ends_in_literal(code: str) -> bool:
    """Tell whether a block stops inside a literal, in which a line looks like a closing fence."""
    return "fn " in code and read_to_end(code, 0, "", semicolon=False).inside


def _shown(block: Block) -> str:
    """Return the code of a block; of a diff, its new side."""
    diff = block.language in ("diff", "patch") or looks_like_diff(block.code)
    return new_side(block.code) if diff else block.code


def _whole(markdown: Markdown) -> list[Excerpt]:
    """Return all blocks as one, for code that holds lines that look like fences."""
    if len(markdown.whole) > LONGEST_CODE or len(markdown.blocks) < 2:
        return []
    if not markdown.blocks[0].may_be_rust:
        return []
    return [Excerpt(markdown.whole, Block(markdown.whole, "", closed=True))]
