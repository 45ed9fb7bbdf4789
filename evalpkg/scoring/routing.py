"""Which programs may share a crate, decided by tokens.

In a crate, one program could see or change another: through ``crate::`` and ``super::`` paths,
exported macros and symbols, crate-wide attributes and trait impls, constructors. Whatever has the
tokens for that gets a crate of its own; the rest cannot tell whether it has company.

Crates are also loaded as one, and safe Rust is not quite safe: rustc has holes, known and unknown,
that let a program read all memory of its process, and so its neighbours' constants and code. All
known ones abuse generics, traits or trait objects, of the program's own or of the rarer parts of
std (one needs no more than a panic's payload). What defines or uses such things is never put beside
another program for the same problem: there is nothing worth stealing then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

_ALONE_WORDS = """
unsafe extern macro_rules macro asm global_asm naked_asm include include_str include_bytes
evalwire evalwire_shim Location Backtrace set_hook take_hook update_hook type_name
type_name_of_val Any TypeId type_id downcast downcast_ref downcast_mut
long_running_const_eval
"""
ROOT = frozenset(["crate", "recursion_limit", "type_length_limit"])
"""Identifiers of what must be a crate's root: its paths start there, or its attributes count only
there."""

ALONE = frozenset(_ALONE_WORDS.split()) | ROOT
"""Identifiers that mean or might mean business with the rest of the crate or its names."""

_LOCAL_ATTRIBUTES = """
derive inline allow warn expect must_use doc test default non_exhaustive deprecated cold
track_caller ignore should_panic rustfmt
"""
ATTRIBUTES = frozenset(_LOCAL_ATTRIBUTES.split())
"""Attributes that concern only the item they stand on."""

LONGEST = 16 << 10
"""Characters that are lexed at most: some broken programs take time quadratic in their length."""

_WARY_WORDS = frozenset(["dyn", "trait", "where", "async"])
_DEFINING = frozenset(["fn", "struct", "enum", "union", "type"])

_TAME_STD = """
array ascii borrow boxed cell char cmp collections convert default fmt hash iter mem num ops option
primitive rc result slice str string vec
f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize
"""
TAME_STD = frozenset(_TAME_STD.split())
"""Modules of std that programs for such problems use every day, and no known hole does."""

_STD = ("std", "core", "alloc")
_NOT_TAME = re.compile(rf"\b(?:{'|'.join(_STD)})\b(?!::(?:{'|'.join(sorted(TAME_STD))})\b)")

_SUSPICIOUS = (*sorted(ALONE), "super", "#", "'")
_ITEM = re.compile(r"\b(?:impl|mod)\b")
_NOT_SIMPLE = re.compile(
    r"\b(?:fn|struct|enum|union|type)\b(?!\s+[A-Za-z_][A-Za-z0-9_]*\s*[({;:=])|\bimpl\b"
)

_RAW_C_STRING = re.compile(r"""cr\#*\"""")
"""Two tokens and more before edition 2021."""

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*)
    | (?P<block>/\*)
    | (?P<raw>(?:b|c)?r(?P<hashes>\#*)"(?:(?!"(?P=hashes)).)*"(?P=hashes)\w*)
    | (?P<string>(?:b|c)?"(?:\\.|[^"\\])*"\w*)
    | (?P<char>b?'(?:\\(?:[^u]|u\{[^}]*\})[^']*|[^'\\\n])'\w*)
    | (?P<lifetime>'[^\W\d]\w*)
    | (?P<word>(?:r\#)?[^\W\d]\w*)
    | (?P<number>\d\w*(?:\.\d\w*)?)
    | (?P<mark>::|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(source: str) -> Iterator[str]:
    """Words, lifetimes and marks of Rust source, no comments; a literal is one token, ``""``.

    What is not valid Rust still gives tokens; it will not compile in any company. A literal's
    suffix is part of it: in ``'a'r#"..``, no raw string begins.
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


class Company(Enum):
    """With whom a program may share a crate."""

    ANY = "any"
    OTHER_TASKS = "programs for other problems"
    NONE = "none"


def company(source: str) -> Company:
    """The company that a program may have. Errs towards less."""
    if len(source) > LONGEST or _RAW_C_STRING.search(source) is not None:
        return Company.NONE
    suspicious = _is_suspicious(source)
    if not suspicious and not _may_be_generic(source) and not _NOT_TAME.search(source):
        return Company.ANY
    words = list(tokens(source))
    if suspicious and _reaches_out(words):
        return Company.NONE
    return Company.OTHER_TASKS if _is_generic(words) or _strays(words) else Company.ANY


def stands_at_root(source: str) -> bool:
    """Tell whether a program must be a crate's root.

    Its paths start there, or it has attributes of a whole crate, which mean less, something else or
    nothing on a module.
    """
    if "#" not in source and not any(word in source for word in ROOT):
        return False
    words = list(tokens(source))
    return not ROOT.isdisjoint(words) or _INNER in zip(words, words[1:], words[2:], strict=False)


def has_no_std(source: str) -> bool:
    """Tell whether a program declines the standard library: ``#![no_std]``."""
    return "no_std" in source and "no_std" in set(tokens(source))


_INNER = ("#", "!", "[")
"""How an attribute begins that concerns what it stands in."""


def _is_suspicious(source: str) -> bool:
    """Quick, and never wrong about a program that reaches out."""
    if not source.isascii() or any(text in source for text in _SUSPICIOUS):
        return True
    return ("impl" in source or "mod" in source) and _ITEM.search(source) is not None


def _may_be_generic(source: str) -> bool:
    """Quick, and never wrong about a program that is: each definition is plainly simple."""
    if any(word in source for word in _WARY_WORDS):
        return True
    return _NOT_SIMPLE.search(source) is not None


def _is_generic(words: list[str]) -> bool:
    """Tell whether it has generics, traits or trait objects of its own, ``impl Trait`` included."""
    for index, word in enumerate(words):
        if word in _WARY_WORDS:
            return True
        if word in _DEFINING and words[index + 2 : index + 3] == ["<"]:
            return True
        if word == "impl" and words[index + 2 : index + 3] != ["{"]:
            return True
    return False


def _strays(words: list[str]) -> bool:
    """Tell whether it uses, or by another name could use, a part of std that is not tame."""
    for index, word in enumerate(words):
        if word not in _STD:
            continue
        then = words[index + 1 : index + 3]
        if then[:1] == ["as"] or (then[:1] == ["::"] and not TAME_STD.issuperset(then[1:])):
            return True
    return False


def _reaches_out(words: list[str]) -> bool:
    return (
        any(word in ALONE or not _plain(word) for word in words)
        or _foreign_attribute(words)
        or _leaves_module(words)
        or _trait_impl(words)
        or _lifetimes_lie(words)
    )


def _plain(word: str) -> bool:
    """False for what is part of an identifier, or white space, to rustc only.

    The two would then not agree on where a literal begins.
    """
    return word.isascii() or word.removeprefix("'").isidentifier()


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
