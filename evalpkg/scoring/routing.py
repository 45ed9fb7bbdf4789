"""Which programs may share a crate, decided by tokens.

In a crate, one program could see or change another: through ``crate::`` and ``super::`` paths,
exported macros and symbols, crate-wide attributes and trait impls, constructors. Whatever has the
tokens for that gets a crate of its own; the rest cannot tell whether it has company.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_ALONE_WORDS = """
unsafe extern crate macro_rules macro asm global_asm naked_asm include include_str include_bytes
evalwire evalwire_shim Location Backtrace set_hook take_hook update_hook type_name
type_name_of_val Any TypeId type_id long_running_const_eval
"""
ALONE = frozenset(_ALONE_WORDS.split())
"""Identifiers that mean or might mean business with the rest of the crate or its names."""

_LOCAL_ATTRIBUTES = """
derive inline allow warn expect must_use doc test default non_exhaustive deprecated cold
track_caller ignore should_panic rustfmt
"""
ATTRIBUTES = frozenset(_LOCAL_ATTRIBUTES.split())
"""Attributes that concern only the item they stand on."""

LONGEST = 16 << 10
"""Characters that are lexed at most: some broken programs take time quadratic in their length."""

_SUSPICIOUS = re.compile("|".join([*sorted(ALONE), "super", "#", "'", r"\bimpl\b", r"\bmod\b"]))

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*)
    | (?P<block>/\*)
    | (?P<raw>(?:b|c)?r(?P<hashes>\#*)"(?:(?!"(?P=hashes)).)*"(?P=hashes))
    | (?P<string>(?:b|c)?"(?:\\.|[^"\\])*")
    | (?P<char>b?'(?:\\(?:[^u]|u\{[^}]*\})[^']*|[^'\\\n])')
    | (?P<lifetime>'[^\W\d]\w*)
    | (?P<word>(?:r\#)?[^\W\d]\w*)
    | (?P<number>\d\w*(?:\.\d\w*)?)
    | (?P<mark>::|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(source: str) -> Iterator[str]:
    """Words, lifetimes and marks of Rust source, no comments; a literal is one token, ``""``.

    What is not valid Rust still gives tokens; it will not compile in any company.
    """
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            return
        position = match.end()
        kind = match.lastgroup if match.lastgroup != "hashes" else "raw"
        if kind == "block":
            position = _end_of_comment(source, position)
        elif kind in ("raw", "string", "char"):
            yield '""'
        elif kind in ("word", "mark", "lifetime"):
            yield match.group().removeprefix("r#")


def _end_of_comment(source: str, position: int) -> int:
    depth = 1
    for match in re.compile(r"/\*|\*/").finditer(source, position):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(source)


def needs_own_crate(source: str) -> bool:
    """Whether a program must be compiled alone. Errs towards alone."""
    if len(source) > LONGEST:
        return True
    if _SUSPICIOUS.search(source) is None:
        return False
    words = list(tokens(source))
    return (
        any(word in ALONE for word in words)
        or _foreign_attribute(words)
        or _leaves_module(words)
        or _trait_impl(words)
        or _lifetimes_lie(words)
    )


def _foreign_attribute(words: list[str]) -> bool:
    for index, word in enumerate(words):
        if word != "#":
            continue
        after = words[index + 1 : index + 7]
        if after[:1] != ["["]:
            return True
        name = after[1] if len(after) > 1 else ""
        harmless = after[1:6] == ["cfg", "(", "test", ")", "]"] or name in ATTRIBUTES
        if not harmless:
            return True
    return False


def _leaves_module(words: list[str]) -> bool:
    """``mod x;``, or a ``super`` that may reach beyond the program's own modules."""
    depth = 0
    modules: list[int] = []
    for index, word in enumerate(words):
        if word == "mod" and words[index + 2 : index + 3] != ["{"]:
            return True
        if word == "{":
            depth += 1
            if index >= 2 and words[index - 2] == "mod":
                modules.append(depth)
        elif word == "}":
            if modules and modules[-1] == depth:
                modules.pop()
            depth -= 1
        elif word == "super":
            end = index + 1
            while end < len(words) and words[end] not in (";", "}", "("):
                if words[end] == "super":
                    return True
                end += 1
            if not modules:
                return True
    return False


def _lifetimes_lie(words: list[str]) -> bool:
    """A declared lifetime, or a ``'static`` that may say something about a type parameter.

    With one of them safe code can read any memory, and with it the constants of a neighbour in
    the same library: rust-lang/rust#25860 takes a declared lifetime, #84366 a ``'static`` bound,
    written, implied by ``&'static T``, or that of :class:`Any`.
    """
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if word == "'static":
            context = (before, *words[index + 1 : index + 3])
            if context[:2] not in (("&", "str"), ("<", ">")) and context != ("<", ",", "str"):
                return True
        elif before == "<" and word[0] == "'" and word != "'_":
            return True
    return False


def _trait_impl(words: list[str]) -> bool:
    """``impl .. for``: impls are crate-wide and may change what a neighbour's code infers.

    Any ``for`` after an ``impl`` that is not part of a type counts, even that of a loop.
    """
    item = False
    for before, word in zip(["", *words], words, strict=False):
        if word == "impl" and before not in _BEFORE_IMPL_TYPE:
            item = True
        elif word == "for" and item:
            return True
    return False


_BEFORE_IMPL_TYPE = frozenset(["->", ">", ":", "&", "(", ",", "<", "=", "dyn", "+", "|", "mut"])
